"""From the name of an outage to what it takes away in this household."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from relayd.config import Config
from relayd.config.fate import lines_of, table_of, view_of
from relayd.config.fault import choose
from relayd.domain.fate import (
    NETWORK,
    UNKNOWN,
    Bearer,
    Component,
    Components,
    Level,
    RouteFate,
    View,
    failing,
    hits,
)
from relayd.drill.held import Held, Outage
from relayd.networks import NetworkTable

AT_THE_SERVICE = frozenset({Level.CHANNEL, Level.SERVICE, Level.ACCOUNT})
BEARERS = {bearer.value: bearer for bearer in Bearer}
CARRIES = {Bearer.DATA: "mobile data on", Bearer.SMS: "texts on", Bearer.VOICE: "calls on"}


class UnknownOutageError(Exception):
    """Nothing of this household goes by that name; the sentence names the nearest."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that can be held dead: its kind, and what of it fails."""

    kind: str
    name: str
    components: tuple[Component, ...]


def held_by(config: Config, names: Sequence[str], table: NetworkTable | None = None) -> Held:
    """What is held dead when *names* are. Raises UnknownOutageError.

    A name is a path, a channel, a network (or a brand on it) or a carer of the file; ``path:NAME``
    where several go by one name, ``o2-uk:data`` for one bearer of a network.
    """
    table = table or table_of(config)
    view = view_of(config, table)
    known = _Known(config, view, table)
    outages, components = [], set[Component]()
    for name in dict.fromkeys(names):
        named, bearer = known.find(name)
        parts = tuple(Component(c.level, c.name, bearer) for c in named.components)
        components.update(parts)
        suffix = f":{bearer.value}" if bearer is not None else ""
        words = f"{_words(named, bearer, table, config)} held dead"
        outages.append(Outage(f"{named.kind}:{named.name}{suffix}", words))
    return _held(config, view, tuple(outages), frozenset(components))


def _held(config: Config, view: View, outages: tuple[Outage, ...], components: Components) -> Held:
    failed = failing(*components) if components else frozenset[Component]()
    hit = hits(view, failed)
    lost = set(hit.paths)
    channels: set[str] = set()
    calling: set[str] = set()
    far: set[tuple[str, str, str]] = set()
    for route in hit.routes:
        ways = config.channels[route.channel].paths
        if _fails_at_the_service(route, failed):
            channels.add(route.channel)
        elif not ways or not lost.issuperset(ways):
            to = config.household.carers[route.carer].routes[route.index].to
            far.add((route.carer, route.channel, to))
            if route.bearer is Bearer.VOICE:
                calling.add(route.channel)
    sure = hits(view, components)
    doubtful = tuple(
        f"{route.carer} by {route.channel}" for route in hit.routes if route not in sure.routes
    )
    return Held(
        outages=outages,
        paths=frozenset(lost),
        channels=frozenset(channels),
        far=frozenset(far),
        calling=frozenset(calling),
        doubtful=doubtful,
        components=components,
    )


def _fails_at_the_service(route: RouteFate, failed: Components) -> bool:
    """Whether the words do not even get to the service, whatever way they leave by."""
    return any(each.level in AT_THE_SERVICE for each in route.fate.components & failed)


class _Known:
    """Every name that something of this household goes by."""

    def __init__(self, config: Config, view: View, table: NetworkTable) -> None:
        self._config = config
        self._view = view
        self._table = table
        self._all = list(self._things())

    def find(self, text: str) -> tuple[Named, Bearer | None]:
        """What *text* names. Raises UnknownOutageError."""
        kind, name, bearer = _split(text.strip())
        found = [
            each
            for each in self._all
            if each.name.casefold() == name.casefold() and kind in ("", each.kind)
        ]
        if not found and kind in ("", "network"):
            found = list(self._brands(name))
        kinds = dict.fromkeys(each.kind for each in found)
        if not found:
            self._refuse(text, name)
        if len(kinds) > 1:
            ways = " or ".join(f"{each}:{name}" for each in kinds)
            raise UnknownOutageError(f'"{text}" is several things here: write {ways}')
        if bearer is not None and found[0].kind != "network":
            raise UnknownOutageError(f'"{text}": only a network has data, sms and voice')
        return found[0], bearer

    def _things(self) -> Iterator[Named]:
        lines = lines_of(self._config, self._table)
        for name in self._config.paths:
            yield Named("path", name, (Component(Level.PATH, lines[name].name),))
        for name in self._config.channels:
            yield Named("channel", name, (Component(Level.CHANNEL, name),))
        for name in self._config.household.carers:
            yield Named("carer", name, (Component(Level.CARER, name),))
        taken: set[str] = set()
        for component in self._view.components():
            networks = component.level in NETWORK and component.name not in taken
            if networks and component.name != UNKNOWN:
                taken.add(component.name)
                yield Named("network", component.name, (component,))
            if component.level is Level.SERVICE:
                yield Named("service", component.name, (component,))

    def _brands(self, name: str) -> Iterator[Named]:
        """A brand as the file or people call it: what it rides on, where something here does."""
        here = {each.name for each in self._all if each.kind == "network"}
        for row in self._table.rows():
            if name.casefold() not in (row.name.casefold(), row.brand.casefold()):
                continue
            cores = tuple(Component(Level.CORE, core) for core in row.core if core in here)
            if cores:
                yield Named("network", row.name, cores)

    def _refuse(self, text: str, name: str) -> None:
        row = self._table.row(name.lower())
        if row is not None:
            raise UnknownOutageError(f"nothing in this household rides on {row.brand}")
        known = dict.fromkeys(each.name for each in self._all)
        remedy = choose(name, known, "There is nothing to hold dead")
        raise UnknownOutageError(
            f'nothing in this household is called "{text}". {remedy.rstrip(".")}'
        )


def _split(text: str) -> tuple[str, str, Bearer | None]:
    """``network:o2-uk:data`` in its parts; kind and bearer may be left out."""
    head, colon, rest = text.partition(":")
    kind = head if colon and head in ("path", "channel", "carer", "network", "service") else ""
    name = rest if kind else text
    before, colon, last = name.rpartition(":")
    bearer = BEARERS.get(last) if colon else None
    return kind, before if bearer is not None else name, bearer


def _words(named: Named, bearer: Bearer | None, table: NetworkTable, config: Config) -> str:
    if named.kind == "network":
        cores: Mapping[str, None] = dict.fromkeys(each.name for each in named.components)
        host = " or ".join(table.brand(core) for core in cores)
        brand = table.brand(named.name)
        shown = host if brand == host else f"{host} (which carries {brand})"
        return f"{CARRIES[bearer]} {shown}" if bearer is not None else f"the network {shown}"
    if named.kind == "carer":
        return f"the phones of {config.household.carers[named.name].name}"
    return f"the {named.kind} {named.name}"
