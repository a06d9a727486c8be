"""Where reports and answers are booked: how far an attempt got, and who has it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from relayd.domain import lines
from relayd.domain.alert import Acceptance, Cause, Presence
from relayd.domain.case import Case
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.desk import Desk
from relayd.domain.draft import Draft
from relayd.domain.event import Answered, AttemptReported
from relayd.domain.judge import Judge
from relayd.domain.quiet import quiet_for
from relayd.domain.ward import Ward


class Booking:
    """Books what comes back about attempts; *desk* holds the alerts they belong to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._judge = Judge(desk.belief, desk.household)

    # Reports ----------------------------------------------------------------

    def report(
        self, event: AttemptReported, wards: Mapping[str | None, Ward], draft: Draft
    ) -> Iterable[Ward]:
        """Book how far an attempt got; name the wards to look at because of it."""
        case = self._desk.case_of(event.attempt)
        attempt = case.attempts.get(event.attempt) if case is not None else None
        if case is None or attempt is None:
            return ()
        if event.status.rank <= attempt.status.rank:
            return ()
        attempt = attempt._replace(
            status=event.status,
            status_at=draft.now,
            failure=event.failure,
            receipt=event.receipt or attempt.receipt,
            path=event.path or attempt.path,
        )
        case.note(attempt, draft)
        more = {"failure": event.failure.value} if event.failure is not None else {}
        if event.words:
            more["words"] = event.words
        draft.happened(f"attempt.{event.status.value}", attempt=attempt.id, **more)
        # That a gateway took it proves nothing, and so decides nothing.
        decides = case.alert.open and event.status is not Dissemination.SENT
        touched = [wards[attempt.wearer]] if decides else []
        if self._judge.report(case, attempt, event.words, wards[None], draft):
            touched.append(wards[None])
        if event.status is Dissemination.UNDELIVERABLE and attempt.purpose.quiet:
            lines.retell(case, attempt, self._desk.belief, draft)
        return touched

    # Answers ----------------------------------------------------------------

    def answer(
        self, event: Answered, wards: Mapping[str | None, Ward], draft: Draft
    ) -> Iterable[Ward]:
        """Book a carer's answer: to exactly one alert, by somebody entitled to it."""
        case = self._desk.case_of(event.alert)
        if case is None or event.carer not in case.plan.carers:
            draft.happened("answer.refused", alert=event.alert, carer=event.carer)
            return ()
        attempt = case.attempts.get(event.attempt) if event.attempt is not None else None
        touched: tuple[Ward, ...] = ()
        if event.attempt is not None:
            if attempt is None or attempt.carer != event.carer:
                draft.happened("answer.refused", alert=event.alert, carer=event.carer)
                return ()
            proven = _proven(case, attempt, event)
            if proven is not None:
                touched = self._book(case, proven, event, wards, draft)
        if not case.alert.open:
            return touched
        if event.accepted:
            self._accept(wards[case.alert.wearer], case, event, attempt, draft)
        else:
            self._refuse(case, event, draft)
        return (wards[case.alert.wearer], *touched)

    def _book(
        self,
        case: Case,
        attempt: Attempt,
        event: Answered,
        wards: Mapping[str | None, Ward],
        draft: Draft,
    ) -> tuple[Ward, ...]:
        status = Dissemination.ACCEPTED if event.accepted else Dissemination.REJECTED
        if attempt.status is not status:
            answered = attempt._replace(status=status, status_at=draft.now, failure=None)
            case.note(answered, draft)
            draft.happened(f"attempt.{status.value}", attempt=attempt.id, carer=event.carer)
            if self._judge.report(case, answered, "", wards[None], draft):
                return (wards[None],)
        return ()

    def _accept(
        self, ward: Ward, case: Case, event: Answered, attempt: Attempt | None, draft: Draft
    ) -> None:
        alert = case.alert
        shown = attempt.priority if attempt is not None else alert.priority
        mg_dl = attempt.mg_dl if attempt is not None else alert.evidence.mg_dl
        if shown < alert.priority:
            return
        taken = alert.presence is Presence.ACKNOWLEDGED and alert.acknowledged_by != event.carer
        if taken and alert.reminded_at is None:
            lines.tell(case, Purpose.HANDED_OVER, {event.carer}, self._desk.belief, draft)
            return
        answer = Acceptance(event.carer, shown, mg_dl)
        told = case.called()
        case.put(alert.accepted(answer, draft.now, quiet_for(case.plan, alert)), draft)
        if not case.alert.open:
            self._desk.end(ward, case, draft, timedelta(0))
            case.notes_due_at = None
        draft.happened("alert.acknowledged", alert=alert.id, carer=event.carer, by=event.by)
        lines.tell(case, Purpose.HANDED_OVER, told, self._desk.belief, draft)
        if told - {event.carer}:
            draft.happened("alert.handed_over", alert=alert.id, carer=event.carer)

    def _refuse(self, case: Case, event: Answered, draft: Draft) -> None:
        alert = case.alert
        if alert.presence is Presence.ACKNOWLEDGED:
            if alert.acknowledged_by == event.carer:
                again = alert.called_again(Cause.HANDED_BACK, draft.now, (event.carer,))
                case.put(again, draft)
                case.say("alert.escalated", draft, reason=Cause.HANDED_BACK.value)
        elif event.carer not in alert.refused_by:
            case.put(alert._replace(refused_by=(*alert.refused_by, event.carer)), draft)


def _proven(case: Case, answered: Attempt, event: Answered) -> Attempt | None:
    """The attempt whose arrival the answer proves: a text proves no call that failed."""
    if answered.status is not Dissemination.UNDELIVERABLE or event.by == answered.channel:
        return answered
    if event.by not in {route.channel for route in case.household.carers[event.carer].routes}:
        return answered  # a link leads to one attempt, and shows that it came
    by_it = (
        attempt
        for attempt in reversed(case.attempts.values())
        if (attempt.carer, attempt.channel) == (event.carer, event.by)
    )
    return next(by_it, None)
