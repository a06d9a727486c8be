"""What can happen to the engine, and what it can ask for. There is nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from relayd.domain.alert import Alert, Code
from relayd.domain.belief import PathState
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.reading import Bound, Reading, Trend, WatchState


class ReadingsReceived(NamedTuple):
    """One message of a source, decoded, in the order in which the source wrote it.

    *retained*: the broker kept it, so it may be of any age. *source* is the topic it came by.
    """

    readings: tuple[Reading, ...]
    retained: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class PayloadRejected:
    """A message that nobody can read. *why* is a sentence for a person."""

    source: str
    why: str
    wearer: str | None = None


class AttemptReported(NamedTuple):
    """A channel says how far an attempt has got; *words* are the gateway's own, for people."""

    attempt: str
    status: Dissemination
    failure: Failure | None = None
    receipt: str | None = None
    path: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A carer answered: accepted ("I have it") or not ("I cannot").

    *attempt* is the attempt that was answered, None where the answer names only the alert (the
    page, the command line): then it stands for what the alert shows now. *by* says how.
    """

    alert: str
    carer: str
    accepted: bool
    attempt: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class TechnicalReported:
    """A part of the relay itself failed, or works again. *about* names it: a path, a channel."""

    condition: Code
    present: bool
    about: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PathReported:
    """A prober says whether one of the Pi's own ways out carries anything, and how it knows.

    *stranger*: somebody answers in the world's place, as a captive portal does.
    """

    path: str
    state: PathState
    evidence: str
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class SimServed:
    """The modem of *channel* says which core network serves its SIM; None: nobody knows it."""

    channel: str
    core: str | None


@dataclass(frozen=True, slots=True)
class ClockReported:
    """What the wall clock says: engine time plus *offset*; *synchronised*: it can be believed."""

    offset: timedelta
    synchronised: bool


@dataclass(frozen=True, slots=True)
class Paused:
    """A planned silence: no readings of *wearer* are expected for a while (a swim, a new sensor).

    It covers silence and nothing else, ends with the first reading, and has an end.
    """

    wearer: str
    lasts: timedelta
    by: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """The relay begins, or begins again: what was being sent is unconfirmed and goes out anew."""


@dataclass(frozen=True, slots=True)
class Woke:
    """A deadline the engine asked for has come."""


Event = (
    ReadingsReceived
    | PayloadRejected
    | AttemptReported
    | Answered
    | TechnicalReported
    | PathReported
    | SimServed
    | ClockReported
    | Paused
    | Started
    | Woke
)


class KeptReading(NamedTuple):
    """A reading as it is kept: what restores a wearer's state, and what the page draws.

    *acceptable*: it fed the silence timer. *stamp* is its place in time, in engine time.
    *mg_dl* is None for a seizure watch's state. *doubted*: its stamp cannot be true, so it raised
    if it had to and never clears. *ahead* leads from *stamp* to what the source itself wrote; zero
    where it wrote nothing.
    """

    wearer: str
    stamp: datetime
    arrived_at: datetime
    acceptable: bool
    mg_dl: float | None = None
    bound: Bound = Bound.WITHIN
    trend: Trend | None = None
    state: WatchState | None = None
    doubted: bool = False
    ahead: timedelta = timedelta(0)

    def __repr__(self) -> str:  # health values stay out of logs
        return f"KeptReading({self.wearer}, {self.stamp})"


class Happened(NamedTuple):
    """One line of the timeline: *at* in people's time, *event* as CONTRACT names it."""

    at: datetime
    event: str
    fields: Mapping[str, str | None]


class Send(NamedTuple):
    """Make this attempt. It is among the turn's rows, so it is on disk before it is made.

    *alert* is the alert as it stood when the attempt was begun: its text is made of it.
    """

    attempt: Attempt
    alert: Alert


Row = Alert | Attempt | KeptReading | Happened


HARMLESS_WITHIN = timedelta(seconds=60)
NOTED_WITHIN = timedelta(milliseconds=200)
AT_ONCE = timedelta(0)


class Turn(NamedTuple):
    """What one event came to: first write these rows, in one transaction; then send.

    *within* is how long the rows may wait for company on their way to the disk: a reading that
    changed nothing a minute (the broker keeps it until then), a note of how far a message got a
    moment, everything else not at all.
    """

    rows: tuple[Row, ...] = ()
    sends: tuple[Send, ...] = ()
    within: timedelta = AT_ONCE


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store gives back at start: everything the engine needs to carry on.

    *numbers* is the last alert number used for each wearer (None: relayd's own). *latest* is the
    latest moment found in any row: the engine's time never starts before it. *waited_from* is since
    when each wearer is waited for, from the very first start; *starting_from* the first start since
    anything was written. *closing* are alerts that are off, whose last lines may not have left;
    their attempts are among the others.
    """

    alerts: tuple[Alert, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    readings: tuple[KeptReading, ...] = ()
    numbers: Mapping[str | None, int] = field(default_factory=dict)
    latest: datetime | None = None
    waited_from: Mapping[str, datetime] = field(default_factory=dict)
    starting_from: datetime | None = None
    closing: tuple[Alert, ...] = ()
