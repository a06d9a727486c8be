"""Readings to alarm conditions: one verdict for each kind of alert a wearer can have.

Every rule answers *present*, *gone* or *unchanged*, and when to ask again. A rule that cannot tell
says *unchanged*: silence is never recovery.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from relayd.domain.alert import NO_EVIDENCE, Alert, Code, Evidence, Priority
from relayd.domain.glucose import VERY_HIGH_FOR, GlucoseMemory, Level
from relayd.domain.household import GlucoseLimits

SILENT_AFTER = timedelta(minutes=16)
SILENT_AFTER_LOW = timedelta(minutes=12)
SILENT_AT_MOST = timedelta(minutes=40)
INTERVALS_MISSED = 2.5
SILENT_HIGH_AFTER = timedelta(minutes=30)
SILENT_MEDIUM_AT_LEAST = timedelta(minutes=14)
LOW_HIGH_AFTER = timedelta(minutes=30)


class Family(StrEnum):
    """Alarm conditions that are one alert: its condition and priority rise and fall."""

    LOW = "low"
    HIGH = "high"
    SILENT = "silent"
    SEIZURE_ALARM = "seizure alarm"
    SEIZURE_FALL = "seizure fall"
    SEIZURE_MANUAL = "seizure manual"
    SEIZURE_FAULT = "seizure fault"
    SEIZURE_SILENT = "seizure silent"
    BATTERY = "battery"


FAMILY_OF = {
    Code.URGENT_LOW: Family.LOW,
    Code.URGENT_LOW_SOON: Family.LOW,
    Code.LOW: Family.LOW,
    Code.FALLING_FAST: Family.LOW,
    Code.HIGH: Family.HIGH,
    Code.VERY_HIGH: Family.HIGH,
    Code.SILENT: Family.SILENT,
    Code.SEIZURE_ALARM: Family.SEIZURE_ALARM,
    Code.SEIZURE_FALL: Family.SEIZURE_FALL,
    Code.SEIZURE_MANUAL: Family.SEIZURE_MANUAL,
    Code.SEIZURE_FAULT: Family.SEIZURE_FAULT,
    Code.SEIZURE_SILENT: Family.SEIZURE_SILENT,
    Code.BATTERY_LOW: Family.BATTERY,
}

PRIORITY_OF = {
    Code.URGENT_LOW: Priority.HIGH,
    Code.SEIZURE_ALARM: Priority.HIGH,
    Code.SEIZURE_FALL: Priority.HIGH,
    Code.SEIZURE_MANUAL: Priority.HIGH,
    Code.LOW: Priority.MEDIUM,
    Code.URGENT_LOW_SOON: Priority.MEDIUM,
    Code.FALLING_FAST: Priority.MEDIUM,
    Code.SILENT: Priority.MEDIUM,
    Code.SEIZURE_SILENT: Priority.MEDIUM,
    Code.SEIZURE_FAULT: Priority.MEDIUM,
    Code.VERY_HIGH: Priority.MEDIUM,
    Code.HIGH: Priority.LOW,
    Code.BATTERY_LOW: Priority.LOW,
}
"""Every other condition is low: it is told once, and wakes nobody."""

CODE_OF_LEVEL = {
    Level.FALLING: Code.FALLING_FAST,
    Level.SOON: Code.URGENT_LOW_SOON,
    Level.LOW: Code.LOW,
    Level.URGENT: Code.URGENT_LOW,
}
LEVEL_OF_CODE = {code: level for level, code in CODE_OF_LEVEL.items()}


class Present(NamedTuple):
    """The condition is there."""

    code: Code
    priority: Priority
    since: datetime
    evidence: Evidence = NO_EVIDENCE
    after_low: bool = False


class Gone(NamedTuple):
    """Fresh evidence says that it is over."""

    evidence: Evidence = NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing new can be said: what stood, stands."""


UNCHANGED = Unchanged()
GONE = Gone()  # where a state says it, and no value
Verdict = Present | Gone | Unchanged


class Finding(NamedTuple):
    """A verdict on one family, and when it is to be asked again though nothing happens."""

    family: Family
    verdict: Verdict
    recheck_at: datetime | None = None


def low_side(memory: GlucoseMemory, standing: Alert | None, now: datetime) -> Finding:
    """Low, urgent low, soon and falling: worse at once, better after two readings well inside."""
    mark = memory.newest
    if mark is None:
        return Finding(Family.LOW, UNCHANGED)
    found = memory.level()
    if standing is None and found is Level.FINE:
        return Finding(Family.LOW, UNCHANGED)
    evidence = evidence_of(memory)
    if standing is None:
        return _low_present(found, None, now, evidence)
    stood = LEVEL_OF_CODE[standing.condition]
    if found < stood:
        limits = memory.limits
        edge = limits.clear_urgent if stood is Level.URGENT else limits.clear_low
        if not memory.twice(at_least=edge):
            found = stood
        elif found is Level.FINE and not memory.twice(at_least=limits.clear_low):
            found = Level.LOW
        elif found is Level.FINE and stood < Level.LOW and memory.level(back=1) is not Level.FINE:
            found = stood
    if found is Level.FINE:
        return Finding(Family.LOW, Gone(evidence))
    return _low_present(found, standing, now, evidence)


