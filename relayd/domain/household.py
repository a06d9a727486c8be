"""The family's own file, as the engine sees it: wearers, carers, routes, plans. All frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

from relayd.domain.reading import Unit

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GlucoseLimits:
    """Alarm limits in mg/dL (defaults: SAFETY figures after ADA 2024 and Dexcom's own presets).

    *falling_fast* is a slope in mg/dL per minute, None where the family wants no such alarm.
    *silent_after* and *silent_after_low* are None where the file sets none: then the defaults
    hold and stretch with the interval at which this source is seen to report.
    """

    urgent_low: float = 54.0
    low: float = 70.0
    high: float = 250.0
    very_high: float = 300.0
    falling_fast: float | None = None
    silent_after: timedelta | None = None
    silent_after_low: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SeizureLimits:
    """How long a seizure watch may say nothing."""

    silent_after: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Wearer:
    """A person watched over. *glucose* or *seizure* is None where no such wearable is worn."""

    id: str
    name: str
    unit: Unit = Unit.MMOL_L
    glucose: GlucoseLimits | None = None
    seizure: SeizureLimits | None = None
    network: str | None = None
    core: str | None = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a carer may be called: weekdays (Monday is 0) from *start* to *end*, local time.

    A window whose *end* is not after its *start* runs over midnight and belongs to the day it
    began on.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        """Whether the window is open at *local*, a moment of the home's own clock."""
        at = local.time()
        if self.start < self.end:
            return local.weekday() in self.weekdays and self.start <= at < self.end
        if at >= self.start:
            return local.weekday() in self.weekdays
        return at < self.end and (local.weekday() - 1) % 7 in self.weekdays

    def opens_after(self, local: datetime) -> datetime | None:
        """When the window next opens after *local*, None for one that never does."""
        now = local.astimezone(UTC)
        for days in range(8):
            opening = datetime.combine(local.date() + timedelta(days), self.start, local.tzinfo)
            if opening.astimezone(UTC) <= now:
                opening = opening.replace(fold=1)  # in autumn an hour comes twice
            if opening.astimezone(UTC) > now and opening.weekday() in self.weekdays:
                return opening
        return None


@dataclass(frozen=True, slots=True)
class Route:
    """One carer on one channel: where it ends, and what its word is worth.

    *proves*: the channel can report delivery. *wakes*: it makes noise at night. *sounder*: it is
    a place in the house, not a carer: it never keeps the promise and never delays the next route.
    *quiet*: it may carry low-priority lines (a push or a webhook; never an SMS or a call). *paths*
    are the ways out it may take, *core* the core network it ends on, *sender_core* the one it
    starts from (a modem's SIM); None where that is not known.
    """

    channel: str
    kind: str
    to: str = field(default="", repr=False)
    network: str | None = None
    paths: tuple[str, ...] = ()
    core: str | None = None
    sender_core: str | None = None
    wakes: bool = False
    proves: bool = False
    sounder: bool = False
    quiet: bool = False
    details: bool = True
    confirm_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Carer:
    """A person who is told. Empty *hours* means at any time."""

    id: str
    name: str
    routes: tuple[Route, ...]
    hours: tuple[Hours, ...] = ()
    at_home: bool = False

    def on_duty(self, local: datetime) -> bool:
        """Whether this carer may be called at *local*, a moment of the home's own clock."""
        return not self.hours or any(window.covers(local) for window in self.hours)

    def duty_after(self, local: datetime) -> datetime | None:
        """When this carer may be called: None means now; *local* as in :meth:`on_duty`."""
        if self.on_duty(local):
            return None
        openings = (window.opens_after(local) for window in self.hours)
        return min((moment for moment in openings if moment is not None), default=NEVER)


@dataclass(frozen=True, slots=True)
class Step:
    """Once *after* has passed since the alert was raised, these carers are called as well."""

    tell: tuple[str, ...]
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is called, in which order, and how patiently."""

    steps: tuple[Step, ...]
    confirm_within: timedelta = timedelta(seconds=30)
    answer_within: timedelta = timedelta(minutes=3)
    remind_every: timedelta = timedelta(minutes=15)
    at_once: frozenset[str] = frozenset({"seizure"})
    promise: timedelta = timedelta(minutes=2)
    promise_seizure: timedelta = timedelta(seconds=60)
    lap_pause: timedelta = timedelta(minutes=2)

    def __post_init__(self) -> None:
        assert self.steps, "a plan without steps calls nobody"

    @property
    def carers(self) -> tuple[str, ...]:
        """Every carer of every step, each once, in the order of the plan."""
        return tuple(dict.fromkeys(carer for step in self.steps for carer in step.tell))


@dataclass(frozen=True, slots=True)
class Household:
    """One home. *plan* serves every wearer that has none in *plans*, and relayd's own alerts.

    Low-priority lines are held from *night_start* to *night_end*, local time in *zone*. *brands*
    are what people call the networks and their cores.
    """

    name: str
    wearers: Mapping[str, Wearer]
    carers: Mapping[str, Carer]
    plan: Plan
    plans: Mapping[str, Plan] = field(default_factory=dict)
    zone: tzinfo = UTC
    night_start: time = time(22)
    night_end: time = time(7)
    brands: Mapping[str, str] = field(default_factory=dict)

    def plan_of(self, wearer: str | None) -> Plan:
        """The plan by which carers of *wearer* are called; None asks for relayd's own."""
        return self.plans.get(wearer, self.plan) if wearer is not None else self.plan

    @property
    def sounders(self) -> frozenset[str]:
        """The channels that sound in a place, and are nobody's way to be reached."""
        routes = (route for carer in self.carers.values() for route in carer.routes)
        return frozenset(route.channel for route in routes if route.sounder)

    def brand(self, network: str) -> str:
        """What people call *network*; its own name where nobody said."""
        return self.brands.get(network, network)

    def held_until(self, local: datetime) -> datetime | None:
        """When a low-priority line may go: None means now, by day; *local* is the home's clock."""
        start, end, at = self.night_start, self.night_end, local.time()
        night = start <= at or at < end if start > end else start <= at < end
        if not night:
            return None
        morning = datetime.combine(local.date(), end, local.tzinfo)
        return morning if at < end else morning + timedelta(days=1)
