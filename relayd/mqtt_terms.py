"""What a link, its connections and those who use it hand to each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from paho.mqtt.reasoncodes import ReasonCode

from relayd.domain.secret import Secret


class Settings(Protocol):
    """Which broker, as whom. *session_expiry*: how long the broker keeps messages for us."""

    @property
    def host(self) -> str: ...  # noqa: D102
    @property
    def port(self) -> int: ...  # noqa: D102
    @property
    def tls(self) -> bool: ...  # noqa: D102
    @property
    def ca_file(self) -> Path | None: ...  # noqa: D102
    @property
    def username(self) -> str | None: ...  # noqa: D102
    @property
    def password(self) -> Secret | None: ...  # noqa: D102
    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def client_id(self) -> str: ...  # noqa: D102
    @property
    def keepalive_s(self) -> int: ...  # noqa: D102
    @property
    def session_expiry(self) -> timedelta: ...  # noqa: D102


class Token(NamedTuple):
    """By which a message is acknowledged, on the very connection that brought it."""

    mid: int
    generation: int
    qos: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came. *duplicate*: the broker may have sent it before."""

    topic: str
    payload: bytes
    retained: bool
    duplicate: bool
    token: Token

    def __repr__(self) -> str:  # health values stay out of logs
        return f"Delivery({self.topic}, {self.token})"


class Say(Protocol):
    """Told how things stand."""

    def __call__(self, sentence: str, *, up: bool) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who hears of what. *published* is told what became of a packet id."""

    delivery: Callable[[Delivery], None]
    welcomed: Callable[[], None]
    published: Callable[[int, ReasonCode], None]
    say: Say
