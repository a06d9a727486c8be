"""One thread that does one thing after another, and hands what came of it to the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs work in its own thread, in the order of submission."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._results: deque[Callable[[], None]] = deque()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; what was submitted before is done now."""
        self._thread.start()

    def submit(self, work: Callable[[], T], ended: Callable[[T | Exception], None]) -> None:
        """Do *work* in the thread; *ended* is called on the loop with its result or exception."""
        self._work.put(lambda: self._do(work, ended))

    def wait(self, within_s: float) -> bool:
        """Block until all that was submitted is done, and hand it over here and now.

        Returns False where that took too long. Only for start and end, when the loop may stand.
        """
        reached = Event()
        self._work.put(reached.set)
        in_time = reached.wait(within_s)
        self._deliver()
        return in_time

    def stop(self) -> None:
        """End the thread once all that was submitted is done."""
        self._work.put(None)

    def _do(self, work: Callable[[], T], ended: Callable[[T | Exception], None]) -> None:
        result: T | Exception
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - the one thread that writes outlives every fault
            result = error
        self._results.append(lambda: ended(result))
        with suppress(RuntimeError):  # the loop has ended: whoever waits takes it
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._results:
            self._results.popleft()()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
