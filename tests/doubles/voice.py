"""Twilio's calls, as its documentation describes them, and the people who pick up.

- the resource and its statuses: https://www.twilio.com/docs/voice/api/call-resource
- who answered: https://www.twilio.com/docs/voice/answering-machine-detection
- the markup: https://www.twilio.com/docs/voice/twiml; a key press: …/twiml/gather
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
from aiohttp import web

from doubles.base import Call
from doubles.twilio import E164, KNOWN_FILTERS, TwilioDouble

STATUSES = frozenset({
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer",
    "canceled",
})  # fmt: skip
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
WHO = frozenset({"", "human", "machine_start", "machine_end_beep", "fax", "unknown"})
KNOWN_PARAMETERS = frozenset(
    {"To", "From", "Twiml", "Timeout", "MachineDetection", "MachineDetectionTimeout"}
)
MOST_MARKUP = 4000
GATHER = {"input": "dtmf", "numDigits": "1", "method": "POST"}
ATTRIBUTES: Mapping[str, set[str]] = {
    "Response": set(),
    "Gather": {"input", "numDigits", "timeout", "action", "method"},
    "Pause": {"length"},
    "Say": {"language", "voice", "loop"},
}
"""All that relayd has business saying: no other verb may ever come out of a name."""
HUMAN = ("ringing", "in-progress:human", "completed:human")
PATH = re.compile(r"/2010-04-01/Accounts/(\w+)/Calls(?:/(\w+))?(/Notifications)?\.json")


@dataclass
class PhoneCall:
    """One call. *fate* is what it becomes, a step for each time it is fetched."""

    sid: str
    form: Mapping[str, str] = field(repr=False)
    created: datetime
    fate: list[str]
    status: str = "queued"
    answered_by: str = ""
    error_code: str = ""

    @property
    def markup(self) -> ET.Element:
        """What it was told to do."""
        return ET.fromstring(self.form["Twiml"])

    @property
    def spoken(self) -> list[str]:
        """All that the person hears, in order."""
        return [said.text or "" for said in self.markup.iter("Say")]

    @property
    def action(self) -> str | None:
        """Where a key press goes; None where none is asked for."""
        gather = self.markup.find("Gather")
        return None if gather is None else gather.attrib["action"]

    def step(self) -> None:
        """Become the next thing: ``completed:human`` says who answered, ``failed:13224`` why."""
        if not self.fate:
            return
        self.status, _, more = self.fate.pop(0).partition(":")
        assert self.status in STATUSES, self.status
        if self.status == "failed":
            self.error_code = more
        else:
            assert more in WHO, more
            self.answered_by = more or self.answered_by

    def call_document(self, account: str) -> dict[str, Any]:
        """It in Twilio's own form; it does not say why it failed."""
        at = format_datetime(self.created)
        return {
            "sid": self.sid, "account_sid": account, "to": self.form["To"],
            "from": self.form["From"], "status": self.status, "direction": "outbound-api",
            "answered_by": self.answered_by or None, "date_created": at, "date_updated": at,
            "start_time": None, "end_time": at if self.status in OVER else None,
            "duration": None, "price": None, "price_unit": "USD", "api_version": "2010-04-01",
            "parent_call_sid": None, "subresource_uris": {}, "queue_time": "0",
            "uri": f"/2010-04-01/Accounts/{account}/Calls/{self.sid}.json",
        }  # fmt: skip


