"""The stage of a rehearsal: one clock, one heap of what is to come, the faults, the luck."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from relayd.simulate.fault import Fault
from relayd.simulate.home import Home, Names
from relayd.simulate.luck import Luck
from relayd.simulate.trace import Trace

NOTHING: tuple[Fault, ...] = ()


class Setting:
    """Virtual time, in seconds since the scenario's start, and everything the players share.

    *unlucky*: whatever may be lost by chance is lost.
    """

    def __init__(
        self,
        home: Home,
        *,
        seed: int,
        starts: datetime,
        begins: float,
        faults: Sequence[Fault],
        unlucky: bool,
        trace: Trace | None,
    ) -> None:
        self.home = home
        self.luck = Luck(seed)
        self.base = starts
        self.now = begins
        self.faults = tuple(faults)
        self.unlucky = unlucky
        self.trace = trace
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._pushed = 0
        self._by_part: dict[str, tuple[Fault, ...]] = {}
        for fault in self.faults:
            for part in fault.hits:
                self._by_part[part] = (*self._by_part.get(part, ()), fault)
        self._found: dict[Names, tuple[Fault, ...]] = {}

    def at(self, t: float, do: Callable[..., None], *what: Any) -> None:
        """Call *do* with *what* at *t*."""
        self._pushed += 1
        heappush(self._heap, (t, self._pushed, do, what))

    def run(self, until: float) -> None:
        """Let time pass."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            t, _, do, what = heappop(heap)
            if t > self.now:  # noqa: PLR1730 - the innermost loop: a comparison, and no call
                self.now = t
            do(*what)
        self.now = max(until, self.now)

    def moment(self, t: float) -> datetime:
        """What a right clock says at *t*."""
        return self.base + timedelta(0, t)

    def faults_on(self, *parts: str) -> tuple[Fault, ...]:
        """The faults that hit any of *parts*."""
        if not self._by_part:
            return NOTHING
        return self._of(frozenset(parts))

    def of(self, parts: Names) -> tuple[Fault, ...]:
        """The same, for a set of names."""
        return self._of(parts) if self._by_part else NOTHING

    def _of(self, parts: Names) -> tuple[Fault, ...]:
        found = self._found.get(parts)
        if found is None:
            hit = self._by_part.keys() & parts
            each = {id(f): f for part in hit for f in self._by_part[part]} if hit else {}
            found = tuple(f for f in self.faults if id(f) in each)
            self._found[parts] = found
        return found

    def dead(self, faults: Iterable[Fault], t: float, message: str, phone: str) -> Fault | None:
        """The first of *faults* that takes *message* at *t*."""
        for fault in faults:
            if fault.bites(t, self.luck, message, phone, unlucky=self.unlucky):
                return fault
        return None
