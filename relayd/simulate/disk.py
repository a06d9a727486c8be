"""The imagined disk: rows become durable after a moment; a crash loses what had not."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain
from math import ceil, inf
from typing import Protocol

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import Happened, Kept, KeptReading, Row
from relayd.simulate.fault import Kind
from relayd.simulate.latency import COMMIT
from relayd.simulate.setting import Setting
from relayd.simulate.trace import Written
from relayd.store.waiting import first_of_these, first_starts

STATE_WITHIN = timedelta(hours=3)
FEW = 10  # so many messages that the broker waits for are not kept waiting (relayd.backlog)
STALLED = 0.02
AGAIN = 1.0  # how often a disk that takes nothing is tried again

Then = Callable[[], None]


class OnState(Protocol):
    """Hears whether the disk can be written to."""

    def __call__(self, *, well: bool) -> None:
        """It can, or cannot."""
        ...


class Disk:
    """What was written, and what is on its way. *on_state* hears whether it can be written to."""

    def __init__(self, setting: Setting, on_state: OnState) -> None:
        self._setting = setting
        self._on_state = on_state
        self.alerts: dict[str, Alert] = {}
        self.attempts: dict[str, dict[str, Attempt]] = {}
        self.readings: deque[KeptReading] = deque()
        self.last: dict[str, KeptReading] = {}
        self.numbers: dict[str | None, int] = {}
        self.latest: datetime | None = None
        self._timeline: list[tuple[float, Happened]] = []
        self._waited_from: dict[str, datetime] = {}
        self._starting_from: datetime | None = None
        self.well = True
        self._waiting: list[tuple[float, tuple[Row, ...], Then | None]] = []
        self._memory: list[tuple[float, tuple[Row, ...]]] = []
        self._due = float("inf")
        self._commits = 0
        faults = setting.faults_on("disk")
        self._faults = [fault for fault in faults if fault.kind in (Kind.FULL, Kind.DOWN)]

    @property
    def timeline(self) -> list[tuple[float, Happened]]:
        """What happened, on disk or not: a full one keeps nothing from being said."""
        if not self._memory:
            return self._timeline
        held = [(t, row) for t, rows in self._memory for row in rows if isinstance(row, Happened)]
        return [*self._timeline, *held]

    def write(self, rows: tuple[Row, ...], within_s: float, then: Then | None) -> None:
        """Put *rows* on disk within *within_s*; *then* is called once they are."""
        setting = self._setting
        self._waiting.append((setting.now, rows, then))
        if len(self._waiting) >= FEW:
            within_s = min(within_s, STALLED)
        self._commits += 1
        takes = COMMIT[0] if self._commits % 8 else COMMIT[1]
        due = setting.now + within_s + takes
        if due < self._due:
            self._due = due
            setting.at(due, self._commit, due)

    def _commit(self, due: float) -> None:
        if due != self._due:
            return
        waiting, self._waiting, self._due = self._waiting, [], float("inf")
        full = self._full(due)
        if full is self.well:
            self.well = not full
            if full:
                self._setting.at(self._room_at(due), self._try_again)
        if full:
            self._memory.extend((t, rows) for t, rows, _ in waiting)
        else:
            for t, rows, _ in waiting:
                self._keep(t, rows)
        trace = self._setting.trace
        if trace is not None:
            written = tuple(chain(*(rows for _, rows, _ in waiting)))
            trace.entries.append(Written(due, written, durable=not full))
        if full:
            self._on_state(well=False)
        for _, _, then in waiting:
            if then is not None:
                then()

    def _full(self, t: float) -> bool:
        return bool(self._faults) and any(fault.stands(t) for fault in self._faults)

    def _room_at(self, t: float) -> float:
        """When a disk that is full at *t* is tried and takes something: one try a second."""
        t += AGAIN
        while self._full(t):
            edge = max(fault.next_edge(t) for fault in self._faults if fault.stands(t))
            t += AGAIN * ceil((edge - t) / AGAIN) if edge < inf else inf
        return t

    def _try_again(self) -> None:
        now = self._setting.now
        self.well = True
        memory, self._memory = self._memory, []
        for t, rows in memory:
            self._keep(t, rows)
        if self._setting.trace is not None and memory:
            rows = tuple(row for _, rows in memory for row in rows)
            self._setting.trace.entries.append(Written(now, rows))
        self._on_state(well=True)

    def lose(self) -> None:
        """The process is gone, and with it all that was not on disk."""
        self._waiting.clear()
        self._memory.clear()
        self._due = float("inf")

    def _keep(self, t: float, rows: tuple[Row, ...]) -> None:
        for row in rows:
            if isinstance(row, Happened):
                self._timeline.append((t, row))
            elif isinstance(row, KeptReading):
                self._keep_reading(row)
            elif isinstance(row, Alert):
                self._keep_alert(row)
            else:
                self._saw(row.status_at or row.begun_at)
                if row.alert in self.alerts:
                    self.attempts.setdefault(row.alert, {})[row.id] = row

    def _keep_reading(self, row: KeptReading) -> None:
        self._saw(row.arrived_at)
        if row.acceptable:
            self.last[row.wearer] = row
        self.readings.append(row)
        while row.arrived_at - self.readings[0].arrived_at > STATE_WITHIN:
            self.readings.popleft()

    def _keep_alert(self, row: Alert) -> None:
        self._saw(row.ended_at or row.called_at)
        number = int(row.id.rpartition("-")[2])
        self.numbers[row.wearer] = max(number, self.numbers.get(row.wearer, 0))
        if row.open:
            self.alerts[row.id] = row
        else:
            self.alerts.pop(row.id, None)
            self.attempts.pop(row.id, None)

    def _saw(self, moment: datetime) -> None:
        if self.latest is None or moment > self.latest:
            self.latest = moment

    def _waited(self, wearers: Iterable[str], now: datetime) -> dict[str, datetime]:
        """The first start with each of *wearers*, as the real store keeps it."""
        moments = first_starts(self._waited_from, wearers, now)
        if not self._full(self._setting.now):
            self._waited_from = moments
        return moments

    def _starting(self, now: datetime) -> datetime:
        """The first start since anything was written, as the real store keeps it."""
        moment = first_of_these(self._starting_from, self.latest, now)
        if not self._full(self._setting.now):
            self._starting_from = moment
        return moment

    def kept(self, wearers: Iterable[str], now: datetime) -> Kept:
        """What a process that begins *now*, with *wearers* in its file, finds."""
        readings = dict.fromkeys((*self.readings, *self.last.values()))
        return Kept(
            alerts=tuple(self.alerts.values()),
            attempts=tuple(a for tries in self.attempts.values() for a in tries.values()),
            readings=tuple(sorted(readings, key=lambda kept: kept.arrived_at)),
            numbers=dict(self.numbers),
            latest=self.latest,
            waited_from=self._waited(wearers, now),
            starting_from=self._starting(now),
        )
