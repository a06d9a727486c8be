"""One day's mishaps, drawn from a seed: what begins when, what breaks, who meddles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from relayd.domain.alert import Code
from relayd.simulate.body import Onset
from relayd.simulate.fault import AIMS, Fault, Kind
from swarm.house import home

DAY = 24 * 3600.0
HEALS_AT = 21 * 3600.0
FAULTS = 10
AIMED = 5
LASTS = (20.0, 90.0, 300.0, 900.0, 2400.0, 7200.0)
SHARED = ("pi", "broker", "disk", "clock", "source:", "wearer:")
"""What no healed path is worth anything without."""

PATH_KINDS = (Kind.DOWN, Kind.BLACK_HOLE, Kind.FLAP, Kind.DNS_DEAD, Kind.CAPTIVE_PORTAL, Kind.LOSS,
              Kind.DELAY)  # fmt: skip
NETWORK_KINDS = (Kind.DOWN, Kind.PARTIAL, Kind.LOSS, Kind.FLAP, Kind.BUSY)
SERVICE_KINDS = (Kind.DOWN, Kind.LOSES, Kind.REFUSES_US, Kind.RATE_LIMITED, Kind.DELAY, Kind.FLAP)
CARER_KINDS = (Kind.ABSENT, Kind.ASLEEP, Kind.REFUSES, Kind.LATE)
SOURCE_KINDS = (Kind.SILENT, Kind.REPEATS, Kind.FUTURE, Kind.GARBAGE, Kind.BACKFILL, Kind.FLAP)
TROUBLES = ("low word", "further fall", "bounce", "watch muted", "watch fault", "old answer",
            "said twice", "past low")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that no fault of a component is: a word off the scale, an old button pressed."""

    t: float
    what: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day, and what heals in it: *route* of *carer* from *HEALS_AT* on."""

    seed: int
    onsets: tuple[Onset, ...]
    faults: tuple[Fault, ...]
    troubles: tuple[Trouble, ...]
    carer: str
    route: int


def day_of(seed: int) -> Day:
    """Draw the day of *seed*."""
    lots = Random(seed)
    onsets = _onsets(lots)
    edges = [onset.t for onset in onsets]
    faults = [_aimed(lots, edges) for _ in range(AIMED)]
    faults += _nobody(lots, edges) if lots.random() < 0.1 else []
    faults += [_fault(lots, lots.uniform(0, HEALS_AT)) for _ in range(FAULTS - len(faults))]
    troubles = tuple(
        Trouble(_near(lots, edges) if lots.random() < 0.5 else lots.uniform(0, HEALS_AT), what)
        for what in lots.sample(TROUBLES, 3)
    )
    carer = lots.choice(tuple(home().roads))
    people = [road.index for road in home().roads[carer] if not road.sounder]
    route = lots.choice(people)
    parts = healed_parts(carer, route)
    return Day(seed, onsets, tuple(_heal(fault, parts) for fault in faults), troubles, carer, route)


def healed_parts(carer: str, route: int) -> frozenset[str]:
    """All that must work for one route, every way of it."""
    road = home().roads[carer][route]
    parts = set(road.service) | {f"carer:{carer}", f"handset:{carer}"}
    for way in road.ways.values():
        parts |= way
    for leg in road.ends:
        parts |= frozenset[str]().union(*leg)
    return frozenset(parts)


def _heal(fault: Fault, parts: frozenset[str]) -> Fault:
    """End *fault* in time where the healed route, or everything, hangs on it."""
    shared = fault.component.startswith(SHARED)
    if not (shared or fault.hits & parts):
        return fault
    return replace(fault, ends=min(fault.ends, HEALS_AT - 60.0))


def _onsets(lots: Random) -> tuple[Onset, ...]:
    """Some trouble by day, and in the end a low that somebody must hear of."""
    found = []
    for _ in range(lots.choice((2, 3, 4))):
        t = lots.uniform(1800.0, HEALS_AT - 3600.0)
        code = lots.choice(
            (Code.URGENT_LOW, Code.URGENT_LOW, Code.LOW, Code.SILENT, Code.SEIZURE_ALARM,
             Code.SEIZURE_FALL, Code.SEIZURE_MANUAL, Code.SEIZURE_SILENT)
        )  # fmt: skip
        wearer = "leo" if code.value.startswith("seizure") else "mia"
        silent = code in (Code.SILENT, Code.SEIZURE_SILENT)
        lasts = lots.choice((1200.0, 3600.0, 7200.0))
        after_low = code is Code.SILENT and lots.random() < 0.5
        found.append(Onset(t, code, wearer, after_low, lasts if silent else 4 * 3600.0))
    last = lots.uniform(HEALS_AT + 1800.0, DAY - 3600.0)
    return (*sorted(found, key=lambda onset: onset.t), Onset(last, Code.URGENT_LOW, "mia"))


def _nobody(lots: Random, edges: Sequence[float]) -> list[Fault]:
    """About an onset nobody hears anything for an hour, or for a quarter of one nobody can come.

    Who refuses is called again at once: more of it is the same again, hundreds of times.
    """
    begins = max(1.0, lots.choice(edges) - lots.uniform(0.0, 60.0))
    kind = lots.choice((Kind.ABSENT, Kind.REFUSES))
    ends = begins + (900.0 if kind is Kind.REFUSES else 3600.0)
    return [
        Fault(component=f"carer:{carer}", kind=kind, begins=begins, ends=ends)
        for carer in home().roads
    ]


def _near(lots: Random, edges: Sequence[float]) -> float:
    """A moment about a transition: the onset, the silence that follows, the climb, the answers."""
    after = lots.choice((0.0, 5.0, 20.0, 60.0, 120.0, 300.0, 720.0, 960.0, 1800.0))
    return max(1.0, lots.choice(edges) + after + lots.uniform(-30.0, 30.0))


def _aimed(lots: Random, edges: Sequence[float]) -> Fault:
    """Half of what is aimed are crashes at a transition; the rest begins about one."""
    t = _near(lots, edges)
    if lots.random() < 0.5:
        aim = lots.choice(AIMS)
        after = lots.choice((0.0, 0.0, 0.005, 0.3, 2.0))
        return Fault(component="pi", kind=Kind.CRASH, begins=t, ends=DAY, aim=aim, after=after)
    return _fault(lots, t)


def _fault(lots: Random, t: float) -> Fault:
    component = _component(lots)
    kind = lots.choice(_kinds(component))
    lasts = lots.choice(LASTS) * lots.uniform(0.7, 1.3)
    made = Fault(component=component, kind=kind, begins=t, ends=t + lasts)
    if kind is Kind.FLAP:
        return replace(made, period=lots.choice((20.0, 90.0, 600.0)), duty=lots.uniform(0.1, 0.9))
    if kind in (Kind.LOSS, Kind.BUSY):
        return replace(made, p=lots.choice((0.05, 0.2, 0.6, 1.0)))
    if kind is Kind.PARTIAL:
        return replace(made, p=lots.random(), p_to=lots.random())
    if kind is Kind.DELAY:
        return replace(made, by=lots.choice((2.0, 8.0, 30.0)))
    if kind is Kind.STEP:
        return replace(made, by=lots.choice((-86400.0, -3600.0, -60.0, 60.0, 3600.0, 4e6)))
    if kind is Kind.UNSYNCHRONISED:
        return replace(made, by=lots.choice((0.0, -4e6, 7200.0)))
    if kind is Kind.FUTURE:
        return replace(made, by=lots.choice((90.0, 600.0, 86400.0)))
    if kind is Kind.LATE:
        return replace(made, by=lots.choice((60.0, 600.0, 1800.0)))
    return made


def _component(lots: Random) -> str:
    """Every kind of component as often as any other, whatever their number."""
    groups = _groups()
    return lots.choice(groups[lots.choice(sorted(groups))])


@cache
def _groups() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in home().components:
        groups.setdefault(name.partition(":")[0].partition(".")[0], []).append(name)
    return groups


def _kinds(component: str) -> tuple[Kind, ...]:
    head = component.partition(":")[0]
    table: dict[str, tuple[Kind, ...]] = {
        "pi": (Kind.CRASH, Kind.DOWN),
        "pi.power": (Kind.DOWN,),
        "broker": (Kind.DOWN, Kind.FLAP, Kind.AMNESIA),
        "disk": (Kind.FULL,),
        "clock": (Kind.STEP, Kind.UNSYNCHRONISED),
        "path": PATH_KINDS,
        "service": SERVICE_KINDS,
        "channel": SERVICE_KINDS,
        "account": (Kind.REFUSES_US, Kind.DOWN),
        "handset": (Kind.DOWN, Kind.FLAP),
        "carer": CARER_KINDS,
        "source": SOURCE_KINDS,
        "wearer": SOURCE_KINDS,
    }
    return table.get(head, NETWORK_KINDS)
