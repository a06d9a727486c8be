"""The answers as a household file. No secret is in it: each is in a file of its own."""

import json
from collections.abc import Iterator

from relayd.init.home import Home, Person

AT_ONCE = 2  # so many carers are called first; the others if neither has answered


def text_of(home: Home) -> str:
    """The whole file."""
    return "\n".join(line for part in _parts(home) for line in (*part, "")).rstrip() + "\n"


def secret_files(home: Home) -> Iterator[tuple[str, str]]:
    """The files that must still be made, and what belongs in each."""
    if home.username:
        yield "mqtt-password", "the password at the MQTT broker"
    if home.account:
        yield "twilio-token", "the auth token of the Twilio account"
    if home.watched:
        yield "watcher-url", "the URL that the watcher outside gave you"


def _parts(home: Home) -> Iterator[list[str]]:
    yield ["# Made by `relayd init`. What else can stand here: config/relayd.toml, the manual."]
    yield ["[home]", f"name = {_text(home.name)}", f"timezone = {_text(home.zone)}"]
    mqtt = ["[mqtt]", 'broker = "mqtt://127.0.0.1:1883"']
    if home.username:
        mqtt += [f"username = {_text(home.username)}", 'password_file = "mqtt-password"']
    yield mqtt
    yield ["[web]", 'listen = "127.0.0.1:8480"', 'token_file = "web-token"']
    for way in home.ways:
        lines = [f"[paths.{way.name}]", f"interface = {_text(way.interface)}"]
        yield [*lines, f"network = {_text(way.network)}"] if way.network else lines
    yield from _channels(home)
    if home.watched:
        yield ["[watcher]", 'heartbeat_file = "watcher-url"']
    yield _wearer(home)
    for carer in home.carers:
        yield list(_carer(home, carer))
    yield list(_plan(home))


def _channels(home: Home) -> Iterator[list[str]]:
    yield ["[channels.push]", 'kind = "ntfy"', 'server = "https://ntfy.sh"']
    if home.account:
        for name, kind in (("text", "twilio-sms"), ("call", "twilio-voice")):
            yield [
                f"[channels.{name}]",
                f'kind = "{kind}"',
                f"account_sid = {_text(home.account)}",
                'auth_token_file = "twilio-token"',
                f"from = {_text(home.sender)}",
            ]
    if home.siren:
        yield ["[channels.siren]", 'kind = "webhook"', f"url = {_text(home.siren)}"]


def _wearer(home: Home) -> list[str]:
    who = home.wearer
    lines = [f"[wearers.{who.id}]", f"name = {_text(who.name)}", f"unit = {_text(home.unit)}"]
    if who.network:
        lines.append(f"network = {_text(who.network)}")
    if home.help:
        lines.append(f"help = {_text(home.help)}")
    if home.worn in ("glucose", "both"):
        lines.append(f"[wearers.{who.id}.glucose]")
    if home.worn in ("seizure", "both"):
        lines.append(f"[wearers.{who.id}.seizure]")
    return lines


def _carer(home: Home, carer: Person) -> Iterator[str]:
    ends = f", network = {_text(carer.network)}" if carer.network else ""
    yield f"[carers.{carer.id}]"
    yield f"name = {_text(carer.name)}"
    yield "routes = ["
    yield f'  {{ channel = "push", to = {_text(carer.topic)}{ends} }},'
    if home.siren:
        yield '  { channel = "siren" },'
    if carer.number:
        for channel in ("text", "call"):
            yield f'  {{ channel = "{channel}", to = {_text(carer.number)}{ends} }},'
    yield "]"


def _plan(home: Home) -> Iterator[str]:
    ids = [carer.id for carer in home.carers]
    yield "[plan]"
    yield "steps = ["
    yield f"  {{ tell = {json.dumps(ids[:AT_ONCE])} }},"
    if ids[AT_ONCE:]:
        yield f'  {{ tell = {json.dumps(ids[AT_ONCE:])}, after = "5 min" }},'
    yield "]"


def _text(value: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
