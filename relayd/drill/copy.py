"""The household of a drill: the same people and routes, and somebody to be ill who is nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from relayd.domain.household import GlucoseLimits, Household, Plan, Route, Step, Wearer

NAME = "TEST"
NEVER = timedelta(days=7)  # a drill is over by then: its own silence is no alarm
AS_LOW_AS = 45.0  # mg/dL: an urgent low for every family


@dataclass(frozen=True, slots=True)
class Copy:
    """A *household* for one drill, its *wearer*, and how the routes of the real one are found.

    *routes* are, for each carer of it, the places of its routes in the real ladder.
    """

    household: Household
    wearer: str
    routes: dict[str, tuple[int, ...]]
    test: bool = False

    def real(self, carer: str, route: int) -> int:
        """The place in the real ladder of a route of the copy."""
        return self.routes[carer][route]


def for_drill(household: Household, wearer: str | None) -> Copy:
    """Everybody as they are; the plan is that of *wearer*, or the home's own."""
    routes = {carer.id: tuple(range(len(carer.routes))) for carer in household.carers.values()}
    return _copy(household, "drill", household.plan_of(wearer), routes)


def for_test(household: Household, carer: str, routes: Sequence[int]) -> Copy:
    """One carer, at any hour, and *routes* of the ladder all at once, each once."""
    known = household.carers[carer]
    ladder: tuple[Route, ...] = tuple(known.routes[number] for number in routes)
    one = replace(known, routes=ladder, hours=())
    plan = Plan((Step((carer,)),), at_once=frozenset({"glucose"}), lap_pause=NEVER)
    alone = replace(household, carers={carer: one})
    return replace(_copy(alone, "test", plan, {carer: tuple(routes)}), test=True)


def _copy(household: Household, name: str, plan: Plan, routes: dict[str, tuple[int, ...]]) -> Copy:
    while name in household.wearers:
        name = f"relayd-{name}"
    limits = GlucoseLimits(silent_after=NEVER, silent_after_low=NEVER)
    wearers = {name: Wearer(name, NAME, glucose=limits)}
    return Copy(replace(household, wearers=wearers, plan=plan, plans={}), name, routes)
