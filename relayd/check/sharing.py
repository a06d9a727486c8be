"""What shares a fate, said so that a parent understands it."""

from collections.abc import Iterable, Sequence

from relayd.check.finding import listed
from relayd.check.sight import Sight, left
from relayd.domain.fate import Component, Network, RouteFate, failing
from relayd.networks import Row

MOST_ADVICE = 3
VOWELS = "aeiouAEIOU"


def brands_in(sight: Sight, routes: Iterable[RouteFate], core: str) -> list[str]:
    """The brands that hang on *core*, as people call them, its own host last."""
    names = dict.fromkeys(r.network.name for r in routes if core in r.network.cores)
    return [sight.table.brand(name) for name in names if name is not None and name != core]


def owners(sight: Sight, routes: Sequence[RouteFate]) -> str:
    """Whose routes: ``Ana's push and text and Tom's call``."""
    held: dict[str, list[str]] = {}
    for route in routes:
        held.setdefault(route.carer, []).append(named(sight, route, routes))
    people = sight.config.household.carers
    said = [f"{people[word].name}'s {listed(list(dict.fromkeys(w)))}" for word, w in held.items()]
    return listed(said)


def named(sight: Sight, route: RouteFate, among: Sequence[RouteFate]) -> str:
    """What *route* is called, told from those of its carer and channel that are not *among* these.

    ``call``; or ``call by BT landline``, or where that tells nothing ``call to …0123``.
    """
    mine = [each for each in sight.view.routes if each.carer == route.carer]
    alike = [each for each in mine if each.channel == route.channel]
    if all(each in among for each in alike):
        return route.channel
    name = route.network.name
    if name is not None and [each.network.name for each in alike].count(name) == 1:
        return f"{route.channel} by {sight.table.brand(name)}"
    to = sight.config.household.carers[route.carer].routes[route.index].to
    return f"{route.channel} to …{to[-4:]}"


def is_one(sight: Sight, routes: Sequence[RouteFate], core: str) -> str:
    """Why they are one: ``giffgaff and Tesco Mobile are one network, O2``; empty if it is plain."""
    brands, host = brands_in(sight, routes, core), sight.table.brand(core)
    if not brands:
        return ""
    if len(brands) == 1:
        surely = all(len(route.network.cores) == 1 for route in routes)
        return f"{brands[0]} {'is' if surely else 'may be'} {host}"
    return f"{listed(brands)} are one network, {host}"


def on_a_core(sight: Sight, routes: Sequence[RouteFate], core: str) -> str:
    """How *routes* hang on *core*: they end there, or they start there."""
    ends = [route for route in routes if core in route.network.cores and route.bearer]
    starts = [route for route in routes if route not in ends]
    host = sight.table.brand(core)
    parts = []
    if ends:
        both = {1: "", 2: "both "}.get(len(ends), "all ")
        verb = "ends" if len(ends) == 1 else f"{both}end"
        why = is_one(sight, ends, core)
        parts.append(f"{owners(sight, ends)} {verb} on {host}" + (f": {why}" if why else ""))
    if starts:
        verb = "goes" if len(starts) == 1 else "go"
        parts.append(f"{owners(sight, starts)} {verb} out over {host}")
    return "; ".join(parts)


def what_is_left(
    sight: Sight, routes: Sequence[RouteFate], sounders: Sequence[RouteFate], part: Component
) -> str:
    """What still works of a carer's or a household's own when *part* fails."""
    failed = failing(part)
    still = [*left(routes, failed), *left(sounders, failed)]
    if not still:
        return "nothing is left"
    if all(route.sounder for route in still):
        names = listed(list(dict.fromkeys(f"the {route.channel}" for route in still)))
        return f"only {names} in the house is left"
    people = [route for route in still if not route.sounder]
    names = listed(list(dict.fromkeys(named(sight, route, people) for route in people)))
    return f"only {names} still {'works' if len(people) == 1 else 'work'}"


def advice(sight: Sight, core: str) -> str:
    """Which other networks fail apart from *core*."""
    row = sight.table.row(core)
    if row is None or row.kind != "mobile":
        return "A SIM of another company would be independent."
    others = [r for r in sight.table.rows() if r.hosts and r.kind == "mobile" and r != row]
    near = [other for other in others if other.country == row.country]
    free = [other for other in near if not _near(row, other)]
    said = []
    if free:
        names = _or([other.brand for other in free[:MOST_ADVICE]])
        said.append(f"{_article(names)} {names} SIM would be independent")
    said.extend(
        f"{r.brand} has a core of its own but {_near(row, r)}" for r in near if _near(row, r)
    )
    said.append("a landline only if it does not ride on the same broadband")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _near(row: Row, other: Row) -> str:
    if set(row.ran) & set(other.ran):
        return f"shares masts with {row.brand}"
    return f"belongs to the same company as {row.brand}" if row.group == other.group else ""


def _or(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _article(word: str) -> str:
    return "An" if word[:1] in VOWELS else "A"


def members(sight: Sight, group: str) -> list[Network]:
    """The networks of this file that belong to *group*, each once."""
    config, table = sight.config, sight.table
    named = [route.network for route in sight.view.routes]
    named += [table.network(path.network) for path in config.paths.values()]
    named += [table.network(channel.network) for channel in config.channels.values()]
    return [network for network in dict.fromkeys(named) if group in network.groups]


def names_of(sight: Sight, networks: Iterable[Network]) -> str:
    """Networks as people call them."""
    names = [sight.table.brand(each.name) for each in networks if each.name is not None]
    return listed(list(dict.fromkeys(names)))
