"""The regular things: the watchdog, fed by the engine's own progress, and what time it is."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from relayd import sd_notify
from relayd.clock import Clock, synchronised
from relayd.domain.engine import Engine
from relayd.domain.event import ClockReported, Event
from relayd.log import get_logger

BEAT_S = 5.0
LATE_AT_MOST = timedelta(seconds=10)  # an engine further behind its own deadlines has hung
STEP = timedelta(seconds=1)  # smaller differences of the clocks are their noise

log = get_logger()


class Relay(Protocol):
    """What the pulse asks of the daemon."""

    engine: Engine
    clock: Clock

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...


class Pulse:
    """Beats every few seconds. *remember* keeps how far the wall clock is from steady time."""

    def __init__(
        self, relay: Relay, remember: Callable[[timedelta], None] = lambda _: None
    ) -> None:
        self._relay = relay
        self._remember = remember
        self._told: tuple[timedelta, bool] | None = None
        self._said = ""

    async def run(self) -> None:
        """Beat until cancelled."""
        interval_s = min(BEAT_S, sd_notify.watchdog_interval_s() or BEAT_S)
        while True:
            self.tell_time()
            if self.progressing():
                sd_notify.watchdog()
                self._say()
            await asyncio.sleep(interval_s)

    def progressing(self) -> bool:
        """Whether the engine keeps up with its own deadlines."""
        due = self._relay.engine.next_deadline()
        return due is None or self._relay.clock.now() - due < LATE_AT_MOST

    def tell_time(self) -> None:
        """Tell the engine what people's clocks say, when that changed."""
        offset = self._relay.clock.offset()
        if self._told is not None and abs(offset - self._told[0]) < STEP:
            offset = self._told[0]
        elif abs(offset) < STEP:
            offset = timedelta(0)
        told = (offset, synchronised())
        if told != self._told:
            if self._told is not None:
                log.info("clock.reported", offset_s=offset.total_seconds(), synchronised=told[1])
            self._told = told
            self._remember(offset)
            self._relay.take(ClockReported(*told))

    def _say(self) -> None:
        alerts = self._relay.engine.desk.open
        said = f"{alerts} open alert{'' if alerts == 1 else 's'}"
        if said != self._said:
            self._said = said
            sd_notify.status(said)
