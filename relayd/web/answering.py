"""Where a press on the page, a call of the API or a signed link becomes a carer's answer."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from relayd.domain.alert import Alert, Presence
from relayd.domain.case import Case
from relayd.domain.delivery import Attempt, Dissemination
from relayd.domain.event import Answered
from relayd.domain.household import Household
from relayd.web.relay import Answerable, Times

WRITTEN_WITHIN_S = 20.0
ANSWERS = frozenset({Dissemination.ACCEPTED, Dissemination.REJECTED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an answer: *sentence* is for people; *alert* is as it stands after it."""

    status: HTTPStatus
    sentence: str
    alert: Alert | None = None

    @property
    def well(self) -> bool:
        """Whether the answer was taken."""
        return self.status is HTTPStatus.OK


class Answering:
    """Books answers. What it says was done is on disk."""

    def __init__(self, relay: Answerable) -> None:
        self._relay = relay
        self._times = Times(relay)

    async def by_carer(
        self, alert: str, carer: str, *, accepted: bool, by: str, call: int | None = None
    ) -> Verdict:
        """An answer by name. *call*, where it is known, is the call that *carer* saw."""
        engine = self._relay.engine
        if carer not in engine.household.carers:
            return Verdict(HTTPStatus.BAD_REQUEST, unknown_carer(carer, engine.household))
        case = engine.desk.case_of(alert) if "/" not in alert else None
        if case is None:
            return self._unknown(alert)
        if not case.alert.open:
            return Verdict(HTTPStatus.CONFLICT, f"{alert} is over: nothing is left to answer.")
        if carer not in case.plan.carers:
            said = f"{self._name(carer)} is not called for {alert}: {self._planned(case)}."
            return Verdict(HTTPStatus.FORBIDDEN, said)
        past = call is not None and call != case.alert.call
        if past and not accepted and not held_by(case.alert, carer):
            return Verdict(HTTPStatus.OK, "Everybody is being called again.", case.alert)
        if counts(case.alert, carer, accepted=accepted):
            late = await self._take(Answered(alert, carer, accepted, by=by))
            if late is not None:
                return late
        return Verdict(HTTPStatus.OK, self.says(case.alert, carer), case.alert)

    def read_link(self, token: str) -> tuple[Case, Attempt] | None:
        """What a link is about; None where it was forged, or its alert is long over."""
        if not token.isascii():
            return None
        answered = self._relay.answers.by_token(token, "link", accepted=True)
        case = self._relay.engine.desk.case_of(answered.alert) if answered is not None else None
        attempt = self._relay.engine.attempt(answered.attempt or "") if answered else None
        return (case, attempt) if case is not None and attempt is not None else None

    async def by_link(
        self, case: Case, attempt: Attempt, *, accepted: bool, shown: str
    ) -> Verdict | None:
        """The answer of whoever holds a link; None means it is on disk.

        A link answers what its message showed, once. Where everybody was called anew since, or the
        alert has become worse, it answers that too if the page with the button has *shown* it.
        """
        alert, carer = case.alert, attempt.carer
        first = attempt.status not in ANSWERS
        again = not accepted and attempt.status is Dissemination.REJECTED
        again = again and not held_by(alert, carer)
        stale = accepted and not first and attempt.call != alert.call
        if first or (counts(alert, carer, accepted=accepted) and not again and not stale):
            late = await self._take(Answered(alert.id, carer, accepted, attempt.id, "link"))
            if late is not None:
                return late
        alert = case.alert
        worse = stale or alert.priority > attempt.priority
        if accepted and worse and alert.calling and shown == shown_of(alert):
            return await self._take(Answered(alert.id, carer, accepted=True, by="link"))
        return None

    def says(self, alert: Alert, carer: str) -> str:
        """How *alert* stands, in a sentence to *carer*."""
        holder = alert.acknowledged_by
        if alert.presence is Presence.OFF:
            ended = alert.ended_at
            since = f" since {self._times.steady_clock(ended)}" if ended is not None else ""
            return f"This alert is over{since}."
        if alert.planned and alert.quiet_until is not None:
            return f"A planned silence, until {self._times.steady_clock(alert.quiet_until)}."
        if alert.presence is Presence.ACKNOWLEDGED and holder is not None:
            again_at = alert.quiet_until
            again = f", until {self._times.steady_clock(again_at)}" if again_at is not None else ""
            if holder == carer:
                return f"You have it{again}. Thank you."
            return f"{self._name(holder)} already has it{again}."
        if carer in alert.refused_by:
            return "You said that you cannot. The others are being called."
        return "Nobody has it yet. Carers are being called."

    def _unknown(self, alert: str) -> Verdict:
        engine = self._relay.engine
        wearer, _, number = alert.rpartition("-")
        ward = engine.wards.get(None if wearer == "relay" else wearer)
        was = number.isascii() and number.isdecimal() and len(number) < len("1000000000")
        if ward is not None and was and 0 < int(number) <= ward.number:
            return Verdict(HTTPStatus.CONFLICT, f"{alert} is over: nothing is left to answer.")
        keys = (*engine.household.wearers, None)
        ids = [open_alert.id for key in keys for open_alert in engine.open_alerts(key)]
        now_open = f"Open now: {', '.join(ids)}." if ids else "No alert is open."
        return Verdict(HTTPStatus.NOT_FOUND, f"There is no alert “{alert[:80]}”. {now_open}")

    async def _take(self, event: Answered) -> Verdict | None:
        written = asyncio.get_running_loop().create_future()

        def done() -> None:
            if not written.done():
                written.set_result(None)

        self._relay.take(event, done)
        try:
            async with asyncio.timeout(WRITTEN_WITHIN_S):
                await written
        except TimeoutError:
            said = "The answer was taken, but it could not be written down yet. Look again."
            return Verdict(HTTPStatus.SERVICE_UNAVAILABLE, said)
        return None

    def _name(self, carer: str) -> str:
        known = self._relay.engine.household.carers.get(carer)
        return known.name if known is not None else carer

    def _planned(self, case: Case) -> str:
        return f"its plan names {', '.join(case.plan.carers)}"


def unknown_carer(carer: str, household: Household) -> str:
    """That there is no such carer, and who there is."""
    names = ", ".join(f"{known.id} ({known.name})" for known in household.carers.values())
    return f"There is no carer “{carer[:80]}”. The carers are: {names}."


def held_by(alert: Alert, carer: str) -> bool:
    """Whether *carer* has accepted *alert*."""
    return alert.presence is Presence.ACKNOWLEDGED and alert.acknowledged_by == carer


def counts(alert: Alert, carer: str, *, accepted: bool) -> bool:
    """Whether an answer would change anything: a second press on the same button does not."""
    if not alert.open:
        return False
    if accepted:
        return alert.calling or alert.reminded_at is not None
    return held_by(alert, carer) or (alert.calling and carer not in alert.refused_by)


def shown_of(alert: Alert) -> str:
    """What a page says it has shown of *alert*."""
    return f"{alert.call}.{alert.priority.word}"
