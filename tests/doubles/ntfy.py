"""An ntfy server, as its documentation describes it, and the phones that listen to it.

- publishing as JSON, fields and limits: https://docs.ntfy.sh/publish/#publish-as-json
- action buttons, at most three: https://docs.ntfy.sh/publish/#action-buttons
- a sequence id that updates a notification: https://docs.ntfy.sh/publish/#updating-deleting-notifications
- limits (4,096 bytes, 60 requests and then one every 5 s): https://docs.ntfy.sh/publish/#limitations
- access control, for each topic: https://docs.ntfy.sh/config/#access-control
- the stream of JSON lines, ``since``, ``poll``, keepalives: https://docs.ntfy.sh/subscribe/api/
- error codes: https://github.com/binwiederhier/ntfy/blob/main/server/errors.go
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from doubles.base import Call, Double
from doubles.ntfy_rules import FIELDS, MOST_BYTES, TOPIC, fault_of

STREAM = re.compile(r"/([-_A-Za-z0-9,]+)/json")
BURST = 60
REFILL_S = 5.0


@dataclass(frozen=True)
class Pushed:
    """One message as the server keeps it."""

    id: str
    time: int
    topic: str
    document: dict[str, Any] = field(repr=False)

    @property
    def actions(self) -> list[dict[str, Any]]:
        """Its buttons."""
        actions: list[dict[str, Any]] = self.document.get("actions", [])
        return actions

    def line(self, event: str = "message") -> dict[str, Any]:
        """It in the server's own form."""
        shown = {key: value for key, value in self.document.items() if key != "topic"}
        return {"id": self.id, "time": self.time, "event": event, "topic": self.topic, **shown}


