"""Living a day: the world, the troubles beside its faults, and the run that the oracle judges."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from oracle import Run, Violation, judge

from relayd.domain.event import Answered, ReadingsReceived
from relayd.domain.reading import (
    LOW_MG_DL,
    Bound,
    GlucoseReading,
    Reading,
    SeizureReading,
    WatchState,
)
from relayd.simulate.fault import CERTAIN, Fault, Kind
from relayd.simulate.trace import CarerSaid, Trace
from relayd.simulate.world import World
from swarm.house import GLUCOSE, WATCHES, home, plan, routes
from swarm.schedule import DAY, HEALS_AT, Day, Trouble

STARTS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
BEATS_EVERY_S = 300.0  # both wearers report every five minutes
SEEN_FOR_S = 6 * 3600.0
DEADLY = CERTAIN | {Kind.LOSES, Kind.REFUSES_US}


class Lived:
    """One day in its world, with those who meddle."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.trace = Trace()
        self.world = World(
            home(),
            starts=STARTS,
            seed=day.seed,
            begins=0.0,
            faults=day.faults,
            onsets=day.onsets,
            trace=self.trace,
        )
        self.world.worn["leo"]._watch_every = BEATS_EVERY_S
        for trouble in day.troubles:
            self.world.setting.at(trouble.t, self._trouble, trouble)

    def run(self) -> Run:
        """Live it to the end."""
        self.world.run(DAY)
        return Run(
            self.trace,
            self.world.works,
            self.dead,
            plan(),
            routes(),
            GLUCOSE,
            WATCHES,
            STARTS,
            DAY,
            forgetful=any(f.kind is Kind.AMNESIA for f in self.day.faults),
            healed=(self.day.carer, self.day.route, HEALS_AT),
        )

    def dead(self, carer: str, route: int, a: float, b: float) -> bool:
        """Whether nothing could come over that route from *a* to *b*, by any way."""
        road = self.world.home.roads[carer][route]
        down = [f for f in self.day.faults if self._all_through(f, a, b)]
        if not down:
            return False
        hit = frozenset[str]().union(*(f.hits for f in down))
        if road.sounder:
            return False
        legs = [tuple(road.ways.values()), (road.service,), *road.ends]
        return any(all(way & hit for way in leg) for leg in legs)

    @staticmethod
    def _all_through(fault: Fault, a: float, b: float) -> bool:
        throughout = fault.begins <= a and b < fault.ends and not fault.period
        return throughout and fault.kind in DEADLY

    # Those who meddle ------------------------------------------------------------------

    def _trouble(self, trouble: Trouble) -> None:
        t = trouble.t
        match trouble.what:
            case "low word":
                self._glucose(t, LOW_MG_DL, Bound.LOW)
            case "further fall":
                for step in range(4):
                    self._glucose(t + 300.0 * step, 60.0 - 8.0 * step)
            case "bounce":
                self._glucose(t, 95.0)
            case "past low":
                self._glucose(t, 45.0, age=1500.0)
            case "watch muted":
                self._watch(t, WatchState.MUTED)
            case "watch fault":
                self._watch(t, WatchState.FAULT)
            case "said twice":
                self._glucose(t, 120.0)
                self._glucose(t + 2.0, 120.0, age=2.0)
            case _:
                self._old_answer(t)

    def _glucose(
        self, t: float, mg_dl: float, bound: Bound = Bound.WITHIN, age: float = 0.0
    ) -> None:
        stamp = STARTS + timedelta(seconds=t - age)
        self._publish(t, GlucoseReading("mia", mg_dl, stamp, None, bound), mg_dl)

    def _watch(self, t: float, state: WatchState) -> None:
        """For three minutes the watch says that it does not watch, and it is not asked else."""
        for step in range(12):
            at = t + 15.0 * step
            self._publish(at, SeizureReading("leo", state, STARTS + timedelta(seconds=at)), None)

    def _publish(self, t: float, reading: Reading, mg_dl: float | None) -> None:
        broker = self.world.relay.broker
        kind = "glucose" if mg_dl is not None else "seizure"
        event = ReadingsReceived((reading,), source=f"relayd/{reading.wearer}/{kind}")
        self.world.setting.at(t, broker.publish, reading.wearer, event, t, mg_dl)

    def _old_answer(self, t: float) -> None:
        """Somebody presses the button of a message that they got long ago."""
        relay, seen = self.world.relay, self.world.people.seen
        late = [one for one in seen if t - SEEN_FOR_S <= one[0] <= t]
        if not late or not relay.alive:
            return
        _, alert, carer, attempt = late[len(late) // 3]
        self.trace.entries.append(CarerSaid(t, alert, carer, accepted=True, attempt=attempt))
        relay.take(Answered(alert, carer, accepted=True, attempt=attempt, by="push"))


def violations(day: Day) -> list[Violation]:
    """What the oracle says of *day*."""
    lived = Lived(day)
    found = judge(lived.run())
    lived.trace.entries.clear()  # a world is a ring of players: what it saw must not wait for it
    return found


def without(day: Day, *, faults: Sequence[int] = (), troubles: Sequence[int] = ()) -> Day:
    """The same day without some of what happens in it, by place."""
    return replace(
        day,
        faults=tuple(f for n, f in enumerate(day.faults) if n not in faults),
        troubles=tuple(t for n, t in enumerate(day.troubles) if n not in troubles),
    )
