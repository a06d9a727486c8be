"""Households and a bare driver of the engine for tests: virtual time, visible effects, no world."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from relayd.domain.alert import Alert, Code
from relayd.domain.delivery import Attempt, Dissemination, Failure, Purpose
from relayd.domain.engine import Engine
from relayd.domain.event import (
    Answered,
    AttemptReported,
    Event,
    Happened,
    Kept,
    KeptReading,
    ReadingsReceived,
    Send,
    Started,
    Turn,
    Woke,
)
from relayd.domain.household import (
    Carer,
    GlucoseLimits,
    Household,
    Plan,
    Route,
    SeizureLimits,
    Step,
    Wearer,
)
from relayd.domain.reading import Bound, GlucoseReading, SeizureReading, Trend, Unit, WatchState

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

PUSH = Route("push", "ntfy", to="topic", quiet=True)
SIREN = Route("siren", "webhook", sounder=True, quiet=True)
TEXT = Route("text", "twilio-sms", to="+447700900123", proves=True)
CALL = Route("call", "twilio-voice", to="+447700900123", proves=True, wakes=True)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def home(
    *,
    ana: tuple[Route, ...] = (PUSH, TEXT),
    tom: tuple[Route, ...] = (PUSH, TEXT),
    steps: tuple[Step, ...] | None = None,
    limits: GlucoseLimits | None = None,
    unit: Unit = Unit.MG_DL,
    **plan: timedelta,
) -> Household:
    """Mia wears a sensor, Leo a watch; Ana is called at once, Tom after five minutes."""
    steps = steps or (Step(("ana",)), Step(("tom",), minutes(5)))
    return Household(
        name="home",
        wearers={
            "mia": Wearer("mia", "Mia", unit, glucose=limits or GlucoseLimits()),
            "leo": Wearer("leo", "Leo", unit, seizure=SeizureLimits()),
        },
        carers={"ana": Carer("ana", "Ana", ana), "tom": Carer("tom", "Tom", tom)},
        plan=replace(Plan(steps), **plan),  # type: ignore[arg-type]  # only durations are given
    )


@dataclass
class Drive:
    """Feeds an engine and keeps what came of it. Time moves only by :meth:`until`."""

    household: Household = field(default_factory=home)
    start: datetime = NOON
    watch_well: bool = True

    def __post_init__(self) -> None:
        self.now = self.start
        self.rows: dict[str, Alert | Attempt] = {}
        self.readings: list[KeptReading] = []
        self.timeline: list[tuple[float, Happened]] = []
        self.sends: list[tuple[float, Send]] = []
        self.turns: list[Turn] = []
        self.engine = Engine(self.household, Kept(), self.now)
        self.tell(Started())
        self._last_ok = self.now

    # Time -----------------------------------------------------------------

    def until(self, minute: float) -> "Drive":
        """Let time pass up to *minute* after the start; Leo's watch says that it is well."""
        end = self.start + minutes(minute)
        while True:
            due = self.engine.next_deadline()
            beat = self._last_ok + minutes(1) if self.watch_well else None
            moment = min((m for m in (due, beat) if m is not None), default=None)
            if moment is None or moment > end:
                break
            self.now = max(self.now, moment)
            if moment == beat:
                self._last_ok = moment
                self.say_state(WatchState.OK)
            else:
                self.tell(Woke())
        self.now = end
        return self

    def tell(self, event: Event) -> Turn:
        """Hand one event to the engine now."""
        turn = self.engine.handle(event, self.now)
        self.turns.append(turn)
        for row in turn.rows:
            if isinstance(row, Happened):
                self.timeline.append((self.minute, row))
            elif isinstance(row, KeptReading):
                self.readings.append(row)
            else:
                self.rows[row.id] = row
        self.sends.extend((self.minute, send) for send in turn.sends)
        return turn

    @property
    def minute(self) -> float:
        return (self.now - self.start) / timedelta(minutes=1)

    def restart(self, after: float = 0.0) -> "Drive":
        """Lose everything but the rows; begin again *after* minutes."""
        kept = self.kept()
        self.now += minutes(after)
        self.engine = Engine(self.household, kept, self.now)
        self.tell(Started())
        return self

    def kept(self) -> Kept:
        alerts = tuple(r for r in self.rows.values() if isinstance(r, Alert))
        attempts = tuple(r for r in self.rows.values() if isinstance(r, Attempt))
        unsaid = {a.alert for a in attempts if a.unsaid}
        numbers: dict[str | None, int] = {}
        for alert in sorted(alerts, key=lambda a: int(a.id.rpartition("-")[2])):
            numbers[alert.wearer] = int(alert.id.rpartition("-")[2])
        return Kept(
            alerts=tuple(a for a in alerts if a.open),
            attempts=attempts,
            closing=tuple(a for a in alerts if not a.open and a.id in unsaid),
            readings=tuple(self.readings[-200:]),
            numbers=numbers, latest=self.now,
        )  # fmt: skip

    # What is fed ----------------------------------------------------------

    def glucose(
        self,
        mg_dl: float,
        *,
        at: datetime | str | None = "now",
        bound: Bound = Bound.WITHIN,
        trend: Trend | None = None,
        retained: bool = False,
    ) -> Turn:
        stamp = self.now if isinstance(at, str) else at
        reading = GlucoseReading("mia", mg_dl, stamp, trend, bound)
        return self.tell(ReadingsReceived((reading,), retained=retained, source="mia/glucose"))

    def series(self, *values: float, every: float = 5.0) -> "Drive":
        """One reading now and then one *every* so many minutes; time ends at the last one."""
        for number, value in enumerate(values):
            if number:
                self.until(self.minute + every)
            self.glucose(value)
        return self

    def say_state(self, state: WatchState, at: datetime | None = None) -> Turn:
        reading = SeizureReading("leo", state, at)
        return self.tell(ReadingsReceived((reading,), source="leo/seizure"))

    def report(self, attempt: str, status: Dissemination, failure: Failure | None = None) -> Turn:
        return self.tell(AttemptReported(attempt, status, failure))

    def answer(
        self, carer: str, alert: str, *, accepted: bool = True, attempt: str | None = None
    ) -> Turn:
        return self.tell(Answered(alert, carer, accepted, attempt, by="test"))

    # What is seen ---------------------------------------------------------

    def events(self, name: str) -> list[tuple[float, Happened]]:
        return [(minute, row) for minute, row in self.timeline if row.event == name]

    def open(self, wearer: str | None = "mia") -> list[tuple[str, str, str]]:
        """(condition, priority, presence) of every open alert."""
        return [
            (a.condition.value, a.priority.word, a.presence.value)
            for a in self.engine.open_alerts(wearer)
        ]

    def calls(
        self, carer: str | None = None, purpose: Purpose = Purpose.CALL
    ) -> list[tuple[float, str]]:
        """(minute, channel) of every attempt for *purpose*, oldest first."""
        return [
            (round(minute, 3), send.attempt.channel)
            for minute, send in self.sends
            if send.attempt.purpose is purpose and carer in (None, send.attempt.carer)
        ]

    def last(self, carer: str | None = None) -> Attempt:
        return [s.attempt for _, s in self.sends if carer in (None, s.attempt.carer)][-1]

    def conditions(self) -> list[str]:
        """Every condition ever raised, worsened or eased to, in order."""
        names = ("alert.raised", "alert.worsened", "alert.eased", "alert.cleared", "alert.latched")
        return [
            f"{row.event.removeprefix('alert.')} {row.fields['condition']}"
            for _, row in self.timeline
            if row.event in names
        ]


def codes(*lists: list[tuple[str, str, str]]) -> Iterator[Code]:
    return (Code(code) for code, _, _ in chain(*lists))


def calls_of(drive: Drive, alert: str, purpose: Purpose = Purpose.CALL) -> list[tuple[float, str]]:
    """(minute, carer/channel) of every attempt for one alert, each once, oldest first."""
    found: dict[str, tuple[float, str]] = {}
    for minute, send in drive.sends:
        attempt = send.attempt
        if attempt.alert == alert and attempt.purpose is purpose:
            found.setdefault(attempt.id, (round(minute, 3), f"{attempt.carer}/{attempt.channel}"))
    return list(found.values())


def fail_all(drive: Drive, failure: Failure = Failure.PATH_DOWN) -> None:
    """Report every attempt that is being sent as failed, and those begun because of it too."""
    while True:
        sending = [
            send.attempt.id
            for _, send in drive.sends
            if isinstance(row := drive.rows[send.attempt.id], Attempt)
            and row.status is Dissemination.SENDING
        ]
        if not sending:
            return
        for attempt in sending:
            drive.report(attempt, Dissemination.UNDELIVERABLE, failure)
