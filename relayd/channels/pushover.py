"""Push through Pushover: https://pushover.net/api, with receipts: https://pushover.net/api/receipts.

An urgent alert goes as an emergency: it rings through silence, again and again, until somebody
taps "acknowledge", which is their answer. Only emergencies have a receipt; nothing else can prove
that it arrived. There is no key that makes a second try harmless: rather twice than never.
"""

import re
from asyncio import sleep
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from yarl import URL

from relayd.channels import Message, Outcome, Reply, Traits
from relayd.channels.http import (
    Answer,
    Limits,
    NoAnswer,
    decode,
    exchange,
    failure_of,
    nothing,
    plain,
    said,
    undeliverable,
    url_fault,
)
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

KIND = "pushover"
MOST_TEXT, MOST_TITLE, MOST_URL = 1024, 250, 512
SHORTEST_RETRY, LONGEST_EXPIRE = timedelta(seconds=30), timedelta(hours=3)
EMERGENCY, LOUD, QUIET = 2, 1, -1
OK, TOO_MANY = 1, 429
SCARCE = 0.05  # The part of a month's messages that is worth a word when no more is left.

_KEY = re.compile(r"[A-Za-z0-9]{30}")


@dataclass(frozen=True, slots=True)
class Config:
    """The keys of a Pushover channel."""

    token: Secret = field(metadata={"doc": "the API token of relayd's application there"})
    api: str = field(
        default="https://api.pushover.net", metadata={"doc": "another address, for tests"}
    )
    sound: str | None = field(
        default=None, metadata={"doc": "the name of a sound; default: what each phone has set"}
    )
    retry: timedelta = field(
        default=SHORTEST_RETRY, metadata={"doc": "how often an urgent alert rings again"}
    )
    expire: timedelta = field(
        default=timedelta(hours=1), metadata={"doc": "when it stops ringing if nobody taps"}
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a receipt is asked for; Pushover allows every 5 s. *most* is for trouble."""

    every: timedelta = timedelta(seconds=5)
    most: timedelta = timedelta(seconds=40)


def traits(config: Config) -> Traits:
    """Its emergencies wake, prove that they arrived, and are answered by a tap."""
    del config
    return Traits(proves=True, wakes=True, quiet=True, answers=True)


def check_to(to: str) -> str | None:
    """Say what is wrong with a carer's key."""
    if _KEY.fullmatch(to):
        return None
    return "write the user key that Pushover shows this carer: 30 letters and digits, no e-mail"


def faults(config: Config) -> list[tuple[str, str, str]]:
    """What is wrong with the values: key, what, remedy."""
    found = url_fault("api", config.api)
    if not _KEY.fullmatch(config.token.reveal()):
        remedy = "copy the application's API token from pushover.net: 30 letters and digits"
        found.append(("token", "this is not an application's token", remedy))
    if config.retry < SHORTEST_RETRY:
        found.append(("retry", "Pushover does not ring that often", 'write "30 s" or more'))
    if config.expire > LONGEST_EXPIRE:
        found.append(("expire", "Pushover does not ring for so long", 'write "3 h" or less'))
    if config.expire < config.retry:
        found.append(("expire", "it would stop before it rings again", "make it longer than retry"))
    return found


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "Pushover":
    """Make the channel; *addresses* are not needed."""
    del addresses
    return Pushover(name, config)


class Pushover:
    """One application at Pushover."""

    def __init__(
        self,
        name: str,
        config: Config,
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._config = config
        self._api = URL(config.api.rstrip("/")) / "1"
        self._timeout = (limits or Limits()).timeout()
        self._pace = pace or Pace()
        self._token = config.token.reveal()

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Push *message*. Pushover's own "status 1" is what proves SENT."""
        private = (message.to, message.text, message.answer_url or "", message.token)
        hide = (self._token, *private, *map(quote_plus, private))
        try:
            answer = await self._post(session, "messages.json", self._form(message))
        except NoAnswer as error:
            return error.outcome
        if answer.portal:
            return undeliverable(Failure.PATH_DOWN, "a web page answered: a captive portal?")
        document = decode(answer.body) or {}
        if not answer.good:
            return _refused(answer, document, hide)
        if document.get("status") != OK:
            return undeliverable(Failure.PATH_DOWN, "something answered, but not as Pushover does")
        return Outcome(Dissemination.SENT, receipt=_receipt(document), words=_left(answer.headers))

    async def _post(
        self, session: aiohttp.ClientSession, where: str, form: Mapping[str, str]
    ) -> Answer:
        url = self._api.joinpath(*where.split("/"))
        return await exchange(
            session, "POST", url, self._timeout, data={"token": self._token, **form}
        )

    def _form(self, message: Message) -> dict[str, str]:
        urgency = _urgency(message)
        form = {
            "user": message.to,
            "title": message.title[:MOST_TITLE],
            "message": cut(message.text),
            "priority": str(urgency),
        }
        if urgency == EMERGENCY:
            form["retry"] = str(int(self._config.retry.total_seconds()))
            form["expire"] = str(int(self._config.expire.total_seconds()))
        if self._config.sound is not None and urgency != QUIET:
            form["sound"] = self._config.sound
        url = message.answer_url
        if url is not None and len(url) <= MOST_URL:
            form |= {"url": url, "url_title": "Answer: I have it, or I cannot"}
        return form

    async def follow(
        self, receipt: str, session: aiohttp.ClientSession
    ) -> AsyncGenerator[Outcome, None]:
        """Ask for the receipt until somebody has tapped or it has stopped ringing."""
        delivered = False
        wait = self._pace.every
        while True:
            await sleep(wait.total_seconds())
            found = await self._look_up(receipt, session)
            wait = self._pace.every if found is not None else min(wait * 2, self._pace.most)
            if found is None:
                continue
            if found.get("acknowledged") == OK:
                yield Outcome(Dissemination.ACCEPTED, receipt=receipt)
                return
            if not delivered and _moment(found.get("last_delivered_at")):
                delivered = True
                yield Outcome(Dissemination.DELIVERED, receipt=receipt)
            if found.get("expired") == OK:
                if not delivered:
                    yield undeliverable(Failure.EXPIRED, "it reached no phone until it expired")
                return

    async def _look_up(self, receipt: str, session: aiohttp.ClientSession) -> dict[str, Any] | None:
        url = self._api / "receipts" / f"{receipt}.json" % {"token": self._token}
        try:
            answer = await exchange(session, "GET", url, self._timeout)
        except NoAnswer:
            return None
        document = decode(answer.body) if answer.good else None
        return document if document is not None and document.get("status") == OK else None

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Stop the ringing. Where that fails it ends by itself, when it expires."""
        try:
            await self._post(session, f"receipts/{receipt}/cancel.json", {})
        except NoAnswer:
            return

    def replies(self, session: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        """Nothing: the answer is in the receipt."""
        del session
        return nothing()


def cut(text: str) -> str:
    """*text* in at most 1024 characters."""
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _urgency(message: Message) -> int:
    if not message.asks or message.priority is Priority.LOW:
        return QUIET
    return EMERGENCY if message.priority is Priority.HIGH else LOUD


def _receipt(document: Mapping[str, Any]) -> str | None:
    receipt = document.get("receipt")
    return receipt if isinstance(receipt, str) and _KEY.fullmatch(receipt) else None


def _moment(at: object) -> bool:
    return isinstance(at, int) and at > 0


def _refused(answer: Answer, document: Mapping[str, Any], hide: tuple[str, ...]) -> Outcome:
    """Sort a refusal: Pushover says 400 to every fault, and marks the parameter that is wrong."""
    if answer.status == TOO_MANY and answer.headers.get("X-Limit-App-Remaining") == "0":
        words = "HTTP 429: this month's messages are used up; buy more at pushover.net"
        return undeliverable(Failure.BUSY, words)
    errors = document.get("errors")
    told = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
    words = plain(f"HTTP {answer.status}: {plain(told, hide)}") if told else said(answer, hide)
    wrong_token = document.get("token") == "invalid"
    return undeliverable(Failure.CREDENTIALS if wrong_token else failure_of(answer.status), words)


def _left(headers: Mapping[str, str]) -> str:
    """A warning before the month's messages run out; empty while there are plenty."""
    limit, left = (headers.get(f"X-Limit-App-{word}", "") for word in ("Limit", "Remaining"))
    if not (limit.isdecimal() and left.isdecimal()) or int(left) > int(limit) * SCARCE:
        return ""
    return f"only {left} of this month's {limit} messages are left"
