"""Has an engine woken when it asked to be."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from relayd.clock import Clock


class Waker:
    """One timer for the next deadline; the same deadline again moves nothing."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._at: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at: datetime | None) -> None:
        """Wake at *at*, in the engine's time, and at no other moment; None: not at all."""
        if at == self._at:
            return
        self.cancel()
        self._at = at
        if at is not None:
            delay_s = max(0.0, (at - self._clock.now()).total_seconds())
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._ring)

    def cancel(self) -> None:
        """Wake no more."""
        self._at = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._at = self._timer = None
        self._wake()
