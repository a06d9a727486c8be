"""A seizure watch's states to alarm conditions, and a wearable's battery."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from relayd.domain.alert import Alert, Code, Evidence, Priority
from relayd.domain.condition import (
    FAMILY_OF,
    GONE,
    PRIORITY_OF,
    SILENT_HIGH_AFTER,
    SILENT_MEDIUM_AT_LEAST,
    UNCHANGED,
    Family,
    Finding,
    Present,
    early_end,
)
from relayd.domain.household import SeizureLimits
from relayd.domain.reading import WatchState

FAULT_AFTER = timedelta(seconds=60)
BATTERY_LOW_BELOW_PERCENT = 20.0
BATTERY_CLEAR_FROM_PERCENT = 25.0

RAISED_BY = {
    WatchState.ALARM: Code.SEIZURE_ALARM,
    WatchState.FALL: Code.SEIZURE_FALL,
    WatchState.MANUAL: Code.SEIZURE_MANUAL,
}
NOT_WATCHING = frozenset({WatchState.FAULT, WatchState.MUTED, WatchState.NET_FAULT})
WELL = frozenset({WatchState.OK, WatchState.WARNING})


@dataclass(slots=True)
class WatchMemory:
    """What a seizure watch said last, since when it says so, and when it last spoke."""

    wearer: str
    limits: SeizureLimits
    state: WatchState | None = None
    since: datetime | None = None
    arrived_at: datetime | None = None
    source_at: datetime | None = None
    recorded_at: datetime | None = None

    def say(self, state: WatchState, at: datetime) -> bool:
        """Note what it says at *at*; True where that is new. Not watching is one, whatever why."""
        if state is self.state:
            return False
        if not (self.state in NOT_WATCHING and state in NOT_WATCHING):
            self.since = at
        self.state = state
        return True


def seizure_event(watch: WatchMemory, code: Code, now: datetime) -> Finding:
    """Alarm, fall or manual alarm: present while the watch says so, gone once it says it is well.

    A fault or a mute says nothing of the wearer: then what stood, stands.
    """
    state = watch.state
    if state is not None and RAISED_BY.get(state) is code:
        return Finding(FAMILY_OF[code], Present(code, PRIORITY_OF[code], watch.since or now))
    well = state in WELL or (state in RAISED_BY and RAISED_BY[state] is not code)
    return Finding(FAMILY_OF[code], GONE if well else UNCHANGED)


def seizure_fault(watch: WatchMemory, standing: Alert | None, now: datetime) -> Finding:
    """The watch says that it is not watching, for a minute on end."""
    if watch.state not in NOT_WATCHING or watch.since is None:
        return Finding(Family.SEIZURE_FAULT, GONE if standing is not None else UNCHANGED)
    due = watch.since + FAULT_AFTER
    if now < due:
        return Finding(Family.SEIZURE_FAULT, UNCHANGED, due)
    assert watch.state is not None
    present = Present(
        Code.SEIZURE_FAULT, Priority.MEDIUM, watch.since, Evidence(detail=watch.state.value)
    )
    return Finding(Family.SEIZURE_FAULT, present)


def seizure_silent(
    watch: WatchMemory, standing: Alert | None, counted_from: datetime, now: datetime
) -> Finding:
    """The watch has said nothing at all for its limit."""
    limit = watch.limits.silent_after
    due = counted_from + limit
    if now < due:
        gone = standing is not None and counted_from >= standing.raised_at
        return Finding(Family.SEIZURE_SILENT, GONE if gone else early_end(standing, now), due)
    high_at = counted_from + max(SILENT_HIGH_AFTER, limit + SILENT_MEDIUM_AT_LEAST)
    high = now >= high_at
    present = Present(Code.SEIZURE_SILENT, Priority.HIGH if high else Priority.MEDIUM, counted_from)
    return Finding(Family.SEIZURE_SILENT, present, None if high else high_at)


def battery(percent: float, standing: Alert | None, now: datetime) -> Finding:
    """A wearable's battery runs low: below a fifth, until it is charged again."""
    if percent < BATTERY_LOW_BELOW_PERCENT:
        since = standing.present_since if standing is not None else now
        evidence = Evidence(detail=f"{percent:.0f} %")
        present = Present(Code.BATTERY_LOW, Priority.LOW, since, evidence)
        return Finding(Family.BATTERY, present)
    gone = standing is not None and percent >= BATTERY_CLEAR_FROM_PERCENT
    return Finding(Family.BATTERY, GONE if gone else UNCHANGED)
