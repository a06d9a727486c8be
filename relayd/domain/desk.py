"""Where alerts are opened, changed and closed, and where reports and answers are booked."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from relayd.domain import lines
from relayd.domain.alert import NO_EVIDENCE, SILENCE, Alert, Code, Priority
from relayd.domain.belief import Belief
from relayd.domain.case import Case
from relayd.domain.change import change, family_key
from relayd.domain.condition import UNCHANGED, Family, Finding, Gone, Present
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.draft import Draft
from relayd.domain.household import Household
from relayd.domain.lines import note_missed
from relayd.domain.pursuit import pursue
from relayd.domain.ward import Ward

CLOSED_KEPT_FOR = timedelta(hours=1)  # late proof and late answers still find their alert
BACK_TOLD_AFTER = timedelta(seconds=20)  # what comes late with the reading that ends a silence


class Desk:
    """All open alerts, and those closed of late."""

    def __init__(self, household: Household, belief: Belief) -> None:
        self.household = household
        self.belief = belief
        self.open = 0
        self._cases: dict[str, Case] = {}
        self._closed: dict[str, datetime] = {}
        self._unreached: list[Case] = []

    def case_of(self, attempt_or_alert: str) -> Case | None:
        """The case an id belongs to: ``mia-1`` or ``mia-1/2``."""
        return self._cases.get(attempt_or_alert.partition("/")[0])

    def cases(self) -> Iterable[Case]:
        """Every case that is open or was of late."""
        return self._cases.values()

    def sending(self) -> Iterator[Attempt]:
        """Every attempt of which nobody has heard anything yet."""
        tried = (attempt for case in self.cases() for attempt in case.attempts.values())
        return (attempt for attempt in tried if attempt.status is Dissemination.SENDING)

    def adopt(self, ward: Ward, case: Case) -> None:
        """Take up *case* as one of *ward*'s open alerts."""
        ward.cases[family_key(case.alert)] = case
        self._cases[case.alert.id] = case
        self.open += 1
        if case.alert.condition is Code.CARER_UNREACHABLE:
            self._unreached.append(case)

    def close(self, case: Case, now: datetime) -> None:
        """Keep *case*, which is off, for what may still come of it."""
        self._cases[case.alert.id] = case
        self._closed[case.alert.id] = now

    def wanted(self, case: Case, attempt_id: str) -> bool:
        """Whether what *attempt_id* says is still so."""
        attempt = case.attempts.get(attempt_id)
        if attempt is None:
            return False
        if attempt.purpose is Purpose.CALL:
            return case.alert.calling
        if attempt.purpose is Purpose.REMINDER:
            return case.alert.reminded_at is not None or case.alert.calling
        return attempt.purpose is not Purpose.PAUSED or case.alert.open

    # Conditions -------------------------------------------------------------

    def look_at(self, ward: Ward, draft: Draft) -> datetime | None:
        """Apply every rule to *ward*, do what is due, and say when to look again."""
        waits: list[datetime] = []
        if ward.wearer is None:
            self._look_at_relay(ward, draft, waits)
        else:
            for finding in ward.findings(draft.now):
                if finding.recheck_at is not None:
                    waits.append(finding.recheck_at)
                if finding.verdict is UNCHANGED:
                    continue
                if ward.in_grace(finding, draft.now):
                    assert ward.grace_until is not None
                    waits.append(ward.grace_until)
                    continue
                self._reconcile(ward, finding, draft)
        return self._pursue(ward, waits, draft)

    def hear(self, ward: Ward, draft: Draft) -> datetime | None:
        """Do what is due to carers after a report, which changes nothing of what was read."""
        return self.look_at(ward, draft) if ward.wearer is None else self._pursue(ward, [], draft)

    def go_on(self, ward: Ward, draft: Draft) -> None:
        """Do what is due for each open alert of *ward*, though its rules or another alert fail."""
        for case in list(ward.cases.values()):
            try:
                pursue(case, self.belief, draft)
            except Exception:  # noqa: BLE001, S112 - said already, and tried again soon
                continue

    def _pursue(self, ward: Ward, waits: list[datetime], draft: Draft) -> datetime | None:
        for case in list(ward.cases.values()):
            wait = pursue(case, self.belief, draft)
            if wait is not None:
                waits.append(wait)
        if ward.closing:
            waits.extend(self._close(ward, draft))
        self._forget(draft.now)
        return min(waits, default=None)

    def _look_at_relay(self, ward: Ward, draft: Draft, waits: list[datetime]) -> None:
        for code, about, verdict in list(ward.fault_findings(draft.now)):
            if isinstance(verdict, datetime):
                waits.append(verdict)
                continue
            key = f"{code.value} {about}"
            case = ward.cases.get(key)
            if isinstance(verdict, Present):
                if code is Code.CARER_UNREACHABLE and self._nobody_left(ward):
                    verdict = verdict._replace(priority=Priority.HIGH)  # noqa: PLW2901 - the same
                if case is None:
                    self._raise(ward, key, verdict, draft, about)
                elif verdict.priority is not case.alert.priority:
                    change(case, verdict, draft)
            elif case is not None:
                self._clear(ward, case, verdict, draft)

    def _nobody_left(self, relay: Ward) -> bool:
        """Whether somebody, or the relay itself, has nobody left of all who would be called."""
        faults = relay.faults
        plans = (self.household.plan_of(key) for key in (None, *self.household.wearers))
        return any(
            all((Code.CARER_UNREACHABLE, carer) in faults for carer in plan.carers)
            for plan in plans
        )

    def _reconcile(self, ward: Ward, finding: Finding, draft: Draft) -> None:
        case = ward.cases.get(finding.family)
        verdict = finding.verdict
        if isinstance(verdict, Gone):
            if case is not None:
                self._clear(ward, case, verdict, draft)
        elif isinstance(verdict, Present):
            if case is None:
                self._raise(ward, finding.family, verdict, draft)
            else:
                change(case, verdict, draft)

    def _raise(self, ward: Ward, key: str, found: Present, draft: Draft, about: str = "") -> None:
        ward.number += 1
        wearer = ward.wearer.id if ward.wearer is not None else None
        evidence = found.evidence
        alert = Alert(
            id=f"{wearer or 'relay'}-{ward.number}",
            wearer=wearer,
            condition=found.code,
            priority=found.priority,
            raised_at=draft.now,
            called_at=draft.now,
            present_since=found.since,
            evidence=evidence,
            about=about,
            after_low=found.after_low,
            worst_mg_dl=evidence.mg_dl,
            worst_at=evidence.reading_at if evidence.mg_dl is not None else None,
        )
        if key == Family.SILENT:
            ward.lowest_missed = None
        case = Case(alert, self.household)
        self.adopt(ward, case)
        draft.keep_alert(alert)
        case.say("alert.raised", draft, **self._explained(case))
        self._note_for_unreached(case, draft)

    def _explained(self, raised: Case) -> dict[str, str]:
        """Which network's failure explains a silence."""
        wearer = self.household.wearers.get(raised.alert.wearer or "")
        silent = wearer is not None and raised.alert.condition in SILENCE
        if not silent or wearer is None or wearer.core not in self.belief.suspected:
            return {}
        return {"explained_by": wearer.core}

    def _note_for_unreached(self, raised: Case, draft: Draft) -> None:
        """Keep what happens while a carer is out of reach, for one line when they are back."""
        if self._unreached:
            self._unreached = [case for case in self._unreached if case.alert.open]
        if raised.alert.condition is Code.CARER_UNREACHABLE:
            missed = [
                c for c in self._cases.values() if c.alert.open and raised.alert.about in c.laps
            ]
            for case in missed:
                note_missed(raised, case, draft)
        elif raised.wearer_name and raised.alert.priority > Priority.LOW:
            for case in self._unreached:
                note_missed(case, raised, draft)

    def _clear(self, ward: Ward, case: Case, gone: Gone, draft: Draft) -> None:
        stood = case.alert
        alert = stood.cleared(draft.now)
        if alert is stood:
            return
        if gone.evidence is not NO_EVIDENCE:
            alert = alert._replace(evidence=gone.evidence)
        case.put(alert, draft)
        if alert.open:
            case.say("alert.latched", draft)
            return
        case.say("alert.cleared", draft, **({"planned": "yes"} if alert.planned else {}))
        if alert.condition is Code.CARER_UNREACHABLE:
            lines.catch_up(case, alert.about, self.belief, draft)
        silent = alert.condition is Code.SILENT
        self.end(ward, case, draft, BACK_TOLD_AFTER if silent else timedelta(0))

    def end(self, ward: Ward, case: Case, draft: Draft, told_after: timedelta) -> None:
        """An alert is off: it leaves the open ones, and its last lines are told."""
        for key, other in list(ward.cases.items()):
            if other is case:
                del ward.cases[key]
        self.open -= 1
        case.notes_due_at = draft.now + told_after
        ward.closing.append(case)

    def _close(self, ward: Ward, draft: Draft) -> Iterable[datetime]:
        """Tell the last lines that are due; say when the others will be."""
        left: list[Case] = []
        for case in ward.closing:
            if case.alert.condition is Code.SILENT and ward.lowest_missed is not None:
                case.alert = case.alert._replace(missed=ward.lowest_missed)
            wait = pursue(case, self.belief, draft)
            if wait is not None:
                left.append(case)
                yield wait
            else:
                self.close(case, draft.now)
        ward.closing = left

    def _forget(self, now: datetime) -> None:
        while self._closed:
            alert, closed_at = next(iter(self._closed.items()))
            if now - closed_at < CLOSED_KEPT_FOR:
                return
            del self._closed[alert]
            self._cases.pop(alert, None)
