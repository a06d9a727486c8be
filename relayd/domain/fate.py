"""Which routes die together: what each hangs on, from the Pi to the carer's phone.

A route is a chain of legs, and each leg has one or more ways, any of which will do. Faults hit
components; a way is lost with any component of it, a leg with all of its ways, a route with any of
its legs. Power, the Pi itself and its broker are under everything, and so they tell nothing apart:
they are not counted here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
UNKNOWN_CORE = Component(Level.CORE, UNKNOWN)


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
class Line:
    """One of the Pi's paths: its *name* (one for all paths of one interface), and its network.

    *home*: the house's own broadband, which also carries the house's Wi-Fi.
    """

    name: str
    network: Network
    home: bool = False

    @property
    def way(self) -> Components:
        """What data that leave by it hang on."""
        return self.network.components(Bearer.DATA) | {Component(Level.PATH, self.name)}


@dataclass(frozen=True, slots=True)
class Service:
    """One channel as fate sees it.

    *host* is who carries the words; *account* one name for all channels that share credentials.
    *lines* are the ways it may leave by. *bearer* is how it reaches the carer, None where it ends
    at the host itself. *sim* is the Pi's own SIM, which needs no line. *local*: in the house.
    """

    channel: str
    host: str
    bearer: Bearer | None
    lines: tuple[Line, ...] = ()
    account: str | None = None
    sim: Network | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a route ends: whose phone, on which network, and the *home* lines its Wi-Fi may use."""

    carer: str
    network: Network
    home: tuple[Line, ...] = ()
    at_home: bool = False


@dataclass(frozen=True, slots=True)
class RouteFate:
    """One route of the file, *index* in its carer's list, with all that it hangs on."""

    carer: str
    index: int
    channel: str
    bearer: Bearer | None
    sounder: bool
    fate: Fate
    network: Network = field(default_factory=lambda: Network(None))


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


def fate_of(service: Service, recipient: Recipient) -> Fate:
    """What a route over *service* to *recipient* hangs on, leg by leg from the Pi outwards."""
    legs = [_way_out(service), (_service(service),)]
    if service.bearer is not None:
        legs.extend(_way_in(service, recipient, service.bearer))
    return Fate(tuple(legs))


def _way_out(service: Service) -> tuple[Components, ...]:
    if service.sim is not None:
        return (service.sim.components(Bearer.SMS),)
    if service.local:
        return tuple(
            frozenset({Component(Level.PATH, line.name)}) for line in service.lines
        ) or (frozenset[Component](),)
    return tuple(line.way for line in service.lines) or (Network(None).components(Bearer.DATA),)


def _service(service: Service) -> Components:
    parts = {
        Component(Level.CHANNEL, service.channel),
        Component(Level.SERVICE, service.host),
    }
    if service.account is not None:
        parts.add(Component(Level.ACCOUNT, service.account))
    return frozenset(parts)


def _way_in(
    service: Service, recipient: Recipient, bearer: Bearer
) -> Iterable[tuple[Components, ...]]:
    person = {Component(Level.CARER, recipient.carer)}
    own = recipient.network.components(bearer)
    if recipient.network.fixed:
        yield (frozenset(person),)
        same = [line for line in recipient.home if set(line.network.cores) & {*recipient.network.cores}]
        at_home = recipient.at_home and same
        yield tuple(own | {Component(Level.PATH, line.name)} for line in same) if at_home else (own,)
        return
    yield (frozenset(person | {Component(Level.HANDSET, recipient.carer)}),)
    if bearer is not Bearer.DATA or not recipient.at_home:
        yield (own,)
    elif not service.local:  # in the house, the house's own Wi-Fi needs nobody outside
        yield (own, *(line.way for line in recipient.home))


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
    if not each:
        return frozenset()
    candidates = (
        part
        for part in each[0].components | ({UNKNOWN_CORE} if len(each) > 1 else frozenset())
        if part.bearer is None and (not levels or part.level in levels)
    )
    return frozenset(
        part for part in candidates if not any(fate.survives(failing(part)) for fate in each)
    )