def _low_present(
    level: Level, standing: Alert | None, now: datetime, evidence: Evidence
) -> Finding:
    code = CODE_OF_LEVEL[level]
    since = now
    if standing is not None and (
        LEVEL_OF_CODE[standing.condition] >= Level.LOW or level < Level.LOW
    ):
        since = standing.present_since
    priority, recheck_at = PRIORITY_OF[code], None
    if level is Level.LOW:
        recheck_at = since + LOW_HIGH_AFTER
        if now >= recheck_at:
            priority, recheck_at = Priority.HIGH, None
    return Finding(Family.LOW, Present(code, priority, since, evidence), recheck_at)


def high_side(memory: GlucoseMemory, standing: Alert | None, now: datetime) -> Finding:
    """High at once; very high, or off the scale, once it has lasted ninety minutes."""
    mark = memory.newest
    if mark is None:
        return Finding(Family.HIGH, UNCHANGED)
    limits, since = memory.limits, memory.very_high_since
    code: Code | None = None
    if since is not None and mark.stamp - since >= VERY_HIGH_FOR:
        code = Code.VERY_HIGH
    elif mark.mg_dl >= limits.high or since is not None:
        code = Code.HIGH
    if standing is not None and code is not standing.condition:
        if standing.condition is Code.VERY_HIGH and not memory.twice(
            at_most=limits.clear_very_high
        ):
            code = Code.VERY_HIGH
        elif code is None and not memory.twice(at_most=limits.clear_high):
            code = Code.HIGH
    if code is None:
        return Finding(Family.HIGH, UNCHANGED if standing is None else Gone(evidence_of(memory)))
    since = standing.present_since if standing is not None else now
    return Finding(Family.HIGH, Present(code, PRIORITY_OF[code], since, evidence_of(memory)))


def glucose_silent(
    memory: GlucoseMemory,
    limits: GlucoseLimits,
    standing: Alert | None,
    counted_from: datetime,
    now: datetime,
    *,
    low_open: bool,
) -> Finding:
    """No acceptable reading for the wearer's limit, none ever since the start included.

    *counted_from* is the arrival of the last acceptable reading, or the start.
    """
    newest = memory.newest
    after_low = low_open or (newest is not None and newest.mg_dl < memory.limits.low)
    watchful = after_low or memory.falling()
    asked = limits.silent_after is None  # an explicit limit is not stretched
    limit = silent_limit(limits, memory.interval() if asked else None, watchful=watchful)
    due = counted_from + limit
    if now < due:
        gone = standing is not None and counted_from >= standing.raised_at
        verdict: Verdict = Gone(evidence_of(memory)) if gone else early_end(standing, now)
        return Finding(Family.SILENT, verdict, due)
    high_at = counted_from + max(SILENT_HIGH_AFTER, limit + SILENT_MEDIUM_AT_LEAST)
    high = after_low or now >= high_at
    priority = Priority.HIGH if high else Priority.MEDIUM
    present = Present(Code.SILENT, priority, counted_from, evidence_of(memory), after_low)
    return Finding(Family.SILENT, present, None if high else high_at)


def early_end(standing: Alert | None, now: datetime) -> Gone | Unchanged:
    """A planned silence that ends before any other would have begun is over, and asks nobody."""
    if standing is None or not standing.planned or standing.quiet_until is None:
        return UNCHANGED
    return GONE if now >= standing.quiet_until else UNCHANGED


def silent_limit(limits: GlucoseLimits, interval: timedelta | None, *, watchful: bool) -> timedelta:
    """How long this wearer's source may say nothing. An explicit limit is obeyed as it stands."""
    given = limits.silent_after_low if watchful else limits.silent_after
    if watchful and given is None and limits.silent_after is not None:
        return min(limits.silent_after, SILENT_AFTER_LOW)
    if given is not None:
        return given
    least = SILENT_AFTER_LOW if watchful else SILENT_AFTER
    stretched = INTERVALS_MISSED * interval if interval is not None else least
    return max(least, min(stretched, SILENT_AT_MOST))


def evidence_of(memory: GlucoseMemory) -> Evidence:
    """What the newest mark says, for the words of an alert."""
    mark = memory.newest
    if mark is None:
        return NO_EVIDENCE
    return Evidence(mark.mg_dl, mark.bound, mark.trend, mark.stamp)
