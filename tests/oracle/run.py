"""A finished run as the oracle sees it: what the family's file promises, and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from oracle.calling import Calling, find_callings
from oracle.digest import Digest
from oracle.senses import Senses
from relayd.simulate.trace import Trace, Works

EPSILON_S = 2.0
"""What a turn, a write and a hand-over may take beside the times that SAFETY names."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must never happen and did, or must happen and did not; *t* in seconds."""

    invariant: str
    t: float
    what: str

    def __str__(self) -> str:
        hours, rest = divmod(self.t, 3600)
        return f"{self.invariant} at {hours:02.0f}:{rest // 60:02.0f}:{rest % 60:04.1f} {self.what}"


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What the file says of a route; see `relayd.domain.household.Route`."""

    channel: str
    proves: bool = False
    wakes: bool = False
    sounder: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class GlucoseFacts:
    """A wearer's limits in mg/dL, shown in mg/dL; silences in seconds."""

    urgent_low: float = 54.0
    low: float = 70.0
    high: float = 250.0
    silent_after_s: float = 16 * 60.0
    silent_after_low_s: float = 12 * 60.0


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The promises in seconds; *steps* are when they are due and whom they tell."""

    steps: tuple[tuple[float, tuple[str, ...]], ...]
    promise_s: float = 120.0
    promise_seizure_s: float = 60.0
    remind_every_s: float = 900.0
    answer_within_s: float = 180.0

    def promise_of(self, condition: str) -> float:
        """How soon carers must hear of *condition* while it is high."""
        return self.promise_seizure_s if condition.startswith("seizure.") else self.promise_s

    @property
    def carers(self) -> frozenset[str]:
        """All who are called at some step."""
        return frozenset(carer for _, tell in self.steps for carer in tell)


@dataclass(frozen=True)
class Run:
    """One run. *start* is what clocks showed at second 0; *ended* how long it lasted.

    *works* is the world's truth about ways to a carer; *dead* says that nothing whatever could
    come through throughout. Wearers with a sensor are in *glucose*; of a watch *watches* has the
    silence limit in seconds. *forgetful*: its broker may lose what it holds.
    *healed* is a carer and a route that work from then on.
    """

    trace: Trace
    works: Works
    dead: Works
    plan: PlanFacts
    carers: Mapping[str, tuple[RouteFacts, ...]]
    glucose: Mapping[str, GlucoseFacts]
    watches: Mapping[str, float]
    start: datetime
    ended: float
    forgetful: bool = False
    healed: tuple[str, int, float] | None = None

    @cached_property
    def digest(self) -> Digest:
        """The trace, sorted by what it is about."""
        return Digest(self.trace, self.ended)

    @cached_property
    def senses(self) -> Senses:
        """What relayd could know of each wearer."""
        return Senses(self.digest, self.start)

    @cached_property
    def callings(self) -> "list[Calling]":
        """Every stretch in which an alert called."""
        return list(find_callings(self))

    def deadline(self, a: float, within_s: float) -> float:
        """When what is due *within_s* of *a* must have happened, relayd's own stops left out."""
        return self.digest.extended(a, a + within_s + EPSILON_S)
