"""From what carers send back to answers the engine can book: to one alert, by one carer."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from relayd.channels import Reply
from relayd.channels.phone import same_line
from relayd.domain.alert import Alert, Priority
from relayd.domain.answer import code_of, read_answer
from relayd.domain.delivery import Attempt
from relayd.domain.event import Answered
from relayd.domain.household import Household
from relayd.tokens import Signer

REPLIES_REMEMBERED = 500
CODE = re.compile(r"[^\W\d_].*\d")  # what stands for an alert begins with a letter: mia3
CLOCKS_APART = timedelta(seconds=30)  # a gateway's clock beside ours


class Asked(NamedTuple):
    """A carer who was asked about an alert, and the attempt that did."""

    carer: str
    alert: Alert
    attempt: Attempt


class AnswerDesk:
    """Reads replies. Each counts once, and never for an alert that began after it."""

    def __init__(
        self,
        household: Household,
        signer: Signer,
        attempt_of: Callable[[str], Attempt | None],
        seen: Iterable[str] = (),
    ) -> None:
        self._household = household
        self._signer = signer
        self._attempt_of = attempt_of
        self._seen: deque[str] = deque(seen, maxlen=REPLIES_REMEMBERED)

    @property
    def seen(self) -> tuple[str, ...]:
        """The replies already read, oldest first."""
        return tuple(self._seen)

    def read(
        self, channel: str, reply: Reply, told: Mapping[str, list[tuple[Alert, Attempt]]]
    ) -> Answered | None:
        """What *reply* answers, None where that cannot be told, or where it was read before.

        *told* holds, by carer, every open alert with each attempt that asked that carer for an
        answer, oldest first, its moments in people's time. A reply stands for the last that had
        begun by then: what came after it was not yet shown.
        """
        key = f"{channel}:{reply.id}"
        if key in self._seen:
            return None
        self._seen.append(key)
        typed = read_answer(reply.text)
        if typed.accepted is None:
            return None
        if reply.token:
            return self.by_token(reply.token, channel, accepted=typed.accepted)
        asked = [
            Asked(carer, alert, attempt)
            for carer in self._senders(channel, reply.sender)
            for alert, attempt in told.get(carer, [])
        ]
        timely = [one for one in asked if one.attempt.begun_at <= reply.at + CLOCKS_APART]
        named = [one for one in asked if code_of(one.alert.id) in typed.codes]
        if not named and any(CODE.fullmatch(word) for word in typed.codes):
            return None  # it names an alert that is over, or none: it answers no other
        # Who names an alert has seen it, whatever a network's clock says of when that was.
        chosen = [one for one in timely if one in named] or named or timely
        if len({one.alert.id for one in chosen}) != 1:
            return None
        if not typed.accepted:  # of two at one number, the second "2" is the other's
            chosen = [one for one in chosen if one.carer not in one.alert.refused_by] or chosen
        carer, alert, attempt = [one for one in chosen if one.carer == chosen[0].carer][-1]
        return Answered(alert.id, carer, typed.accepted, attempt.id, by=channel)

    def _senders(self, channel: str, number: str) -> list[str]:
        return [
            carer.id
            for carer in self._household.carers.values()
            if any(r.channel == channel and same_line(r.to, number) for r in carer.routes)
        ]

    def by_token(self, token: str, by: str, *, accepted: bool) -> Answered | None:
        """What a signed token answers: exactly the attempt that carried it, for its carer."""
        name = self._signer.attempt(token)
        attempt = self._attempt_of(name) if name is not None else None
        if attempt is None:
            return None
        return Answered(attempt.alert, attempt.carer, accepted, attempt.id, by)


def asked_of(
    cases: Iterable[tuple[Alert, Iterable[Attempt]]],
) -> dict[str, list[tuple[Alert, Attempt]]]:
    """By carer: each open alert with every attempt that asked for an answer, oldest first.

    On whatever channel: a text may answer a call that could take no key. Little things are told,
    and ask nothing: no bare "1" is for them.
    """
    asked: dict[str, list[tuple[Alert, Attempt]]] = {}
    for alert, attempts in cases:
        for attempt in attempts:
            if not attempt.purpose.quiet and attempt.priority > Priority.LOW:
                asked.setdefault(attempt.carer, []).append((alert, attempt))
    return asked
