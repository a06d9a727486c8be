"""The store as the rest of relayd sees it."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import AT_ONCE, Happened, Kept, KeptReading, Row
from relayd.store import reader
from relayd.store.batch import Batch
from relayd.store.committer import Committer
from relayd.store.faults import HUNG, sentence
from relayd.store.patience import Patience
from relayd.store.schema import connect
from relayd.store.worker import Worker
from relayd.store.writer import Connect, Opened, Writer

T = TypeVar("T")


class Store:
    """Keeps rows: what was written is there after a crash.

    Its methods are the loop's own. What is looked up is what is on disk, and in memory while
    storage is lost. ``on_state(well, why)`` is called on the loop when storage is lost and when it
    works again. While it is lost, rows count as written but stand in memory only (*patience* says
    how many), and the disk is tried again. *keep* is how long rows are kept.
    """

    def __init__(
        self,
        path: Path,
        *,
        loop: asyncio.AbstractEventLoop,
        on_state: Callable[[bool, str], None],
        keep: timedelta = timedelta(days=30),
        patience: Patience | None = None,
        connect_to: Connect = connect,
    ) -> None:
        self.last_seq = 0  # the number of the newest timeline line
        self.bad_rows = 0  # how many rows were found spoilt, and put into quarantine, at start
        self._path = path
        self._loop = loop
        self._patience = patience or Patience()
        self._meta: dict[str, str] = {}
        self._writer = Writer(path, connect_to, keep)
        self._worker = Worker("store", loop)
        self._committer = Committer(
            path,
            self._writer,
            self._worker,
            loop=loop,
            on_state=on_state,
            patience=self._patience,
        )

    def open(self) -> tuple[Kept, bool]:
        """Open or make the database; returns what was kept, and whether anything was lost.

        It blocks, and never raises for a bad disk: then relayd begins with what could be read, and
        ``on_state`` says so once the loop runs.
        """
        opened: list[Opened | Exception] = []
        self._worker.start()
        self._worker.submit(self._writer.open, opened.append)
        if not self._worker.wait(self._patience.open_within.total_seconds()):
            self._committer.hung = True
            self._loop.call_soon(self._committer.lose, HUNG)
            return Kept(), True
        return self._opened(opened[0])

    def _opened(self, opened: Opened | Exception) -> tuple[Kept, bool]:
        if isinstance(opened, Exception):
            self._loop.call_soon(self._committer.lose, sentence(opened, self._path))
            return Kept(), True
        if opened.fault:
            self._loop.call_soon(self._committer.lose, opened.fault)
        elif opened.aside or opened.found.bad:
            self._loop.call_soon(self._committer.tell, opened.aside or spoilt(opened))
        self.last_seq = opened.found.last_seq
        self.bad_rows = len(opened.found.bad)
        self._meta = dict(opened.found.mirror.meta)
        return opened.found.kept, opened.lost

    def write(
        self,
        rows: Sequence[Row],
        within: timedelta = AT_ONCE,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Write *rows* in one transaction, at the latest *within* that time.

        *done* is called on the loop once they would survive a power cut, and all that was written
        before them too; without rows, it waits for that only. Rows without *done* and with
        patience may be lost in a power cut, not in a crash.
        """
        happened = [row for row in rows if isinstance(row, Happened)]
        urgent = within <= AT_ONCE
        batch = Batch(rows, self.last_seq + 1, happened, done, urgent=urgent)
        self.last_seq += len(happened)
        self._committer.take(batch, within)

    def hurry(self) -> None:
        """Commit what waits."""
        self._committer.hurry()

    @property
    def waiting(self) -> int:
        """How many batches wait to be committed."""
        return len(self._committer.waiting)

    @property
    def commits(self) -> int:
        """How many commits there have been."""
        return self._committer.commits

    @property
    def on_happened(self) -> Callable[[int, Happened], None] | None:
        """Called on the loop with each timeline line and its number, once it is on disk."""
        return self._committer.on_happened

    @on_happened.setter
    def on_happened(self, call: Callable[[int, Happened], None] | None) -> None:
        self._committer.on_happened = call

    def close(self) -> bool:
        """Commit what waits and let the file go; returns whether the disk answered in time."""
        self._committer.finish()
        self._worker.submit(self._writer.close, lambda _: None)
        in_time = self._worker.wait(self._patience.close_within.total_seconds())
        self._worker.stop()
        return in_time

    def meta(self, key: str) -> str | None:
        """A small thing that was kept under *key*."""
        return self._meta.get(key)

    def set_meta(self, key: str, value: str, within: timedelta = AT_ONCE) -> None:
        """Keep a small thing under *key*."""
        self._meta[key] = value
        batch = Batch((), 0, (), None, urgent=within <= AT_ONCE, meta={key: value})
        self._committer.take(batch, within)

    async def timeline(self, since: int, limit: int) -> list[tuple[int, Happened]]:
        """At most *limit* timeline lines numbered above *since*, in order."""
        lines = await self._look_up(partial(reader.timeline, since=since, limit=limit))
        after = max(since, lines[-1][0]) if lines else since
        lines += [line for line in self._committer.unsaved.happened if line[0] > after]
        return lines[:limit]

    async def readings(self, wearer: str, since: datetime) -> list[KeptReading]:
        """The readings of *wearer* that arrived at *since* or later, in order of arrival."""
        found = await self._look_up(partial(reader.readings, wearer=wearer, since=since))
        unsaved = self._committer.unsaved.readings
        found += [kept for kept in unsaved if kept.wearer == wearer and kept.arrived_at >= since]
        return list(dict.fromkeys(found))

    async def attempts(self, alert: str) -> list[Attempt]:
        """All attempts of *alert*, in the order in which they were begun."""
        found = await self._look_up(partial(reader.attempts, alert=alert))
        unsaved = (a for a in self._committer.unsaved.attempts.values() if a.alert == alert)
        latest = {attempt.id: attempt for attempt in (*found, *unsaved)}
        return sorted(latest.values(), key=lambda attempt: attempt.number)

    async def alerts(self, limit: int) -> list[Alert]:
        """The *limit* alerts raised last, newest first."""
        found = await self._look_up(partial(reader.alerts, limit=limit))
        latest = {alert.id: alert for alert in reversed(found)} | self._committer.unsaved.alerts
        return sorted(latest.values(), key=lambda alert: alert.raised_at, reverse=True)[:limit]

    async def _look_up(self, look: Callable[[sqlite3.Connection], list[T]]) -> list[T]:
        """What the file says; nothing where the disk does not answer, or not in time."""
        if self._committer.hung:
            return []
        answer: asyncio.Future[list[T]] = self._loop.create_future()

        def ended(result: list[T] | Exception) -> None:
            if not answer.done():
                answer.set_result([] if isinstance(result, Exception) else result)

        self._worker.submit(partial(self._writer.look, look), ended)
        try:
            return await asyncio.wait_for(answer, self._patience.hung_after.total_seconds())
        except TimeoutError:
            return []


def spoilt(opened: Opened) -> str:
    """What is said of rows whose sum did not match."""
    return (
        f"{len(opened.found.bad)} rows of the database were damaged and set apart"
        " (table quarantine): the card may be wearing out"
    )
