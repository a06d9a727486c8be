"""Many days, on many cores: how many, how fast, and which fail."""

import gc
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from oracle import Violation

from swarm.live import violations
from swarm.schedule import day_of

BLOCK = 20
COLLECTED_EVERY = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """What a block of seeds came to; *seconds* are those of one core."""

    seeds: int
    seconds: float
    failed: tuple[tuple[int, tuple[Violation, ...]], ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        failed = tuple(sorted((*self.failed, *other.failed), key=lambda one: one[0]))
        return Tally(self.seeds + other.seeds, self.seconds + other.seconds, failed)

    @property
    def words(self) -> str:
        """One line for people."""
        speed = self.seeds / self.seconds if self.seconds else 0.0
        found = sum(len(one) for _, one in self.failed)
        return (
            f"{self.seeds:,} seeds, {self.seeds:,} simulated days, "
            f"{speed:.1f} days a second and core, {found} violations"
        )


def judged(seeds: Iterable[int]) -> Tally:
    """Live and judge every day of *seeds*, here."""
    began = time.process_time()
    failed, number = [], 0
    gc.disable()  # a day is one heap of small things that die together
    gc.freeze()  # and what stays is no use looking through after each
    for seed in seeds:
        number += 1
        found = violations(day_of(seed))
        if found:
            failed.append((seed, tuple(found)))
        if not number % COLLECTED_EVERY:
            gc.collect()
    gc.enable()
    return Tally(number, time.process_time() - began, tuple(failed))


def judge_all(first: int, number: int, jobs: int) -> Iterator[Tally]:
    """The same on *jobs* cores, block by block, as they are done."""
    blocks = [
        range(at, min(at + BLOCK, first + number)) for at in range(first, first + number, BLOCK)
    ]
    if jobs == 1:
        yield from map(judged, blocks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(judged, blocks)
