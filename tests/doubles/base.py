"""What every double shares: a server on the loopback, a script of behaviours, and a strict memory.

A behaviour is named for what a network or a service does to one request. ``double.will(...)``
queues behaviours for the next requests of an operation, ``double.always(...)`` sets the standing
one. Whatever reaches a double that its service would refuse, and that nobody announced, fails the
test when the double closes.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Call:
    """One request in hand. *accept* does the service's proper work; *lost* is what it then does."""

    double: "Double"
    request: web.Request
    accept: Callable[["Call"], Awaitable[web.StreamResponse]]
    lost: bool = False


@dataclass(frozen=True)
class Behaviour:
    """What happens to one request."""

    name: str
    act: Callable[[Call], Awaitable[web.StreamResponse]] = field(repr=False)


async def _proper(call: Call) -> web.StreamResponse:
    return await call.accept(call)


OK = Behaviour("ok", _proper)


class Double:
    """A server on 127.0.0.1 that plays one service. ``async with SomeDouble() as double:``."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.unexpected: list[str] = []
        self.closing = asyncio.Event()
        self.url = ""
        self._queued: defaultdict[str, deque[Behaviour]] = defaultdict(deque)
        self._standing: dict[str, Behaviour] = {}
        self._tolerated: set[int] = set()
        self._news = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def route(
        self, request: web.Request
    ) -> tuple[str, Callable[[Call], Awaitable[web.StreamResponse]]] | None:
        """Which operation of the service it is, and what does it; None if there is none."""
        raise NotImplementedError

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        """Refuse in the service's own form."""
        raise NotImplementedError

    def will(self, *behaviours: Behaviour, on: str = "send") -> None:
        """Queue what happens to the next requests of operation *on*."""
        self._queued[on].extend(behaviours)

    def always(self, behaviour: Behaviour, on: str = "send") -> None:
        """Set what happens when nothing is queued."""
        self._standing[on] = behaviour

    def tolerate(self, *statuses: int) -> None:
        """Announce that requests may earn these refusals."""
        self._tolerated.update(statuses)

    def reject(self, status: int, code: int, words: str) -> web.Response:
        """Refuse by the service's rules: unless it was announced, the test is to fail."""
        if status not in self._tolerated:
            self.unexpected.append(f"refused with {status} ({code}): {words}")
        return self.error(status, code, words, {})

    def tell(self) -> None:
        """Wake whoever waits in ``until``."""
        self._news.set()

    async def until(self, true: Callable[[], object], within_s: float = 30.0) -> None:
        """Wait for something that a request brings about."""
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()

    def assert_nothing_unexpected(self) -> None:
        """Fail if anything came that the service would not have taken."""
        assert not self.unexpected, f"{type(self).__name__}: {self.unexpected}"

    def shut(self) -> None:
        """Let whatever hangs go."""
        self.closing.set()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.seen.append(Seen(request.method, request.path_qs, request.headers.copy(), body))
        found = self.route(request)
        if found is None:
            self.unexpected.append(f"{request.method} {request.path}")
            self.tell()
            return web.Response(status=404)
        operation, accept = found
        queue = self._queued[operation]
        behaviour = queue.popleft() if queue else self._standing.get(operation, OK)
        self.tell()
        try:
            return await behaviour.act(Call(self, request, accept))
        finally:
            self.tell()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shut()
        self.tell()
        assert self._runner is not None
        await self._runner.cleanup()
        if kind is None:
            self.assert_nothing_unexpected()
