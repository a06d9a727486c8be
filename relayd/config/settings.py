"""What the household file comes to: everything resolved, checked and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from relayd.config.secrets import SecretFile
from relayd.domain.household import Household
from relayd.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """The broker, and the topic under which relayd's own topics stand.

    *ca_file* is the authority that signed the broker's certificate, None for the system's own.
    *session_expiry* is how long the broker keeps what arrives while relayd is away.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    tls: bool = False
    username: str | None = None
    password: Secret | None = None
    root: str = "relayd"
    client_id: str = "relayd"
    ca_file: Path | None = None
    keepalive: timedelta = timedelta(seconds=30)
    session_expiry: timedelta = timedelta(days=7)

    @property
    def keepalive_s(self) -> int:
        """*keepalive* as MQTT has it, in whole seconds."""
        return max(1, round(self.keepalive.total_seconds()))


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the page and the API listen; *public_url* is what links begin with, if any may."""

    host: str = "127.0.0.1"
    port: int = 8480
    public_url: str | None = None
    token: Secret | None = None
    metrics: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whose answer proves that a path leads into the world: *status*, and *body*."""

    url: str
    status: int = 204
    body: str | None = None


@dataclass(frozen=True, slots=True)
class PathSettings:
    """One of the Pi's own ways out. No *nameservers* means those the interface was given."""

    name: str
    interface: str
    network: str | None = None
    nameservers: tuple[str, ...] = ()
    probe: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One service that carries words: *config* is its module's own, *paths* best first.

    No paths: the file names none, or the channel is a way out of its own.
    """

    name: str
    kind: str
    config: object
    paths: tuple[str, ...]
    network: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A topic filter on which another program's readings of *wearer* arrive."""

    topic: str
    wearer: str
    format: str


@dataclass(frozen=True, slots=True)
class WatcherSettings:
    """The watcher outside the house: the URL it is told at, and how often."""

    heartbeat: Secret
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What the family knows of a network; None where it says nothing."""

    core: str | None = None
    ran: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """One household file, ready for use. *file* is where it was read from."""

    household: Household
    file: Path
    state: Path
    mqtt: MqttSettings = MqttSettings()
    web: WebSettings = WebSettings()
    paths: Mapping[str, PathSettings] = field(default_factory=dict)
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    sources: tuple[SourceSettings, ...] = ()
    watcher: WatcherSettings | None = None
    networks: Mapping[str, NetworkSettings] = field(default_factory=dict)
    keep_readings: timedelta = timedelta(days=30)
    secret_files: tuple[SecretFile, ...] = ()

    @property
    def name(self) -> str:
        """What the home is called."""
        return self.household.name
