"""The outbox of a rehearsal: each send over its paths, in the order of belief, to a gateway."""

from collections.abc import Sequence

from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import AttemptReported, Send
from relayd.simulate.fault import Kind
from relayd.simulate.gateway import Gateways, Relay
from relayd.simulate.home import Road
from relayd.simulate.latency import (
    HEDGE,
    NO_ANSWER,
    SAYS_NO,
    TAKEN,
    TAKEN_OTHERWISE,
)
from relayd.simulate.people import People
from relayd.simulate.prober import Prober
from relayd.simulate.setting import Setting
from relayd.simulate.trace import Aired
from relayd.simulate.ways import COSTS, Met, Ways

SENT, UNDELIVERABLE = Dissemination.SENT, Dissemination.UNDELIVERABLE
DELIVERED = Dissemination.DELIVERED


class Trip:
    """One send on its way over one path after the other."""

    __slots__ = ("done", "life", "road", "send", "under_way", "ways")

    def __init__(self, send: Send, road: Road, ways: list[str | None], life: int) -> None:
        self.send = send
        self.road = road
        self.ways = ways
        self.life = life
        self.under_way = 0
        self.done = False


class Air:
    """The outbox's manners (paths by belief, the next beside one that is slow) and the gateways."""

    def __init__(
        self, setting: Setting, ways: Ways, prober: Prober, people: People, relay: Relay
    ) -> None:
        self._setting = setting
        self._ways = ways
        self._prober = prober
        self._relay = relay
        self.first_over: dict[str, str | None] = {}  # by attempt
        self.gateways = Gateways(setting, ways, people, relay)

    # Out ----------------------------------------------------------------------

    def begin(self, sends: Sequence[Send]) -> None:
        """Start every one of *sends*; they are on disk."""
        relay = self._relay
        for send in sends:
            attempt = send.attempt
            road = self._setting.home.roads[attempt.carer][attempt.route]
            ways = sorted(road.ways, key=self._prober.doubts)
            self.first_over.setdefault(attempt.id, ways[0])
            if not relay.engine.wanted(attempt.id):
                overtaken = AttemptReported(attempt.id, UNDELIVERABLE, Failure.OVERTAKEN)
                relay.take(overtaken)
                continue
            self._next(Trip(send, road, ways, relay.life))

    def _next(self, trip: Trip) -> None:
        """Try the next path, if there is one and nobody got through yet."""
        if trip.done or not trip.ways or trip.life != self._relay.life or not self._relay.alive:
            return
        way = trip.ways.pop(0)
        trip.under_way += 1
        setting, attempt, road = self._setting, trip.send.attempt, trip.road
        self._trace(trip.send, way)
        failure, takes, lost = self._meets(attempt, road, way, trip.life)
        setting.at(setting.now + takes, self._came_to, trip, way, failure, lost)
        if trip.ways and takes > HEDGE:
            setting.at(setting.now + HEDGE, self._hedge, trip, len(trip.ways))

    def _hedge(self, trip: Trip, left: int) -> None:
        if len(trip.ways) == left:
            self._next(trip)

    def _meets(
        self, attempt: Attempt, road: Road, way: str | None, life: int
    ) -> tuple[Failure | None, float, bool]:
        """How one try ends: why it failed, how long it takes, whether the service loses it."""
        setting, t = self._setting, self._setting.now
        name = f"{attempt.id}/{life}/{way}"
        takes = setting.luck.between(f"taken/{name}", TAKEN.get(road.kind, TAKEN_OTHERWISE))
        if not setting.faults:
            return None, takes, False
        met = self._ways.out(road.ways[way], t, name, local=road.local)
        if met is not Met.WORLD:
            return Failure.PATH_DOWN, COSTS[met], False
        takes += self._ways.delay(road.ways[way], t) + self._ways.delay(road.service, t)
        lost = False
        for fault in setting.of(road.service):
            if fault.kind is Kind.DELAY or setting.dead((fault,), t, name, "house") is None:
                continue
            if fault.kind is Kind.REFUSES_US:
                return Failure.CREDENTIALS, SAYS_NO, False
            if fault.kind is Kind.RATE_LIMITED:
                return Failure.BUSY, SAYS_NO, False
            if fault.kind is not Kind.LOSES:
                return Failure.PATH_DOWN, NO_ANSWER, False
            lost = True
        return None, takes, lost

    def _came_to(
        self,
        trip: Trip,
        way: str | None,
        failure: Failure | None,
        lost: bool,  # noqa: FBT001
    ) -> None:
        """One try ended."""
        trip.under_way -= 1
        if trip.done:
            return
        relay, attempt = self._relay, trip.send.attempt
        if failure is None:
            trip.done = True
            self.gateways.taken(trip.send, trip.road, lost=lost)
        here = trip.life == relay.life and relay.alive
        if not here:
            return
        if failure is Failure.PATH_DOWN:
            self._prober.doubted(way)
            if trip.ways:
                self._next(trip)
                return
            if trip.under_way:
                return
        elif failure is None:
            self._prober.carried(way)
        trip.done = True
        if failure is not None:
            relay.take(AttemptReported(attempt.id, UNDELIVERABLE, failure, path=way))
        else:
            status = DELIVERED if trip.road.echoes else SENT
            relay.aimed("handoff")
            if relay.alive:
                relay.take(AttemptReported(attempt.id, status, receipt=attempt.id, path=way))

    def _trace(self, send: Send, way: str | None) -> None:
        trace = self._setting.trace
        if trace is None:
            return
        attempt = send.attempt
        trace.entries.append(
            Aired(
                self._setting.now,
                attempt.id,
                attempt.alert,
                attempt.carer,
                attempt.route,
                attempt.channel,
                way,
                attempt.priority.word,
                attempt.purpose.quiet,
            )
        )
