"""The web server that alerts go to: notes when each wearer's came, and can be slow or down."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterable

WEARER = re.compile(rb"w\d{6}")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


class Sink:
    """``first`` says when each wearer's alert came first, ``arrived`` how many came in all.

    It answers after *delay_s*; while *down* it answers 503 and counts nothing.
    """

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.down = False
        self.on_alert: Callable[[], None] | None = None
        self._news = asyncio.Event()
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.first: dict[str, float] = {}
        self.arrived = 0
        self.last_at = time.monotonic()

    async def listen(self) -> str:
        """Start; gives the address that alerts are to be sent to."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", 0, backlog=4096
        )
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/alert"

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def take(self, body: bytes) -> None:
        """Note one alert."""
        found = WEARER.search(body)
        if found is None:
            return  # relayd speaking of itself
        self.last_at = time.monotonic()
        self.arrived += 1
        self.first.setdefault(found[0].decode(), self.last_at)
        self._news.set()
        if self.on_alert is not None:
            self.on_alert()

    async def missing(self, wearers: Iterable[str], quiet_s: float = 15.0) -> int:
        """Wait for all of *wearers*, as long as something comes; how many never came."""
        self.last_at = time.monotonic()
        wanted = set(wearers)
        while not wanted <= self.first.keys() and time.monotonic() - self.last_at < quiet_s:
            await self._something(0.1)
        return len(wanted - self.first.keys())

    async def quiet(self, for_s: float) -> None:
        """Wait until nothing has come for so long."""
        while time.monotonic() - self.last_at < for_s:
            await self._something(for_s)

    async def _something(self, within_s: float) -> None:
        """Wait for an alert, but no longer than that."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), within_s)


class _Connection(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._data, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._data) < whole:
                return
            body = bytes(self._data[end + 4 : whole])
            del self._data[:whole]
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        sink = self._sink
        if sink.down:
            self._transport.write(DOWN)
            return
        sink.take(body)
        if sink.delay_s:
            asyncio.get_running_loop().call_later(sink.delay_s, self._transport.write, OK)
        else:
            self._transport.write(OK)
