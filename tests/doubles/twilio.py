"""Twilio's messages, as its documentation describes them, and the phones at the other end.

- the resource, its statuses and parameters: https://www.twilio.com/docs/messaging/api/message-resource
- Basic auth with account SID and token: https://www.twilio.com/docs/usage/requests-to-twilio
- the error document: https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions
- pages and ``next_page_uri``: https://www.twilio.com/docs/usage/twilios-response#pagination
- error codes: https://www.twilio.com/docs/api/errors
- STOP and START: https://help.twilio.com/articles/223134027
"""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from doubles.base import Call, Double

E164 = re.compile(r"\+[1-9]\d{6,14}")
MOST_CHARACTERS = 1600
VALIDITY = range(1, 36001)
PAGE_SIZES = range(1, 1001)
STATUSES = frozenset({
    "accepted", "scheduled", "canceled", "queued", "sending", "sent", "failed", "delivered",
    "undelivered", "receiving", "received", "read",
})  # fmt: skip
KNOWN_PARAMETERS = frozenset({"To", "From", "Body", "ValidityPeriod"})
KNOWN_FILTERS = frozenset(
    {"To", "From", "DateSent", "DateSent>", "DateSent<", "Page", "PageSize", "PageToken"}
)
FATE = ("sending", "sent", "delivered")


@dataclass
class Text:
    """One message resource. *fate* is what it becomes, a step for each time it is fetched."""

    sid: str
    to: str
    from_: str
    body: str = field(repr=False)
    direction: str
    created: datetime
    status: str
    fate: list[str] = field(default_factory=list)
    error_code: int | None = None
    validity: int = 36000

    def step(self) -> None:
        """Become the next thing: ``undelivered:30003`` has the error code after a colon."""
        if not self.fate:
            return
        status, _, code = self.fate.pop(0).partition(":")
        assert status in STATUSES, status
        self.status = status
        self.error_code = int(code) if code else None

    def document(self, account: str) -> dict[str, Any]:
        """It in Twilio's own form: dates in RFC 2822."""
        at = format_datetime(self.created)
        unsent = self.status in ("accepted", "queued", "scheduled")
        return {
            "sid": self.sid, "account_sid": account, "to": self.to, "from": self.from_,
            "body": self.body, "direction": self.direction, "status": self.status,
            "error_code": self.error_code,
            "error_message": f"Error {self.error_code}" if self.error_code else None,
            "date_created": at, "date_updated": at, "date_sent": None if unsent else at,
            "num_segments": "1", "num_media": "0", "price": None, "price_unit": "USD",
            "api_version": "2010-04-01", "messaging_service_sid": None, "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.sid}.json",
        }  # fmt: skip


