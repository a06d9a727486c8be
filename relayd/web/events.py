"""What happens, as it happens: to those who keep count, and to every open page."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from relayd.documents import stamp
from relayd.domain.event import Happened
from relayd.web.relay import Relay

PING_S = 15.0
QUEUE = 256  # a client so far behind is dropped; it comes back and asks for what it missed
CLIENTS = 50
REPLAYED_AT_ONCE = 500
RECONNECT_MS = 2000

Listener = Callable[[int, Happened], None]
Line = tuple[int, Happened]


class Feed:
    """Hands every line of the timeline, once it is on disk, to all who want it."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._before = relay.store.on_happened
        self._listeners: list[Listener] = []
        self._clients: set[asyncio.Queue[Line | None]] = set()
        self.closed = False
        relay.store.on_happened = self._happened

    def listen(self, listener: Listener) -> None:
        """Call *listener* with every line."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Let everybody go at once."""
        self.closed = True
        self._relay.store.on_happened = self._before
        for queue in list(self._clients):
            self._drop(queue)

    def _happened(self, seq: int, line: Happened) -> None:
        if self._before is not None:
            self._before(seq, line)
        for listener in self._listeners:
            listener(seq, line)
        for queue in list(self._clients):
            if queue.full():
                self._drop(queue)
            else:
                queue.put_nowait((seq, line))

    def _drop(self, queue: asyncio.Queue[Line | None]) -> None:
        self._clients.discard(queue)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/events``: one server-sent event a line, from Last-Event-ID on if given."""
        if self.closed or len(self._clients) >= CLIENTS:
            return web.Response(status=503, text="Too many pages are open. Close one.\n")
        last = request.headers.get("Last-Event-ID", "")
        queue: asyncio.Queue[Line | None] = asyncio.Queue(QUEUE)
        self._clients.add(queue)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await response.write(f"retry: {RECONNECT_MS}\n\n".encode())
            known = last.isascii() and last.isdecimal() and len(last) < len(str(2**53))
            seen = await self._replay(response, int(last)) if known else 0
            await _follow(response, queue, seen)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._clients.discard(queue)
        return response

    async def _replay(self, response: web.StreamResponse, since: int) -> int:
        while lines := await self.lines(since, REPLAYED_AT_ONCE):
            for seq, line in lines:
                await response.write(server_sent(seq, line))
            since = lines[-1][0]
        return since

    async def lines(self, since: int, limit: int) -> list[Line]:
        """At most *limit* lines numbered above *since*."""
        return await self._relay.store.timeline(since, limit)


async def _follow(
    response: web.StreamResponse, queue: asyncio.Queue[Line | None], seen: int
) -> None:
    while True:
        try:
            async with asyncio.timeout(PING_S):
                line = await queue.get()
        except TimeoutError:
            await response.write(b": ping\n\n")
            continue
        if line is None:
            return
        if line[0] > seen:
            await response.write(server_sent(*line))


def line_document(seq: int, line: Happened) -> dict[str, Any]:
    """One line of the timeline as programs see it."""
    at: datetime = line.at
    return {"seq": seq, "at": stamp(at), "event": line.event, **line.fields}


def server_sent(seq: int, line: Happened) -> bytes:
    """One line as a server-sent event."""
    return b"id: %d\ndata: %b\n\n" % (seq, msgspec.json.encode(line_document(seq, line)))
