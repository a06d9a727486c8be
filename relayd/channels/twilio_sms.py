"""SMS through Twilio: https://www.twilio.com/docs/messaging/api/message-resource.

Twilio has no key that makes a second try harmless, and no way to answer without a public address
but to read the list of texts that came in. Both are made up for here.
"""

from asyncio import get_running_loop, sleep
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from twilio.base import values  # type: ignore[import-untyped]
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest.api.v2010.account.message import (  # type: ignore[import-untyped]
    MessageInstance,  # needed by nobody here: it loads now what the first send would load
)

from relayd.channels import Message, Outcome, Reply, ReplyError, Traits
from relayd.channels.gsm7 import fit
from relayd.channels.http import SERVER_STATUSES, Limits, NoAnswer
from relayd.channels.phone import e164_fault
from relayd.channels.twilio_api import (
    Config,
    PathHttp,
    Refusal,
    ServiceClock,
    client,
    faults,
)
from relayd.channels.twilio_codes import failed
from relayd.domain.delivery import Dissemination, Failure

__all__ = [
    "KIND",
    "Config",
    "MessageInstance",
    "TwilioSms",
    "check_to",
    "faults",
    "open_channel",
    "traits",
]

KIND = "twilio-sms"
LONGEST_VALID = 36000
LOOK_UP_SHARE = 0.4  # Of the time limit; the rest is for sending all the same.
CLOCK_SLACK = timedelta(seconds=3)  # Its dates are whole seconds.
MOST_UNSURE = 256
NEWEST = 20
MOST_REPLIES = 200
PAGE = 50
DEAD = frozenset({"failed", "undelivered", "canceled"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How often Twilio is asked: for a message's fate first and at most, and for answers."""

    fate_first: timedelta = timedelta(seconds=3)
    fate_most: timedelta = timedelta(seconds=15)
    replies_every: timedelta = timedelta(seconds=3)


def traits(config: Config) -> Traits:
    """Delivery reports prove; the carer answers with a text."""
    del config
    return Traits(proves=True, answers=True)


def check_to(to: str) -> str | None:
    """Say what is wrong with a carer's number."""
    return e164_fault(to)


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "TwilioSms":
    """Make the channel; *addresses* are not needed: texts come in from anybody."""
    del addresses
    return TwilioSms(name, config)


class TwilioSms:
    """One number at Twilio."""

    def __init__(
        self,
        name: str,
        config: Config,
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._config = config
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._clock = ServiceClock()
        self._unsure: dict[str, float] = {}  # Attempts whose fate is unknown, since when (loop).
        self._known: deque[str] = deque(maxlen=MOST_UNSURE)  # Receipts that belong to an attempt.
        self._hide = (config.auth_token.reveal(), config.account_sid)

    def _messages(self, session: aiohttp.ClientSession, share: float = 1.0) -> Any:
        http = PathHttp(session, self._limits.timeout(share), self._clock)
        return client(self._config, http).messages

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Send *message* as one SMS, unless an earlier try turns out to have got through."""
        text = fit(message.text)
        share = 1.0
        if message.key in self._unsure:
            if (sid := await self._sent_before(message, text, session)) is not None:
                return self._took(message.key, sid)
            share -= LOOK_UP_SHARE
        began_s = get_running_loop().time()
        try:
            sent = await self._messages(session, share).create_async(
                to=message.to,
                from_=self._config.from_,
                body=text,
                validity_period=_validity(message.valid_for),
            )
        except NoAnswer as error:
            if error.arrived:
                self._doubt(message.key, began_s)
            return error.outcome
        except Refusal as refusal:
            if refusal.status >= SERVER_STATUSES:
                self._doubt(message.key, began_s)
            return refusal.outcome((*self._hide, message.to, text))
        return self._took(message.key, sent.sid)

    def _took(self, key: str, sid: str) -> Outcome:
        self._unsure.pop(key, None)
        self._known.append(sid)
        return Outcome(Dissemination.SENT, receipt=sid)

    def _doubt(self, key: str, since_s: float) -> None:
        self._unsure.setdefault(key, since_s)
        if len(self._unsure) > MOST_UNSURE:
            del self._unsure[next(iter(self._unsure))]

    async def _sent_before(
        self, message: Message, text: str, session: aiohttp.ClientSession
    ) -> str | None:
        """The receipt of the same text to the same number, taken since the doubt began."""
        try:
            newest = await self._messages(session, LOOK_UP_SHARE).list_async(
                to=message.to, from_=self._config.from_, limit=NEWEST, page_size=NEWEST
            )
        except (NoAnswer, Refusal):
            return None  # Rather twice than never.
        now = self._clock.now()
        if now is None:
            return None
        doubted = timedelta(seconds=get_running_loop().time() - self._unsure[message.key])
        since = now - doubted - CLOCK_SLACK
        return next((one.sid for one in newest if self._is_this(one, text, since)), None)

    def _is_this(self, one: Any, text: str, since: datetime) -> bool:
        if one.sid in self._known or one.status in DEAD or one.date_created is None:
            return False  # A trial account puts words of its own before the text.
        return str(one.body or "").endswith(text) and one.date_created >= since

    async def follow(
        self, receipt: str, session: aiohttp.ClientSession
    ) -> AsyncGenerator[Outcome, None]:
        """Ask for the delivery report until there is one; each new state once."""
        wait = self._pace.fate_first
        while True:
            await sleep(wait.total_seconds())
            wait = min(wait * 1.5, self._pace.fate_most)
            try:
                found = await self._messages(session)(receipt).fetch_async()
            except (NoAnswer, Refusal):
                continue
            outcome = self._fate(found)
            if outcome.status is not Dissemination.SENT:
                yield outcome
                return

    def _fate(self, found: Any) -> Outcome:
        match found.status:
            case "delivered" | "read":
                return Outcome(Dissemination.DELIVERED, receipt=found.sid)
            case "failed" | "undelivered":
                hide = (*self._hide, found.to or "", found.body or "")
                return failed(found.error_code, found.error_message, hide)
            case "canceled":
                return Outcome(
                    Dissemination.UNDELIVERABLE, Failure.EXPIRED, words="it was canceled"
                )
            case _:  # queued, accepted, scheduled, sending, sent, and what Twilio adds some day
                return Outcome(Dissemination.SENT, receipt=found.sid)

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Nothing: a text that has left cannot be called back."""

    async def replies(self, session: aiohttp.ClientSession) -> AsyncGenerator[Reply, None]:
        """Read what came in, today's and yesterday's by Twilio's clock: its list knows only days.

        Before its clock is known the newest page is read.
        """
        seen: set[str] = set()
        while True:
            for one in reversed(await self._inbound(session)):
                if one.sid not in seen and one.direction == "inbound" and self._recent(one):
                    seen.add(one.sid)
                    yield Reply(one.sid, one.body or "", _came_at(one), sender=one.from_ or "")
            await sleep(self._pace.replies_every.total_seconds())

    async def _inbound(self, session: aiohttp.ClientSession) -> list[Any]:
        since = self._yesterday()
        try:
            found: list[Any] = await self._messages(session).list_async(
                to=self._config.from_,
                date_sent_after=values.unset if since is None else since,
                limit=PAGE if since is None else MOST_REPLIES,
                page_size=PAGE,
            )
        except Refusal as refusal:
            raise ReplyError(refusal.outcome(self._hide).words) from None
        except NoAnswer as error:
            raise ReplyError(str(error)) from None
        except TwilioException:
            raise ReplyError("something answered, but not as Twilio does") from None
        return found

    def _yesterday(self) -> datetime | None:
        now = self._clock.now()
        if now is None:
            return None
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)

    def _recent(self, one: Any) -> bool:
        since = self._yesterday()
        return since is None or _came_at(one) >= since


def _came_at(one: Any) -> datetime:
    at = one.date_sent or one.date_created
    return at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC)


def _validity(valid_for: timedelta) -> int:
    """Seconds that Twilio may keep the text waiting: it takes 1 to 36000."""
    return max(1, min(LONGEST_VALID, int(valid_for.total_seconds())))
