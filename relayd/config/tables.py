# ruff: noqa: RUF009  `key` declares a field, as `dataclasses.field` does
"""The household file, table by table: every key, its type and its default.

What is None here was left out of the file; where a default stands elsewhere (the clinical ones
in ``domain.household``, a channel's in its own module), it is not repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from relayd.channels import KINDS
from relayd.config import addresses, hours, values
from relayd.config.addresses import Endpoint
from relayd.config.keys import key
from relayd.domain.household import Hours
from relayd.domain.reading import Unit
from relayd.domain.secret import Secret
from relayd.wearables import FORMATS


@dataclass(frozen=True, slots=True)
class HomeTable:
    """``[home]``."""

    name: str = "home"
    timezone: ZoneInfo = key(ZoneInfo("UTC"), read=values.zone)
    state: Path = key(Path("/var/lib/relayd"), read=values.file_path)
    night: tuple[time, time] = key((time(22), time(7)), read=hours.span)
    keep_readings: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MqttTable:
    """``[mqtt]``."""

    broker: Endpoint = key(Endpoint("127.0.0.1", 1883), read=addresses.broker)
    username: str | None = None
    password: Secret | None = None
    root: str = key("relayd", read=addresses.topic_root)
    client_id: str = key("relayd", read=values.name)
    ca_file: Path | None = key(read=values.file_path)
    keepalive: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class WebTable:
    """``[web]``."""

    listen: Endpoint = key(Endpoint("127.0.0.1", 8480), read=addresses.listen)
    public_url: str | None = key(read=addresses.public_url)
    token: Secret | None = None
    metrics: bool = True


@dataclass(frozen=True, slots=True)
class ProbeTable:
    """One of a path's ``probe``; text alone is its ``url``."""

    url: str = key("", read=addresses.http_url, required=True)
    status: int = key(204, read=values.status)
    body: str | None = None


@dataclass(frozen=True, slots=True)
class PathTable:
    """``[paths.NAME]``."""

    interface: str = key("", read=addresses.interface, required=True)
    network: str | None = key(read=values.name)
    nameservers: tuple[str | None, ...] = key((), each=addresses.ip_address)
    probe: tuple[ProbeTable | None, ...] = key((), short="url")


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """``[channels.NAME]``: the keys every kind has; the others are its module's ``Config``."""

    kind: str = key("", read=values.one_of(*KINDS), required=True)
    paths: tuple[str | None, ...] | None = None
    network: str | None = key(read=values.name)


@dataclass(frozen=True, slots=True)
class WatcherTable:
    """``[watcher]``."""

    heartbeat: Secret | None = key(required=True)
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class GlucoseTable:
    """``[wearers.NAME.glucose]``: limits in the wearer's own unit."""

    urgent_low: float | None = None
    low: float | None = None
    high: float | None = None
    very_high: float | None = None
    falling_fast: float | None = None
    silent_after: timedelta | None = None
    silent_after_low: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SeizureTable:
    """``[wearers.NAME.seizure]``."""

    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class WearerTable:
    """``[wearers.NAME]``."""

    name: str | None = None
    unit: str = key(Unit.MMOL_L.value, read=values.one_of(*(unit.value for unit in Unit)))
    network: str | None = key(read=values.name)
    help: str | None = None
    glucose: GlucoseTable | None = None
    seizure: SeizureTable | None = None


@dataclass(frozen=True, slots=True)
class SourceTable:
    """``[[sources]]``."""

    topic: str = key("", read=addresses.topic_filter, required=True)
    wearer: str = key("", required=True)
    format: str = key("", read=values.one_of(*FORMATS), required=True)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """One of a carer's ``routes``."""

    channel: str = key("", required=True)
    to: str = ""
    network: str | None = key(read=values.name)
    details: Literal["full", "least"] = "full"
    wakes: bool | None = None
    confirm_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CarerTable:
    """``[carers.NAME]``."""

    name: str | None = None
    when: tuple[Hours, ...] = key((), read=hours.windows)
    at_home: bool = False
    routes: tuple[RouteTable | None, ...] = ()


@dataclass(frozen=True, slots=True)
class StepTable:
    """One of a plan's ``steps``."""

    tell: tuple[str | None, ...] = key((), required=True)
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PlanTable:
    """``[plan]`` and ``[plans.WEARER]``; what the latter leaves out is as in the former."""

    steps: tuple[StepTable | None, ...] | None = None
    confirm_within: timedelta | None = None
    answer_within: timedelta | None = None
    remind_every: timedelta | None = None
    at_once: tuple[str | None, ...] | None = key(each=values.selector)
    promise: timedelta | None = None
    promise_seizure: timedelta | None = None
    lap_pause: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """``[networks.NAME]``: adds a brand, or corrects what relayd knows of it."""

    core: str | None = key(read=values.name)
    ran: str | None = key(read=values.name)
    group: str | None = key(read=values.name)


@dataclass(frozen=True, slots=True)
class FileTable:
    """The whole file. Channels stay raw: what keys they know depends on their kind."""

    home: HomeTable = HomeTable()
    mqtt: MqttTable = MqttTable()
    web: WebTable = WebTable()
    paths: Mapping[str, PathTable | None] = key(dict)
    channels: Mapping[str, object] = key(dict, read=values.tables)
    watcher: WatcherTable | None = None
    wearers: Mapping[str, WearerTable | None] = key(dict, names=values.wearer_name)
    sources: tuple[SourceTable | None, ...] = ()
    carers: Mapping[str, CarerTable | None] = key(dict)
    plan: PlanTable | None = None
    plans: Mapping[str, PlanTable | None] = key(dict, names=str)
    networks: Mapping[str, NetworkTable | None] = key(dict)
