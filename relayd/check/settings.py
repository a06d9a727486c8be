"""Findings about single settings: durations, sources, secrets, addresses, interfaces."""

import ipaddress
import stat
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from relayd.channels import module_of
from relayd.channels.hosts import is_private, meets
from relayd.check.finding import Finding, length, listed, plans_of
from relayd.config import Config
from relayd.domain.condition import SILENT_AT_MOST
from relayd.domain.household import Plan
from relayd.domain.secret import Secret

USUAL_INTERVAL = timedelta(minutes=5)  # how often glucose sensors report
SOONEST_SILENCE = 2.5 * USUAL_INTERVAL
SOONEST_SILENCE_LOW = 2 * USUAL_INTERVAL
LATEST_WATCH_SILENCE = timedelta(minutes=10)
UNWISE_BEYOND = {
    "promise": timedelta(minutes=5),
    "promise_seizure": timedelta(minutes=2),
    "answer_within": timedelta(minutes=10),
    "remind_every": timedelta(minutes=30),
    "lap_pause": timedelta(minutes=10),
}
UNWISE_BELOW = {
    "promise": timedelta(seconds=30),
    "promise_seizure": timedelta(seconds=15),
    "confirm_within": timedelta(seconds=5),  # a text is seldom proved sooner
    "answer_within": timedelta(seconds=30),
    "remind_every": timedelta(minutes=1),
    "lap_pause": timedelta(seconds=20),
}
LATEST_HEARTBEAT = timedelta(minutes=5)  # after five minutes without one, carers are to know


def ways_out(config: Config) -> Iterator[Finding]:
    """Without paths everything leaves by whatever route the system picks: one way, not several."""
    if config.channels and not config.paths:
        text = (
            "No way out of this Pi is named, so every message leaves by the one the system picks. "
            'Add each of them: [paths.broadband] with interface = "eth0", and a second that does '
            "not share it."
        )
        yield Finding(level="warn", text=text)


def silence_limits(config: Config) -> Iterator[Finding]:
    """Silence told too soon cries wolf; told too late, nobody was watching."""
    for wearer in config.household.wearers.values():
        said = []
        if (limits := wearer.glucose) is not None:
            said.append(_silence("silent_after", limits.silent_after, SOONEST_SILENCE))
            low = _silence("silent_after_low", limits.silent_after_low, SOONEST_SILENCE_LOW)
            said.append(low)
        if wearer.seizure is not None and wearer.seizure.silent_after > LATEST_WATCH_SILENCE:
            after = length(wearer.seizure.silent_after)
            said.append(f"the seizure watch may say nothing for {after}: nobody is watching then")
        for text in filter(None, said):
            yield Finding("warn", f"{wearer.name}: {text}", wearer=wearer.id)


def _silence(key: str, given: timedelta | None, soonest: timedelta) -> str | None:
    if given is None:
        return None
    if given < soonest:
        return (
            f"{key} = {length(given)} leaves no room for a missed reading: most sensors report "
            f"every {length(USUAL_INTERVAL)}, so at least {length(soonest)} is wise"
        )
    if given > SILENT_AT_MOST:
        return f"{key} = {length(given)}: for so long nobody would know that nobody is watching"
    return None


def number_sources(config: Config) -> Iterator[Finding]:
    """A bare number that is sent only when it changes cannot tell steadiness from silence."""
    for source in config.sources:
        if source.format == "number":
            name = config.household.wearers[source.wearer].name
            text = (
                f"{name}'s source {source.topic} sends bare numbers: Home Assistant's statestream "
                "speaks only when a value changes, so a steady value looks like silence"
            )
            yield Finding("warn", text, wearer=source.wearer)


def unwise_durations(config: Config) -> Iterator[Finding]:
    """Legal, but not what anybody would want in the night."""
    for each in plans_of(config):
        for text in _unwise(each.plan):
            yield Finding("warn", text, wearer=each.owner)
    if config.watcher is not None and config.watcher.every > LATEST_HEARTBEAT:
        text = f"the watcher hears from relayd only every {length(config.watcher.every)}"
        yield Finding("warn", f"{text}; every = 1 min is usual")
    for carer in config.household.carers.values():
        for place, route in enumerate(carer.routes):
            waits = route.confirm_within
            if waits is not None and waits > config.household.plan.promise:
                text = (
                    f"{carer.name}: route {place} ({route.channel}) waits {length(waits)} for proof"
                )
                yield Finding("warn", f"{text}, longer than the promise", carer=carer.id)


