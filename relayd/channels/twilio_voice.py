"""Calls through Twilio: https://www.twilio.com/docs/voice/api/call-resource.

A call wakes people, and proves that a person heard it: voicemail never counts. A key press comes
back to relayd's own web, by the signed link of the message. Twilio has no key that makes a second
try harmless, so after an unknown outcome its list of calls is looked at first.
"""

from asyncio import get_running_loop, sleep
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest.api.v2010.account.call import (  # type: ignore[import-untyped]
    CallInstance,  # needed by nobody here: it loads now what the first call would load
)

from relayd.channels import Message, Outcome, Reply, Traits
from relayd.channels.hosts import meets
from relayd.channels.http import SERVER_STATUSES, Limits, NoAnswer, nothing, undeliverable
from relayd.channels.phone import e164_fault
from relayd.channels.twilio_api import Config, PathHttp, Refusal, ServiceClock, client, faults
from relayd.channels.twilio_codes import failed
from relayd.channels.twiml import twiml
from relayd.domain.delivery import Dissemination, Failure

__all__ = [
    "KIND",
    "CallInstance",
    "Config",
    "TwilioVoice",
    "check_to",
    "faults",
    "open_channel",
    "traits",
]

KIND = "twilio-voice"
RINGS_S = 25  # Longer, and most voicemails would take the call.
LISTENS_S = 10  # Whoever answers hears nothing while Twilio makes out whether it is a person.
LOOK_UP_SHARE = 0.4  # Of the time limit; the rest is for calling all the same.
CLOCK_SLACK = timedelta(seconds=3)  # Its dates are whole seconds.
MOST_UNSURE = 256
NEWEST = 20
DEAD = frozenset({"failed", "busy", "no-answer", "canceled"})
ANSWERED = frozenset({"in-progress", "completed"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How often Twilio is asked for a call's fate: first, at most; and how late it may say who."""

    fate_first: timedelta = timedelta(seconds=2)
    fate_most: timedelta = timedelta(seconds=5)
    known_within: timedelta = timedelta(seconds=30)


def traits(config: Config) -> Traits:
    """A call wakes, and proves that a person answered; key presses come in by relayd's web."""
    del config
    return Traits(proves=True, wakes=True)


def check_to(to: str) -> str | None:
    """Say what is wrong with a carer's number."""
    return e164_fault(to)


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "TwilioVoice":
    """Make the channel; *addresses* are not needed."""
    del addresses
    return TwilioVoice(name, config)


class TwilioVoice:
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
        self._unsure: dict[str, tuple[str, float]] = {}  # Attempt: number, since when (loop).
        self._known: deque[str] = deque(maxlen=MOST_UNSURE)  # Receipts that belong to an attempt.
        self._hide = (config.auth_token.reveal(), config.account_sid)

    def _calls(self, session: aiohttp.ClientSession, share: float = 1.0) -> Any:
        http = PathHttp(session, self._limits.timeout(share), self._clock)
        return client(self._config, http).calls

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Call once, unless an earlier try turns out to have got through."""
        share = 1.0
        if message.key in self._unsure:
            if (sid := await self._called_before(message, session)) is not None:
                return self._took(message.key, sid)
            share -= LOOK_UP_SHARE
        began_s = get_running_loop().time()
        try:
            call = await self._calls(session, share).create_async(
                to=message.to,
                from_=self._config.from_,
                twiml=self._markup(message),
                timeout=RINGS_S,
                machine_detection="Enable",
                machine_detection_timeout=LISTENS_S,
            )
        except NoAnswer as error:
            if error.arrived:
                self._doubt(message, began_s)
            return error.outcome
        except Refusal as refusal:
            if refusal.status >= SERVER_STATUSES:
                self._doubt(message, began_s)
            private = (message.to, message.text, message.answer_url or "", message.token)
            return refusal.outcome((*self._hide, *private))
        return self._took(message.key, call.sid)

    def _markup(self, message: Message) -> str:
        """A key is offered only where its press can come back."""
        url = message.answer_url
        back = url if url is not None and meets(self._config.api, url) else None
        return twiml(message.text, back, message.code, asks=message.asks)

    def _took(self, key: str, sid: str) -> Outcome:
        self._unsure.pop(key, None)
        self._known.append(sid)
        return Outcome(Dissemination.SENT, receipt=sid)

    def _doubt(self, message: Message, since_s: float) -> None:
        self._unsure.setdefault(message.key, (message.to, since_s))
        if len(self._unsure) > MOST_UNSURE:
            del self._unsure[next(iter(self._unsure))]

    async def _called_before(self, message: Message, session: aiohttp.ClientSession) -> str | None:
        """The receipt of the call to this number that was made since the doubt began.

        Calls show nothing of what they say: with two in doubt to one number neither is taken for
        the other, and both are made again. Rather twice than never.
        """
        _, since_s = self._unsure[message.key]
        if [to for to, _ in self._unsure.values()].count(message.to) > 1:
            return None
        try:
            newest = await self._calls(session, LOOK_UP_SHARE).list_async(
                to=message.to, from_=self._config.from_, limit=NEWEST, page_size=NEWEST
            )
        except (NoAnswer, Refusal, TwilioException):
            return None
        now = self._clock.now()
        if now is None:
            return None
        since = now - timedelta(seconds=get_running_loop().time() - since_s) - CLOCK_SLACK
        return next((call.sid for call in newest if self._is_new(call, since)), None)

    def _is_new(self, call: Any, since: datetime) -> bool:
        if call.sid in self._known or call.status in DEAD or call.date_created is None:
            return False
        return bool(call.date_created >= since)

    async def follow(
        self, receipt: str, session: aiohttp.ClientSession
    ) -> AsyncGenerator[Outcome, None]:
        """Ask how the call goes until it is known who answered; each new state once."""
        wait, known_by_s = self._pace.fate_first, inf
        rang = False
        while True:
            await sleep(wait.total_seconds())
            wait = min(wait * 1.5, self._pace.fate_most)
            try:
                call = await self._calls(session)(receipt).fetch_async()
            except (NoAnswer, Refusal):
                continue
            now_s = get_running_loop().time()
            if call.status == "completed":
                known_by_s = min(known_by_s, now_s + self._pace.known_within.total_seconds())
            outcome = await self._fate(call, session, late=now_s >= known_by_s)
            if outcome is None or (rang and outcome.status is Dissemination.SENT):
                continue
            yield outcome
            if outcome.status is not Dissemination.SENT:
                return
            rang = True

    async def _fate(
        self, call: Any, session: aiohttp.ClientSession, *, late: bool
    ) -> Outcome | None:
        """What *call* has come to; None while it does not even ring."""
        by = call.answered_by or ""
        if call.status in ANSWERED and by == "human":
            return Outcome(Dissemination.DELIVERED, receipt=call.sid)
        if call.status in ANSWERED and (by.startswith("machine") or by == "fax"):
            what = "a fax" if by == "fax" else "voicemail"
            return undeliverable(Failure.UNREACHABLE, f"{what} answered")
        match call.status:
            case "completed" if late or by:
                words = "it was answered, but not provably by a person"
                return undeliverable(Failure.UNREACHABLE, words)
            case "ringing" | "in-progress" | "completed":
                return Outcome(Dissemination.SENT, receipt=call.sid)
            case "busy":
                return undeliverable(Failure.BUSY, "the line is busy")
            case "no-answer":
                return undeliverable(Failure.UNREACHABLE, "it rang, and nobody answered")
            case "canceled":
                return undeliverable(Failure.EXPIRED, "it was canceled")
            case "failed":
                code = await self._code(call.sid, session)
                return failed(code, "the call could not be made", self._hide)
            case _:  # queued, initiated, and what Twilio adds some day
                return None

    async def _code(self, receipt: str, session: aiohttp.ClientSession) -> int | None:
        """Why a call failed: the call does not say it, but what was noted about it does."""
        try:
            noted = await self._calls(session)(receipt).notifications.list_async(log=0, limit=1)
        except (NoAnswer, Refusal, TwilioException):
            return None
        codes = [one.error_code for one in noted]
        return next((int(code) for code in codes if code and code.isdecimal()), None)

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Stop the ringing; a call that somebody has answered goes on, nobody is cut off."""
        try:
            await self._calls(session)(receipt).update_async(status="canceled")
        except (NoAnswer, Refusal):
            return

    def replies(self, session: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        """Nothing: key presses come to relayd's own web."""
        del session
        return nothing()
