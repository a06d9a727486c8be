"""How long harmless readings may wait for company on their way to the disk.

The broker sends only so many messages before it wants some acknowledged, and acknowledged is what
is on disk. So a few may wait for a minute, a crowd is written at once, and what lies between is
written as soon as the broker falls silent: then it is waiting for us.
"""

import asyncio
from collections.abc import Callable

STALLED_AFTER_S = 0.02
COMPANY = 10  # half of what the most frugal brokers send unacknowledged
CROWD = 1000


class Backlog:
    """Counts what is not acknowledged; *hurry* writes what waits."""

    def __init__(self, hurry: Callable[[], None]) -> None:
        self._hurry = hurry
        self._arrived = 0
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def arrive(self) -> None:
        """A message came, and is not acknowledged yet."""
        self._arrived += 1
        self._waiting += 1
        if self._waiting >= CROWD:
            self._hurry()
        elif self._waiting >= COMPANY and self._timer is None:
            self._watch()

    def settle(self) -> None:
        """One of them is acknowledged."""
        self._waiting -= 1

    def close(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(STALLED_AFTER_S, self._look, self._arrived)

    def _look(self, arrived: int) -> None:
        self._timer = None
        if self._waiting < COMPANY:
            return
        if self._arrived == arrived:
            self._hurry()
        else:
            self._watch()
