"""Push through ntfy, ntfy.sh or a server of one's own, with buttons that answer without any port.

Each carer's topic has a second one: a button posts there what relayd reads as a stream. That second
topic must be writable without a login, for relayd's own token never goes to a phone; it may be
known to anybody, since what counts is the signed token in the body, good for one alert.
https://docs.ntfy.sh/publish/ and https://docs.ntfy.sh/subscribe/api/
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from relayd.channels import Message, Outcome, Reply, ReplyError, Traits
from relayd.channels.http import (
    BROKEN,
    Limits,
    NoAnswer,
    decode,
    exchange,
    nothing,
    refused,
    undeliverable,
    url_fault,
    why,
)
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

KIND = "ntfy"
ANSWERS = "-answer"
MOST_TOPIC = 64
MOST_BYTES = 4096  # A longer message would become an attachment.
MOST_TITLE = 200
MOST_LINE = 64 * 1024
URGENCY = {Priority.HIGH: 5, Priority.MEDIUM: 4, Priority.LOW: 3}
BUTTONS = (("I have it", "1"), ("I cannot", "2"))
SILENT_AFTER = timedelta(seconds=100)  # Twice the server's 45 s between signs of life.
OK = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 2**33

_TOPIC = re.compile(r"[-_A-Za-z0-9]+")
_UNSAFE = re.compile(r"[^-_A-Za-z0-9]")
_ANSWER = re.compile(r"([12]) (\S{1,512})")


@dataclass(frozen=True, slots=True)
class Config:
    """The keys of an ntfy channel."""

    server: str = field(default="https://ntfy.sh", metadata={"doc": "the server's address"})
    token: Secret | None = field(
        default=None, metadata={"doc": "relayd's own access token, where topics are protected"}
    )
    answers: str | None = field(
        default=None,
        metadata={"doc": "one topic for everybody's buttons; default: each carer's own + -answer"},
    )


def traits(config: Config) -> Traits:
    """It has no receipts: only an answer proves that a push arrived."""
    del config
    return Traits(proves=False, quiet=True, answers=True)


def check_to(to: str) -> str | None:
    """Say what is wrong with a carer's topic."""
    most = MOST_TOPIC - len(ANSWERS)
    if _TOPIC.fullmatch(to) and len(to) <= most:
        return None
    return f"a topic is 1 to {most} letters, digits, - or _, and hard to guess: relayd-ana-k3f9x"


def faults(config: Config) -> list[tuple[str, str, str]]:
    """What is wrong with the values: key, what, remedy."""
    found = url_fault("server", config.server)
    topic = config.answers
    if topic is not None and not (_TOPIC.fullmatch(topic) and len(topic) <= MOST_TOPIC):
        remedy = f"use up to {MOST_TOPIC} letters, digits, - or _; or leave it out"
        found.append(("answers", "this is not the name of a topic", remedy))
    return found


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "Ntfy":
    """Make the channel; *addresses* are the carers' topics."""
    return Ntfy(name, config, addresses)


