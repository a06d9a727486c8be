"""Household files for tests: a sound one, and ways to spoil it."""

from pathlib import Path

import pytest

from relayd.config import Config, ConfigFaults, Fault, parse

MANUAL = Path(__file__).parent.parent / "config" / "relayd.toml"

SOUND = """
[home]
name = "home"
timezone = "Europe/London"

[mqtt]
broker = "mqtt://127.0.0.1:1883"

[web]
listen = "127.0.0.1:8480"
token = "sesame"

[paths.broadband]
interface = "eth0"
probe = ["https://connectivity.example/generate_204"]

[paths.dongle]
interface = "wwan0"
probe = ["https://connectivity.example/generate_204"]

[channels.push]
kind = "ntfy"

[channels.siren]
kind = "webhook"
url = "http://192.168.1.20/alert"

[channels.text]
kind = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "sesame"
from = "+447700900000"

[watcher]
heartbeat = "https://hc.example/ping/sesame"

[wearers.mia]
name = "Mia"
unit = "mmol/L"
[wearers.mia.glucose]

[wearers.leo]
name = "Leo"
[wearers.leo.seizure]

[carers.ana]
name = "Ana"
routes = [
  { channel = "push", to = "relayd-ana-k3f9x" },
  { channel = "text", to = "+447700900123", wakes = true },
]

[carers.tom]
name = "Tom"
routes = [{ channel = "text", to = "+447700900456", wakes = true }]

[plan]
steps = [
  { tell = ["ana", "tom"] },
]
"""


def spoiled(*changes: tuple[str, str], text: str = SOUND) -> str:
    """Return *text* with each (old, new) of *changes* made; every old must be there."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the file"
        text = text.replace(old, new, 1)
    return text


def read(*changes: tuple[str, str], text: str = SOUND) -> Config:
    """Read the sound file with *changes* made."""
    return parse(spoiled(*changes, text=text), base=Path("/nowhere"))


def faults_of(*changes: tuple[str, str], text: str = SOUND) -> list[Fault]:
    """Read the sound file with *changes* that spoil it, and return what is wrong."""
    with pytest.raises(ConfigFaults) as caught:
        read(*changes, text=text)
    return list(caught.value.faults)
