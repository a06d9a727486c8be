"""Readings into a ward's memory: what each may do there, by its stamp and the moment it came."""

from datetime import UTC, datetime, timedelta

from relayd.domain.condition import SILENT_AFTER
from relayd.domain.draft import Draft
from relayd.domain.event import KeptReading
from relayd.domain.glucose import AHEAD_AT_MOST, BEHIND_AT_MOST, CURRENT_FOR, GlucoseMemory, Place
from relayd.domain.mark import Mark
from relayd.domain.reading import (
    Bound,
    DeviceReading,
    GlucoseReading,
    NoReading,
    Reading,
    SeizureReading,
)
from relayd.domain.seizure import RAISED_BY, WELL, WatchMemory
from relayd.domain.ward import Ward

LATE_ALARM_FOR = timedelta(hours=1)  # a seizure this long ago still needs somebody to look
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WATCH_RECORDED_EVERY = timedelta(minutes=1)


class Observer:
    """Takes readings in. *offset* leads to people's time, which is believed if *synchronised*."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self.synchronised = True

    def take(self, ward: Ward, reading: Reading, draft: Draft, *, retained: bool) -> bool:
        """Take *reading* in; say whether the ward must be looked at because of it."""
        if isinstance(reading, GlucoseReading):
            if ward.glucose is None:
                return False
            return self._take_glucose(ward, ward.glucose, reading, draft, retained=retained)
        if isinstance(reading, SeizureReading):
            if ward.watch is None:
                return False
            return self._take_state(ward, ward.watch, reading, draft, retained=retained)
        if isinstance(reading, DeviceReading):
            if retained and reading.at is None:
                return False
            ward.battery_percent = reading.battery_percent
            return True
        assert isinstance(reading, NoReading)
        return False

    def _take_glucose(
        self,
        ward: Ward,
        memory: GlucoseMemory,
        reading: GlucoseReading,
        draft: Draft,
        *,
        retained: bool,
    ) -> bool:
        now = draft.now
        wall = now + self.offset if self.synchronised else None
        heard = memory.heard(reading.at)
        place = memory.place(reading, wall, retained=retained)
        if place is Place.REPEAT:
            return False
        stamp = now if place is Place.IMPOSSIBLE else self._stamp(reading.at, now)
        acceptable = place is Place.CURRENT
        draft.readings.append(
            KeptReading(
                reading.wearer,
                stamp,
                now,
                acceptable,
                reading.mg_dl,
                reading.bound,
                reading.trend,
                doubted=place is Place.IMPOSSIBLE,
                ahead=reading.at - stamp if reading.at is not None else timedelta(0),
            )
        )
        low = reading.mg_dl < memory.limits.low or reading.bound is Bound.LOW
        if place is Place.LATE:
            if low and not retained:
                ward.missed(stamp, reading.mg_dl)
            return False
        memory.remember(Mark(stamp, reading.mg_dl, reading.bound, reading.trend, acceptable))
        if acceptable and not heard:
            memory.arrived_at = now
        return (
            low
            or bool(ward.cases)
            or reading.mg_dl < memory.limits.look_below
            or reading.mg_dl >= memory.limits.high
            or reading.bound is not Bound.WITHIN
            or ward.wake_at is None
            or ward.wake_at - now > self._looks_within(ward)
            or memory.falling()
        )

    def _looks_within(self, ward: Ward) -> timedelta:
        """A source that reports more often than it did may be silent sooner than was thought."""
        assert ward.wearer is not None
        assert ward.wearer.glucose is not None
        return ward.wearer.glucose.silent_after or SILENT_AFTER

    def _stamp(self, at: datetime | None, now: datetime) -> datetime:
        if at is None or not self.synchronised:
            return now
        return min(max(at, EPOCH), now + self.offset) - self.offset  # no stamp leaves the calendar

    def impossible(self, reading: Reading, now: datetime) -> bool | None:
        """Whether *reading*'s stamp cannot be true; None where nothing can be said of it."""
        if reading.at is None or not self.synchronised:
            return None
        age = now + self.offset - reading.at
        return -age > AHEAD_AT_MOST or age > BEHIND_AT_MOST

    def _take_state(
        self,
        ward: Ward,
        watch: WatchMemory,
        reading: SeizureReading,
        draft: Draft,
        *,
        retained: bool,
    ) -> bool:
        now, at, state = draft.now, reading.at, reading.state
        alarm = state in RAISED_BY
        if at is None:
            if retained:
                return False
        elif at == watch.source_at and state is watch.state:
            return False
        elif self.synchronised:
            age = now + self.offset - at
            if age > CURRENT_FOR or -age > AHEAD_AT_MOST:
                past = timedelta(0) < age <= BEHIND_AT_MOST
                if not alarm or retained or (past and age > LATE_ALARM_FOR):
                    return False
                self._note_state(watch, reading, draft, acceptable=False)
                return True
            if watch.source_at is not None and at < watch.source_at and not alarm:
                return False
        elif retained or (watch.source_at is not None and at < watch.source_at and not alarm):
            return False
        if at is not None:
            watch.source_at = at
        watch.arrived_at = now
        changed = self._note_state(watch, reading, draft, acceptable=True)
        return changed or state not in WELL or bool(ward.cases) or ward.wake_at is None

    def _note_state(
        self, watch: WatchMemory, reading: SeizureReading, draft: Draft, *, acceptable: bool
    ) -> bool:
        now, state = draft.now, reading.state
        changed = watch.say(state, now)
        recorded = watch.recorded_at
        due = recorded is None or now - recorded >= WATCH_RECORDED_EVERY
        if changed or due or state not in WELL:
            watch.recorded_at = now
            ahead = reading.at - now if reading.at is not None else timedelta(0)
            draft.readings.append(
                KeptReading(watch.wearer, now, now, acceptable, state=state, ahead=ahead)
            )
        return changed
