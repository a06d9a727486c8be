"""A double of a Healthchecks-style service: it raises the alarm when it is told nothing."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from aiohttp import web

PERIOD, GRACE = timedelta(minutes=1), timedelta(minutes=3)


@dataclass
class HealthChecks:
    """``async with HealthChecks() as checks:``. Its clock is turned by hand: *now*.

    It raises once *period* and *grace* have passed since the last ping, as healthchecks.io does.
    *status* is what it answers; *held* makes it hang.
    """

    period: timedelta = PERIOD
    grace: timedelta = GRACE
    status: int = 200
    now: timedelta = timedelta(0)
    pings: list[timedelta] = field(default_factory=list)
    port: int = 0
    held: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The ping URL."""
        return f"http://127.0.0.1:{self.port}/ping/a-secret"

    @property
    def raised(self) -> bool:
        """Whether it has told the carers by now."""
        return bool(self.pings) and self.now > self.pings[-1] + self.period + self.grace

    async def _ping(self, request: web.BaseRequest) -> web.Response:
        assert request.path == "/ping/a-secret"
        if self.held is not None:
            await self.held.wait()
        if self.status == 200:
            self.pings.append(self.now)
        headers = {"Location": self.url} if self.status == 302 else {}
        return web.Response(status=self.status, text="OK", headers=headers)

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._ping))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.held is not None:
            self.held.set()
        await self._runner.cleanup()
