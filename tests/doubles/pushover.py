"""Pushover as its pages describe it, and the phones at the other end.

- messages, formats and limits: https://pushover.net/api
- emergencies, receipts and canceling: https://pushover.net/api/receipts
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

from doubles.base import Call, Double

KEY = re.compile(r"[A-Za-z0-9]{30}")
KNOWN_PARAMETERS = frozenset(
    {"token", "user", "message", "title", "priority", "retry", "expire", "sound", "url"}
    | {"url_title", "ttl", "timestamp", "device", "tags", "callback"}
)
MOST = {"message": 1024, "title": 250, "url": 512, "url_title": 100}
SOUNDS = frozenset({"pushover", "siren", "alien", "echo", "none"})
PRIORITIES = frozenset({"-2", "-1", "0", "1", "2"})
EMERGENCY = "2"


@dataclass
class Push:
    """One message. Only an emergency has a *receipt*; it rings until somebody taps."""

    form: Mapping[str, str] = field(repr=False)
    receipt: str | None
    lost: bool = False
    delivered_at: int = 0
    acknowledged_at: int = 0
    canceled: bool = False
    expired: bool = False
    asked_at_s: float | None = None

    @property
    def ringing(self) -> bool:
        """Whether the phone still makes noise."""
        over = self.canceled or self.expired or self.acknowledged_at
        return self.receipt is not None and not over


class PushoverDouble(Double):
    """One application. *asked_every_s* is how often each receipt may be asked for."""

    def __init__(
        self,
        *,
        token: str,
        users: tuple[str, ...],
        asked_every_s: float = 5.0,
        left: int = 10_000,
    ) -> None:
        super().__init__()
        self.token = token
        self.users = users
        self.asked_every_s = asked_every_s
        self.left = left
        self.pushes: list[Push] = []

    def push(self, receipt: str | None) -> Push:
        """The message with this receipt."""
        (found,) = [push for push in self.pushes if push.receipt == receipt]
        return found

    def deliver(self, receipt: str | None) -> None:
        """The phone shows it."""
        self.push(receipt).delivered_at = 1_795_300_000
        self.tell()

    def acknowledge(self, receipt: str | None) -> None:
        """The carer taps."""
        self.push(receipt).acknowledged_at = 1_795_300_030
        self.tell()

    def expire(self, receipt: str | None) -> None:
        """Its time is over."""
        self.push(receipt).expired = True
        self.tell()

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        """Pushover's own error document; *code* is not Pushover's."""
        del code
        marks = {name: "invalid" for name in ("token", "user") if words.startswith(MARKS[name])}
        document = {**marks, "errors": [words], "status": 0, "request": "r"}
        return web.json_response(document, status=status, headers=headers)

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """Send, look up a receipt, cancel it."""
        if (request.method, request.path) == ("POST", "/1/messages.json"):
            return "send", self._send
        if request.method == "GET" and re.fullmatch(r"/1/receipts/\w+\.json", request.path):
            return "fetch", self._look_up
        if request.method == "POST" and re.fullmatch(r"/1/receipts/\w+/cancel\.json", request.path):
            return "cancel", self._cancel
        return None

    def _stranger(self, token: str | None) -> web.Response | None:
        """Pushover says 400 where others say 401: whoever announced that has announced this."""
        if token == self.token:
            return None
        words = f"{MARKS['token']}, see https://pushover.net/api"
        if not self._tolerated & {400, 401}:
            self.unexpected.append(words)
        return self.error(400, 0, words, {})

    async def _send(self, call: Call) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await call.request.post()).items()}
        if (refusal := self._stranger(form.get("token"))) is not None:
            return refusal
        if (fault := self._fault(form)) is not None:
            return self.reject(400, 0, fault)
        if self.left == 0:
            return self._limited(self.error(429, 0, "message limit reached", {}))
        self.left -= 1
        emergency = form.get("priority") == EMERGENCY
        receipt = f"r{len(self.pushes):029d}" if emergency else None
        self.pushes.append(Push(form, receipt, call.lost))
        self.tell()
        document = {"status": 1, "request": "r", **({"receipt": receipt} if receipt else {})}
        return self._limited(web.json_response(document))

    def _limited(self, response: web.Response) -> web.Response:
        response.headers["X-Limit-App-Limit"] = "10000"
        response.headers["X-Limit-App-Remaining"] = str(self.left)
        response.headers["X-Limit-App-Reset"] = "1796083200"
        return response

    def _fault(self, form: Mapping[str, str]) -> str | None:
        long = [name for name, most in MOST.items() if len(form.get(name, "")) > most]
        user, urgency = form.get("user", ""), form.get("priority", "0")
        retry, expire = form.get("retry", ""), form.get("expire", "")
        urgent = urgency == EMERGENCY
        rules = (
            (not set(form) <= KNOWN_PARAMETERS, f"unknown parameter in {sorted(form)}"),
            (not form.get("message", "").strip(), "message cannot be blank"),
            (bool(long), f"{long} too long"),
            (not KEY.fullmatch(user) or user not in self.users, USER_WORDS),
            (urgency not in PRIORITIES, "priority is invalid"),
            (form.get("sound", "siren") not in SOUNDS, "sound is invalid"),
            ("url_title" in form and "url" not in form, "url_title without url"),
            (urgent and not _within(retry, 30, 10800), "retry must be at least 30 seconds"),
            (urgent and not _within(expire, 1, 10800), "expire must be at most 10800 seconds"),
        )
        return next((words for broken, words in rules if broken), None)

    def _found(self, call: Call) -> Push | None:
        receipt = call.request.path.split("/")[3].removesuffix(".json")
        return next((push for push in self.pushes if push.receipt == receipt), None)

    async def _look_up(self, call: Call) -> web.StreamResponse:
        if (refusal := self._stranger(call.request.query.get("token"))) is not None:
            return refusal
        push = self._found(call)
        if push is None:
            return self.reject(404, 0, "receipt not found; may be invalid or expired")
        asked_at_s, push.asked_at_s = push.asked_at_s, monotonic()
        if asked_at_s is not None and push.asked_at_s - asked_at_s < self.asked_every_s:
            return self.reject(429, 0, "receipts may be asked for once in 5 seconds")
        delivered_at = 0 if push.lost else push.delivered_at
        return web.json_response(
            {
                "status": 1,
                "acknowledged": int(push.acknowledged_at > 0),
                "acknowledged_at": push.acknowledged_at,
                "acknowledged_by": push.form["user"] if push.acknowledged_at else "",
                "acknowledged_by_device": "phone" if push.acknowledged_at else "",
                "last_delivered_at": delivered_at,
                "expired": int(push.expired or push.canceled),
                "expires_at": 1_795_303_600,
                "called_back": 0,
                "called_back_at": 0,
                "request": "r",
            }
        )

    async def _cancel(self, call: Call) -> web.StreamResponse:
        form = await call.request.post()
        if (refusal := self._stranger(str(form.get("token")))) is not None:
            return refusal
        push = self._found(call)
        if push is None:
            return self.reject(404, 0, "receipt not found; may be invalid or expired")
        push.canceled = True
        return web.json_response({"status": 1, "request": "r"})


def _within(text: str, least: int, most: int) -> bool:
    return text.isdecimal() and least <= int(text) <= most


MARKS = {"token": "application token is invalid", "user": "user identifier is not a valid user"}
USER_WORDS = f"{MARKS['user']}, group, or subscribed user key"
