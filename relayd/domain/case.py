"""One alert with the attempts made for it."""

from collections.abc import Sequence
from datetime import datetime

from relayd.domain.alert import Alert, Cause
from relayd.domain.belief import Belief
from relayd.domain.delivery import PROVEN, Attempt, Purpose
from relayd.domain.draft import Draft
from relayd.domain.household import Carer, Household, Plan
from relayd.domain.plan import Try

ATTEMPTS_KEPT = 400


class Case:
    """All that is known of one alert. Only the engine's own hand changes it."""

    def __init__(self, alert: Alert, household: Household) -> None:
        self.alert = alert
        self.household = household
        self.plan: Plan = household.plan_of(alert.wearer)
        self.attempts: dict[str, Attempt] = {}
        self.laps: dict[str, list[Attempt]] = {}
        self.number = 0
        self.notes_due_at: datetime | None = None
        self.escalated: set[tuple[int, int]] = set()
        self._proven_call = -1  # the last call by which anybody is proven to have been reached

    @property
    def wearer_name(self) -> str:
        """Whom it is about; empty for the relay itself."""
        wearer = self.household.wearers.get(self.alert.wearer or "")
        return wearer.name if wearer is not None else ""

    def restore(self, attempt: Attempt) -> None:
        """Take back *attempt* from the disk; they come in the order in which they were begun.

        The file may have been edited meanwhile: a route that moved is found again by its channel,
        and what went over one that is gone counts as not tried.
        """
        self.number = max(self.number, attempt.number)
        carer = self.household.carers.get(attempt.carer)
        routes = [route.channel for route in carer.routes] if carer is not None else []
        if attempt.channel not in routes:
            return
        if routes[attempt.route : attempt.route + 1] != [attempt.channel]:
            attempt = attempt._replace(route=routes.index(attempt.channel))
        self.attempts[attempt.id] = attempt
        self._note_proof(attempt)
        if attempt.call == self.alert.call and not attempt.purpose.quiet:
            self._add_to_lap(attempt)

    def put(self, alert: Alert, draft: Draft) -> None:
        """The alert stands otherwise now."""
        if alert.call != self.alert.call:
            self.laps.clear()
        self.alert = alert
        draft.keep_alert(alert)

    def note(self, attempt: Attempt, draft: Draft) -> None:
        """An attempt stands otherwise now."""
        self.attempts[attempt.id] = attempt
        self._note_proof(attempt)
        for lap in self.laps.values():
            for place, other in enumerate(lap):
                if other.id == attempt.id:
                    lap[place] = attempt
        draft.keep_attempt(attempt)

    def call_again(self, cause: Cause, draft: Draft, alert: Alert | None = None) -> None:
        """Call everybody anew, from the first step."""
        self.put((alert or self.alert).called_again(cause, draft.now), draft)

    def say(self, event: str, draft: Draft, **more: str | None) -> None:
        """Add a line about this alert to the timeline."""
        alert = self.alert
        draft.happened(
            event,
            alert=alert.id,
            wearer=alert.wearer,
            condition=alert.condition.value,
            priority=alert.priority.word,
            **more,
        )

    def begin(
        self, carer: Carer, purpose: Purpose, move: Try, belief: Belief, draft: Draft
    ) -> None:
        """Begin an attempt to reach *carer* by the route that *move* names."""
        alert, route = self.alert, move.route
        self.number += 1
        attempt = Attempt(
            id=f"{alert.id}/{self.number}",
            alert=alert.id,
            wearer=alert.wearer,
            carer=carer.id,
            route=route,
            channel=carer.routes[route].channel,
            number=self.number,
            call=alert.call,
            lap=move.lap,
            begun_at=draft.now,
            priority=alert.priority,
            reason=move.reason,
            purpose=purpose,
            mg_dl=alert.evidence.mg_dl,
        )
        self.attempts[attempt.id] = attempt
        if len(self.attempts) > ATTEMPTS_KEPT:
            del self.attempts[next(iter(self.attempts))]
        if not purpose.quiet:
            self._add_to_lap(attempt)
        draft.send(attempt, alert)
        draft.happened(
            "attempt.begun",
            alert=alert.id,
            attempt=attempt.id,
            carer=carer.id,
            channel=attempt.channel,
            path=None,
            reason=move.reason.value,
            **_passed_over(carer, attempt, self.laps.get(carer.id, ()), belief),
        )

    def _add_to_lap(self, attempt: Attempt) -> None:
        lap = self.laps.get(attempt.carer)
        if lap is None or lap[-1].lap != attempt.lap:
            self.laps[attempt.carer] = [attempt]
        else:
            lap.append(attempt)

    def called(self) -> set[str]:
        """The carers to whom anything went out about this alert."""
        return {attempt.carer for attempt in self.attempts.values() if attempt.went_out}

    def reached(self) -> bool:
        """Whether anybody is proven to have been reached by the present call."""
        return self._proven_call == self.alert.call

    def _note_proof(self, attempt: Attempt) -> None:
        if attempt.status in PROVEN and not attempt.purpose.quiet:
            self._proven_call = max(self._proven_call, attempt.call)

    def local(self, draft: Draft) -> datetime:
        """What the home's own clock says now."""
        return (draft.now + draft.offset).astimezone(self.household.zone)


def _passed_over(
    carer: Carer, chosen: Attempt, lap: Sequence[Attempt], belief: Belief
) -> dict[str, str]:
    """Which better routes were left for later because they are believed dead, and why."""
    if chosen.route == 0:
        return {}
    begun = {attempt.route for attempt in lap}
    better = (r for number, r in enumerate(carer.routes[: chosen.route]) if number not in begun)
    reasons = ((route.channel, belief.why_dead(route)) for route in better)
    said = "; ".join(f"{channel}: {why}" for channel, why in reasons if why is not None)
    return {"passed_over": said} if said else {}
