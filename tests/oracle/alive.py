"""What must happen for wearers, and by when: L1 to L5."""

from collections.abc import Iterator

from oracle.calling import Calling
from oracle.run import EPSILON_S, Run, Violation
from oracle.safe import BLIND, LAP_REST_S
from oracle.senses import ALARMS
from relayd.domain.alert import Code, Presence, Priority
from relayd.domain.delivery import Dissemination, Purpose
from relayd.domain.reading import WatchState

HELD_BACK_S = 60.0
"""What the broker kept must first be heard after a stop: a new silence waits so long at most."""

RESTART_S = 15.0
FAULT_AFTER_S = 60.0
SILENT_HIGH_S = 1800.0
KNOWN = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})
EVENTS = {
    WatchState.ALARM: Code.SEIZURE_ALARM,
    WatchState.FALL: Code.SEIZURE_FALL,
    WatchState.MANUAL: Code.SEIZURE_MANUAL,
}


def l1(run: Run) -> Iterator[Violation]:
    """What alarms is an alert at once, and each carer of the first step with a way hears of it."""
    yield from _raised_at_once(run)
    first = set(run.plan.steps[0][1])
    for calling in run.callings:
        for carer, due in calling.due(run):
            if carer in first:
                yield from _reached("L1", run, calling, carer, due)


def _raised_at_once(run: Run) -> Iterator[Violation]:
    for wearer, sensor in run.senses.glucose.items():
        limits = run.glucose[wearer]
        for heard in sensor.heard:
            news = heard.newest and (heard.acceptable or heard.doubted)
            shown = int(heard.mg_dl + 0.5)
            if news and shown < limits.low:
                found = _standing(run, wearer, heard.t)
                urgent = shown < limits.urgent_low
                if not found & ({Code.URGENT_LOW} if urgent else {Code.URGENT_LOW, Code.LOW}):
                    yield Violation("L1", heard.t, f"{wearer} is low, and there is no alert")
    for wearer, states in run.senses.watches.items():
        for state in states:
            code = EVENTS.get(state.state)
            if code is not None and state.current and code not in _standing(run, wearer, state.t):
                yield Violation("L1", state.t, f"{wearer}: {code}, and there is no alert")


def _standing(run: Run, wearer: str, t: float) -> set[Code]:
    return {
        alert.condition
        for life in run.digest.lives.values()
        for alert in life.ever_at(t)
        if alert.wearer == wearer and alert.open
    }


def _reached(name: str, run: Run, calling: Calling, carer: str, due: float) -> Iterator[Violation]:
    """Where a route worked all the time, its carer was reached: by proof where it can prove."""
    if calling.priority is not Priority.HIGH or calling.resumed:
        return
    by = run.deadline(due, calling.promise(run))
    if by > min(calling.ended, run.ended):
        return  # somebody answered, or it cleared: nothing was owed any more
    ways = [
        facts
        for number, facts in enumerate(run.carers[carer])
        if not facts.sounder and run.works(carer, number, due, by)
    ]
    if not ways:
        return
    shown = [s for s in run.digest.shown[calling.alert, carer] if due <= s.t <= by]
    proven = any(
        t <= by and status in KNOWN
        for begun, attempt in calling.life.begun
        if attempt.carer == carer and begun <= by
        for t, status, _ in run.digest.reports[attempt.id]
    )
    if not shown or (all(facts.proves for facts in ways) and not proven):
        why = f"{carer} was not reached by {', '.join(facts.channel for facts in ways)}"
        yield Violation(name, by, f"{calling.alert} ({calling.condition}): {why}")


def l1b(run: Run) -> Iterator[Violation]:
    """What wakes a carer begins within the promise: delivered is not awake."""
    for calling in run.callings:
        if calling.priority is not Priority.HIGH or calling.resumed:
            continue
        for carer, due in calling.due(run):
            wakes = {n for n, facts in enumerate(run.carers[carer]) if facts.wakes}
            by = run.deadline(due, calling.promise(run))
            over = by > min(calling.call_ended, run.ended)
            if wakes and not over and not wakes & calling.routes_begun(carer, by):
                yield Violation("L1b", by, f"{calling.alert}: nothing was begun to wake {carer}")


def l2(run: Run) -> Iterator[Violation]:
    """Carers of a later step with a way are reached by the sum of the steps and the promise."""
    first = set(run.plan.steps[0][1])
    for calling in run.callings:
        for carer, due in calling.due(run):
            if carer not in first:
                yield from _reached("L2", run, calling, carer, due)


def heal(run: Run) -> Iterator[Violation]:
    """Once one way to one carer is healed, every high alert that still calls reaches them by it.

    Within the longest rest between two climbs and the promise: a climb may just have ended.
    """
    if run.healed is None:
        return
    carer, _, since = run.healed
    for calling in run.callings:
        if calling.priority is not Priority.HIGH or dict(calling.due(run)).get(carer) is None:
            continue
        a = max(since, dict(calling.due(run))[carer])
        by = run.deadline(a, LAP_REST_S + calling.promise(run))
        if by > min(calling.ended, run.ended):
            continue
        if not any(a <= s.t <= by for s in run.digest.shown[calling.alert, carer]):
            yield Violation("heal", by, f"{calling.alert}: {carer}'s way was healed, and not taken")


