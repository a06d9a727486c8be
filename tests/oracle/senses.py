"""What relayd could know of each wearer: which readings counted, by SAFETY's words alone.

An acceptable reading has a stamp not seen before, and is at most ten minutes old: by its stamp
where stamp and clock are credible, else by its arrival. One whose stamp cannot be true is doubted:
it may raise. Everything else is history.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from oracle.digest import Digest
from relayd.domain.event import ClockReported, Event, Happened, ReadingsReceived, Started
from relayd.domain.reading import Bound, GlucoseReading, SeizureReading, WatchState
from relayd.simulate.trace import Fed

CURRENT_S = 600.0
AHEAD_S = 120.0
ALARMS = frozenset({WatchState.ALARM, WatchState.FALL, WatchState.MANUAL})
LONG_AGO_S = 366 * 86400.0
SAME_MOMENT_S = 60.0


@dataclass(slots=True)
class Heard:
    """One glucose reading: when it came, of when it is, and whether it counts.

    *fresh*: it is acceptable and its stamp was new, so that it feeds the silence timer. *newest*:
    nothing known is later, so it says what is true now. *leapt_s*: by how much in all relayd's
    own time had leapt when it came, by a wall clock that had gone ahead during a stop.
    """

    t: float
    fed: Fed
    stamp: float
    mg_dl: float
    acceptable: bool
    doubted: bool
    fresh: bool
    newest: bool
    leapt_s: float


@dataclass(slots=True)
class Glucose:
    """One wearer's sensor: all that was heard of it, oldest first."""

    heard: list[Heard] = field(default_factory=list)
    known: list[tuple[float, float, bool]] = field(default_factory=list)
    stamps: dict[datetime, float] = field(default_factory=dict)
    feds: dict[datetime, Fed] = field(default_factory=dict)
    last_at: datetime | None = None
    last_bare: float | None = None

    def clear_evidence(self, fed: Fed, forgot: Mapping[int, float]) -> tuple[float, ...]:
        """What was read at the two newest moments, as of *fed*: of each, the lowest value.

        A moment begins with a reading and is a minute long: two sensors may both speak in it.
        *forgot* tells when rows went with a process that had them in memory alone.
        """
        last = next(n for n in reversed(range(len(self.heard))) if self.heard[n].fed is fed)
        known = sorted(
            (h.stamp + h.leapt_s, h.mg_dl)
            for h in self.heard[: last + 1]
            if h.acceptable
            and not (forgot and any(forgot.get(id(row), fed.t) < fed.t for row in h.fed.rows))
        )
        moments: list[tuple[float, float]] = []
        for stamp, mg_dl in _newest(known):
            if moments and stamp - moments[-1][0] < SAME_MOMENT_S:
                moments[-1] = moments[-1][0], min(mg_dl, moments[-1][1])
            else:
                moments.append((stamp, mg_dl))
        return tuple(mg_dl for _, mg_dl in moments[-2:]) if len(moments) > 1 else ()