def _unwise(plan: Plan) -> Iterator[str]:
    for key, most in UNWISE_BEYOND.items():
        given: timedelta = getattr(plan, key)
        if given > most:
            yield f"{key} = {length(given)} is long: more than {length(most)} is unwise"
    for key, least in UNWISE_BELOW.items():
        given = getattr(plan, key)
        if given < least:
            yield f"{key} = {length(given)} is short: less than {length(least)} is unwise"
    if plan.confirm_within > plan.promise:
        yield f"confirm_within = {length(plan.confirm_within)} is longer than the promise"
    if any(not step.after for step in plan.steps[1:]):
        yield "a later step has no after: its carers are called together with the first"


def shown_secrets(config: Config) -> Iterator[Finding]:
    """A secret that others on this machine may read."""
    for file in config.secret_files:
        if file.mode & stat.S_IROTH:
            text = f"everybody on this machine may read {file.path}; chmod 600 {file.path}"
            yield Finding("warn", f"{file.where}: {text}")
        elif file.mode & stat.S_IRGRP:
            yield Finding("note", f"{file.where}: its group may read {file.path}")


def plain_addresses(config: Config) -> Iterator[Finding]:
    """Secrets that cross the open world in plain words."""
    for channel in config.channels.values():
        assert is_dataclass(channel.config), "a channel's own settings are a dataclass"
        held = [getattr(channel.config, item.name) for item in fields(channel.config)]
        open_to_all = any(isinstance(value, str) and _open_http(value) for value in held)
        if open_to_all and any(isinstance(value, Secret) for value in held):
            text = f"the channel {channel.name} sends its secret over plain http; write https"
            yield Finding("warn", text)
    if config.watcher is not None and _open_http(config.watcher.heartbeat.reveal()):
        yield Finding("warn", "the watcher's heartbeat goes over plain http; write https")
    if config.web.public_url is not None and _open_http(config.web.public_url):
        yield Finding("warn", "public_url is plain http: links that acknowledge can be read")
    mqtt = config.mqtt
    if mqtt.password is not None and not mqtt.tls and not is_private(mqtt.host):
        yield Finding("warn", "the broker's password crosses the open world; write mqtts://")


def keys_that_cannot_come_back(config: Config) -> Iterator[Finding]:
    """A key pressed in a call comes back to public_url, from outside the house."""
    url = config.web.public_url
    names = [
        channel.name
        for channel in config.channels.values()
        if channel.kind == "twilio-voice"
        and url is not None
        and not meets(getattr(channel.config, "api", ""), url)
    ]
    if names:
        text = (
            f"no key pressed in a call by {listed(names)} can come back: Twilio cannot reach "
            f"public_url ({url}), an address in the house; the call speaks the code to text "
            "back instead. Give public_url an address that the world can reach"
        )
        yield Finding("warn", text)


def what_is_not_installed(config: Config) -> Iterator[Finding]:
    """A channel that needs more than relayd itself; another machine may have it."""
    for channel in config.channels.values():
        lacks = getattr(module_of(channel.kind), "lacks", None)
        missing = lacks() if lacks is not None else None
        if missing is not None:
            text = f"the channel {channel.name} ({channel.kind}) cannot send here: {missing}"
            yield Finding("warn", text)


def _open_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_private(parts.hostname or "")


def open_page(config: Config) -> Iterator[Finding]:
    """Without a token the API refuses whatever would change something."""
    if config.web.token is not None:
        return
    beyond = "" if _loopback(config.web.host) else ", though it listens beyond this machine"
    text = f"[web] has no token{beyond}: the API refuses everything that would change something"
    yield Finding("note", text)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hours_without_a_zone(config: Config) -> Iterator[Finding]:
    """Hours of duty in UTC are rarely what a family meant."""
    zone = config.household.zone
    if isinstance(zone, ZoneInfo) and zone.key == "UTC":
        rota = any(carer.hours for carer in config.household.carers.values())
        text = 'times of day are taken as UTC; set timezone in [home], like "Europe/London"'
        yield Finding("warn" if rota else "note", text)


def paths_of_one_interface(config: Config) -> Iterator[Finding]:
    """Two names for one interface are one path; and a path nobody probes is never proven."""
    seen: dict[str, str] = {}
    for path in config.paths.values():
        if path.interface in seen:
            both = f"{seen[path.interface]} and {path.name}"
            text = f"the paths {both} are one: both leave by {path.interface}"
            yield Finding("warn", text, shares={"interface": path.interface})
        seen.setdefault(path.interface, path.name)
        if not path.probe:
            yield Finding("note", f"the path {path.name} has no probe: only use can prove it")
