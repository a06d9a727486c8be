"""A world for one household, in virtual time, around the unchanged engine, which cannot tell."""

from collections.abc import Callable, Sequence
from datetime import datetime

from relayd.domain.event import Happened
from relayd.simulate.body import Body, Onset
from relayd.simulate.fault import Fault
from relayd.simulate.home import Home
from relayd.simulate.people import People, Treats
from relayd.simulate.relay import Process
from relayd.simulate.setting import Setting
from relayd.simulate.trace import Trace
from relayd.simulate.ways import Met, Ways
from relayd.simulate.wearing import EVERY, Away, Worn

WARM_UP = 1800.0  # so long before the first onset a world begins, so that relayd knows its wearers


class World:
    """Everything around the engine: Pi, paths, networks, services, phones, people, wearers.

    *starts* is the moment that t = 0 stands for, *begins* the t at which the world begins (both
    the scenario's). *away* tells when wearers leave the house's Wi-Fi. With *unlucky*, whatever a
    fault may take by chance is taken. *people* makes its carers. The same arguments give the same
    world, event for event.
    """

    def __init__(
        self,
        home: Home,
        *,
        starts: datetime,
        seed: int = 0,
        begins: float = -WARM_UP,
        faults: Sequence[Fault] = (),
        onsets: Sequence[Onset] = (),
        away: Sequence[Away] = (),
        unlucky: bool = False,
        trace: Trace | None = None,
        people: Callable[[Setting, Ways, Treats], People] = People,
    ) -> None:
        self.home = home
        self.setting = Setting(
            home,
            seed=seed,
            starts=starts,
            begins=begins,
            faults=faults,
            unlucky=unlucky,
            trace=trace,
        )
        self.ways = Ways(self.setting)
        self.people = people(self.setting, self.ways, self._treated)
        self.relay = Process(self.setting, self.ways, self.people)
        self.worn: dict[str, Worn] = {}
        for wearer in home.household.wearers.values():
            mine = tuple(onset for onset in onsets if onset.wearer == wearer.id)
            phase = self.setting.luck.draw(f"wave/{wearer.id}")
            body = Body(wearer, mine, phase)
            aligned = mine[0].t if mine else begins + EVERY * phase
            worn = Worn(
                self.setting,
                self.ways,
                self.relay.broker,
                wearer=wearer,
                body=body,
                away=tuple(away),
                aligned=aligned,
            )
            self.worn[wearer.id] = worn
            if trace is not None:
                trace.limit_crossings[wearer.id] = body.crossings()

    def run(self, until: float) -> "World":
        """Let time pass up to *until* seconds after the scenario's start."""
        self.setting.run(until)
        return self

    @property
    def timeline(self) -> list[tuple[float, Happened]]:
        """What relayd wrote down, and when it happened."""
        return self.relay.disk.timeline

    def works(self, carer: str, route: int, a: float, b: float) -> bool:
        """Whether every component of that route worked from *a* to *b* (see trace.Works).

        A single way out must have held all the time: a path that took over midway is not counted.
        """
        road = self.home.roads[carer][route]
        of = self.setting.of
        if any(self._stood(f, a, b) for f in of(road.service)):
            return False
        if any(self._stood(f, a, b) for f in self.setting.faults_on(f"carer:{carer}")):
            return False
        if not any(all(not self._stood(f, a, b) for f in of(way)) for way in road.ways.values()):
            return False
        return all(
            any(all(not self._stood(f, a, b) for f in of(way)) for way in leg) for leg in road.ends
        )

    def path_works(self, path: str, t: float) -> bool:
        """Whether one of the Pi's paths leads into the world at *t*."""
        way = self.home.paths[path]
        return self.ways.out(way.parts, t, f"asked/{path}/{t}") is Met.WORLD

    @staticmethod
    def _stood(fault: Fault, a: float, b: float) -> bool:
        """Whether *fault* was there at any time from *a* to *b*."""
        return fault.stands(a) or a < fault.next_edge(a) <= b or fault.stands(b)

    def _treated(self, alert: str, t: float) -> None:
        wearer = alert.rpartition("-")[0]
        worn = self.worn.get(wearer)
        if worn is not None:
            worn.body.treated.append(t)
