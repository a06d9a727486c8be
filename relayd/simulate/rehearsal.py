"""One rehearsal: a scenario on a household, from the first fault to the verdict, as a story."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from relayd.config import Config
from relayd.domain.judgement import Judgement, kept_promise, promise_s
from relayd.domain.story import AlertTold, Band, Line, Reached, Story
from relayd.simulate.cast import Scenario, cast
from relayd.simulate.fault import Fault
from relayd.simulate.home import Home, home_of, names_in
from relayd.simulate.notes import notes_of
from relayd.simulate.scenario import find, read
from relayd.simulate.trace import Trace
from relayd.simulate.words import words_of_fault
from relayd.simulate.world import WARM_UP, World

AFTER_ONSET = 600.0  # a world runs at least so long after what it is about


def load(word: str, config: Config | Home) -> Scenario:
    """The scenario called *word*, or in the file *word*, with its parts given to this household.

    Raises ``UnknownScenario`` and ``ConfigFaults``.
    """
    home = config if isinstance(config, Home) else home_of(config)
    return cast(read(find(word)), home)


def rehearse(
    config: Config | Home,
    scenario: Scenario | str,
    *,
    seed: int = 0,
    at: float | None = None,
    by_chance: bool = False,
    trace: Trace | None = None,
) -> Story:
    """Play *scenario* on a household and tell what came of it.

    *at* is when what the wearer suffers begins, in seconds after the scenario's start; the
    scenario's own by default. A promise must not hang on luck: what a fault loses now and then is
    taken as lost, unless *by_chance* lets the lots fall by *seed*.
    """
    home = config if isinstance(config, Home) else home_of(config)
    if isinstance(scenario, str):
        scenario = load(scenario, home)
    if at is not None:
        scenario = scenario.beginning(at)
    world = world_of(home, scenario, seed=seed, by_chance=by_chance, trace=trace)
    until = until_of(scenario)
    world.run(until)
    return tell(world, scenario, until, seed)


def until_of(scenario: Scenario) -> float:
    """When a rehearsal of *scenario* ends."""
    onset = scenario.onset.t if scenario.onset is not None else 0.0
    return onset + max(scenario.follow, AFTER_ONSET)


def world_of(
    home: Home,
    scenario: Scenario,
    *,
    seed: int = 0,
    begins: float | None = None,
    by_chance: bool = False,
    trace: Trace | None = None,
) -> World:
    """The world of *scenario*, before anything has happened in it."""
    onset = scenario.onset
    first = min(0.0, onset.t if onset is not None else 0.0)
    return World(
        home,
        starts=scenario.starts.astimezone(UTC),
        seed=seed,
        begins=first - WARM_UP if begins is None else begins,
        faults=scenario.faults,
        onsets=(onset,) if onset is not None else (),
        away=scenario.away,
        unlucky=not by_chance,
        trace=trace,
    )


def tell(world: World, scenario: Scenario, until: float, seed: int) -> Story:
    """The story of a world that has run."""
    home = world.home
    lines = tuple(Line(t, row.event, row.fields) for t, row in world.timeline)
    judgement = Judgement(home.household).read(lines)
    alerts = tuple(_with_truth(told, world) for told in judgement.alerts(world.relay.down, until))
    first = min((0.0, *(told.raised_s for told in alerts)))
    bands = tuple(_bands(scenario, home, until))
    onset = scenario.onset
    owner = onset.wearer if onset is not None else None
    condition = onset.condition.value if onset is not None else ""
    plan = home.household.plan_of(owner)
    story = Story(
        scenario=scenario.name,
        about=scenario.about,
        began_at=scenario.starts.astimezone(UTC),
        lasts_s=until,
        promise_s=promise_s(plan, condition),
        lines=_merged([line for line in lines if line.t >= first], bands),
        alerts=alerts,
        outages=bands,
        unreached=judgement.unreached((a, c) for _, a, c, _ in world.people.seen),
        kept_promise=kept_promise(alerts),
        seed=seed,
        names=names_in(home),
    )
    return replace(story, notes=(*scenario.notes, *notes_of(story, world)))


def _with_truth(told: AlertTold, world: World) -> AlertTold:
    """Add what relayd cannot know: what the phones showed, and when it truly began."""
    since = told.called_s if told.called_s is not None else told.raised_s
    seen = [(t, carer) for t, alert, carer, _ in world.people.seen if alert == told.alert]
    first = min((each for each in seen if each[0] >= since), default=None)
    shown = Reached(first[1], first[0] - since) if first is not None else None
    worn = world.worn.get(told.wearer or "")
    crossed = worn.body.crossings() if worn is not None else []
    family = told.condition.partition(".")[0]
    true = [t for t, condition in crossed if condition.partition(".")[0] == family]
    return replace(told, shown=shown, true_onset_s=min(true, default=None))


def _bands(scenario: Scenario, home: Home, until: float) -> Iterator[Band]:
    for fault in scenario.faults:
        if fault.begins <= until:
            yield Band(
                fault.component,
                words_of_fault(fault, home),
                fault.begins,
                _ended(fault, until),
                fault.assumed,
            )


def _ended(fault: Fault, until: float) -> float | None:
    return fault.ends if fault.ends <= until else None


def _merged(lines: list[Line], bands: tuple[Band, ...]) -> tuple[Line, ...]:
    """The relay's own lines, with the outages' beginnings and ends between them."""
    marks = [Line(b.began_s, "outage.began", {"outage": b.words}) for b in bands]
    marks += [
        Line(b.ended_s, "outage.ended", {"outage": b.words}) for b in bands if b.ended_s is not None
    ]
    return tuple(sorted((*marks, *lines), key=lambda line: line.t))
