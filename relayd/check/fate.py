"""Findings about shared fate: one network, company, path or service that takes too much with it."""

from collections.abc import Iterator, Sequence

from relayd.check import reach
from relayd.check.finding import Finding, PlanFor, called, listed, plans_of
from relayd.check.finding import Level as FindingLevel
from relayd.check.sharing import (
    advice,
    members,
    names_of,
    on_a_core,
    owners,
    what_is_left,
)
from relayd.check.sight import Shift, Sight, shifts, sight
from relayd.check.words import DAYS
from relayd.config import Config
from relayd.domain.fate import UNKNOWN, Component, Level, RouteFate, failing
from relayd.domain.household import Carer

OTHERS = (Level.PATH, Level.CHANNEL, Level.SERVICE, Level.ACCOUNT)
SHARED = (Level.CORE, Level.GROUP, Level.SERVICE, Level.ACCOUNT)


def nobody_left(config: Config) -> Iterator[Finding]:
    """A single network, company, path or service without which nobody is reached in time."""
    seen = sight(config)
    said = {
        (each.wearer, *pair)
        for each in reach.everything_hangs_on_one(config)
        for pair in (each.shares or {}).items()
    }
    for each in plans_of(config):
        for shift in shifts(config, each):
            for part, text in _deadly(seen, each, shift):
                key = (each.owner, part.level.value, part.name)
                if key not in said:
                    said.add(key)
                    yield Finding("bad", text, wearer=each.owner, shares=_shares(part))


def _deadly(seen: Sight, each: PlanFor, shift: Shift) -> Iterator[tuple[Component, str]]:
    """Each single thing that leaves nobody, and the sentence about it."""
    whom = reach.whom(seen.config, each)
    if shift.at_some_hour:
        whom = f"{whom} {_when(shift)}"
    routes = seen.calls(shift.carers)
    if not routes:
        return
    paths = seen.deadly(routes, Level.PATH)
    cores = [c for c in seen.deadly(routes, Level.CORE) if not _kills_a_path(seen, c, paths)]
    for core in cores:
        yield core, _core_words(seen, routes, shift.carers, core, whom)
    for group in seen.deadly(routes, Level.GROUP):
        if _spans(seen, group, cores) and not _kills_a_path(seen, group, paths):
            yield group, _group_words(seen, group, whom)
    for part in _most_precise(seen.deadly(routes, *OTHERS)):
        yield (
            part,
            f"if the {part.level.value} {part.name} fails, nobody is reached in time for {whom}",
        )
    certain = cores or paths or seen.deadly(routes, Level.GROUP)
    if not certain and seen.doubtful(routes, Level.CORE, Level.GROUP):
        yield Component(Level.CORE, UNKNOWN), _doubt_words(seen, routes, whom)


def _when(shift: Shift) -> str:
    who = listed([carer.name for carer in shift.carers])
    return f"while only {who} can be called (such as {DAYS[shift.at.weekday()]} {shift.at:%H:%M})"


def _kills_a_path(seen: Sight, part: Component, paths: Sequence[Component]) -> bool:
    """Whether *part* is deadly only as it takes a path with it that is deadly itself."""
    failed = failing(part, assume=False)
    names = {path.name for path in paths}
    return any(
        not fate.survives(failed) and names & {c.name for c in fate.components}
        for fate in seen.view.paths.values()
    )


def _spans(seen: Sight, group: Component, cores: Sequence[Component]) -> bool:
    """Whether the company says more than its cores do: it has several, none deadly by itself."""
    held = {core for network in members(seen, group.name) for core in network.cores}
    return len(held) > 1 and not held & {core.name for core in cores}


def _most_precise(parts: Sequence[Component]) -> list[Component]:
    """Of a channel, its service and its account only the nearest to the family's own file."""
    levels = {part.level for part in parts}
    if Level.CHANNEL in levels:
        levels -= {Level.SERVICE, Level.ACCOUNT}
    if Level.SERVICE in levels:
        levels -= {Level.ACCOUNT}
    return [part for part in parts if part.level in levels]


def _core_words(
    seen: Sight, routes: Sequence[RouteFate], carers: Sequence[Carer], core: Component, whom: str
) -> str:
    host = seen.table.brand(core.name)
    rest = what_is_left(seen, [], seen.sounders(carers), core)
    return (
        f"{on_a_core(seen, routes, core.name)}. If {host} fails, nobody is reached in time for "
        f"{whom}: {rest}. {advice(seen, core.name)}"
    )


