"""What the suspicion of a network means to people: who is on it, and what it explains."""

from collections.abc import Collection, Iterable, Iterator

from relayd.domain.household import Carer, Household, Wearer

ONE_SMS = 160  # septets
TWO_SEPTETS = frozenset("^{}\\[~]|€")


def seems_down(household: Household, cores: Collection[str]) -> Iterator[str]:
    """Say that *cores* seem to be down, the longest sentence first; nothing where there are none.

    The family's own brands stand in brackets: few people know whose network theirs rides on.
    """
    if not cores:
        return
    verb = "seems" if len(cores) == 1 else "seem"
    for names in ([_with_brands(household, core) for core in cores], _brands(household, cores)):
        yield f"{' and '.join(names)} {verb} to be down."


def explains(household: Household, wearer: Wearer, cores: Collection[str]) -> Iterator[str]:
    """Say that the network of a silent wearer seems to be down, the longest sentence first."""
    core = wearer.core
    if core is None or core not in cores:
        return
    for name in (_with_brands(household, core), household.brand(core)):
        yield f"{name}, {wearer.name}'s phone network, seems to be down."
    yield from seems_down(household, (core,))


def longest_beside(text: str, choices: Iterable[str]) -> str:
    """The first of *choices*, longest first, that fits into one SMS with *text*; else nothing."""
    room = ONE_SMS - _septets(text) - 1
    return next((each for each in choices if _septets(each) <= room), "")


def cores_of(carer: Carer, cores: Collection[str]) -> list[str]:
    """Those of *cores* on which a route of *carer* ends."""
    theirs = {route.core for route in carer.routes}
    return [core for core in cores if core in theirs]


def wearers_on(household: Household, core: str) -> list[str]:
    """The wearers whose silence the end of *core* would explain."""
    return [each.id for each in household.wearers.values() if each.core == core]


def _brands(household: Household, cores: Collection[str]) -> list[str]:
    return [household.brand(core) for core in cores]


def _with_brands(household: Household, core: str) -> str:
    name = household.brand(core)
    routes = (route for carer in household.carers.values() for route in carer.routes)
    ends = [(route.core, route.network) for route in routes]
    ends += [(wearer.core, wearer.network) for wearer in household.wearers.values()]
    theirs = {household.brand(network) for on, network in ends if on == core and network}
    others = sorted(theirs - {name})
    return f"{name} ({', '.join(others)})" if others else name


def _septets(text: str) -> int:
    return sum(2 if letter in TWO_SEPTETS else 1 for letter in text)
