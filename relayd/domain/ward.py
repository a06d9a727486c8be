"""One wearer (or the relay itself) as the engine knows them: what was read, and what is open."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from relayd.domain.alert import Alert, Code, Evidence, Priority
from relayd.domain.case import Case
from relayd.domain.condition import (
    GONE,
    LEVEL_OF_CODE,
    PRIORITY_OF,
    Family,
    Finding,
    Gone,
    Present,
    glucose_silent,
    high_side,
    low_side,
)
from relayd.domain.glucose import GlucoseMemory, Level
from relayd.domain.household import Wearer
from relayd.domain.limits import Limits
from relayd.domain.seizure import (
    RAISED_BY,
    WatchMemory,
    battery,
    seizure_event,
    seizure_fault,
    seizure_silent,
)

START_GRACE = timedelta(seconds=60)  # what the broker kept for us must first be heard

OF_SENSOR: tuple[Family, ...] = (Family.LOW, Family.HIGH, Family.SILENT)
OF_WATCH = (
    Family.SEIZURE_ALARM,
    Family.SEIZURE_FALL,
    Family.SEIZURE_MANUAL,
    Family.SEIZURE_FAULT,
    Family.SEIZURE_SILENT,
)
SEIZURE_EVENTS = (Code.SEIZURE_ALARM, Code.SEIZURE_FALL, Code.SEIZURE_MANUAL)

BROKER_LOST_AFTER = timedelta(seconds=30)
PATH_LOST_AFTER = timedelta(minutes=2)  # a link that flaps is known at once, and told if it stays
NO_TIME_AFTER = timedelta(minutes=10)  # the network may yet bring it


class Ward:
    """What belongs together: one event touches one ward, and nothing outside it."""

    __slots__ = ("battery_percent", "cases", "closing", "faults", "glucose", "grace_until",
                 "lowest_missed", "number", "started_at", "wake_at", "watch", "wearer")  # fmt: skip

    def __init__(self, wearer: Wearer | None, started_at: datetime, first_number: int) -> None:
        self.wearer = wearer
        self.started_at = started_at
        self.grace_until: datetime | None = None
        self.number = first_number
        self.cases: dict[str, Case] = {}
        self.closing: list[Case] = []
        self.wake_at: datetime | None = None
        self.battery_percent: float | None = None
        self.lowest_missed: tuple[datetime, datetime, float] | None = None
        self.faults: dict[tuple[Code, str], tuple[datetime, str]] = {}
        self.glucose: GlucoseMemory | None = None
        self.watch: WatchMemory | None = None
        if wearer is not None and wearer.glucose is not None:
            self.glucose = GlucoseMemory(Limits(wearer.glucose, wearer.unit))
        if wearer is not None and wearer.seizure is not None:
            self.watch = WatchMemory(wearer.id, wearer.seizure)

    def standing(self, family: str) -> Alert | None:
        """The open alert of *family*, if there is one."""
        case = self.cases.get(family)
        return case.alert if case is not None else None

    def findings(self, now: datetime) -> list[Finding]:
        """What every rule says of this ward now."""
        found: list[Finding] = []
        if self.glucose is not None:
            self._look_at_glucose(self.glucose, now, found)
        if self.watch is not None:
            self._look_at_watch(self.watch, now, found)
        if self.battery_percent is not None:
            found.append(battery(self.battery_percent, self.standing(Family.BATTERY), now))
        return found

    def no_longer_worn(self) -> list[Case]:
        """What stands of a wearable that has left the file: nothing would ever end it."""
        gone = (
            *(OF_SENSOR if self.glucose is None else ()),
            *(OF_WATCH if self.watch is None else ()),
        )
        return [self.cases[family] for family in gone if family in self.cases]

    def _look_at_glucose(self, memory: GlucoseMemory, now: datetime, found: list[Finding]) -> None:
        assert self.wearer is not None
        assert self.wearer.glucose is not None
        low = self.standing(Family.LOW)
        found.append(low_side(memory, low, now))
        found.append(high_side(memory, self.standing(Family.HIGH), now))
        low_open = low is not None and LEVEL_OF_CODE[low.condition] >= Level.LOW
        silence = glucose_silent(
            memory,
            self.wearer.glucose,
            self.standing(Family.SILENT),
            self._counted_from(memory.arrived_at, Family.SILENT),
            now,
            low_open=low_open,
        )
        found.append(silence)

    def _counted_from(self, arrived_at: datetime | None, silence: Family) -> datetime:
        """Since when nothing was heard: the last arrival, else the start, but a silence stands."""
        if arrived_at is not None:
            return arrived_at
        standing = self.standing(silence)
        return standing.present_since if standing is not None else self.started_at

    def _look_at_watch(self, watch: WatchMemory, now: datetime, found: list[Finding]) -> None:
        if watch.state in RAISED_BY or self.cases:  # else there is nothing to raise or to end
            found.extend(seizure_event(watch, code, now) for code in SEIZURE_EVENTS)
        found.append(seizure_fault(watch, self.standing(Family.SEIZURE_FAULT), now))
        silence = seizure_silent(
            watch,
            self.standing(Family.SEIZURE_SILENT),
            self._counted_from(watch.arrived_at, Family.SEIZURE_SILENT),
            now,
        )
        found.append(silence)

    def in_grace(self, finding: Finding, now: datetime) -> bool:
        """Whether *finding* is a new silence, held back for a moment after a long stop."""
        return (
            self.grace_until is not None
            and now < self.grace_until
            and finding.family in (Family.SILENT, Family.SEIZURE_SILENT)
            and finding.family not in self.cases
        )

    def fault_findings(
        self, now: datetime
    ) -> Iterator[tuple[Code, str, Present | Gone | datetime]]:
        """What stands of the relay's own faults: present, gone, or when it will be present."""
        for (code, about), (since, detail) in self.faults.items():
            due = since + _told_after(code, about)
            if now < due:
                yield code, about, due
            else:
                evidence = Evidence(detail=detail)
                priority = PRIORITY_OF.get(code, Priority.LOW)
                yield code, about, Present(code, priority, since, evidence)
        for case in list(self.cases.values()):
            alert = case.alert
            if (alert.condition, alert.about) not in self.faults:
                yield alert.condition, alert.about, GONE

    def missed(self, stamp: datetime, mg_dl: float) -> None:
        """A low that came too late to matter: remember it for one line."""
        first, last, lowest = self.lowest_missed or (stamp, stamp, mg_dl)
        self.lowest_missed = (min(first, stamp), max(last, stamp), min(lowest, mg_dl))


def _told_after(code: Code, about: str) -> timedelta:
    """How long a fault of the relay must last before carers hear of it."""
    if code is Code.BROKER_LOST:
        return BROKER_LOST_AFTER
    if code is Code.PATH_LOST:
        return PATH_LOST_AFTER
    return NO_TIME_AFTER if code is Code.CLOCK and not about else timedelta(0)