class Ntfy:
    """One server."""

    def __init__(
        self,
        name: str,
        config: Config,
        addresses: tuple[str, ...],
        limits: Limits | None = None,
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        limits = limits or Limits()
        self.name = name
        self._server = URL(config.server.rstrip("/") + "/")
        self._answers = config.answers
        self._topics = tuple(dict.fromkeys(self._answer_topic(to) for to in addresses))
        self._timeout = limits.timeout()
        self._streaming = aiohttp.ClientTimeout(
            sock_connect=limits.connect_within.total_seconds(),
            sock_read=silent_after.total_seconds(),
        )
        self._headers = {"User-Agent": "relayd"}
        self._hide: tuple[str, ...] = ()
        if config.token is not None:
            self._headers["Authorization"] = f"Bearer {config.token.reveal()}"
            self._hide = (config.token.reveal(),)
        self._heard = "all"  # Where the stream goes on; the server keeps 12 h by default.

    def _answer_topic(self, to: str) -> str:
        return self._answers or to + ANSWERS

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Publish *message*. The server's own document in the answer is what proves SENT."""
        body = msgspec.json.encode(self._document(message))
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            answer = await exchange(
                session, "POST", self._server, self._timeout, data=body, headers=headers
            )
        except NoAnswer as error:
            return error.outcome
        if answer.portal:
            return undeliverable(Failure.PATH_DOWN, "a web page answered: a captive portal?")
        if not answer.good:
            return refused(answer, (*self._hide, message.to, message.text, message.token))
        document = decode(answer.body) or {}
        receipt = document.get("id")
        if not (isinstance(receipt, str) and receipt and document.get("event") == "message"):
            return undeliverable(Failure.PATH_DOWN, "something answered, but not as ntfy does")
        return Outcome(Dissemination.SENT, receipt=receipt)

    def _document(self, message: Message) -> dict[str, Any]:
        document: dict[str, Any] = {
            "topic": message.to,
            "title": message.title[:MOST_TITLE],
            "message": cut(message.text),
            "priority": URGENCY[message.priority],
            "sequence_id": _UNSAFE.sub("_", message.key)[:MOST_TOPIC],
        }
        if message.tag:
            document["tags"] = [message.tag]
        if message.answer_url is not None:
            document["click"] = message.answer_url
        if message.asks:
            document["actions"] = self._buttons(message)
        return document

    def _buttons(self, message: Message) -> list[dict[str, Any]]:
        url = str(self._server / self._answer_topic(message.to))
        return [
            {
                "action": "http",
                "label": label,
                "url": url,
                "method": "POST",
                "body": f"{word} {message.token}",
                "clear": True,
            }
            for label, word in BUTTONS
        ]

    def follow(self, receipt: str, session: aiohttp.ClientSession) -> AsyncIterator[Outcome]:
        """Nothing: ntfy does not know whether a phone has shown it."""
        del receipt, session
        return nothing()

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Nothing: it rings once."""

    async def replies(self, session: aiohttp.ClientSession) -> AsyncGenerator[Reply, None]:
        """Read what the buttons post, as a stream, from where the last one ended."""
        if not self._topics:
            return
        if session.closed:
            raise ReplyError("the path is closed")
        url = (self._server / f"{','.join(self._topics)}/json").with_query(since=self._heard)
        try:
            async with session.get(
                url, headers=self._headers, timeout=self._streaming, allow_redirects=False
            ) as response:
                if response.status != OK:
                    raise ReplyError(f"the server refused the answers: HTTP {response.status}")
                while line := await response.content.readline(max_line_length=MOST_LINE):
                    event = _event(line)
                    if (reply := _reply(event)) is not None:
                        yield reply
                    if event.get("event") == "message":
                        self._heard = event["id"]
        except BROKEN as error:
            raise ReplyError(why(error)) from None
        raise ReplyError("the server ended the stream")


def cut(text: str) -> str:
    """*text* in at most 4096 bytes of UTF-8, no letter split."""
    if len(text.encode()) <= MOST_BYTES:
        return text
    return text.encode()[: MOST_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def _event(line: bytes) -> dict[str, Any]:
    event = decode(line)
    if event is None or not isinstance(event.get("id"), str):
        raise ReplyError("something answered, but not as ntfy does")
    return event


def _reply(event: dict[str, Any]) -> Reply | None:
    """The carer's answer in *event*; None for signs of life and for what no button of ours says."""
    said = _ANSWER.fullmatch(str(event.get("message", "")).strip())
    if event.get("event") != "message" or said is None:
        return None
    return Reply(event["id"], said[1], EPOCH + timedelta(seconds=_seconds(event)), token=said[2])


def _seconds(event: dict[str, Any]) -> int:
    at = event.get("time")
    return at if isinstance(at, int) and 0 <= at <= LATEST else 0
