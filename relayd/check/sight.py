"""The household file as the findings about shared fate look at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from relayd.check.finding import PlanFor, called
from relayd.config import Config
from relayd.config.fate import lines_of, table_of, view_of
from relayd.domain.chain import Line
from relayd.domain.fate import UNKNOWN, Component, Components, Level, RouteFate, View, failing
from relayd.domain.household import Carer, Plan
from relayd.networks import NetworkTable

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # any Monday: only the weekday and the time count
ASSUMED = Component(Level.CORE, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sight:
    """One file, the table of networks it goes by, and what each of its routes hangs on."""

    config: Config
    table: NetworkTable
    view: View

    def calls(self, carers: Iterable[Carer]) -> list[RouteFate]:
        """Every route that reaches one of *carers*: no sounders."""
        names = {carer.id for carer in carers}
        return [r for r in self.view.routes if r.carer in names and not r.sounder]

    def sounders(self, carers: Iterable[Carer]) -> list[RouteFate]:
        """Every sounder that is set off when *carers* are called."""
        names = {carer.id for carer in carers}
        return [r for r in self.view.routes if r.carer in names and r.sounder]

    def deadly(self, routes: Sequence[RouteFate], *levels: Level) -> list[Component]:
        """What takes all of *routes* with it, beyond doubt, when it fails alone."""
        return [
            part
            for part in self.view.components()
            if part.level in levels and not left(routes, failing(part, assume=False))
        ]

    def doubtful(self, routes: Sequence[RouteFate], *levels: Level) -> list[Component]:
        """What may: with it would go every network that nobody knows."""
        parts = [*self.view.components(), ASSUMED]
        return [p for p in parts if p.level in levels and not left(routes, failing(p))]

    @property
    def home_lines(self) -> list[Line]:
        """The house's own broadband."""
        lines = lines_of(self.config, self.table).values()
        return [line for line in lines if line.home]

    def known(self, name: str | None) -> bool:
        """Whether it is known what the network *name* shares."""
        return self.table.network(name).known

    def named(self) -> list[str]:
        """Every network the file names, each once."""
        config = self.config
        found = [path.network for path in config.paths.values()]
        found += [channel.network for channel in config.channels.values()]
        found += [wearer.network for wearer in config.household.wearers.values()]
        found += [r.network for c in config.household.carers.values() for r in c.routes]
        return [name for name in dict.fromkeys(found) if name is not None]


def sight(config: Config) -> Sight:
    """Look at *config*."""
    table = table_of(config)
    return Sight(config, table, view_of(config, table))


def left(routes: Iterable[RouteFate], failed: Components) -> list[RouteFate]:
    """Those of *routes* that still work."""
    return [route for route in routes if route.fate.survives(failed)]


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty and called in time, first *at* a moment of a week; others may be at others."""

    carers: tuple[Carer, ...]
    at: datetime
    at_some_hour: bool


def shifts(config: Config, each: PlanFor) -> list[Shift]:
    """The fewest who are on duty together: whatever they survive, more people survive too."""
    people = called(config, each.plan, each.plan.promise)
    on_duty: dict[tuple[Carer, ...], datetime] = {}
    for moment in _moments(config, each.plan):
        crew = tuple(carer for carer in people if carer.on_duty(moment))
        on_duty.setdefault(crew, moment)
    fewest = {
        crew: at for crew, at in on_duty.items() if not any(set(o) < set(crew) for o in on_duty)
    }
    return [Shift(crew, at, len(on_duty) > 1) for crew, at in fewest.items()]


def _moments(config: Config, plan: Plan) -> list[datetime]:
    """Each moment of the week at which somebody's hours begin or end, and the week's own start."""
    found = {MONDAY}
    for word in plan.carers:
        for window in config.household.carers[word].hours:
            for edge in (window.start, window.end):
                found.update(
                    MONDAY + timedelta(days=day, hours=edge.hour, minutes=edge.minute)
                    for day in range(7)
                )
    return sorted(found)
