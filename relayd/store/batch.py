"""What one turn wants written, and who waits for it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from relayd.domain.event import Happened, Row
from relayd.store.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that belong into one transaction; *seq* is the number of its first timeline line.

    *older* is what waited in memory for the disk to come back, and goes before all else.
    """

    rows: Sequence[Row]
    seq: int
    happened: Sequence[Happened]
    done: Callable[[], None] | None
    urgent: bool
    meta: Mapping[str, str] = field(default_factory=dict)
    older: Bundle | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write: somebody only waits for what was written before."""
        return not (self.rows or self.meta or self.older)

    @property
    def durable(self) -> bool:
        """Whether it must survive a power cut."""
        return self.urgent or self.done is not None


def gathered(batches: Iterable[Batch]) -> Bundle:
    """All that *batches* want written, each alert and attempt once."""
    bundle = Bundle()
    for batch in batches:
        if batch.older is not None:
            bundle.follow(batch.older)
        bundle.add(batch.rows, batch.seq)
        bundle.meta.update(batch.meta)
    return bundle


def tell_each(batches: Iterable[Batch], listener: Callable[[int, Happened], None]) -> None:
    """Tell *listener* of each timeline line of *batches*, with its number."""
    for batch in batches:
        for place, line in enumerate(batch.happened):
            listener(batch.seq + place, line)


def call_each(calls: Iterable[Callable[[], None]], loop: asyncio.AbstractEventLoop) -> None:
    """Call each of *calls* of *loop*, whatever becomes of the others."""
    for call in calls:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - as the loop itself would have it
            loop.call_exception_handler({"message": f"{call!r} failed", "exception": error})
