"""Which routes die together: what each hangs on, from the Pi to the carer's phone.

A route is a chain of legs, and each leg has one or more ways, any of which will do. Faults hit
components; a way is lost with any component of it, a leg with all of its ways, a route with any of
its legs. Power, the Pi itself and its broker are under everything, and so they tell nothing apart:
they are not counted here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

UNKNOWN = "unknown"


class Bearer(Enum):
    """What a network carries; one may fail while the others go on (O2, December 2018: data)."""

    DATA = "data"
    SMS = "sms"
    VOICE = "voice"


class Level(Enum):
    """What kind of thing a component is; the first three are how networks share."""

    CORE = "core"  # One core network: every brand on it dies together.
    RAN = "ran"  # Masts, or lines in the street, that several cores use.
    GROUP = "group"  # One company: its broadband and its mobile networks.
    SERVICE = "service"  # Who carries the words: a host such as ntfy.sh, or the modem.
    ACCOUNT = "account"  # One account or credential at a service.
    CHANNEL = "channel"  # One [channels.NAME].
    PATH = "path"  # One of the Pi's own ways out.
    HANDSET = "handset"  # A carer's mobile phone.
    CARER = "carer"  # The person.


NETWORK = frozenset({Level.CORE, Level.RAN, Level.GROUP})


@dataclass(frozen=True, slots=True)
class Component:
    """One thing that can fail: as a whole, or a network in one *bearer* only."""

    level: Level
    name: str
    bearer: Bearer | None = None


Components = frozenset[Component]


@dataclass(frozen=True, slots=True)
class Network:
    """An operator, and what it shares. Empty *cores*: nobody knows, so it is assumed to share all.

    Several *cores*: it may be any of them, so it is taken to fall with each. *groups* are its own
    company and those that run its cores. *fixed*: broadband or a landline, no SIM.
    """

    name: str | None
    cores: tuple[str, ...] = ()
    rans: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def known(self) -> bool:
        """Whether independence from another network may be claimed at all."""
        return bool(self.cores)

    def components(self, bearer: Bearer) -> Components:
        """All that *bearer* of this network hangs on: each as a whole, and in that bearer."""
        shared = (
            (Level.CORE, self.cores or (UNKNOWN,)),
            (Level.RAN, self.rans),
            (Level.GROUP, self.groups),
        )
        return frozenset(
            Component(level, name, part)
            for level, names in shared
            for name in names
            for part in (None, bearer)
        )


@dataclass(frozen=True, slots=True)
class Fate:
    """What one thing hangs on: every leg is needed, any one way of a leg will do."""

    legs: tuple[tuple[Components, ...], ...]

    def survives(self, failed: Components) -> bool:
        """Whether it still works; *failed* as :func:`failing` gives it."""
        return all(any(way.isdisjoint(failed) for way in leg) for leg in self.legs)

    @property
    def components(self) -> Components:
        """All that is in it anywhere, whether it is needed or one of several."""
        return frozenset[Component]().union(*(way for leg in self.legs for way in leg))


@dataclass(frozen=True, slots=True)
class RouteFate:
    """One route of the file, *index* in its carer's list, with all that it hangs on."""

    carer: str
    index: int
    channel: str
    bearer: Bearer | None
    sounder: bool
    fate: Fate
    network: Network


@dataclass(frozen=True, slots=True)
class View:
    """A household as fate sees it. *paths* by their names; *wearers* by id, where one is known."""

    routes: tuple[RouteFate, ...]
    paths: Mapping[str, Fate]
    wearers: Mapping[str, Fate]

    def components(self) -> tuple[Component, ...]:
        """Every single thing that can fail as a whole, in a fixed order; the unknown is not one."""
        fates = [*(route.fate for route in self.routes), *self.paths.values()]
        found = frozenset[Component]().union(
            *(fate.components for fate in [*fates, *self.wearers.values()])
        )
        whole = (each for each in found if each.bearer is None and each.name != UNKNOWN)
        order = list(Level)
        return tuple(sorted(whole, key=lambda each: (order.index(each.level), each.name)))


@dataclass(frozen=True, slots=True)
class Hit:
    """What an outage takes away."""

    routes: tuple[RouteFate, ...]
    paths: tuple[str, ...]
    wearers: tuple[str, ...]


def failing(*components: Component, assume: bool = True) -> Components:
    """What is lost when *components* fail. With *assume*, so is every network nobody knows."""
    lost = frozenset(components)
    if not assume:
        return lost
    bearers = {each.bearer for each in components if each.level in NETWORK}
    return lost | {Component(Level.CORE, UNKNOWN, bearer) for bearer in bearers}


def survivors(view: View, failed: Components) -> dict[str, tuple[RouteFate, ...]]:
    """The carers that can still be reached, each with the routes that still work, best first.

    A sounder reaches no carer, and is not among them.
    """
    left: dict[str, tuple[RouteFate, ...]] = {}
    for route in view.routes:
        if not route.sounder and route.fate.survives(failed):
            left[route.carer] = (*left.get(route.carer, ()), route)
    return left


def hits(view: View, failed: Components) -> Hit:
    """What *failed* takes away: routes, the Pi's own paths, wearers who can report no more."""
    return Hit(
        tuple(route for route in view.routes if not route.fate.survives(failed)),
        tuple(name for name, fate in view.paths.items() if not fate.survives(failed)),
        tuple(name for name, fate in view.wearers.items() if not fate.survives(failed)),
    )


def shared(fates: Iterable[Fate], *levels: Level) -> Components:
    """What takes all of *fates* with it when it fails alone; of *levels*, if any are given."""
    each = list(fates)
    parts = frozenset[Component]().union(*(fate.components for fate in each))
    return frozenset(
        part
        for part in parts
        if part.bearer is None
        and (not levels or part.level in levels)
        and not any(fate.survives(failing(part)) for fate in each)
    )
