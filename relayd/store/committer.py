"""What waits for the disk, what goes next, and what stands in for the disk while it is lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from relayd.domain.event import Happened
from relayd.log import get_logger
from relayd.store.batch import Batch, call_each, gathered, tell_each
from relayd.store.bundle import Bundle
from relayd.store.faults import HUNG, sentence
from relayd.store.patience import Patience
from relayd.store.worker import Worker
from relayd.store.writer import Writer

log = get_logger()


class Committer:
    """Group commit: what gathers while one commit runs makes the next. It lives on the loop."""

    def __init__(
        self,
        path: Path,
        writer: Writer,
        worker: Worker,
        *,
        loop: asyncio.AbstractEventLoop,
        on_state: Callable[[bool, str], None],
        patience: Patience,
    ) -> None:
        self.on_happened: Callable[[int, Happened], None] | None = None
        self.commits = 0
        self.waiting: list[Batch] = []
        self.fault = ""  # why storage is lost; empty while it works
        self.hung = False
        self._path = path
        self._writer = writer
        self._worker = worker
        self._loop = loop
        self._on_state = on_state
        self._patience = patience
        self._flight: list[Batch] | None = None  # what the thread is at work on
        self._due = False  # something that waits is in a hurry
        self._finishing = False
        self._trying = Bundle()  # unsaved, and in the thread's hands
        self._memory = Bundle()  # unsaved, and waiting for the disk
        self._kick: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._hang_timer: asyncio.TimerHandle | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._told_timer: asyncio.TimerHandle | None = None

    @property
    def unsaved(self) -> Bundle:
        """What is in memory only, while storage is lost."""
        both = Bundle()
        both.follow(self._trying)
        both.follow(self._memory)
        return both

    def take(self, batch: Batch, within: timedelta) -> None:
        """Have *batch* written *within* that time."""
        if self.fault:
            self._remember(batch)
            self._loop.call_soon(self._settle, [batch])
            return
        if batch.empty:
            self._ride(batch)
            return
        self.waiting.append(batch)
        if batch.urgent:
            self.hurry()
            return
        at = self._loop.time() + within.total_seconds()
        if self._timer is None or at < self._timer.when():
            self._cancel_timer()
            self._timer = self._loop.call_at(at, self.hurry)

    def _ride(self, batch: Batch) -> None:
        """Whoever has nothing to write waits for what others wrote before, in no hurry."""
        if self.waiting:
            self.waiting.append(batch)
        elif self._flight:
            self._flight.append(batch)
        else:
            self._loop.call_soon(self._settle, [batch])

    def hurry(self) -> None:
        """Commit what waits, as soon as this turn of the loop has brought all that it brings."""
        self._due = True
        if self._kick is None and self._flight is None:
            self._kick = self._loop.call_soon(self._begin)

    def tell(self, why: str) -> None:
        """Say that something was wrong, and a while later that it is well."""
        self._on_state(False, why)  # noqa: FBT003
        if self._told_timer is not None:
            self._told_timer.cancel()
        self._told_timer = self._later(self._patience.told_for, self._told)

    def lose(self, why: str) -> None:
        """Storage is lost: from now on memory stands for the disk."""
        if why != self.fault:
            log.error("storage.lost", why=why)
            self.fault = why
            self._on_state(False, why)  # noqa: FBT003 - it is a callback's shape
        stranded, self.waiting = self.waiting, []
        for batch in stranded:
            self._remember(batch)
        self._settle(stranded)
        if self._flight is None and self._retry_timer is None and not self._finishing:
            self._retry_timer = self._later(self._patience.retry_every, self._retry)

    def finish(self) -> None:
        """Put the last commit into the thread's hands."""
        self._finishing = True
        for timer in (self._kick, self._timer, self._retry_timer, self._told_timer):
            if timer is not None:
                timer.cancel()
        last, self.waiting = self.waiting, []
        if self.fault and not self.hung:
            unsaved = self.unsaved
            self._worker.submit(partial(self._writer.reopen, unsaved), self._finished([]))
        elif last:
            work = partial(self._writer.commit, gathered(last), durable=True)
            self._worker.submit(work, self._finished(last))

    def _finished(self, batches: list[Batch]) -> Callable[[object], None]:
        def ended(result: object) -> None:
            if isinstance(result, Exception):
                log.error("storage.left_behind", why=sentence(result, self._path))
            else:
                self._settle(batches)

        return ended

    def _begin(self) -> None:
        self._kick = None
        if self._flight is not None or self.fault or not self.waiting:
            return
        batches, self.waiting = self.waiting, []
        self._due = False
        self._cancel_timer()
        self._launch(batches)
        self._worker.submit(partial(self._commit, batches), self._committed)

    def _commit(self, batches: list[Batch]) -> None:
        self._writer.commit(
            gathered(batches),
            durable=any(batch.durable for batch in batches),
            lazy=not any(batch.urgent for batch in batches),
        )

    def _committed(self, result: object) -> None:
        batches, was_hung = self._landed()
        if isinstance(result, Exception):
            self._trying = gathered(batches) if batches else self._trying
            self._fall_back()
            self._settle(batches)
            self.lose(sentence(result, self._path))
            return
        self.commits += 1
        self._trying = Bundle()
        self._settle(batches)
        if was_hung:
            self._retry()
        elif self._due and self._kick is None:
            self._begin()

    def _retry(self) -> None:
        self._retry_timer = None
        self._trying, self._memory = self._memory, Bundle()
        self._launch([])
        self._worker.submit(partial(self._writer.reopen, self._trying), self._retried)

    def _retried(self, result: str | Exception) -> None:
        self._landed()
        if isinstance(result, Exception):
            self._fall_back()
            self.lose(sentence(result, self._path))
            return
        log.info("storage.restored")
        self.fault, self._trying = "", Bundle()
        if self._memory:
            older, self._memory = self._memory, Bundle()
            self.waiting.insert(0, Batch((), 0, (), done=None, urgent=True, older=older))
            self.hurry()
        if result:
            self.tell(result)
        else:
            self._on_state(True, "")  # noqa: FBT003

    def _launch(self, batches: list[Batch]) -> None:
        self._flight = batches
        self._hang_timer = self._later(self._patience.hung_after, self._hang)

    def _later(self, after: timedelta, call: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(after.total_seconds(), call)

    def _hang(self) -> None:
        assert self._flight is not None, "nothing is under way that could hang"
        self.hung = True
        batches, self._flight = self._flight, []
        if batches:
            self._trying = gathered(batches)
        self._settle(batches)
        self.lose(HUNG)

    def _landed(self) -> tuple[list[Batch], bool]:
        """The thread has answered: what it was at work on, unless that was settled already."""
        assert self._flight is not None, "the thread answered what nobody asked"
        batches, was_hung = self._flight, self.hung
        self._flight, self.hung = None, False
        if self._hang_timer is not None:
            self._hang_timer.cancel()
        return batches, was_hung

    def _fall_back(self) -> None:
        """What could not be written waits in memory again, before what came since."""
        self._trying.follow(self._memory)
        self._memory, self._trying = self._trying, Bundle()
        self._memory.trim(self._patience.most)

    def _remember(self, batch: Batch) -> None:
        self._memory.follow(gathered((batch,)))
        self._memory.trim(self._patience.most)

    def _settle(self, batches: list[Batch]) -> None:
        """Tell those who wait that their rows are on disk, or as safe as they can be."""
        call_each([batch.done for batch in batches if batch.done], self._loop)
        if self.on_happened is not None:
            tell_each(batches, self.on_happened)

    def _told(self) -> None:
        self._told_timer = None
        if not self.fault:
            self._on_state(True, "")  # noqa: FBT003

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
