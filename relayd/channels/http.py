"""What the channels that speak HTTP share: one bounded exchange, and plain words for its end."""

import os
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
import msgspec
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from relayd.channels import Outcome
from relayd.domain.delivery import Dissemination, Failure

T = TypeVar("T")

MOST_BYTES = 64 * 1024  # No gateway says more than this in earnest.
MOST_WORDS = 200
PORTAL_STATUSES = frozenset({407, 511})  # Only something between us and the gateway says these.
BUSY_STATUSES = frozenset({408, 425, 429})
BAD_STATUSES = 400
SERVER_STATUSES = 500

BROKEN = (aiohttp.ClientError, HttpProcessingError, TimeoutError, OSError)
"""All that aiohttp raises where a network or a server fails."""

_NUMBER = re.compile(r"\+?\d[\d ().\-]{6,}\d")
_SENTENCES = ("error", "message", "detail", "title")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one send may take in all, and how long of that to find and connect."""

    within: timedelta = timedelta(seconds=10)
    connect_within: timedelta = timedelta(seconds=4)

    def timeout(self, share: float = 1.0) -> aiohttp.ClientTimeout:
        """The same for aiohttp; *share* is the part of the time that one request may use.

        aiohttp rounds limits above its threshold up to whole seconds, which would break ours.
        """
        return aiohttp.ClientTimeout(
            total=self.within.total_seconds() * share,
            sock_connect=self.connect_within.total_seconds() * share,
            ceil_threshold=float("inf"),
        )


class NoAnswer(Exception):  # noqa: N818 - it is no error of ours
    """The gateway itself did not answer; *arrived* is whether the request may have reached it."""

    def __init__(self, words: str, *, arrived: bool) -> None:
        super().__init__(words)
        self.arrived = arrived

    @property
    def outcome(self) -> Outcome:
        """What that means for a message: nothing is known of its fate."""
        return undeliverable(Failure.PATH_DOWN, str(self))


@dataclass(frozen=True, slots=True)
class Answer:
    """A gateway's answer, its body cut at 64 KiB or where it broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the status says yes."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def html(self) -> bool:
        """Whether it is a page for people, which no gateway sends to a program."""
        said = self.headers.get("Content-Type", "").lower()
        return "html" in said or self.body[:256].lstrip().lower().startswith((b"<!doctype", b"<ht"))

    @property
    def portal(self) -> bool:
        """Whether somebody else answered in the place of a service that speaks JSON.

        A 401, a 429 and 5xx pages do come from the service's own front door.
        """
        own = self.status in (401, 429) or self.status >= SERVER_STATUSES
        return self.html and not own


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own, which covers the body too
    **request: Any,
) -> Answer:
    """Ask once and read the answer. Raises ``NoAnswer`` when none came, or a redirect."""
    if session.closed:
        raise NoAnswer("the path is closed", arrived=False)
    try:
        async with session.request(
            method, url, timeout=timeout, allow_redirects=False, **request
        ) as response:
            answer = Answer(response.status, response.headers, await _read(response))
    except BROKEN as error:
        raise NoAnswer(why(error), arrived=not isinstance(error, _NEVER_LEFT)) from None
    if 300 <= answer.status < BAD_STATUSES:  # noqa: PLR2004
        words = f"answered with a redirect (HTTP {answer.status}): a captive portal, or an old URL"
        raise NoAnswer(words, arrived=True)
    if answer.status in PORTAL_STATUSES:
        raise NoAnswer(f"a captive portal or proxy answered (HTTP {answer.status})", arrived=False)
    return answer


_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read the body; the status stands, even where the rest breaks off or never ends."""
    body = bytearray()
    content = response.content
    try:
        while not content.at_eof() and (chunk := await content.read(MOST_BYTES - len(body))):
            body += chunk
    except BROKEN:
        pass
    return bytes(body)


def why(error: BaseException) -> str:
    """Say what broke, without addresses: they may hold secrets."""
    match error:
        case aiohttp.ClientSSLError():
            return "its certificate was not accepted: a captive portal, or the clock is wrong"
        case aiohttp.ClientConnectorDNSError():
            return "its name could not be looked up"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ClientConnectorError(os_error=OSError(errno=int(number))) if number > 0:
            return f"no connection: {os.strerror(number)}"
        case aiohttp.ClientConnectorError():
            return "no connection"
        case aiohttp.InvalidURL():
            return "its address is not one"
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError() | HttpProcessingError():
            return "the answer could not be read"
        case _:
            return "the connection broke"


def failure_of(status: int) -> Failure:
    """Sort a status of 400 and above by what must be done about it."""
    if status in (401, 403):
        return Failure.CREDENTIALS
    if status in BUSY_STATUSES or status >= SERVER_STATUSES:
        return Failure.BUSY
    return Failure.REFUSED


def plain(text: str, hide: Iterable[str] = ()) -> str:
    """Make words fit for a page and a log: one line, short, no numbers of people, no secrets."""
    for secret in hide:
        text = text.replace(secret, "<secret>") if secret else text
    text = _NUMBER.sub("<number>", text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:MOST_WORDS]


def said(answer: Answer, hide: Iterable[str] = ()) -> str:
    """The gateway's own sentence about a refusal, after the status."""
    status = f"HTTP {answer.status}"
    if answer.html:
        return f"{status} and a page for people"
    sentence = plain(_sentence(answer.body), hide)
    return plain(f"{status}: {sentence}") if sentence else status


def _sentence(body: bytes) -> str:
    document = decode(body)
    if document is None:
        return body.decode(errors="replace")
    found = (document[key] for key in _SENTENCES if isinstance(document.get(key), str))
    return next(found, "")


def decode(body: bytes) -> dict[str, Any] | None:
    """The JSON object in *body*, or None where there is none."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def refused(answer: Answer, hide: Iterable[str] = ()) -> Outcome:
    """The outcome of an answer whose status says no."""
    return undeliverable(failure_of(answer.status), said(answer, hide))


def undeliverable(failure: Failure, words: str) -> Outcome:
    """An attempt that failed."""
    return Outcome(Dissemination.UNDELIVERABLE, failure, words=words)


def url_fault(key: str, text: str) -> list[tuple[str, str, str]]:
    """What is wrong with the address under *key*, as ``faults()`` of a channel says it."""
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme in ("http", "https") and url.host:
        return []
    return [(key, "this is not a web address", "write it whole, such as https://host.example/path")]


async def nothing(things: tuple[T, ...] = ()) -> AsyncIterator[T]:
    """Yield nothing at all: for services without receipts, or without answers."""
    for thing in things:
        yield thing
