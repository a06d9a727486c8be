"""What a rehearsal's world saw, for whoever judges it from outside: truth, and visible effects.

Nothing of the engine's state is in here. Moments are seconds of virtual time since the start.
Entries are not frozen, for speed alone: a day is thousands of them, and nobody changes one.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from relayd.domain.event import Event, Row, Send


@dataclass(slots=True)
class Fed:
    """The relay took *event*, and asked for *rows* and *sends*, of which nothing is done yet."""

    t: float
    event: Event
    rows: tuple[Row, ...]
    sends: tuple[Send, ...]


@dataclass(slots=True)
class Written:
    """A batch of rows was on disk (or, while storage is lost, in memory: *durable* False)."""

    t: float
    rows: tuple[Row, ...]
    durable: bool = True


@dataclass(slots=True)
class BrokerAcked:
    """The broker was told that message *number* may be forgotten."""

    t: float
    number: int


@dataclass(slots=True)
class BrokerBrought:
    """The broker delivered message *number* for *wearer* to the relay (again, after a restart).

    *true_at* is when the sensor really measured it, *mg_dl* what it really was (None: a watch).
    """

    t: float
    number: int
    wearer: str
    true_at: float
    mg_dl: float | None


@dataclass(slots=True)
class Aired:
    """A message left for a route over *path* (None: none needed)."""

    t: float
    attempt: str
    alert: str
    carer: str
    route: int
    channel: str
    path: str | None
    priority: str
    quiet: bool


@dataclass(slots=True)
class Shown:
    """A message reached the senses of a carer's handset: *woke* where it makes noise at night."""

    t: float
    attempt: str
    alert: str
    carer: str
    route: int
    woke: bool


@dataclass(slots=True)
class CarerSaid:
    """A carer answered, by their own hand; *attempt* is what they answered."""

    t: float
    alert: str
    carer: str
    accepted: bool
    attempt: str | None


@dataclass(slots=True)
class RelayDied:
    """The process died (kill -9, power) or, *back* True, began again."""

    t: float
    back: bool


@dataclass(slots=True)
class WokeLate:
    """The relay was woken *late* after it had asked to be."""

    t: float
    late: timedelta


Entry = (
    Fed | Written | BrokerAcked | BrokerBrought | Aired | Shown | CarerSaid | RelayDied | WokeLate
)


class Works(Protocol):
    """The world's truth about ways to a carer, asked afterwards."""

    def __call__(self, carer: str, route: int, a: float, b: float) -> bool:
        """Whether every component of that route worked from *a* to *b*.

        What is sent then is proven in good time, or shown where the route cannot prove.
        """
        ...


@dataclass
class Trace:
    """All that happened, in order; *limit_crossings* are the true onsets, by wearer."""

    entries: list[Entry] = field(default_factory=list)
    limit_crossings: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
