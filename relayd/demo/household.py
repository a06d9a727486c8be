"""The demo's household file: minutes of a real plan are seconds here."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEARER = "mia"
PHONES = {"ana": "+447700900123", "tom": "+447700900456"}
GATEWAY = "+447700900000"
ACCOUNT = "AC" + "0" * 32

FILE = """
[home]
name = "demo"
timezone = "{zone}"
state = "state"

[mqtt]
broker = "mqtt://127.0.0.1:{mqtt}"

[web]
listen = "127.0.0.1:{web}"
public_url = "http://127.0.0.1:{web}"
token = "{token}"

[paths.dongle]
interface = "lo"

[paths.broadband]
interface = "lo"

[channels.push]
kind = "ntfy"
server = "http://127.0.0.1:{phones}/push"
paths = ["dongle"]

[channels.text]
kind = "twilio-sms"
account_sid = "{account}"
auth_token = "the modelled gateway asks for none"
from = "{gateway}"
api = "http://127.0.0.1:{phones}/text"
paths = ["broadband"]

[wearers.mia]
name = "Mia"
unit = "mmol/L"
help = "Juice is by her bed"

[wearers.mia.glucose]
urgent_low = 3.0
low = 3.9

[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "relayd-demo-ana" }},
  {{ channel = "text", to = "{ana}" }},
]

[carers.tom]
name = "Tom"
routes = [{{ channel = "text", to = "{tom}" }}]

[plan]
steps = [{{ tell = ["ana"] }}, {{ tell = ["tom"], after = "3 s" }}]
confirm_within = "3 s"
answer_within = "30 s"
promise = "12 s"
lap_pause = "1 min"
"""


def household(*, mqtt: int, web: int, phones: int, token: str) -> str:
    """The file as text, with the ports of this run and the *token* of its page."""
    return FILE.format(
        zone=zone_here(),
        mqtt=mqtt,
        web=web,
        phones=phones,
        token=token,
        account=ACCOUNT,
        gateway=GATEWAY,
        **PHONES,
    )


def zone_here(localtime: Path = Path("/etc/localtime")) -> str:
    """The IANA name of this machine's own time zone; UTC where it does not tell."""
    names = (os.environ.get("TZ", ""), str(localtime.resolve()).rpartition("zoneinfo/")[2])
    for name in names:
        try:
            return ZoneInfo(name.lstrip(":")).key
        except (ValueError, OSError, ZoneInfoNotFoundError):
            continue
    return "UTC"
