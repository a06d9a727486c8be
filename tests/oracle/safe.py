"""What must never happen to an alert, a reading or a message: S1 to S4, S8, S9 and S10."""

from collections.abc import Iterator

from oracle.calling import Calling
from oracle.run import EPSILON_S, Run, Violation
from relayd.domain.alert import Alert, Code, Presence, Priority
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.event import (
    AttemptReported,
    ClockReported,
    Event,
    PayloadRejected,
    ReadingsReceived,
    Started,
    Woke,
)
from relayd.domain.reading import SeizureReading, WatchState
from relayd.simulate.trace import Aired, BrokerAcked, BrokerBrought, Fed, Written

READ = ReadingsReceived | PayloadRejected
LAP_REST_S = 600.0
MEDIUM_REST_S = 900.0
LEAP_S = 300.0
CLEAR_BY = 5.0
LOW_SIDE = frozenset({Code.URGENT_LOW, Code.URGENT_LOW_SOON, Code.LOW, Code.FALLING_FAST})
HIGH_SIDE = frozenset({Code.HIGH, Code.VERY_HIGH})
LATCHING = frozenset({Code.SEIZURE_ALARM, Code.SEIZURE_FALL, Code.SEIZURE_MANUAL})
BLIND = frozenset({WatchState.FAULT, WatchState.MUTED, WatchState.NET_FAULT})
PROOF = (Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED)
CALLING = (Presence.ON, Presence.LATCHED)


def s1(run: Run) -> Iterator[Violation]:
    """The broker's message is forgotten, and a message leaves, only after the write.

    What was written while storage is lost stands for the disk, as SAFETY has it (L7).
    """
    written: set[int] = set()
    led_to: dict[int, Fed] = {}
    attempts: set[str] = set()
    brought: BrokerBrought | None = None
    for entry in run.digest.entries:
        if isinstance(entry, Fed):
            if brought is not None and isinstance(entry.event, READ):
                led_to[brought.number] = entry
                brought = None
        elif isinstance(entry, Written):
            written.update(map(id, entry.rows))
            for row in entry.rows:
                if isinstance(row, Attempt):
                    attempts.add(row.id)
        elif isinstance(entry, BrokerBrought):
            brought = entry
        elif isinstance(entry, BrokerAcked):
            fed = led_to.pop(entry.number, None)
            if fed is None or not written.issuperset(map(id, fed.rows)):
                yield Violation("S1", entry.t, f"message {entry.number} acknowledged unwritten")
        elif isinstance(entry, Aired) and entry.attempt not in attempts:
            yield Violation("S1", entry.t, f"{entry.attempt} left before it was written")


def s2(run: Run) -> Iterator[Violation]:
    """An alert ends by fresh readings in range, or by a carer: by nothing else."""
    for name, life in run.digest.lives.items():
        open_before = False
        for t, alert, fed in life.stood:
            if open_before and not alert.open:
                why = _may_not_end(run, t, alert, fed)
                if why:
                    yield Violation("S2", t, f"{name} ({alert.condition}) ended: {why}")
            open_before = alert.open


def _may_not_end(run: Run, t: float, alert: Alert, fed: Fed) -> str:
    event, code = fed.event, alert.condition
    if alert.wearer is None:
        return "" if not isinstance(event, Started) else "by a restart"
    if code in LATCHING:
        return "" if alert.acknowledged_by in run.plan.carers else "nobody answered"
    if not isinstance(event, ReadingsReceived):
        return f"by {type(event).__name__}"
    if code in LOW_SIDE | HIGH_SIDE:
        return _not_in_range(run, alert, fed)
    if code is Code.SILENT:
        heard = run.senses.glucose[alert.wearer].heard
        return "" if any(h.t == t and h.fresh for h in heard) else "no acceptable reading came"
    if code is Code.SEIZURE_FAULT:
        states = {r.state for r in event.readings if isinstance(r, SeizureReading)}
        return "" if states - BLIND else "the watch still does not watch"
    return ""


def _not_in_range(run: Run, alert: Alert, fed: Fed) -> str:
    assert alert.wearer is not None
    limits, sensor = run.glucose[alert.wearer], run.senses.glucose[alert.wearer]
    if not any(h.fed is fed and h.acceptable for h in reversed(sensor.heard)):
        return "no acceptable reading came"
    values = sensor.clear_evidence(fed, run.digest.forgot)
    if not values:
        return "by a single reading"
    if alert.condition in LOW_SIDE and min(values) < limits.low + CLEAR_BY:
        return "still low"
    if alert.condition in HIGH_SIDE and max(values) > limits.high - CLEAR_BY:
        return "still high"
    return ""


def s3(run: Run) -> Iterator[Violation]:
    """While it holds and nobody has answered, every carer of the plan is called again and again.

    Read as: between two calls of one high alert to one carer lie at most ten minutes, the longest
    rest between two climbs; at most fifteen for a medium one. A gateway's word changes nothing.
    """
    for calling in run.callings:
        rest = LAP_REST_S if calling.priority is Priority.HIGH else MEDIUM_REST_S
        if calling.priority is Priority.LOW:
            continue
        for carer, due in calling.due(run):
            moments = [t for t in calling.begun(carer) if t >= due - EPSILON_S]
            last = due
            for moment in (*moments, calling.ended):
                if moment > run.deadline(last, rest):
                    why = f"{carer} was not called for {moment - last:.0f} s"
                    yield Violation("S3", moment, f"{calling.alert}: {why}")
                last = moment