def _group_words(seen: Sight, group: Component, whom: str) -> str:
    names = names_of(seen, members(seen, group.name))
    return (
        f"{names} belong to one company. Companies have failed as a whole, broadband and phones "
        f"together (Rogers 2022, Optus 2023): if this one does, nobody is reached in time for "
        f"{whom}. One way out and one carer's phone should be another company's"
    )


def _doubt_words(seen: Sight, routes: Sequence[RouteFate], whom: str) -> str:
    named = {r.network.name for r in routes if r.bearer and not r.network.known}
    named |= {p.network for p in seen.config.paths.values() if not seen.known(p.network)}
    known = sorted(name for name in named if name is not None)
    brands = f"relayd does not know {listed(known)}" if known else ""
    unsaid = "some routes or paths name no network" if None in named else ""
    why = " and ".join(filter(None, (brands, unsaid))) or "no path is named"
    return (
        f"{why}, so independence cannot be claimed: what nobody knows is assumed shared. If one "
        f"network fails, it may be that nobody is reached in time for {whom}. Name the networks "
        "of routes and paths; `relayd networks` lists them, [networks.NAME] with core adds one"
    )


def nobody_on_duty_in_time(config: Config) -> Iterator[Finding]:
    """Hours when those who would be called in time are all off duty."""
    for each in plans_of(config):
        if each.plan.steps[0].after >= each.plan.promise:
            continue  # said already: nobody is ever called in time
        for shift in shifts(config, each):
            if not shift.carers:
                when = f"{DAYS[shift.at.weekday()]} {shift.at:%H:%M}"
                text = (
                    f"at some hours, such as {when}, nobody who is on duty is called for "
                    f"{reach.whom(config, each)} before the promise has passed"
                )
                yield Finding("bad", text, wearer=each.owner)


def routes_of_one_fate(config: Config) -> Iterator[Finding]:
    """Per carer: which routes fall together, and why."""
    seen = sight(config)
    for carer in config.household.carers.values():
        routes = seen.calls([carer])
        told: list[list[RouteFate]] = []
        for part in (p for p in seen.view.components() if p.level in SHARED):
            lost = [r for r in routes if not r.fate.survives(failing(part, assume=False))]
            if len(lost) > 1 and lost not in told:
                told.append(lost)
                level: FindingLevel = "warn" if len(lost) == len(routes) else "note"
                text = _carer_words(seen, carer, lost, part)
                yield Finding(level, text, carer=carer.id, shares=_shares(part))


def _carer_words(seen: Sight, carer: Carer, lost: Sequence[RouteFate], part: Component) -> str:
    rest = what_is_left(seen, seen.calls([carer]), seen.sounders([carer]), part)
    who = owners(seen, lost)
    if part.level is Level.CORE:
        host = seen.table.brand(part.name)
        return f"{on_a_core(seen, lost, part.name)}. If {host} fails, {rest}"
    if part.level is Level.GROUP:
        names = names_of(seen, members(seen, part.name))
        return f"{who} hang on one company ({names}). If it fails as a whole, {rest}"
    if part.level is Level.ACCOUNT:
        return f"{who} use the same account. If it is blocked or empty, {rest}"
    return f"{who} need the service {part.name}. If it fails, {rest}"


def masts_of_all(config: Config) -> Iterator[Finding]:
    """Cores of their own on masts that are shared: one mast down may be both down."""
    seen = sight(config)
    for each in plans_of(config):
        routes = seen.calls(called(config, each.plan, each.plan.promise))
        if not routes or seen.deadly(routes, Level.CORE, Level.PATH):
            continue
        for part in seen.deadly(routes, Level.RAN):
            names = names_of(seen, (r.network for r in routes if part.name in r.network.rans))
            text = (
                f"{names} share masts or lines ({part.name}): where these fail, nobody is reached "
                f"in time for {reach.whom(config, each)}. Their cores are apart"
            )
            yield Finding("warn", text, wearer=each.owner, shares=_shares(part))


def both_ends(config: Config) -> Iterator[Finding]:
    """The Pi's own SIM on the network of a carer's phone: both ends of the chain go together."""
    seen = sight(config)
    sims = {f"the path {p.name}": p.network for p in config.paths.values()}
    sims |= {f"the SIM of {c.name}": c.network for c in config.channels.values() if c.network}
    for what, name in sims.items():
        network = seen.table.network(name)
        for core in () if network.fixed else network.cores:
            ends = [r for r in seen.calls(config.household.carers.values()) if r.bearer]
            met = [route for route in ends if core in route.network.cores]
            if met:
                host = seen.table.brand(core)
                text = (
                    f"{what} and {owners(seen, met)} are both on {host}: if it fails, both ends go"
                )
                yield Finding("warn", text, shares={"core": core})


def _shares(part: Component) -> dict[str, str]:
    return {part.level.value: part.name}
