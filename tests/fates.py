"""A household file whose networks are all named, and ways to change it."""

from relayd.check import Finding, findings
from relayd.config import Config, parse

FILE = """
[home]
timezone = "Europe/London"
[paths.broadband]
interface = "eth0"
network = "sky-broadband-uk"
[paths.dongle]
interface = "wwan0"
network = "three-uk"
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
network = "giffgaff-uk"
[wearers.mia.glucose]
[carers.ana]
name = "Ana"
routes = [
  { channel = "push", to = "relayd-ana-k3f9x", network = "tesco-mobile-uk" },
  { channel = "siren" },
  { channel = "text", to = "+447700900123", network = "tesco-mobile-uk" },
]
[carers.tom]
name = "Tom"
routes = [
  { channel = "text", to = "+447700900456", network = "ee-uk" },
  { channel = "push", to = "relayd-tom-7hq2m", network = "ee-uk" },
]
[plan]
steps = [{ tell = ["ana", "tom"] }]
"""
SIREN = '  { channel = "siren" },\n'
TOM_ON = '"ee-uk"'
DONGLE = 'network = "three-uk"'
GRAN = """[carers.gran]
name = "Gran"
routes = [{ channel = "text", to = "+447700900789", network = "o2-uk" }]
"""
WATCHER = '[watcher]\nheartbeat = "https://hc.example/ping/sesame"\n'


def read(*changes: tuple[str, str]) -> Config:
    """Read the file; a change of a network is made everywhere."""
    text = FILE
    for old, new in changes:
        assert old in text, f"{old!r} is not in the file"
        text = text.replace(old, new)
    return parse(text)


def found(*changes: tuple[str, str], level: str | None = None) -> list[Finding]:
    said = findings(read(*changes), ("eth0", "wwan0"))
    return [finding for finding in said if level is None or finding.level == level]


def sharing(shares: dict[str, str], *changes: tuple[str, str], level: str = "bad") -> list[str]:
    """Return what is said, at *level*, of exactly these *shares*."""
    return [f.text for f in found(*changes, level=level) if dict(f.shares or {}) == shares]
