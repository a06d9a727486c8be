"""What carers' answers may do, and what quiet they buy: S5, S6 and S7."""

from collections.abc import Iterator

from oracle.life import Life
from oracle.run import EPSILON_S, Run, Violation
from oracle.safe import LATCHING, LOW_SIDE
from relayd.domain.alert import Alert, Code, Presence, Priority
from relayd.domain.delivery import Attempt, Purpose
from relayd.domain.event import Answered, Paused, ReadingsReceived, Started
from relayd.simulate.trace import CarerSaid, Fed

SHORT_QUIET_S = 900.0
LONGEST_QUIET_S = 3600.0
FURTHER_FALL = 10.0
SILENCES = frozenset({Code.SILENT, Code.SEIZURE_SILENT})


def s5(run: Run) -> Iterator[Violation]:
    """An answer touches one alert, from a carer of its plan, up to the priority they were shown.

    That an acknowledged alert is acknowledged still after a restart is no answer.
    """
    for name, life in run.digest.lives.items():
        before: Alert | None = None
        for t, alert, fed in life.stood:
            taken = alert.presence is Presence.ACKNOWLEDGED and (
                before is None or before.presence in (Presence.ON, Presence.LATCHED)
            )
            over = before is not None and before.presence is Presence.LATCHED and not alert.open
            if (taken or over) and not isinstance(fed.event, Paused | Started):
                why = _not_entitled(run, life, before, alert, fed)
                if why:
                    yield Violation("S5", t, f"{name} was acknowledged {why}")
            before = alert


def _not_entitled(run: Run, life: Life, before: Alert | None, alert: Alert, fed: Fed) -> str:
    event = fed.event
    if not isinstance(event, Answered):
        return f"by {type(event).__name__}"
    if not event.accepted:
        return "by a refusal"
    if event.alert != alert.id:
        return f"by an answer to {event.alert}"
    if event.carer not in run.plan.carers:
        return f"by {event.carer}, who is not of its plan"
    if event.attempt is not None and before is not None:
        attempt = _attempt(life, event.attempt, fed.t)
        if attempt is None or attempt.alert != alert.id or attempt.carer != event.carer:
            return f"by an answer to {event.attempt}, which is another's"
        if attempt.priority < before.priority:
            return f"though {event.carer} was shown {attempt.priority.word} priority"
    return ""


def _attempt(life: Life, name: str, t: float) -> Attempt | None:
    begun = (attempt for at, attempt in reversed(life.begun) if at <= t)
    return next((attempt for attempt in begun if attempt.id == name), None)


def s6(run: Run) -> Iterator[Violation]:
    """Every quiet has an end, and a further fall ends it at once."""
    for name, life in run.digest.lives.items():
        for began, ended, alert in _quiets(run, life):
            if alert.priority is Priority.LOW or alert.wearer is None:
                continue
            by = run.deadline(began, _longest(run, alert))
            if by < ended and not _asked(life, began, by):
                yield Violation("S6", by, f"{name} was left alone after an answer")
            yield from _unanswered(run, name, life, began, ended)
            yield from _further_fall(run, name, life, (began, min(ended, by), alert))


def _quiets(run: Run, life: Life) -> Iterator[tuple[float, float, Alert]]:
    """Every stretch in which one answer stands: a new answer begins a new one."""
    found: tuple[float, float, Alert] | None = None
    for a, b, alert in life.spans(run.ended):
        quiet = alert.presence is Presence.ACKNOWLEDGED
        same = found is not None and found[2].acknowledged_at == alert.acknowledged_at
        if found is not None and not (quiet and same):
            yield found
            found = None
        if quiet and not isinstance(_event(life, a), Paused):
            found = (found[0] if found is not None else a, b, found[2] if found else alert)
    if found is not None:
        yield found


def _event(life: Life, t: float) -> object:
    return next((fed.event for since, _, fed in life.stood if since == t), None)


def _longest(run: Run, alert: Alert) -> float:
    code = alert.condition
    if alert.priority is Priority.HIGH and (code in LATCHING | LOW_SIDE or alert.after_low):
        return min(SHORT_QUIET_S, run.plan.remind_every_s)
    return LONGEST_QUIET_S if code in SILENCES else run.plan.remind_every_s


def _asked(life: Life, began: float, by: float) -> bool:
    return any(
        began < t <= by and attempt.purpose in (Purpose.CALL, Purpose.REMINDER)
        for t, attempt in life.begun
    )


def _unanswered(run: Run, name: str, life: Life, began: float, ended: float) -> Iterator[Violation]:
    """A reminder that nobody answers calls everybody again."""
    asked = [t for t, attempt in life.begun if attempt.purpose is Purpose.REMINDER]
    first = min((t for t in asked if began < t < ended), default=None)
    if first is not None and ended > run.deadline(first, run.plan.answer_within_s):
        yield Violation("S6", first, f"{name}: a reminder was not answered, and nobody is called")


def _further_fall(
    run: Run, name: str, life: Life, quiet: tuple[float, float, Alert]
) -> Iterator[Violation]:
    began, ended, alert = quiet
    shown = alert.covered_mg_dl
    if alert.condition not in LOW_SIDE or shown is None or alert.wearer is None:
        return
    for heard in run.senses.glucose[alert.wearer].heard:
        off_scale = heard.mg_dl == 0.0
        fell = shown - heard.mg_dl >= FURTHER_FALL if not off_scale else shown > LOW_WORD
        news = heard.newest and (heard.acceptable or heard.doubted)
        if news and fell and began < heard.t < ended:
            told = {attempt.carer for t, attempt in life.begun if t == heard.t}
            left = set(run.plan.steps[0][1]) - told
            if left:
                yield Violation("S6", heard.t, f"{name}: a further fall, and nobody called {left}")
            return


LOW_WORD = 39.0


def s7(run: Run) -> Iterator[Violation]:
    """Nothing but a person's own act is an answer: no link that a robot opened is one."""
    said: list[CarerSaid] = run.digest.said
    for fed in run.digest.feds:
        event = fed.event
        if isinstance(event, Answered) and not any(
            one.t <= fed.t + EPSILON_S
            and (one.alert, one.carer, one.accepted) == (event.alert, event.carer, event.accepted)
            for one in said
        ):
            yield Violation(
                "S7", fed.t, f"{event.carer} answered {event.alert} by no act of theirs"
            )
    for name, life in run.digest.lives.items():
        for t, alert, fed in life.stood:
            by_reading = isinstance(fed.event, ReadingsReceived)
            if alert.condition in LATCHING and by_reading and alert.presence is Presence.OFF:
                before = life.at(t - 1e-9)
                if before is not None and before.presence is not Presence.ACKNOWLEDGED:
                    yield Violation("S7", t, f"{name} went off, and nobody answered")
