"""The heartbeat to the watcher outside the house: it speaks of the engine, not of the process."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import aiohttp

from relayd.domain.secret import Secret
from relayd.log import get_logger
from relayd.paths import Paths

LIMIT = aiohttp.ClientTimeout(total=10, sock_connect=4, ceil_threshold=60)
WELL_BELOW = 300

log = get_logger()


class Settings(Protocol):
    """Where the watcher listens (the URL is a secret: who knows it can feign our health)."""

    @property
    def heartbeat(self) -> Secret: ...  # noqa: D102
    @property
    def every(self) -> timedelta: ...  # noqa: D102


class Relay(Protocol):
    """What the heartbeat asks of the daemon."""

    paths: Paths

    def ways(self, paths: Sequence[str]) -> Sequence[str | None]:
        """The paths to try, best first."""
        ...

    def progressing(self) -> bool:
        """Whether the engine keeps up with its own deadlines."""
        ...


class Heartbeat:
    """Beats while the engine makes progress, over any path; a silent heart is the alarm.

    The first beat comes after one interval: a relay that dies at every start, and is started again
    each time, does not pass for one that is well.
    """

    def __init__(self, relay: Relay, settings: Settings) -> None:
        self._relay = relay
        self._url = settings.heartbeat.reveal()
        self._every_s = settings.every.total_seconds()
        self.heard: bool | None = None

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            if self._relay.progressing():
                await self._beat()

    async def _beat(self) -> None:
        """Tell the watcher that all is well; the first path that carries it is enough."""
        heard = False
        for path in self._relay.ways(()):
            try:
                session = self._relay.paths.session(path)
                async with session.get(self._url, timeout=LIMIT, allow_redirects=False) as answer:
                    heard = answer.status < WELL_BELOW
            except (aiohttp.ClientError, TimeoutError, OSError):
                heard = False
            if heard:
                break
        if heard is not self.heard:
            self.heard = heard
            log.log(20 if heard else 30, "heartbeat.heard" if heard else "heartbeat.unheard")
