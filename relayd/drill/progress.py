"""How far a drill has come: who was asked, what was proved, and whether more can come."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from relayd.domain.alert import Alert, Presence
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.engine import Engine
from relayd.domain.household import Route
from relayd.drill.copy import Copy
from relayd.drill.held import Held

BY_TEXT = ("-sms", "-voice")  # a call that can take no key says which text to send
ANSWERED = frozenset({Dissemination.ACCEPTED, Dissemination.REJECTED})


class Left(Enum):
    """What may still come of a drill."""

    MUCH = "much"
    PROOFS = "proofs"  # somebody has it; what else was under way may yet be proved
    NOTHING = "nothing"


class Progress:
    """Looks at the engine of the drill *alert*; it changes nothing."""

    def __init__(self, engine: Engine, alert: str, copy: Copy, held: Held) -> None:
        self._engine = engine
        self._alert = alert
        self._copy = copy
        self._held = held

    @property
    def alert(self) -> Alert | None:
        """The drill's alert; None before it is raised."""
        case = self._engine.desk.case_of(self._alert)
        return case.alert if case is not None else None

    def goes(self, attempt: Attempt) -> bool:
        """What a drill would say of relayd itself is not sent; a test says everything once."""
        first = attempt.purpose is Purpose.CALL and attempt.lap == attempt.call == 1
        return attempt.wearer == self._copy.wearer and (first or not self._copy.test)

    def route(self, attempt: Attempt) -> Route:
        """The route that *attempt* took."""
        return self._copy.household.carers[attempt.carer].routes[attempt.route]

    def calls(self) -> Iterator[Attempt]:
        """Every attempt that asked somebody for an answer, and was truly made."""
        attempts = self._engine.attempts(self._alert)
        return (a for a in attempts if not a.purpose.quiet and self.goes(a))

    def unanswered(self) -> list[Attempt]:
        """What a bare text may be the answer to: every text and call that has none yet.

        Who pressed a button may still answer the text that came after it.
        """
        return [
            attempt
            for attempt in self.calls()
            if attempt.status not in ANSWERED and self.route(attempt).kind.endswith(BY_TEXT)
        ]

    def left(self) -> Left:
        """What may still come: nothing once everybody answered, or every route is proved."""
        calls, alert = list(self.calls()), self.alert
        if alert is None or not calls:
            return Left.MUCH
        if self._copy.test:
            waits = any(self._waits(attempt) for attempt in calls)
            return Left.MUCH if waits else Left.NOTHING
        answered = {attempt.carer for attempt in calls if attempt.status in ANSWERED}
        if answered.issuperset(self._copy.household.plan.carers):
            return Left.NOTHING
        if alert.presence is not Presence.ACKNOWLEDGED:
            return Left.MUCH
        attempts = self._engine.attempts(self._alert)
        return Left.PROOFS if any(self._under_way(a) for a in attempts) else Left.NOTHING

    def _waits(self, attempt: Attempt) -> bool:
        """Whether a test waits for this route: a sounder has no more to say once it was told."""
        if attempt.status is Dissemination.SENT:
            return not self.route(attempt).sounder
        if attempt.status is Dissemination.DELIVERED:
            return not self.route(attempt).proves
        return attempt.status is Dissemination.SENDING

    def _under_way(self, attempt: Attempt) -> bool:
        route = self.route(attempt)
        far = (attempt.carer, route.channel, route.to) in self._held.far
        sent = attempt.status is Dissemination.SENT and route.proves and not far
        return attempt.status is Dissemination.SENDING or (sent and not attempt.purpose.quiet)

    def asked(self, channel: str, sender: str) -> Mapping[str, tuple[Alert, Attempt]]:
        """By carer, what a text from *sender* over *channel* may answer, in people's time.

        The last message that went to that very number, else the last of all. What was answered is
        not among them.
        """
        alert = self.alert
        found: dict[str, Attempt] = {}
        for attempt in self.unanswered():
            before = found.get(attempt.carer)
            better = before is None or not self._met(before, channel, sender)
            if better or self._met(attempt, channel, sender):
                found[attempt.carer] = attempt
        if alert is None:
            return {}
        offset = self._engine.offset
        return {
            carer: (alert, attempt._replace(begun_at=attempt.begun_at + offset))
            for carer, attempt in found.items()
        }

    def _met(self, attempt: Attempt, channel: str, sender: str) -> bool:
        route = self.route(attempt)
        return (route.channel, route.to) == (channel, sender)

    def routes(self, began: datetime, words: Mapping[str, str]) -> list[dict[str, Any]]:
        """How each route that was tried stands, and how long that took since *began*."""
        return [
            {
                "attempt": attempt.id,
                "carer": attempt.carer,
                "route": self._copy.real(attempt.carer, attempt.route),
                "channel": attempt.channel,
                "proves": route.proves,
                "sounder": route.sounder,
                "status": attempt.status.value,
                "failure": attempt.failure.value if attempt.failure is not None else None,
                "words": words.get(attempt.id, ""),
                "after_s": round((attempt.status_at - began).total_seconds(), 3)
                if attempt.status_at is not None
                else None,
            }
            for attempt in self.calls()
            for route in (self.route(attempt),)
        ]