def _newest(known: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The last of them, two moments at least: after every gap a moment begins."""
    gaps = (
        n for n in range(len(known) - 1, 0, -1) if known[n][0] - known[n - 1][0] >= SAME_MOMENT_S
    )
    next(gaps, 0)
    return known[next(gaps, 0) :]


@dataclass(slots=True)
class State:
    """One word of a seizure watch, heard at *t*; *current*: it says what is so now."""

    t: float
    fed: Fed
    state: WatchState
    current: bool


class Senses:
    """Every wearer's readings as relayd could know them."""

    def __init__(self, digest: Digest, start: datetime) -> None:
        self.glucose: dict[str, Glucose] = defaultdict(Glucose)
        self.watches: dict[str, list[State]] = defaultdict(list)
        self._start = start
        self._forgot = digest.forgot
        self._ahead = 0.0  # of the true time: relayd's own steady time, which a boot may find
        self._leapt_s = 0.0
        self._offset = 0.0  # and from that to its wall clock
        self._synchronised = True
        self._watch_at: dict[str, tuple[datetime | None, WatchState]] = {}
        self._watch_fed: dict[str, Fed] = {}
        for fed in digest.feds:
            self._take(fed, fed.event)

    def _take(self, fed: Fed, event: Event) -> None:
        if isinstance(event, Started):
            said = next(row.at for row in fed.rows if isinstance(row, Happened))
            ahead = (said - self._start).total_seconds() - self._offset - fed.t
            self._leapt_s += max(0.0, ahead - self._ahead)
            self._ahead = ahead
        elif isinstance(event, ClockReported):
            self._offset = event.offset.total_seconds()
            self._synchronised = event.synchronised
        elif isinstance(event, ReadingsReceived):
            for reading in event.readings:
                if isinstance(reading, GlucoseReading):
                    self._hear(fed, reading, retained=event.retained)
                elif isinstance(reading, SeizureReading):
                    self._watch(fed, reading, retained=event.retained)

    def _age(self, t: float, at: datetime) -> float:
        return t + self._ahead + self._offset - (at - self._start).total_seconds()

    def _hear(self, fed: Fed, reading: GlucoseReading, *, retained: bool) -> None:
        sensor, t, at = self.glucose[reading.wearer], fed.t, reading.at
        mg_dl = 0.0 if reading.bound is Bound.LOW else reading.mg_dl
        acceptable, doubted, fresh, stamp = False, False, False, t
        if at is None:
            fresh = acceptable = not retained and mg_dl != sensor.last_bare
            sensor.last_bare = mg_dl if not retained else sensor.last_bare
        else:
            seen = sensor.stamps.get(at)
            if at in sensor.feds and self._forgotten(sensor.feds[at], t):
                seen = None  # that process had it in memory alone
            news = seen is None or mg_dl < seen
            age = self._age(t, at)
            if self._synchronised:
                acceptable = news and -AHEAD_S <= age <= CURRENT_S
                beyond = age < -AHEAD_S or age > LONG_AGO_S
                doubted = news and beyond and not retained
                stamp = t if doubted else min(t - age, t)
            else:
                late = sensor.last_at is not None and at < sensor.last_at
                acceptable = news and not retained and not late
            fresh = acceptable and seen is None
            if acceptable:
                sensor.stamps[at] = mg_dl
                sensor.feds[at] = fed
                sensor.last_at = max(at, sensor.last_at or at)
        newest = not sensor.known or stamp >= sensor.known[-1][0]
        sensor.heard.append(
            Heard(t, fed, stamp, mg_dl, acceptable, doubted, fresh, newest, self._leapt_s)
        )
        if acceptable or doubted:
            insort(sensor.known, (stamp, mg_dl, doubted))

    def _forgotten(self, fed: Fed, t: float) -> bool:
        forgot = self._forgot
        return bool(forgot) and any(forgot.get(id(row), t) < t for row in fed.rows)

    def _watch(self, fed: Fed, reading: SeizureReading, *, retained: bool) -> None:
        t, at, wearer = fed.t, reading.at, reading.wearer
        last = self._watch_at.get(wearer)
        if last is not None and self._forgotten(self._watch_fed[wearer], t):
            last = None  # that process had it in memory alone
        alarm = reading.state in ALARMS  # it counts though something overtook it
        if at is None:
            current = not retained
        elif self._synchronised:
            new = alarm or last is None or last[0] is None or at >= last[0]
            current = new and -AHEAD_S <= self._age(t, at) <= CURRENT_S
            current = current and (at, reading.state) != last
        else:
            new = alarm or last is None or last[0] is None or at >= last[0]
            current = new and not retained and (at, reading.state) != last
        if current:
            self._watch_at[wearer] = (at, reading.state)
            self._watch_fed[wearer] = fed
        self.watches[wearer].append(State(t, fed, reading.state, current))
