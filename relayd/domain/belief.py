"""What is held to be dead: refused channels, lost paths, suspected networks.

Belief only orders tries; it never forbids one. Only proof restores: a probe for a path, a delivery
or an answer for a network, a message taken for a channel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from relayd.domain.household import Route

DOUBTS_COUNT_FOR = timedelta(minutes=10)
DOUBTS_NEEDED = 2  # one phone that is off is a phone; two on one core are a network


class PathState(StrEnum):
    """What is known of one of the Pi's own ways out."""

    UP = "up"  # A probe came back with what was expected.
    DOWN = "down"  # Nothing came back, or the link is gone.
    UNPROVEN = "unproven"  # Nothing is known yet, or something answered that was not expected.


@dataclass(frozen=True, slots=True)
class PathBelief:
    """The state of one path, since when, and by what evidence."""

    state: PathState
    since: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A route that brought no proof: when, and the core networks at its two ends."""

    at: datetime
    core: str | None
    sender: str | None

    @property
    def cores(self) -> set[str]:
        """Either may be at fault."""
        return {core for core in (self.core, self.sender) if core is not None}


class Belief:
    """All that is believed of channels, paths and networks now."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.paths: dict[str, PathBelief] = {}
        self.suspected: dict[str, datetime] = {}
        self.serving: dict[str, str] = {}  # by channel: the core on which our own SIM now is
        self._doubts: dict[tuple[str, int], Doubt] = {}

    def serve(self, channel: str, core: str | None) -> None:
        """Note which core serves the SIM of *channel*; None: as the file has it."""
        if core is None:
            self.serving.pop(channel, None)
        else:
            self.serving[channel] = core

    def dead(self, route: Route) -> bool:
        """Whether *route* is believed not to work now."""
        return self.why_dead(route) is not None

    def why_dead(self, route: Route) -> str | None:
        """Why *route* is believed not to work now, in words; None where it may."""
        return self.why_lost(route) or self.why_suspected(route)

    def why_lost(self, route: Route) -> str | None:
        """What we see for ourselves: the service refuses us, or no path is left."""
        if route.channel in self.refused:
            return "the service refuses us"
        if route.paths and all(self._lost(path) for path in route.paths):
            return f"{' and '.join(route.paths)} down"
        return None

    def why_suspected(self, route: Route) -> str | None:
        """What we only conclude: a core network that it ends on, or starts from, seems down."""
        for core in self._ends(route):
            if core is not None and core in self.suspected:
                return f"{core} is suspected"
        return None

    def _ends(self, route: Route) -> tuple[str | None, str | None]:
        """Where a message ends, and where it starts: what serves our SIM beats the file."""
        return route.core, self.serving.get(route.channel, route.sender_core)

    def _lost(self, path: str) -> bool:
        belief = self.paths.get(path)
        return belief is not None and belief.state is PathState.DOWN

    def doubt(self, carer: str, number: int, route: Route, now: datetime) -> tuple[str, ...]:
        """Note that a route brought no proof; return the networks that are suspected from now."""
        ends = self._ends(route)
        self._doubts[carer, number] = Doubt(now, *ends)
        found = tuple(
            core
            for core in dict.fromkeys(ends)
            if core is not None and core not in self.suspected and self._speaks_against(core, now)
        )
        self.suspected.update(dict.fromkeys(found, now))
        return found

    def _speaks_against(self, core: str, now: datetime) -> bool:
        """Whether enough routes failed at *core*, and nothing else explains all of them better."""
        doubts = self._fresh(core, now)
        if len(doubts) < DOUBTS_NEEDED:
            return False
        shared = set.intersection(*(doubt.cores for doubt in doubts)) - {core}
        for other in shared:
            wider = len(self._fresh(other, now)) > len(doubts)
            if wider or other in self.suspected or all(doubt.core == other for doubt in doubts):
                return False
        return True

    def _fresh(self, core: str, now: datetime) -> list[Doubt]:
        return [
            doubt
            for doubt in self._doubts.values()
            if core in doubt.cores and now - doubt.at <= DOUBTS_COUNT_FOR
        ]

    def prove(self, route: Route) -> tuple[str, ...]:
        """Note that a carer was reached over *route*; return the networks suspected no more."""
        proven = {core for core in self._ends(route) if core is not None}
        for key in [key for key, doubt in self._doubts.items() if doubt.cores & proven]:
            del self._doubts[key]
        return tuple(core for core in sorted(proven) if self.suspected.pop(core, None) is not None)
