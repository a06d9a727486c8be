"""An attempt to reach one carer over one route, and the words for how far it got."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from relayd.domain.alert import Priority


class Dissemination(StrEnum):
    """How far an attempt got. Each word names evidence, not hope (after IHE PCD-07)."""

    SENDING = "sending"  # Written down and handed to the channel; nothing is known yet.
    SENT = "sent"  # A gateway took it. The phone may be off: this says nothing of the carer.
    DELIVERED = "delivered"  # The carer's device confirmed it. The carer may be asleep.
    ACCEPTED = "accepted"  # The carer answered that they have it.
    REJECTED = "rejected"  # The carer answered that they cannot.
    UNDELIVERABLE = "undeliverable"  # It failed, and the failure says why.

    @property
    def rank(self) -> int:
        """Evidence only grows: a report of lower rank than what is known changes nothing."""
        return RANK[self]


RANK = {
    Dissemination.SENDING: 0,
    Dissemination.SENT: 1,
    Dissemination.UNDELIVERABLE: 2,
    Dissemination.DELIVERED: 3,
    Dissemination.REJECTED: 4,
    Dissemination.ACCEPTED: 4,
}


UNPROVEN = frozenset({Dissemination.SENDING, Dissemination.SENT})
PROVEN = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})


class Failure(StrEnum):
    """Why an attempt is undeliverable, in the terms that decide what must be done about it."""

    PATH_DOWN = "path down"  # No answer came back. The same route may work again later.
    BUSY = "busy"  # The gateway or the line asked to be tried later.
    REFUSED = "refused"  # The gateway said no to this message or number: a person must look.
    CREDENTIALS = "credentials refused"  # The gateway does not know us: the whole channel is dead.
    UNREACHABLE = "unreachable"  # The gateway gave up: the phone is off or out of reach.
    EXPIRED = "expired"  # It came too late to matter and was not delivered.
    OVERTAKEN = "overtaken"  # Somebody answered before it left: it was not sent.


KEPT_IN = frozenset({Failure.OVERTAKEN, Failure.REFUSED, Failure.CREDENTIALS})


class Purpose(StrEnum):
    """What an attempt is for. Everything but a call and a reminder is a quiet line."""

    CALL = "call"  # A carer must answer.
    REMINDER = "reminder"  # Acknowledged and still present: "STILL low".
    CLEARED = "cleared"  # It is over: told to those who were called.
    HANDED_OVER = "handed_over"  # Somebody has it: told to the others who were called.
    MISSED = "missed"  # What happened while this carer could not be reached: one line.
    PAUSED = "paused"  # A planned silence begins: told to everybody.

    @property
    def quiet(self) -> bool:
        """Whether it asks nothing of the carer."""
        return self is not Purpose.CALL and self is not Purpose.REMINDER


class Reason(StrEnum):
    """Why the plan tries or waits, in words fit for the page and the timeline."""

    FIRST_CALL = "first call"
    AT_ONCE = "every route at once"
    UNDELIVERABLE = "the last try failed"
    UNCONFIRMED = "the last try is unconfirmed"
    UNANSWERED = "delivered, but nobody has answered"
    NOT_AWAKE = "delivered, but that wakes nobody"
    SUSPECTED = "the network of the last try seems to be down"
    OWN_TURN = "its own turn, though its network seems to be down"
    SOUNDER = "a sounder is a place, not a carer"
    PATH_WAS_DOWN = "the path was down: tried again"
    NEXT_LAP = "every route has been tried; again from the first"
    STILL_THERE = "acknowledged, and still present"
    TOLD = "told once"
    NOT_YET_THEIR_STEP = "not yet their step"
    OFF_DUTY = "not their hours"
    HELD_AT_NIGHT = "held until morning"
    RESTS_BETWEEN_CLIMBS = "one climb, then again later"
    REFUSED = "this carer cannot"
    NOT_CALLING = "the alert is not calling"
    NO_ROUTE = "no route of this carer may carry this"


class Attempt(NamedTuple):
    """One try. Its id is derived (``mia-1/2``: alert 1 of mia, attempt 2), never drawn.

    *route* is the place of the route in the carer's ladder, from 0. *priority* and *mg_dl* are
    what was shown: an answer to it covers no more. *call* and *lap* say which climb it belongs to.
    """

    id: str
    alert: str
    wearer: str | None
    carer: str
    route: int
    channel: str
    number: int
    call: int
    lap: int
    begun_at: datetime
    priority: Priority
    reason: Reason
    purpose: Purpose = Purpose.CALL
    mg_dl: float | None = None
    path: str | None = None
    status: Dissemination = Dissemination.SENDING
    status_at: datetime | None = None
    failure: Failure | None = None
    receipt: str | None = None

    @property
    def went_out(self) -> bool:
        """Whether it may have reached its carer, and asked something of them."""
        return not self.purpose.quiet and self.failure not in KEPT_IN

    @property
    def unsaid(self) -> bool:
        """Whether it is a quiet line that may not have left."""
        return self.purpose.quiet and self.status is Dissemination.SENDING

    def __repr__(self) -> str:  # health values stay out of logs
        return f"Attempt({self.id}, {self.carer}/{self.channel}, {self.status})"
