"""An attempt into a message: words, token, link, and how long it can still matter."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from relayd.channels import Message
from relayd.documents import webhook_document
from relayd.domain.alert import Alert, Priority
from relayd.domain.answer import code_of
from relayd.domain.delivery import Purpose
from relayd.domain.event import Send
from relayd.domain.household import Household
from relayd.domain.names import TAGS, TYPES
from relayd.domain.words import Telling, words_of
from relayd.tokens import Signer

VALID_FOR: Mapping[Priority, timedelta] = {
    Priority.HIGH: timedelta(minutes=5),
    Priority.MEDIUM: timedelta(minutes=15),
    Priority.LOW: timedelta(hours=4),
}
"""A text that arrives later than this says what is no longer so: it must not arrive at all."""


ANSWERED_BY_TOKEN = frozenset({"ntfy"})
"""Kinds of channel whose own buttons answer; elsewhere a token is of use in a link only."""


class Composer:
    """Puts attempts into words for one household."""

    def __init__(self, household: Household, signer: Signer, public_url: str | None) -> None:
        self._household = household
        self._signer = signer
        self._public_url = public_url.rstrip("/") if public_url is not None else None

    def compose(
        self,
        send: Send,
        open_alerts: int,
        now: datetime,
        offset: timedelta,
        suspected: Collection[str] = (),
    ) -> Message:
        """The message for *send*. With several alerts open an answer must name which.

        *suspected* are the core networks held to be down at this moment.
        """
        attempt, alert = send.attempt, send.alert
        route = self._household.carers[attempt.carer].routes[attempt.route]
        asks = not attempt.purpose.quiet and alert.priority > Priority.LOW
        code = code_of(alert.id) if asks else ""
        named = code if open_alerts > 1 else ""  # one alert needs no name
        told = Telling(self._household, alert, attempt, now, offset, named, suspected)
        words = words_of(told)
        signed = asks and (self._public_url is not None or route.kind in ANSWERED_BY_TOKEN)
        token = self._signer.token(attempt.id) if signed else ""
        url = f"{self._public_url}/a/{token}" if asks and self._public_url is not None else None
        document = webhook_document(
            alert, words.text, self._household, offset, details=route.details, answer_url=url
        )
        return Message(
            key=attempt.id,
            alert=alert.id,
            carer=attempt.carer,
            to=route.to,
            type=type_of(attempt.purpose, alert),
            title=words.title,
            text=words.text,
            priority=Priority.LOW if attempt.purpose.quiet else alert.priority,
            at=now + offset,
            valid_for=VALID_FOR[alert.priority],
            asks=asks,
            token=token,
            answer_url=url,
            code=code,
            tag=TAGS[alert.priority] if not attempt.purpose.quiet else "white_check_mark",
            document=document,
        )


def type_of(purpose: Purpose, alert: Alert) -> str:
    """The webhook's type."""
    return "relay.technical" if alert.wearer is None else TYPES[purpose]
