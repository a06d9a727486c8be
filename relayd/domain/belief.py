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


class Belief:
    """All that is believed of channels, paths and networks now."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.paths: dict[str, PathBelief] = {}
        self.suspected: dict[str, datetime] = {}
        self._doubts: dict[str, dict[tuple[str, int], datetime]] = {}

    def dead(self, route: Route) -> bool:
        """Whether *route* is believed not to work now."""
        return self.why_dead(route) is not None

    def why_dead(self, route: Route) -> str | None:
        """Why *route* is believed not to work now, in words; None where it may."""
        if route.channel in self.refused:
            return "the service refuses us"
        if route.paths and all(self._lost(path) for path in route.paths):
            return f"{' and '.join(route.paths)} down"
        for core in (route.core, route.sender_core):
            if core is not None and core in self.suspected:
                return f"{core} is suspected"
        return None

    def _lost(self, path: str) -> bool:
        belief = self.paths.get(path)
        return belief is not None and belief.state is PathState.DOWN

    def doubt(self, carer: str, number: int, route: Route, now: datetime) -> bool:
        """Note that a route brought no proof; return whether its network is suspected from now."""
        core = route.core
        if core is None:
            return False
        doubts = self._doubts.setdefault(core, {})
        doubts[carer, number] = now
        fresh = [at for at in doubts.values() if now - at <= DOUBTS_COUNT_FOR]
        if len(fresh) < DOUBTS_NEEDED or core in self.suspected:
            return False
        self.suspected[core] = now
        return True

    def prove(self, route: Route) -> bool:
        """Note that a carer was reached over *route*; return whether that ends a suspicion."""
        if route.core is None:
            return False
        self._doubts.pop(route.core, None)
        return self.suspected.pop(route.core, None) is not None
