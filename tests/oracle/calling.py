"""The stretches of time in which an alert calls: who must be called then, and who was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle.life import Life
from relayd.domain.alert import Alert, Presence, Priority
from relayd.domain.delivery import Purpose
from relayd.domain.event import Started

if TYPE_CHECKING:
    from oracle.run import Run

CALLS = (Presence.ON, Presence.LATCHED)


@dataclass(frozen=True, slots=True)
class Calling:
    """From *began* to *ended* one alert called at one priority; its first call to *call_ended*.

    *resumed*: it goes on from the disk after storage was lost, and who was told before is not here.
    *refused* says from when on a carer could not come. *raised* is when the alert began.
    """

    alert: str
    life: Life
    condition: str
    priority: Priority
    raised: float
    began: float
    ended: float
    call_ended: float
    refused: dict[str, float]
    resumed: bool

    def promise(self, run: "Run") -> float:
        """How soon carers must have heard of it."""
        return run.plan.promise_of(self.condition)

    def due(self, run: "Run") -> Iterator[tuple[str, float]]:
        """Every carer who must be called in it, and from when on."""
        told: set[str] = set()
        for after, tell in run.plan.steps:
            due = max(self.began, run.digest.steady(self.raised, self.raised + after))
            for carer in tell:
                if carer not in told and due < self.ended and carer not in self.refused:
                    yield carer, due
                told.add(carer)

    def begun(self, carer: str) -> list[float]:
        """When calls to *carer* were begun in it."""
        return [
            t
            for t, attempt in self.life.begun
            if attempt.carer == carer
            and attempt.purpose is Purpose.CALL
            and self.began <= t <= self.ended
        ]

    def routes_begun(self, carer: str, by: float) -> set[int]:
        """The routes of *carer* that were begun in it by then."""
        return {
            attempt.route
            for t, attempt in self.life.begun
            if attempt.carer == carer and self.began <= t <= by
        }


def find_callings(run: "Run") -> Iterator[Calling]:
    """Look through every alert's life for the stretches in which it calls."""
    for life in run.digest.lives.values():
        if not life.stood or life.stood[0][1].wearer is None:
            continue
        raised = life.stood[0][0] if life.raised is None else life.raised
        spans = life.spans(run.ended)
        index = 0
        while index < len(spans):
            began, _, first = spans[index]
            if first.presence not in CALLS:
                index += 1
                continue
            last = index
            while last + 1 < len(spans) and _goes_on(first, spans[last + 1][2]):
                last += 1
            stretch = spans[index : last + 1]
            own = [b for _, b, alert in stretch if alert.call == first.call]
            refused = {carer: a for a, _, alert in stretch for carer in alert.refused_by}
            yield Calling(
                first.id, life, first.condition.value, first.priority, raised,
                began, stretch[-1][1], own[-1], refused,
                isinstance(life.stood[index][2].event, Started),
            )  # fmt: skip
            index = last + 1


def _goes_on(first: Alert, later: Alert) -> bool:
    return later.presence in CALLS and later.priority is first.priority