class NtfyDouble(Double):
    """One server. With a *token*, everything but writing to ``open_topics`` needs it."""

    def __init__(
        self,
        token: str | None = None,
        open_topics: Callable[[str], bool] = lambda topic: topic.endswith("-answer"),
        burst: int = BURST,
        keepalive_s: float = 45.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.kept: list[Pushed] = []
        self.streams: list[tuple[frozenset[str], asyncio.Queue[bytes | None]]] = []
        self.keepalive_s = keepalive_s
        self._lost: set[str] = set()
        self._token = token
        self._open = open_topics
        self._now = now
        self._burst = burst
        self._left = float(burst)
        self._left_at = 0.0

    def pushed(self, topic: str) -> list[Pushed]:
        """All that the phone on *topic* was sent and got, oldest first."""
        return [one for one in self.kept if one.topic == topic and one.id not in self._lost]

    def phone(self, topic: str) -> list[Pushed]:
        """What stands on the phone's screen: a later message of one sequence replaces it."""
        shown = {one.document.get("sequence_id") or one.id: one for one in self.pushed(topic)}
        return list(shown.values())

    async def press(self, message: Pushed, button: int) -> int:
        """Press a button as the app does: the action's own request, without any login."""
        action = message.actions[button]
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                action.get("method", "POST"),
                action["url"],
                data=action.get("body", "").encode(),
                headers=action.get("headers", {}),
            ) as response,
        ):
            await response.read()
            return response.status

    def cut(self) -> None:
        """End every stream, as a server that restarts does."""
        for _, queue in self.streams:
            queue.put_nowait(None)

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        """The server's own error document."""
        document = {"code": code or status * 100 + 1, "http": status, "error": words}
        return web.json_response(document, status=status, headers=headers)

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """Publish as JSON at the root, as plain text at a topic; stream at ``/topics/json``."""
        if request.method in ("POST", "PUT") and request.path == "/":
            return "send", self._publish_json
        if request.method in ("POST", "PUT") and TOPIC.fullmatch(request.path[1:]):
            return "answer", self._publish_text
        if request.method == "GET" and STREAM.fullmatch(request.path):
            return "subscribe", self._subscribe
        return None

    async def _publish_json(self, call: Call) -> web.StreamResponse:
        body = await call.request.read()
        if len(body) > MOST_BYTES * 2:
            return self.reject(413, 41303, "JSON body too large")
        try:
            document = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return self.reject(400, 40017, "invalid request: request body must be message JSON")
        if unknown := set(document) - FIELDS:
            return self.reject(400, 40017, f"no such fields: {sorted(unknown)}")
        return self._publish(call, document)

    async def _publish_text(self, call: Call) -> web.StreamResponse:
        topic = call.request.path[1:]
        return self._publish(call, {"topic": topic, "message": await call.request.text()})

    def _publish(self, call: Call, document: dict[str, Any]) -> web.StreamResponse:
        topic = str(document.get("topic"))
        if (refusal := self._stranger(call.request, topic, writes=True)) is not None:
            return refusal
        if (fault := fault_of(document)) is not None:
            return self.reject(400, *fault)
        if not self._within_limit():
            return self.reject(429, 42901, "limit reached: too many requests, please be nice")
        message = Pushed(f"m{len(self.kept):011d}", int(self._now().timestamp()), topic, document)
        self.kept.append(message)
        if call.lost:
            self._lost.add(message.id)
        for topics, queue in self.streams:
            if topic in topics and not call.lost:
                queue.put_nowait(_json_line(message.line()))
        return web.json_response(message.line())

    def _stranger(self, request: web.Request, topic: str, *, writes: bool) -> web.Response | None:
        shown = request.headers.get("Authorization")
        if self._token is None or (shown is None and writes and self._open(topic)):
            return None
        if shown is None:
            return self.reject(403, 40301, "forbidden")
        if shown != f"Bearer {self._token}":
            return self.reject(401, 40101, "unauthorized")
        return None

    def _within_limit(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._left = min(self._burst, self._left + (now - self._left_at) / REFILL_S)
        self._left_at = now
        self._left -= 1
        return self._left >= 0

    async def _subscribe(self, call: Call) -> web.StreamResponse:
        topics = frozenset(call.request.path.split("/")[1].split(","))
        for topic in sorted(topics):
            if (refusal := self._stranger(call.request, topic, writes=False)) is not None:
                return refusal
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        queue.put_nowait(_json_line(self._sign("open", topics)))
        for message in self._since(call.request.query.get("since", "none"), topics):
            queue.put_nowait(_json_line(message.line()))
        if call.request.query.get("poll") == "1" or self.closing.is_set():
            queue.put_nowait(None)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(call.request)
        self.streams.append((topics, queue))
        self.tell()
        try:
            await self._pump(response, queue, topics)
        except ConnectionError:
            pass
        finally:
            self.streams.remove((topics, queue))
        return response

    async def _pump(
        self,
        response: web.StreamResponse,
        queue: asyncio.Queue[bytes | None],
        topics: frozenset[str],
    ) -> None:
        while True:
            try:
                async with asyncio.timeout(self.keepalive_s):
                    line = await queue.get()
            except TimeoutError:
                line = _json_line(self._sign("keepalive", topics))
            if line is None:
                return
            await response.write(line)

    def _sign(self, event: str, topics: frozenset[str]) -> dict[str, Any]:
        at = int(self._now().timestamp())
        return {"id": f"{event[:4]}00000000", "time": at, "event": event, "topic": ",".join(topics)}

    def _since(self, since: str, topics: frozenset[str]) -> list[Pushed]:
        """What the cache has after *since*; an id it does not know means all of it."""
        kept = [one for one in self.kept if one.topic in topics and one.id not in self._lost]
        ids = [one.id for one in self.kept]
        if since == "none":
            return []
        if since in ids:
            return [one for one in kept if ids.index(one.id) > ids.index(since)]
        if since.isdecimal():
            return [one for one in kept if one.time >= int(since)]
        return kept

    def shut(self) -> None:
        """Let every stream end."""
        super().shut()
        self.cut()


def _json_line(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document) + b"\n"