def l3(run: Run) -> Iterator[Violation]:
    """No acceptable reading for the limit, or none ever since, is a silence; high after a low."""
    for wearer, limits in run.glucose.items():
        heard = [h for h in run.senses.glucose[wearer].heard if h.fresh]
        last, low = 0.0, False
        for moment, low_then in [*((h.t, h.mg_dl < limits.low - 0.5 if h.newest else None)
                                   for h in heard), (run.ended, False)]:  # fmt: skip
            limit = limits.silent_after_low_s if low else limits.silent_after_s
            yield from _silence(run, wearer, Code.SILENT, (last, moment), limit, low=low)
            last, low = moment, low if low_then is None else low_then
    for wearer, limit in run.watches.items():
        current = [s.t for s in run.senses.watches[wearer] if s.current]
        last = 0.0
        for moment in (*current, run.ended):
            yield from _silence(run, wearer, Code.SEIZURE_SILENT, (last, moment), limit)
            last = moment
        yield from _faults(run, wearer)


def _silence(
    run: Run,
    wearer: str,
    code: Code,
    gap: tuple[float, float],
    limit: float,
    *,
    low: bool = False,
) -> Iterator[Violation]:
    began, ended = gap
    if ended - began <= limit:
        return
    back = max((back for back in _amnesia(run) if began < back < ended), default=began)
    began, low = back, low and back == began  # what was low was forgotten, too
    if ended - began <= limit:
        return
    by = _held_back(run, began, run.deadline(began, limit))
    again = run.digest.heard_again(wearer, began, by)
    if again is not None:
        by = _held_back(run, began, max(by, again + HELD_BACK_S + EPSILON_S))
    if by < ended and code not in _standing(run, wearer, by):
        yield Violation("L3", by, f"{wearer} said nothing since {began:.0f} s: no silence raised")
    if not low:
        by = _held_back(run, began, run.deadline(began, max(SILENT_HIGH_S, limit + 840.0)))
    if by < ended and not _high(run, wearer, code, by):
        yield Violation("L3", by, f"{wearer}: a long silence is not high")


def _amnesia(run: Run) -> Iterator[float]:
    """When a process began that had lost with its storage what came before: it counts from then."""
    return (disk.back for disk in run.digest.disks if disk.died in run.digest.amnesia)


def _held_back(run: Run, began: float, by: float) -> float:
    """*by*, and after every stop since *began* a minute to hear what the broker kept."""
    for died, back in run.digest.down:
        if began <= back and died <= by:
            by = max(by, back + HELD_BACK_S + EPSILON_S)
    return by


def _high(run: Run, wearer: str, code: Code, t: float) -> bool:
    wanted = (wearer, code, Priority.HIGH, True)
    alerts = (life.at(t) for life in run.digest.lives.values())
    return any((a.wearer, a.condition, a.priority, a.open) == wanted for a in alerts if a)


def _faults(run: Run, wearer: str) -> Iterator[Violation]:
    """A watch that calls for help is not blind, whatever its clock: doubted words may raise."""
    since: float | None = None
    states = [s for s in run.senses.watches[wearer] if s.current or s.state in ALARMS]
    ends = [s.t for s in states[1:]] + [run.ended]
    for state, end in zip(states, ends, strict=True):
        since = (since if since is not None else state.t) if state.state in BLIND else None
        if since is not None:
            by = run.deadline(since, FAULT_AFTER_S) + RESTART_S
            again = run.digest.heard_again(wearer, since, by)  # what was said may have ended it
            forgot = again is not None or any(since < back < end for back in _amnesia(run))
            if by < end and not forgot and Code.SEIZURE_FAULT not in _standing(run, wearer, by):
                yield Violation("L3", by, f"{wearer}'s watch does not watch, and nobody is told")


def l4(run: Run) -> Iterator[Violation]:
    """When every carer has refused, calling starts again; that it never stops is S3."""
    everybody = run.plan.carers
    for name, life in run.digest.lives.items():
        for t, alert, _ in life.stood:
            if set(alert.refused_by) >= everybody and alert.presence is not Presence.OFF:
                again = life.at(t + EPSILON_S)
                if again is not None and again.call == alert.call:
                    yield Violation("L4", t, f"{name}: all refused, and nobody is called again")


def l5(run: Run) -> Iterator[Violation]:
    """After a stop it goes on at once, and sends nothing anew that is known to have got through."""
    for disk in run.digest.disks:
        if disk.back == float("inf"):
            continue
        started = disk.started
        if started is None or started.t > disk.back + RESTART_S:
            if disk.back + RESTART_S < run.ended and run.digest.running(disk.back, run.ended):
                yield Violation("L5", disk.back, "the relay did not begin again")
            continue
        for send in started.sends:
            known = disk.attempts.get(send.attempt.id)
            if known is not None and known.status is not Dissemination.SENDING:
                yield Violation("L5", started.t, f"{known.id} was {known.status} and went out anew")
        yield from _called_though_acknowledged(disk.alerts, started.sends, started.t)


def _called_though_acknowledged(alerts: object, sends: object, t: float) -> Iterator[Violation]:
    assert isinstance(alerts, dict)
    assert isinstance(sends, tuple)
    for send in sends:
        stood = alerts.get(send.attempt.alert)
        if stood is None or stood.presence is not Presence.ACKNOWLEDGED:
            continue
        quiet = send.alert.acknowledged_at == stood.acknowledged_at and stood.reminded_at is None
        if send.attempt.purpose is Purpose.CALL and quiet:
            yield Violation("L5", t, f"{stood.id} was acknowledged, and is called anew")
