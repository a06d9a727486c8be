"""A receiver of webhooks that checks what the Standard Webhooks specification makes it check.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md:
the signed content is ``id.timestamp.body``, the signature ``v1,`` and base64 of HMAC-SHA256, of
which several may stand side by side; a stamp too far from the receiver's clock is refused; an id
seen before is the same message come again.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from aiohttp import web

from doubles.base import Call, Double

TOLERANCE_S = 300
HEADERS = ("webhook-id", "webhook-timestamp")


class WebhookDouble(Double):
    """One endpoint at ``/alert``. *secret* is the text that both sides were given, or None."""

    def __init__(
        self,
        secret: str | None = None,
        echo: Literal["header", "json"] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.echo = echo
        self.documents: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self._key = None if secret is None else key_of(secret)
        self._now = now

    @property
    def endpoint(self) -> str:
        """Where to POST."""
        return f"{self.url}/alert"

    @property
    def once(self) -> list[dict[str, Any]]:
        """What a receiver acts on: each id's document once."""
        firsts: dict[str, dict[str, Any]] = {}
        for key, document in zip(self.ids, self.documents, strict=True):
            firsts.setdefault(key, document)
        return list(firsts.values())

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """One endpoint, one method."""
        return (
            ("send", self._take) if (request.method, request.path) == ("POST", "/alert") else None
        )

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        """Any form is allowed; this one is common."""
        return web.json_response({"message": words, "code": code}, status=status, headers=headers)

    async def _take(self, call: Call) -> web.StreamResponse:
        body = await call.request.read()
        fault = self._fault(call.request.headers, body)
        if fault is not None:
            return self.reject(401 if "signature" in fault else 400, 0, fault)
        key = call.request.headers["webhook-id"]
        if not call.lost:
            self.ids.append(key)
            self.documents.append(msgspec.json.decode(body))
        if self.echo == "header":
            return web.Response(status=204, headers={"webhook-id": key})
        return web.json_response({"id": key} if self.echo == "json" else {"ok": True})

    def _fault(self, headers: Mapping[str, str], body: bytes) -> str | None:
        if missing := [name for name in HEADERS if name not in headers]:
            return f"missing {missing}"
        stamp = headers["webhook-timestamp"]
        if not stamp.isdecimal() or abs(self._now().timestamp() - int(stamp)) > TOLERANCE_S:
            return f"timestamp {stamp} is not near"
        document = msgspec.json.decode(body)
        if set(document) != {"type", "timestamp", "data"}:
            return f"the body has {sorted(document)}"
        if not (document["timestamp"].endswith("Z") and "." in document["timestamp"]):
            return f"timestamp {document['timestamp']} is not UTC with milliseconds"
        return None if self._signed(headers, body) else "no signature fits"

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        if self._key is None:
            return "webhook-signature" not in headers
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.digest(self._key, content, hashlib.sha256)).decode()
        return f"v1,{wanted}" in headers.get("webhook-signature", "").split(" ")


def key_of(secret: str) -> bytes:
    """The bytes of a shared secret: after ``whsec_`` it is base64."""
    kind, found, coded = secret.partition("whsec_")
    return base64.b64decode(coded) if found and not kind else secret.encode()