def s4(run: Run) -> Iterator[Violation]:
    """An attempt of which nothing was known when the process died goes out again, same key.

    And no key is that of two messages. Where storage was lost, and then the process, numbers begin
    again at what the disk last saw: those alerts are left out here.
    """
    lives = run.digest.lives.values()
    for disk in run.digest.disks:
        if disk.started is None:
            continue
        again = {send.attempt.id for send in disk.started.sends}
        for attempt in disk.attempts.values():
            alert = disk.alerts.get(attempt.alert)
            if alert is None or not alert.open:
                continue
            unknown = attempt.status is Dissemination.SENDING
            wanted = alert.presence in CALLING and attempt.purpose is Purpose.CALL
            sent = attempt.id in again
            if unknown and wanted and not sent and not disk.over_at_start(alert.id, lives):
                yield Violation("S4", disk.back, f"{attempt.id} counted as sent after a crash")
    shown: dict[str, tuple[str, int, str]] = {}
    for t, send in run.digest.sends:
        if send.attempt.alert in run.digest.forgotten:
            continue
        is_ = (send.attempt.carer, send.attempt.route, send.attempt.begun_at.isoformat())
        if shown.setdefault(send.attempt.id, is_) != is_:
            yield Violation("S4", t, f"{send.attempt.id} is the key of two messages")


def s8(run: Run) -> Iterator[Violation]:
    """What is older than ten minutes raises nothing: backfill is no flood.

    That it clears nothing is part of S2, that it feeds no silence timer of L3.
    """
    for wearer, sensor in run.senses.glucose.items():
        current = {id(h.fed) for h in sensor.heard if h.acceptable or h.doubted}
        past = {id(h.fed) for h in sensor.heard} - current
        for name, life in run.digest.lives.items():
            t, alert, fed = life.stood[0] if life.stood else (0.0, None, None)
            about = alert is not None and alert.wearer == wearer
            if about and alert is not None and id(fed) in past and alert.condition in LOW_SIDE:
                yield Violation("S8", t, f"{name} was raised by old readings")


def s9(run: Run) -> Iterator[Violation]:
    """Every route of a carer is begun within half the promise, whatever is believed of it.

    SAFETY has it for five routes of two minutes (golden case t); belief may only reorder them. A
    message that is proven to have woken its carer is given the time of an answer before the next.
    """
    for calling in run.callings:
        if calling.priority is not Priority.HIGH or calling.resumed:
            continue
        at_once = calling.condition.startswith("seizure.")
        for carer, due in calling.due(run):
            awake = 0 if at_once else _woken(run, calling, carer)
            within = 0.0 if at_once else calling.promise(run) / 2
            by = run.deadline(due, within + awake * run.plan.answer_within_s)
            if by > calling.call_ended or by > run.ended:
                continue
            begun = calling.routes_begun(carer, by)
            missing = [
                facts.channel
                for number, facts in enumerate(run.carers[carer])
                if number not in begun
            ]
            if missing:
                why = f"{carer} was not tried by {', '.join(missing)}"
                yield Violation("S9", by, f"{calling.alert}: {why}")


def _woken(run: Run, calling: Calling, carer: str) -> int:
    """How many messages of a stretch are proven to have woken *carer*."""
    return sum(
        run.carers[carer][attempt.route].wakes
        and any(status in PROOF for _, status, _ in run.digest.reports[attempt.id])
        for t, attempt in calling.life.begun
        if attempt.carer == carer and calling.began <= t <= calling.ended
    )


def s10(run: Run) -> Iterator[Violation]:
    """The clock alone raises and ends nothing, and no silence is seen where readings came.

    What a step might delay shows in S3, S6 and L3, whose times are the world's own. A process that
    begins has the wall alone to tell how long it was away: where that has gone ahead meanwhile, a
    short stop looks like a long one. Then a silence may be seen that was none, once: too early is
    the safe side.
    """
    begun = {disk.back for disk in run.digest.disks}
    for name, life in run.digest.lives.items():
        before: Alert | None = None
        for t, alert, fed in life.stood:
            changed = before is None or before.presence is not alert.presence
            changed = changed and t not in begun  # what was due meanwhile is seen at the first turn
            if isinstance(fed.event, ClockReported) and changed and alert.wearer is not None:
                yield Violation("S10", t, f"{name} became {alert.presence} by the clock")
            if before is None and _heard_of_late(run, t, alert, fed.event):
                yield Violation("S10", t, f"{name}: silence, though readings came")
            before = alert


def _heard_of_late(run: Run, t: float, alert: Alert, event: Event) -> bool:
    if alert.condition is not Code.SILENT or not isinstance(event, Woke | AttemptReported):
        return False
    limits = run.glucose[alert.wearer or ""]
    least = min(limits.silent_after_s, limits.silent_after_low_s) - EPSILON_S
    heard = run.senses.glucose[alert.wearer or ""].heard
    if any(at < t < at + LEAP_S for at in run.digest.leapt):
        return False
    known = max((at for at in run.digest.amnesia if at < t), default=0.0)
    return any(h.fresh and max(known, t - least) < h.t <= t for h in heard)
