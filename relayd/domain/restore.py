"""Taking up again, after a stop, what the disk kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from relayd.domain.alert import Alert, Code, Presence
from relayd.domain.case import Case
from relayd.domain.desk import CLOSED_KEPT_FOR, Desk
from relayd.domain.draft import Draft
from relayd.domain.event import Kept, KeptReading
from relayd.domain.glucose import CURRENT_FOR
from relayd.domain.judge import BEYOND_US
from relayd.domain.lines import PROOF
from relayd.domain.mark import Mark
from relayd.domain.ward import START_GRACE, Ward

GRACE_AT_LEAST = timedelta(seconds=15)  # the broker is found again, and hands out what it kept


def restore(kept: Kept, wards: Mapping[str | None, Ward], desk: Desk, now: datetime) -> list[str]:
    """Put everything back in its place; return the sources that were not to be understood."""
    last = kept.latest or min(kept.waited_from.values(), default=now)
    if now - last > START_GRACE:
        began = kept.starting_from or now  # who dies at every start begins no new grace each time
        for ward in wards.values():
            ward.grace_until = max(began + START_GRACE, now + GRACE_AT_LEAST)
    for reading in sorted(kept.readings, key=lambda r: r.arrived_at):
        known = wards.get(reading.wearer)
        if known is not None:
            _remember(known, reading, now)
    garbled: list[str] = []
    for alert in kept.alerts:
        known = wards.get(alert.wearer)
        if known is not None and alert.open:
            desk.adopt(known, Case(alert, desk.household))
            if alert.condition.technical and alert.condition is not Code.MISHAP:
                _blame(known, alert)
            if alert.condition is Code.BAD_PAYLOAD:
                garbled.append(alert.about)
    _take_up_attempts(kept, wards, desk, now)
    _believe(desk)
    return garbled


def let_go(wards: Iterable[Ward], desk: Desk, draft: Draft) -> None:
    """End what stands of a wearable that people took out of the file. They know: no line."""
    for ward in wards:
        for case in ward.no_longer_worn() if ward.wearer is not None else ():
            case.put(case.alert._replace(presence=Presence.OFF, ended_at=draft.now), draft)
            case.say("alert.cleared", draft, reason="no longer in the file")
            desk.end(ward, case, draft, timedelta(0))
            case.notes_due_at = None


def _take_up_attempts(
    kept: Kept, wards: Mapping[str | None, Ward], desk: Desk, now: datetime
) -> None:
    for alert in kept.closing:
        recent = alert.ended_at is not None and now - alert.ended_at <= CLOSED_KEPT_FOR
        if recent and alert.wearer in wards:
            desk.close(Case(alert, desk.household), now)
    for attempt in sorted(kept.attempts, key=lambda a: a.number):
        case = desk.case_of(attempt.id)
        if case is not None:
            case.restore(attempt)


def _believe(desk: Desk) -> None:
    """Doubt again what failed before the stop, and believe again what was proved after that."""
    told = [a for case in desk.cases() for a in case.attempts.values() if a.status_at is not None]
    for attempt in sorted(told, key=lambda a: a.status_at or a.begun_at):
        route = desk.household.carers[attempt.carer].routes[attempt.route]
        if attempt.status in PROOF:
            desk.belief.prove(route)
        elif attempt.failure in BEYOND_US:
            desk.belief.doubt(
                attempt.carer, attempt.route, route, attempt.status_at or attempt.begun_at
            )


def _blame(relay: Ward, alert: Alert) -> None:
    relay.faults[alert.condition, alert.about] = (alert.raised_at, alert.evidence.detail)


def _remember(ward: Ward, kept: KeptReading, now: datetime) -> None:
    """What is history by now clears nothing: the disk may lack what came after it."""
    current = kept.acceptable and now - kept.arrived_at <= CURRENT_FOR
    memory, watch = ward.glucose, ward.watch
    if kept.mg_dl is not None and memory is not None and (kept.acceptable or kept.doubted):
        memory.remember(Mark(kept.stamp, kept.mg_dl, kept.bound, kept.trend, trusted=current))
        if kept.acceptable:
            memory.known(kept.stamp + kept.ahead, kept.mg_dl, kept.bound)
            memory.arrived_at = kept.arrived_at
    elif kept.state is not None and watch is not None:
        watch.say(kept.state, kept.stamp)
        watch.recorded_at = kept.arrived_at
        if kept.acceptable:
            watch.arrived_at = kept.arrived_at
            watch.source_at = kept.stamp + kept.ahead