class TwilioDouble(Double):
    """One account with one number."""

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "twilio-token-1",
        number: str = "+447700900000",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        preamble: str = "",
    ) -> None:
        super().__init__()
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.number = number
        self.texts: dict[str, Text] = {}
        self.opted_out: set[str] = set()
        self.now = now
        self.preamble = preamble  # What a trial account puts before every text.
        self._fates: list[tuple[str, ...]] = []

    def fate(self, *statuses: str) -> None:
        """Say what the next message becomes, a step for each look-up."""
        self._fates.append(statuses)

    def sent(self, to: str) -> list[Text]:
        """All that was sent to *to*, oldest first."""
        return [text for text in self.texts.values() if text.to == to and text.from_ == self.number]

    def phone(self, number: str) -> list[str]:
        """What has arrived there."""
        return [text.body for text in self.sent(number) if text.status in ("delivered", "read")]

    def reply(self, from_: str, body: str, at: datetime | None = None) -> Text:
        """A phone sends *body* to our number; STOP and START do what Twilio makes of them."""
        word = body.strip().upper()
        if word in ("STOP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "STOPALL"):
            self.opted_out.add(from_)
        elif word in ("START", "UNSTOP"):
            self.opted_out.discard(from_)
        return self._keep(self.number, from_, body, status="received", at=at)

    def _keep(
        self, to: str, from_: str, body: str, *, status: str, at: datetime | None = None
    ) -> Text:
        sid = f"SM{len(self.texts):032x}"
        direction = "inbound" if status == "received" else "outbound-api"
        text = Text(sid, to, from_, body, direction, at or self.now(), status)
        self.texts[sid] = text
        self.tell()
        return text

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        """Twilio's own error document."""
        code = code or {401: 20003, 429: 20429, 503: 20503}.get(status, 20001)
        more = f"https://www.twilio.com/docs/errors/{code}"
        document = {"code": code, "message": words, "more_info": more, "status": status}
        return self._say(document, status, headers)

    def _say(
        self, document: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        """Answer, with the service's own time in ``Date``."""
        date = format_datetime(self.now().astimezone(UTC), usegmt=True)
        return web.json_response(document, status=status, headers={"Date": date, **(headers or {})})

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """Create, list and fetch."""
        found = re.fullmatch(r"/2010-04-01/Accounts/(\w+)/Messages(/\w+)?\.json", request.path)
        operations = {
            ("POST", False): ("send", self._create),
            ("GET", False): ("list", self._list),
            ("GET", True): ("fetch", self._fetch),
        }
        return operations.get((request.method, found[2] is not None)) if found else None

    def _stranger(self, request: web.Request) -> web.Response | None:
        pair = f"{self.account_sid}:{self.auth_token}".encode()
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(pair).decode():
            return self.reject(401, 20003, "Authenticate")
        if request.path.split("/")[3] != self.account_sid:
            return self.reject(404, 20404, f"The requested resource {request.path} was not found")
        return None

    async def _create(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        form = {key: str(value) for key, value in (await call.request.post()).items()}
        if (fault := self._fault(form)) is not None:
            return self.reject(400, *fault)
        body = self.preamble + form["Body"]
        text = self._keep(form["To"], form["From"], body, status="queued")
        text.validity = int(form.get("ValidityPeriod", 36000))
        fate = self._fates.pop(0) if self._fates else FATE
        text.fate = ["sending", "sent"] if call.lost else list(fate)
        return self._say(text.document(self.account_sid), 201)

    def _fault(self, form: dict[str, str]) -> tuple[int, str] | None:
        to, from_ = form.get("To", ""), form.get("From", "")
        rules = (
            (not set(form) <= KNOWN_PARAMETERS, 20001, f"Unknown parameter in {sorted(form)}"),
            (not to, 21604, "A 'To' phone number is required."),
            (not from_, 21603, "A 'From' phone number is required."),
            (not form.get("Body"), 21602, "Message body is required."),
            (not E164.fullmatch(to), 21211, f"Invalid 'To' Phone Number: {to}"),
            (not E164.fullmatch(from_), 21212, f"Invalid 'From' Phone Number: {from_}"),
            (from_ != self.number, 21606, f"The 'From' phone number {from_} is not yours."),
            (len(form.get("Body", "")) > MOST_CHARACTERS, 21617, "The body is too long."),
            (int(form.get("ValidityPeriod", "1")) not in VALIDITY, 20001, "ValidityPeriod"),
            (to in self.opted_out, 21610, "Attempt to send to unsubscribed recipient"),
        )
        return next(((code, words) for broken, code, words in rules if broken), None)

    async def _fetch(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        text = self.texts.get(call.request.path.split("/")[-1].removesuffix(".json"))
        if text is None:
            return self.reject(
                404, 20404, f"The requested resource {call.request.path} was not found"
            )
        text.step()
        return self._say(text.document(self.account_sid))

    async def _list(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        query = dict(call.request.query)
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        if not set(query) <= KNOWN_FILTERS or size not in PAGE_SIZES:
            return self.reject(400, 20001, f"Invalid parameters: {sorted(query)}")
        newest_first = [text for text in reversed(self.texts.values()) if _passes(text, query)]
        shown = newest_first[page * size : (page + 1) * size]
        more = len(newest_first) > (page + 1) * size
        return self._say(
            {
                "messages": [text.document(self.account_sid) for text in shown],
                "page": page,
                "page_size": size,
                "uri": call.request.path_qs,
                "first_page_uri": call.request.path_qs,
                "previous_page_uri": None,
                "next_page_uri": _page_uri(call.request, page + 1) if more else None,
                "start": page * size,
                "end": page * size + len(shown) - 1,
            }
        )


def _page_uri(request: web.Request, page: int) -> str:
    query = {**request.query, "Page": str(page), "PageToken": f"PA{page}"}
    return f"{request.path}?{urlencode(query)}"


def _passes(text: Text, query: dict[str, str]) -> bool:
    """Whether *text* passes the filters: dates are whole days, in GMT, both ends included."""
    day = text.created.astimezone(UTC).date()
    return (
        query.get("To", text.to) == text.to
        and query.get("From", text.from_) == text.from_
        and ("DateSent" not in query or day == _day(query["DateSent"]))
        and ("DateSent>" not in query or day >= _day(query["DateSent>"]))
        and ("DateSent<" not in query or day <= _day(query["DateSent<"]))
    )


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
