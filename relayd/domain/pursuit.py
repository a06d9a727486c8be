"""Pursuing one alert: all that is due to its carers is done, and the next moment named."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from relayd.domain import lines
from relayd.domain.alert import Cause, Presence, Priority
from relayd.domain.belief import Belief
from relayd.domain.case import Case
from relayd.domain.delivery import UNPROVEN, Purpose, Reason
from relayd.domain.draft import Draft
from relayd.domain.household import NEVER, Carer
from relayd.domain.judge import doubt
from relayd.domain.plan import Call, Try, Wait, next_move

UNANSWERED_HIGH_AFTER = timedelta(minutes=15)


def pursue(case: Case, belief: Belief, draft: Draft) -> datetime | None:
    """Do all that is due, and say when to ask again."""
    now = draft.now
    alert = case.alert
    if alert.presence is Presence.ACKNOWLEDGED:
        return _remind(case, belief, draft)
    if not alert.calling:
        return _tell_notes(case, belief, draft)
    rises_at = _rises_at(case)
    if rises_at is not None and now >= rises_at:
        case.call_again(Cause.WORSENED, draft, alert._replace(priority=Priority.HIGH, risen=True))
        case.say("alert.worsened", draft)
        rises_at = None
    _answer_refusals(case, draft)
    known = set(belief.suspected)
    waits = [wait for wait in _calls(case, belief, draft) if wait != NEVER]
    if belief.suspected.keys() - known:
        waits.append(now)  # who was asked about before that may have to be asked again
    if rises_at is not None:
        waits.append(rises_at)
    return min(waits, default=None)


def _rises_at(case: Case) -> datetime | None:
    alert = case.alert
    if alert.priority is Priority.MEDIUM and alert.presence is Presence.ON:
        return alert.called_at + UNANSWERED_HIGH_AFTER
    return None


def _remind(case: Case, belief: Belief, draft: Draft) -> datetime | None:
    alert, now = case.alert, draft.now
    if alert.priority is Priority.LOW:
        return None
    carer = case.household.carers.get(alert.acknowledged_by or "")
    if alert.reminded_at is None:
        assert alert.quiet_until is not None, "every quiet has an end"
        if now < alert.quiet_until:
            return alert.quiet_until
        if carer is None or not carer.on_duty(case.local(draft)):
            case.call_again(Cause.REMINDER_UNANSWERED, draft)
            case.say("alert.escalated", draft, reason=Cause.REMINDER_UNANSWERED.value)
            return pursue(case, belief, draft)
        case.put(alert.reminding(now), draft)
        case.say("alert.reminded", draft, carer=carer.id)
    reminded_at = case.alert.reminded_at
    assert reminded_at is not None
    over_at = reminded_at + case.plan.answer_within
    if now >= over_at or carer is None:
        case.call_again(Cause.REMINDER_UNANSWERED, draft)
        case.say("alert.escalated", draft, reason=Cause.REMINDER_UNANSWERED.value)
        return pursue(case, belief, draft)
    wait = _climb(case, carer, reminded_at, belief, draft, purpose=Purpose.REMINDER)
    return min(over_at, wait)


def _answer_refusals(case: Case, draft: Draft) -> None:
    """When all who were called refuse, the next step is called at once, or all over again."""
    alert = case.alert
    if not alert.refused_by:
        return
    refused = set(alert.refused_by)
    local = case.local(draft)
    for index, step in enumerate(case.plan.steps):
        there = {c for c in step.tell if case.household.carers[c].on_duty(local)}
        if not there <= refused:
            if index > alert.pulled_forward:
                case.put(alert._replace(pulled_forward=index), draft)
            return
    case.call_again(Cause.EVERYBODY_REFUSED, draft)
    case.say("alert.escalated", draft, reason=Cause.EVERYBODY_REFUSED.value)


def _calls(case: Case, belief: Belief, draft: Draft) -> Iterator[datetime]:
    alert = case.alert
    called: set[str] = set()
    for index, step in enumerate(case.plan.steps):
        early = index <= alert.pulled_forward
        due_at = alert.raised_at if early else alert.raised_at + step.after
        fresh = index > 0 and not any(case.laps.get(carer) for carer in step.tell)
        before = len(draft.rows)
        for carer in step.tell:
            if carer in called:
                continue
            called.add(carer)
            yield _climb(case, case.household.carers[carer], due_at, belief, draft)
        begun = fresh and any(case.laps.get(carer) for carer in step.tell)
        if begun and (alert.call, index) not in case.escalated:
            case.escalated.add((alert.call, index))
            case.say("alert.escalated", draft, step=str(index + 1))
            draft.rows.insert(before, draft.rows.pop())  # it is read before the calls it explains


def _climb(
    case: Case,
    carer: Carer,
    due_at: datetime,
    belief: Belief,
    draft: Draft,
    *,
    purpose: Purpose = Purpose.CALL,
) -> datetime:
    """Make every attempt that is due to one carer; say when to ask again (NEVER: not)."""
    duty = carer.duty_after(case.local(draft)) if carer.hours else None
    low = case.alert.priority is Priority.LOW
    held = case.household.held_until(case.local(draft)) if low else None
    reached = case.reached()
    while True:
        move = next_move(
            Call(
                case.alert,
                case.plan,
                carer,
                due_at,
                case.laps.get(carer.id, ()),
                duty_at=draft.steady(duty),
                held_until=draft.steady(held),
                once=purpose is Purpose.REMINDER,
                reached=reached,
            ),
            belief,
            draft.now,
        )
        if isinstance(move, Try):
            _doubt_unproven(case, carer, move, belief, draft)
            case.begin(carer, purpose, move, belief, draft)
        else:
            return move.until if isinstance(move, Wait) else NEVER


def _doubt_unproven(case: Case, carer: Carer, move: Try, belief: Belief, draft: Draft) -> None:
    """What ran out of patience unproven speaks against its network."""
    if move.reason is not Reason.UNCONFIRMED:
        return
    for attempt in case.laps.get(carer.id, ()):
        unproven = attempt.status in UNPROVEN and attempt.begun_at < draft.now
        if unproven and carer.routes[attempt.route].proves:
            doubt(attempt, case.household, belief, draft)


def _tell_notes(case: Case, belief: Belief, draft: Draft) -> datetime | None:
    """Tell those who were called that it is over, once due; little things only by day."""
    if case.notes_due_at is None or draft.now < case.notes_due_at:
        return case.notes_due_at
    if case.alert.priority is Priority.LOW:
        held = draft.steady(case.household.held_until(case.local(draft)))
        if held is not None and case.called():
            case.notes_due_at = held
            return held
    case.notes_due_at = None
    others = case.called() - {case.alert.about}  # who is back is told what was missed instead
    lines.tell(case, Purpose.CLEARED, others, belief, draft)
    if case.alert.planned:
        lines.unplan(case, others, belief, draft)
    return None