class VoiceDouble(TwilioDouble):
    """One account with one number that can call."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.calls: dict[str, PhoneCall] = {}

    def call_fate(self, *statuses: str) -> None:
        """Say what the next call becomes, a step for each look-up."""
        self._fates.append(statuses)

    def made(self, to: str) -> list[PhoneCall]:
        """All calls to *to*, oldest first."""
        return [call for call in self.calls.values() if call.form["To"] == to]

    async def press(self, sid: str, key: str) -> tuple[int, str]:
        """The person presses *key*: Twilio posts it, and wants markup back."""
        call = self.calls[sid]
        assert call.action is not None, "this call asks for no key"
        form = {
            "CallSid": sid, "AccountSid": self.account_sid, "To": call.form["To"],
            "From": call.form["From"], "CallStatus": "in-progress", "Direction": "outbound-api",
            "ApiVersion": "2010-04-01", "Digits": key, "msg": "Gather End",
        }  # fmt: skip
        async with (
            aiohttp.ClientSession() as session,
            session.post(call.action, data=form, allow_redirects=False) as response,
        ):
            return response.status, await response.text()

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """Create, list, fetch, change, and what was noted; messages as ever."""
        found = PATH.fullmatch(request.path)
        if found is None:
            return super().route(request)
        operations = {
            ("POST", False, False): ("send", self._create_call),
            ("GET", False, False): ("list", self._list_calls),
            ("GET", True, False): ("fetch", self._fetch_call),
            ("POST", True, False): ("change", self._change_call),
            ("GET", True, True): ("noted", self._list_noted),
        }
        return operations.get((request.method, found[2] is not None, found[3] is not None))

    async def _create_call(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        form = {key: str(value) for key, value in (await call.request.post()).items()}
        if (fault := self._call_fault(form)) is not None:
            return self.reject(400, *fault)
        fate = self._fates.pop(0) if self._fates else HUMAN
        sid = f"CA{len(self.calls):032x}"
        made = PhoneCall(sid, form, self.now(), [] if call.lost else list(fate))
        self.calls[sid] = made
        self.tell()
        return self._say(made.call_document(self.account_sid), 201)

    def _call_fault(self, form: dict[str, str]) -> tuple[int, str] | None:
        to, from_ = form.get("To", ""), form.get("From", "")
        rules = (
            (not set(form) <= KNOWN_PARAMETERS, 20001, f"Unknown parameter in {sorted(form)}"),
            (not E164.fullmatch(to), 13223, f"Invalid phone number format: {to}"),
            (from_ != self.number, 21210, f"The source phone number {from_} is not verified."),
            (not form.get("Twiml"), 21205, "Url parameter is required."),
            (form.get("MachineDetection") != "Enable", 20001, "MachineDetection"),
            (not 5 <= int(form.get("Timeout", "60")) <= 600, 20001, "Timeout"),
            (not 3 <= int(form.get("MachineDetectionTimeout", "30")) <= 59, 20001, "AMD timeout"),
        )
        found = next(((code, words) for broken, code, words in rules if broken), None)
        markup = markup_fault(form.get("Twiml", ""))
        return found or ((12100, markup) if markup else None)

    def _call_of(self, call: Call) -> PhoneCall | None:
        found = PATH.fullmatch(call.request.path)
        return None if found is None else self.calls.get(found[2])

    async def _fetch_call(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        found = self._call_of(call)
        if found is None:
            return self.reject(404, 20404, "The requested call was not found")
        found.step()
        return self._say(found.call_document(self.account_sid))

    async def _change_call(self, call: Call) -> web.StreamResponse:
        """Canceling ends what rings; completing ends what is spoken, too."""
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        found, form = self._call_of(call), await call.request.post()
        if found is None or form.get("Status") not in ("canceled", "completed"):
            return self.reject(400, 20001, f"Invalid change: {sorted(form)}")
        if found.status in OVER:
            return self.error(400, 21220, "Call is not in-progress. Cannot redirect.", {})
        if form["Status"] == "completed" or found.status != "in-progress":
            found.status, found.fate = str(form["Status"]), []
        return self._say(found.call_document(self.account_sid))

    async def _list_calls(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        query = call.request.query
        if not set(query) <= KNOWN_FILTERS:
            return self.reject(400, 20001, f"Invalid parameters: {sorted(query)}")
        found = [one for one in self.made(query["To"]) if one.form["From"] == query["From"]]
        documents = [one.call_document(self.account_sid) for one in reversed(found)]
        return self._say({"calls": documents, "page": 0, "next_page_uri": None})

    async def _list_noted(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request)) is not None:
            return refusal
        found = self._call_of(call)
        codes = [found.error_code] if found is not None and found.error_code else []
        noted = [{"sid": "NO1", "error_code": code, "log": "0"} for code in codes]
        return self._say({"notifications": noted, "page": 0, "next_page_uri": None})


def markup_fault(text: str) -> str | None:
    """What is wrong with a call's markup; None if nothing is."""
    if len(text) > MOST_MARKUP:
        return f"the markup has {len(text)} characters"
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        return f"Document parse failure: {error}"
    for verb in root.iter():
        if not set(verb.attrib) <= ATTRIBUTES.get(verb.tag, set()) or verb.tag not in ATTRIBUTES:
            return f"<{verb.tag}> with {sorted(verb.attrib)} has no business here"
        if verb.tag == "Gather" and not GATHER.items() <= verb.attrib.items():
            return "a key press must come as one digit, posted"
        if verb.tag != "Say" and (verb.text or "").strip():
            return f"<{verb.tag}> has words of its own"
    return None if root.tag == "Response" else "the root must be <Response>"
