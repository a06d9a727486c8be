"""One household made ready for rehearsals: what each route, path and source hangs on, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relayd.channels import module_of
from relayd.config import Config
from relayd.config.fate import lines_of, table_of, view_of
from relayd.config.fault import choose
from relayd.domain.fate import Bearer, Component, Components, Level, RouteFate, View
from relayd.domain.household import Household
from relayd.networks import NetworkTable

Names = frozenset[str]

_PREFIX = {Level.CORE: "network"}
CLOUDS = frozenset({"librelinkup", "dexcom-share", "nightscout"})
"""Formats whose readings come through a company's or a family's server on the internet."""


def name_of(component: Component) -> str:
    """A component as scenarios write it: ``network:o2-uk:data``, ``path:broadband``."""
    prefix = _PREFIX.get(component.level, component.level.value)
    bearer = f":{component.bearer.value}" if component.bearer is not None else ""
    return f"{prefix}:{component.name}{bearer}"


def names_of(components: Iterable[Component]) -> Names:
    """All of *components* as scenarios write them."""
    return frozenset(name_of(each) for each in components)


@dataclass(frozen=True, slots=True)
class Road:
    """One route of one carer, from the Pi outwards.

    *ways* are the paths it may leave by, in the order of the file, each with what it hangs on
    (None: no path is needed, or none is named). *local*: a receiver in the house, which needs the
    link alone. *ends* are the legs on the carer's side: of each any one way will do.
    """

    carer: str
    index: int
    channel: str
    kind: str
    bearer: Bearer | None
    ways: Mapping[str | None, Names]
    service: Names
    ends: tuple[tuple[Names, ...], ...]
    local: bool
    echoes: bool
    sounder: bool
    proves: bool
    wakes: bool

    @property
    def phone(self) -> str:
        """What a share of dead phones is drawn by: the carer's mobile, or a line of its own."""
        mobile = any(f"handset:{self.carer}" in way for leg in self.ends for way in leg)
        return f"{self.carer}/mobile" if mobile else f"{self.carer}/{self.channel}/{self.index}"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One of the Pi's paths: all it hangs on, whether probes can prove it, whose wire it is."""

    name: str
    parts: Names
    link: str
    probed: bool
    home: bool
    network: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """How a wearer's readings reach the broker. *phone* is None where no network is named."""

    wearer: str
    phone: Names
    cloud: bool


@dataclass(slots=True)
class Home:
    """A household as its worlds need it: made once, used by thousands of them."""

    config: Config
    household: Household
    view: View
    table: NetworkTable
    roads: dict[str, tuple[Road, ...]] = field(default_factory=dict)
    paths: dict[str, WayOut] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    by_key: bool = False

    @property
    def components(self) -> tuple[str, ...]:
        """Every name a fault may be given, in a fixed order."""
        found: dict[str, None] = dict.fromkeys(("pi", "pi.power", "broker", "disk", "clock"))
        parts = [p for roads in self.roads.values() for road in roads for p in _parts_of(road)]
        parts += [p for way in self.paths.values() for p in way.parts]
        parts += [p for feed in self.feeds.values() for p in feed.phone]
        found |= dict.fromkeys(sorted(set(parts)))
        for carer in self.household.carers:
            found |= dict.fromkeys((f"handset:{carer}", f"carer:{carer}"))
        for wearer in self.household.wearers:
            found |= dict.fromkeys((f"source:{wearer}", f"wearer:{wearer}"))
        return tuple(found)


def home_of(config: Config) -> Home:
    """Make *config* ready."""
    table = table_of(config)
    view = view_of(config, table)
    home = Home(config, config.household, view, table)
    lines = lines_of(config, table)
    for name, path in config.paths.items():
        line = lines[name]
        home.paths[name] = WayOut(
            name,
            names_of(line.way),
            name_of(Component(Level.PATH, line.name)),
            probed=bool(path.probe),
            home=line.home,
            network=path.network,
        )
    for carer in config.household.carers:
        fates = (fate for fate in view.routes if fate.carer == carer)
        home.roads[carer] = tuple(_road(home, fate) for fate in fates)
    clouds = {s.wearer for s in config.sources if s.format in CLOUDS}
    for wearer in config.household.wearers.values():
        phone = table.network(wearer.network).components(Bearer.DATA) if wearer.network else ()
        home.feeds[wearer.id] = Feed(wearer.id, names_of(phone), wearer.id in clouds)
    home.by_key = config.web.public_url is not None
    return home


def names_in(home: Home) -> dict[str, str]:
    """What carers, wearers and networks are called, by their ids."""
    household = home.household
    networks = {row.name: row.brand for row in home.table.rows()}
    carers = {carer.id: carer.name for carer in household.carers.values()}
    return networks | carers | {wearer.id: wearer.name for wearer in household.wearers.values()}


def unknown_networks(home: Home) -> tuple[str, ...]:
    """A sentence for each network of the file that nobody knows: it falls with every other."""
    networks = [route.network for each in home.household.carers.values() for route in each.routes]
    networks += [way.network for way in home.paths.values()]
    networks += [wearer.network for wearer in home.household.wearers.values()]
    known = [row.name for row in home.table.rows()]
    return tuple(
        f'relayd does not know the network "{word}": here it fails with every other. '
        f"{choose(word, known, '')} `relayd networks` lists all."
        for word in dict.fromkeys(networks)
        if word is not None and home.table.row(word) is None
    )


def _road(home: Home, fate: RouteFate) -> Road:
    route = home.household.carers[fate.carer].routes[fate.index]
    settings = home.config.channels[fate.channel]
    first, service, *ends = fate.fate.legs
    local = fate.bearer is None and all(_only_paths(way) for way in first)
    traits = module_of(settings.kind).traits(settings.config)
    return Road(
        fate.carer,
        fate.index,
        fate.channel,
        settings.kind,
        fate.bearer,
        _ways(home, settings.paths, first, local=local),
        names_of(service[0]),
        tuple(tuple(names_of(way) for way in leg) for leg in ends),
        local=local,
        echoes=settings.kind == "webhook" and not traits.sounder,
        sounder=fate.sounder,
        proves=route.proves,
        wakes=route.wakes,
    )


def _ways(
    home: Home, paths: tuple[str, ...], leg: tuple[Components, ...], *, local: bool
) -> dict[str | None, Names]:
    if not paths:
        return {None: names_of(leg[0])}
    return {
        path: frozenset({home.paths[path].link}) if local else home.paths[path].parts
        for path in paths
    }


def _only_paths(way: Components) -> bool:
    return all(part.level is Level.PATH for part in way)


def _parts_of(road: Road) -> Iterable[str]:
    for way in road.ways.values():
        yield from way
    yield from road.service
    for leg in road.ends:
        for way in leg:
            yield from way
