"""Twilio's REST API on a session that is bound to one path: transport, clock and refusals."""

import logging
from asyncio import get_running_loop
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from yarl import URL

from relayd.channels import Outcome
from relayd.channels.http import (
    BAD_STATUSES,
    Answer,
    NoAnswer,
    exchange,
    failure_of,
    undeliverable,
    url_fault,
)
from relayd.channels.phone import e164_fault
from relayd.channels.twilio_codes import FAILURES, sentence_of
from relayd.domain.secret import Secret

for _name in ("twilio.http_client", "twilio.async_http_client"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # They log numbers and texts at INFO.

NO_ENVIRONMENT = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}  # Only our own file decides.


@dataclass(frozen=True, slots=True)
class Config:
    """The keys of every channel that goes through Twilio."""

    account_sid: str = field(metadata={"doc": "the account, AC and 32 signs"})
    auth_token: Secret = field(metadata={"doc": "its auth token"})
    from_: str = field(
        repr=False, metadata={"key": "from", "doc": "your number at Twilio, as +447700900000"}
    )
    api: str = field(
        default="https://api.twilio.com", metadata={"doc": "another address, for regions and tests"}
    )


def faults(config: Config) -> list[tuple[str, str, str]]:
    """What is wrong with the values: key, what, remedy."""
    found = url_fault("api", config.api)
    if not config.account_sid.startswith("AC"):
        remedy = "take the one that begins with AC from the console; SK… is a key, MG… a service"
        found.append(("account_sid", "this is not an account's SID", remedy))
    if e164_fault(config.from_) is not None:
        remedy = "write your number at Twilio as +447700900000: a name could not receive answers"
        found.append(("from", "this is not a phone number", remedy))
    return found


class Refusal(Exception):  # noqa: N818 - an answer, and no error of ours
    """Twilio answered no: *status* of HTTP, Twilio's own *code* (0 if none), and its sentence."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code

    def outcome(self, hide: tuple[str, ...]) -> Outcome:
        """What that means for a message; *hide* are texts that the words must not repeat."""
        failure = FAILURES.get(self.code) or failure_of(self.status)
        return undeliverable(failure, sentence_of(self.code, str(self), hide))


class ServiceClock:
    """Twilio's own clock, from the ``Date`` of its answers: a Pi's may be years off at start."""

    def __init__(self) -> None:
        self._date: datetime | None = None
        self._heard_s = 0.0

    def hear(self, date: str | None) -> None:
        """Set it by the header of an answer that has just arrived."""
        try:
            said = parsedate_to_datetime(date or "")
        except ValueError:
            return
        self._date = said if said.tzinfo is not None else said.replace(tzinfo=UTC)  # for "-0000"
        self._heard_s = get_running_loop().time()

    def now(self) -> datetime | None:
        """What time it is there, to the second; None until it has answered once."""
        if self._date is None:
            return None
        return self._date + timedelta(seconds=get_running_loop().time() - self._heard_s)


class _Record(msgspec.Struct):
    """A message or a call, as far as the kinds of its fields go."""

    sid: str
    status: str | None = None
    error_code: int | None = None
    error_message: str | None = None
    body: str | None = None
    direction: str | None = None
    answered_by: str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    date_sent: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    to: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)


class _Page(msgspec.Struct):
    messages: list[_Record]
    next_page_uri: str | None = None


class _Calls(msgspec.Struct):
    calls: list[_Record]
    next_page_uri: str | None = None


class _Notice(msgspec.Struct):
    """What Twilio noted while it made a call; its codes come as text."""

    sid: str
    error_code: str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    message_date: str | None = None


class _Notices(msgspec.Struct):
    notifications: list[_Notice]
    next_page_uri: str | None = None


Shape = type[_Record | _Page | _Calls | _Notices]
LISTS: Mapping[str, Shape] = {
    "Messages.json": _Page,
    "Calls.json": _Calls,
    "Notifications.json": _Notices,
}


class _Error(msgspec.Struct):
    code: int | None = None
    message: str | None = None


class PathHttp(AsyncHttpClient):  # type: ignore[misc]
    """The library's requests on the caller's session. Raises ``NoAnswer`` and ``Refusal``.

    What reaches the library from here is a good answer in Twilio's own form, so that it never
    meets a captive portal's page.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        timeout: aiohttp.ClientTimeout,
        clock: ServiceClock,
    ) -> None:
        super().__init__(logging.getLogger("relayd.twilio"), is_async=True)
        self._session = session
        self._limit = timeout
        self._clock = clock

    async def request(  # noqa: PLR0917 - the library's own signature
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the library's own signature
    ) -> Response:
        """Ask once. Our own time limit and no redirects, whatever the library says."""
        del timeout, allow_redirects
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        answer = await exchange(
            self._session,
            method,
            URL(url),
            self._limit,
            params=params,
            data=data,
            headers=headers,
        )
        text = _checked(answer, LISTS.get(URL(url).name, _Record) if method == "GET" else _Record)
        self._clock.hear(answer.headers.get("Date"))
        return Response(answer.status, text, answer.headers)


def _checked(answer: Answer, shape: Shape) -> str:
    if answer.portal:
        raise NoAnswer("a web page answered: a captive portal?", arrived=False)
    if answer.status >= BAD_STATUSES:
        raise _refusal(answer)
    try:
        msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoAnswer("something answered, but not as Twilio does", arrived=True) from None
    return answer.body.decode()


def _refusal(answer: Answer) -> Refusal:
    try:
        error = msgspec.json.decode(answer.body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal(answer.status, 0, f"HTTP {answer.status}")
    return Refusal(answer.status, error.code or 0, error.message or f"HTTP {answer.status}")


def client(config: Config, http: PathHttp) -> Client:
    """The library's client for one account over one path."""
    made = Client(
        config.account_sid,
        config.auth_token.reveal(),
        http_client=http,
        environment=NO_ENVIRONMENT,
    )
    made.api.base_url = config.api.rstrip("/")
    return made
