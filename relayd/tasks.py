"""The tasks of the daemon: one that is vital ends it; any other ends alone, and is told."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from relayd.log import get_logger, where

log = get_logger()


class Tasks:
    """What runs beside the engine, each named. *on_fault* hears where one failed.

    A service that answers as nobody foresaw must not end the calling over all the others.
    """

    def __init__(self, on_fault: Callable[[str], None]) -> None:
        self._on_fault = on_fault
        self._tasks: set[asyncio.Task[None]] = set()
        self.group: asyncio.TaskGroup | None = None

    def spawn(
        self, work: Coroutine[Any, Any, None], name: str, *, vital: bool = False
    ) -> asyncio.Task[None]:
        """Start *work*, which ends with the daemon; where it is *vital*, the daemon with it."""
        assert self.group is not None, "nothing can be started before the daemon runs"
        task = self.group.create_task(work if vital else self._apart(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _apart(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - what it is nobody knows: that is the point
            why = where(error)
            log.log(40, "task.failed", task=name, why=why)
            self._on_fault(why)

    def cancel(self) -> None:
        """End them all."""
        for task in self._tasks:
            task.cancel()
