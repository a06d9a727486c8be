"""What an outage takes from a home: which paths, which routes, which carers."""

from relayd.simulate.fault import Fault
from relayd.simulate.home import Home
from relayd.simulate.ways import Met


class Lost:
    """All that is gone. Two outages of one *signature* come to the same, and need one rehearsal."""

    def __init__(self, home: Home, outage: tuple[str, ...]) -> None:
        hit = frozenset[str]().union(*(Fault(component=part).hits for part in outage))
        self._hit = hit
        paths = tuple(self._met(way.parts) for way in home.paths.values())
        roads = []
        unreachable = []
        for carer, each in home.roads.items():
            left = False
            for road in each:
                out = tuple(self._met(way) for way in road.ways.values())
                dead = bool(hit & road.service)
                end = any(all(hit & way for way in leg) for leg in road.ends)
                roads.append((out, dead, end))
                left = left or (Met.WORLD in out and not dead and not end and not road.sounder)
            if not left:
                unreachable.append(carer)
        self.signature = (paths, tuple(roads))
        self.unreachable = tuple(unreachable)

    def _met(self, parts: frozenset[str]) -> Met:
        struck = self._hit & parts
        if not struck:
            return Met.WORLD
        return Met.NO_LINK if any(part.startswith("path:") for part in struck) else Met.HOLE
