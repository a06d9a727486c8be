"""A disk that fails and hangs when told, and a loop whose clock is turned by hand."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, cast

from relayd.store.schema import connect

DEADLINE_S = 60.0


class Disk(sqlite3.Connection):
    """A connection to a disk that fails with *fault*, or hangs until *answers* is set.

    Set on a subclass made by :func:`a_disk`; only writing is affected.
    """

    fault: ClassVar[int | None] = None
    answers: ClassVar[Event]
    reached: ClassVar[Event]

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        """As ever, but for writing."""
        if sql.startswith(("INSERT INTO inbox", "PRAGMA locking_mode")):
            self.reached.set()
            assert self.answers.wait(DEADLINE_S), "the test never let the disk answer"
            if self.fault is not None:
                error = sqlite3.OperationalError("as the test wants it")
                error.sqlite_errorcode = self.fault
                raise error
        return super().execute(sql, values)


def a_disk() -> type[Disk]:
    """Make a disk of one's own, which works until told otherwise."""

    class OneDisk(Disk):
        answers = Event()
        reached = Event()

    OneDisk.answers.set()
    return OneDisk


def connecting(disk: type[Disk]) -> Callable[[Path], sqlite3.Connection]:
    """How a store connects to *disk*."""
    return lambda path: connect(path, disk)


class Hands:
    """An event loop whose timers run only when the test turns its clock; the rest is real."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._now = 0.0
        self._timers: list[asyncio.TimerHandle] = []
        self.call_soon = self._loop.call_soon
        self.call_soon_threadsafe = self._loop.call_soon_threadsafe
        self.create_future = self._loop.create_future

    def time(self) -> float:
        """What the clock shows."""
        return self._now

    def call_at(self, when: float, call: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        """Note a timer."""
        timer = asyncio.TimerHandle(when, call, args, self._loop)
        self._timers.append(timer)
        return timer

    def call_later(
        self, delay: float, call: Callable[..., object], *args: Any
    ) -> asyncio.TimerHandle:
        """Note a timer, from now."""
        return self.call_at(self._now + delay, call, *args)

    def turn(self, seconds: float) -> None:
        """Turn the clock on, and run what falls due."""
        self._now += seconds
        due = [timer for timer in self._timers if timer.when() <= self._now]
        self._timers = [timer for timer in self._timers if timer.when() > self._now]
        for timer in due:
            if not timer.cancelled():
                timer._run()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Itself, as the store wants to see it."""
        return cast("asyncio.AbstractEventLoop", self)
