"""The watch over the Pi's own ways out, with the delays of the real one and none of its sockets."""

from collections.abc import Callable

from relayd.domain.belief import PathState
from relayd.domain.event import PathReported
from relayd.simulate.home import WayOut
from relayd.simulate.latency import (
    HOLE_SEEN_CALLING,
    HOLE_SEEN_IDLE,
    LINK_SEEN,
    PROOF_CALLING,
    PROOF_IDLE,
)
from relayd.simulate.setting import Setting
from relayd.simulate.ways import Met, Ways

EVIDENCE = {
    Met.NO_LINK: "its link is gone",
    Met.HOLE: "no answer came back",
    Met.NO_NAMES: "no name could be looked up",
    Met.STRANGER: "somebody else answered in the world's place",
    Met.WORLD: "a probe came back",
}
STATE = {
    Met.NO_LINK: PathState.DOWN,
    Met.HOLE: PathState.DOWN,
    Met.NO_NAMES: PathState.DOWN,
    Met.STRANGER: PathState.UNPROVEN,
    Met.WORLD: PathState.UP,
}


class Prober:
    """Tells what changes of each path, once, as late as the real prober may find it out."""

    def __init__(
        self,
        setting: Setting,
        ways: Ways,
        tell: Callable[[PathReported], None],
        calling: Callable[[], bool],
    ) -> None:
        self._setting = setting
        self._ways = ways
        self._tell = tell
        self._calling = calling
        self._told: dict[str, PathState] = {}
        self._life = 0
        self._looks = 0
        for way in setting.home.paths.values():
            for fault in setting.of(way.parts):
                edge = fault.next_edge(setting.now)
                if edge < float("inf"):
                    setting.at(edge, self._edge, way, fault)

    def begin(self, life: int) -> None:
        """A process begins, and knows nothing."""
        self._life = life
        self._told.clear()
        for way in self._setting.home.paths.values():
            self._soon(way, LINK_SEEN)

    def doubts(self, path: str | None) -> int:
        """What speaks against *path*: 2 where it is lost, 1 where a stranger answers, else 0."""
        state = self._told.get(path) if path is not None else None
        if state is None or state is PathState.UP:
            return 0
        if state is PathState.DOWN:
            return 2
        return int(path is not None and self._setting.home.paths[path].probed)

    def doubted(self, path: str | None) -> None:
        """A message got no answer over *path*: ask now whose fault that is."""
        if path is None:
            return
        way = self._setting.home.paths[path]
        if way.probed:
            self._soon(way, HOLE_SEEN_CALLING)
        elif self._told.get(path) is PathState.UP:
            self._say(path, PathState.UNPROVEN, "a message got no answer")

    def carried(self, path: str | None) -> None:
        """A service answered over *path*."""
        if path is None or self._told.get(path) is PathState.UP:
            return
        way = self._setting.home.paths[path]
        if way.probed:
            self._soon(way, LINK_SEEN)
        else:
            self._say(path, PathState.UP, "a message was carried")

    def _edge(self, way: WayOut, fault: object) -> None:
        """A fault of *way* comes or goes: it is noticed a while later."""
        setting = self._setting
        for each in setting.of(way.parts):
            if each is fault:
                edge = each.next_edge(setting.now)
                if edge < float("inf"):
                    setting.at(edge, self._edge, way, each)
        met = self._ways.out(way.parts, setting.now, f"edge/{way.name}/{setting.now}")
        calling = self._calling()
        if met is Met.NO_LINK:
            self._soon(way, LINK_SEEN)
        elif met is Met.WORLD:
            self._soon(way, PROOF_CALLING if calling else PROOF_IDLE)
        else:
            self._soon(way, HOLE_SEEN_CALLING if calling else HOLE_SEEN_IDLE)

    def _soon(self, way: WayOut, span: tuple[float, float]) -> None:
        setting = self._setting
        self._looks += 1
        wait = setting.luck.between(f"probe/{way.name}/{setting.now:.3f}/{self._life}", span)
        setting.at(setting.now + wait, self._look, way, self._life)

    def _look(self, way: WayOut, life: int) -> None:
        if life != self._life:
            return
        met = self._ways.out(way.parts, self._setting.now, f"probe/{way.name}/{self._setting.now}")
        state = STATE[met]
        if not way.probed:
            if met is not Met.NO_LINK and self._told.get(way.name) is not PathState.DOWN:
                return
            state = PathState.DOWN if met is Met.NO_LINK else PathState.UNPROVEN
        if (
            state is PathState.UNPROVEN
            and self._told.get(way.name) is PathState.DOWN
            and way.probed
        ):
            return  # a stranger restores nothing that is lost
        self._say(way.name, state, EVIDENCE[met])

    def _say(self, path: str, state: PathState, evidence: str) -> None:
        if self._told.get(path) is not state:
            self._told[path] = state
            self._tell(PathReported(path, state, evidence))
