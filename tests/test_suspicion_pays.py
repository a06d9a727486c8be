"""A network fails in the middle of an alert: suspecting it must never cost the first carer time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from heapq import heappop, heappush
from itertools import product

import pytest
from houses import CALL, NOON, PUSH, SIREN, TEXT, home, minutes, seconds

from relayd.domain.belief import Belief, PathState
from relayd.domain.delivery import Attempt, Dissemination, Failure, Purpose, Reason
from relayd.domain.engine import Engine
from relayd.domain.event import (
    AttemptReported,
    Event,
    Happened,
    Kept,
    PathReported,
    ReadingsReceived,
    Started,
    Woke,
)
from relayd.domain.household import Household, Route, Step
from relayd.domain.reading import GlucoseReading

CORES = ("o2-uk", "ee-uk", "three-uk")
SENT, DELIVERED, LOST = (
    Dissemination.SENT,
    Dissemination.DELIVERED,
    Dissemination.UNDELIVERABLE,
)
WATCHED_FOR = minutes(12)


def on(route: Route, core: str) -> Route:
    return replace(route, core=core, network=core)


SIM = replace(TEXT, channel="sim", kind="modem-sms", sender_core="three-uk")
LADDERS = {
    "text, call": [(TEXT, 0), (CALL, 1)],
    "both on one, a third": [(TEXT, 0), (CALL, 0), (TEXT, 1)],
    "one between": [(TEXT, 0), (CALL, 1), (SIM, 0), (CALL, 2)],
    "push first": [(PUSH, 0), (TEXT, 0), (CALL, 1)],
    "siren, sim, call": [(SIREN, 0), (SIM, 0), (CALL, 1)],
    "the last is dead": [(CALL, 1), (TEXT, 0)],
    "one way only": [(TEXT, 0)],
}
PLANS = {
    "together": (Step(("ana", "tom")),),
    "one by one": (Step(("ana",)), Step(("tom",), minutes(1))),
    "late": (Step(("tom",)), Step(("ana",), minutes(5))),
}
FAILS_AT_S = (-1.0, 0.5, 4.0, 12.0, 31.0, 65.0, 200.0)


class Unsuspecting(Belief):
    """What the same engine does if it concludes nothing from failures."""

    def doubt(self, carer: str, number: int, route: Route, now: datetime) -> tuple[str, ...]:
        """Take no notice."""
        return ()


@dataclass(frozen=True)
class Outage:
    """What the world does: *core* fails at *at_s* and loses this share, and says so or not."""

    core: str
    at_s: float
    lost: float
    says_so: bool
    seed: int
    path_lost: bool = False

    def becomes_of(self, attempt: Attempt, route: Route, begun_s: float) -> list[tuple[float, str]]:
        """When which report comes back. The same try of the same route meets the same fate."""
        chance = random.Random(f"{self.seed} {attempt.carer} {attempt.route} {attempt.lap}")
        arrives_s, unlucky = chance.uniform(1, 25), chance.random() < self.lost
        hit = self.core in (route.core, route.sender_core) and unlucky
        if hit and begun_s + arrives_s >= self.at_s:
            gone = [(chance.uniform(3, 28), "lost")] if self.says_so else []
            return [(1.0, "sent"), *gone]
        return [(1.0, "sent"), *([(arrives_s, "delivered")] if route.proves else [])]


REPORTS = {
    "sent": (SENT, None),
    "delivered": (DELIVERED, None),
    "lost": (LOST, Failure.UNREACHABLE),
}


class Night:
    """One alert in virtual time, until somebody is reached."""

    def __init__(self, household: Household, outage: Outage, belief: Belief) -> None:
        self.household, self.outage = household, outage
        self.engine = Engine(household, Kept(), NOON, belief=belief)
        self.begun: list[tuple[float, Attempt]] = []
        self.story: list[Happened] = []
        self._coming: list[tuple[datetime, int, AttemptReported]] = []
        self.reached_s: float | None = None
        self._tell(Started(), NOON)
        if outage.path_lost:
            self._tell(PathReported("dongle", PathState.DOWN, "no carrier"), NOON)
        self._tell(ReadingsReceived((GlucoseReading("mia", 45.0, NOON),)), NOON)

    def play(self) -> "Night":
        while self.reached_s is None:
            due = self.engine.next_deadline()
            coming = self._coming[0][0] if self._coming else None
            now = min(moment for moment in (due, coming) if moment is not None)
            if now > NOON + WATCHED_FOR:
                break
            if now == coming:
                event = heappop(self._coming)[2]
                self._tell(event, now)
                if event.status is DELIVERED:
                    self.reached_s = (now - NOON).total_seconds()
            else:
                self._tell(Woke(), now)
        return self

    def _tell(self, event: Event, now: datetime) -> None:
        turn = self.engine.handle(event, now)
        self.story += [row for row in turn.rows if isinstance(row, Happened)]
        begun_s = (now - NOON).total_seconds()
        for send in turn.sends:
            attempt = send.attempt
            if attempt.wearer is None or attempt.purpose is not Purpose.CALL:
                continue
            self.begun.append((begun_s, attempt))
            route = self.household.carers[attempt.carer].routes[attempt.route]
            for after_s, word in self.outage.becomes_of(attempt, route, begun_s):
                report = AttemptReported(attempt.id, *REPORTS[word])
                heappush(self._coming, (now + seconds(after_s), len(self.begun), report))

    def first_begun(self) -> dict[tuple[str, str, int, int], float]:
        """When each try of each route was begun."""
        return {(a.alert, a.carer, a.route, a.lap): at_s for at_s, a in self.begun}


@cache
def household(ana: str, tom: str, plan: str, turn: int) -> Household:
    def ladder(name: str) -> tuple[Route, ...]:
        routes = (on(route, CORES[(place + turn) % 3]) for route, place in LADDERS[name])
        return tuple(replace(r, paths=("dongle",)) if r.kind == "ntfy" else r for r in routes)

    made = home(ana=ladder(ana), tom=ladder(tom), steps=PLANS[plan])
    return replace(made, wearers={"mia": made.wearers["mia"]})


HOUSES = list(product(LADDERS, LADDERS, PLANS, range(3)))


def outages(at_s: float, lost: float) -> Iterator[tuple[Household, Outage, str]]:
    """One for every house."""
    chance = random.Random(f"{at_s} {lost}")
    for house in HOUSES:
        core, says_so, path_lost = chance.choice(CORES), chance.random(), chance.random()
        seed = chance.randrange(10**6)
        outage = Outage(core, at_s, lost, says_so < 0.5, seed, path_lost < 0.3)
        yield household(*house), outage, f"{house} {outage}"


@pytest.mark.parametrize("at_s", FAILS_AT_S)
@pytest.mark.parametrize("lost", [1.0, 0.6, 0.2])
def test_the_first_carer_is_reached_at_least_as_fast_with_suspicion(
    at_s: float, lost: float
) -> None:
    """Every ladder with every other: a network that is dead, or one that loses every fifth text."""
    sooner = 0
    for of, outage, case in outages(at_s, lost):
        suspecting = Night(of, outage, Belief()).play()
        sooner += compared(suspecting, Night(of, outage, Unsuspecting()).play(), case)
        says_why(suspecting)
    assert sooner or at_s > 30 or lost < 1, "what is it for, if it never helps?"


@pytest.mark.parametrize("lost", [1.0, 0.6, 0.0])
def test_a_network_suspected_since_the_last_alert_costs_nothing(lost: float) -> None:
    """It may be dead still: then others come first. It may be well again: its turn is not later."""
    sooner = 0
    for of, outage, case in outages(-1.0, lost):
        known = Belief()
        known.suspected[outage.core] = NOON
        suspecting = Night(of, outage, known).play()
        sooner += compared(suspecting, Night(of, outage, Unsuspecting()).play(), case)
        says_why(suspecting)
    assert sooner > len(HOUSES) / 10, f"sooner in {sooner} of {len(HOUSES)}: is it worth it?"


def says_why(night: Night) -> None:
    """Every call of the timeline has a reason in words, and what was passed over for it."""
    for line in night.story:
        if line.event == "attempt.begun":
            assert line.fields["reason"] in set(Reason)
            assert "passed_over" not in line.fields or " " in (line.fields["passed_over"] or "")


def compared(suspecting: Night, plain: Night, case: str) -> bool:
    """No later than without suspicion, whatever is looked at; returns whether it was sooner."""
    assert_no_slower(suspecting, plain, case)
    if suspecting.reached_s is None:
        return False
    return plain.reached_s is None or suspecting.reached_s < plain.reached_s


def assert_no_slower(suspecting: Night, plain: Night, case: str) -> None:
    if plain.reached_s is not None:
        assert suspecting.reached_s is not None, case
        assert suspecting.reached_s <= plain.reached_s, case
    with_it, without = suspecting.first_begun(), plain.first_begun()
    end_s = suspecting.reached_s if suspecting.reached_s is not None else float("inf")
    for tried, at_s in without.items():
        if at_s < end_s:
            assert tried in with_it, f"never fewer tries: {tried} of {case}"
            assert with_it[tried] <= at_s, f"{tried} of {case}"
