"""One rehearsal: a scenario on a household, from the first fault to the verdict, as a story."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC

from relayd.config import Config
from relayd.domain.event import Happened
from relayd.domain.judgement import Judgement, kept_promise, promise_s
from relayd.domain.story import AlertTold, Band, Line, Reached, Story
from relayd.simulate.cast import Scenario, cast
from relayd.simulate.fault import DRAWN
from relayd.simulate.home import Home, home_of, names_in, unknown_networks
from relayd.simulate.notes import notes_of
from relayd.simulate.scenario import find, read_all
from relayd.simulate.trace import Trace
from relayd.simulate.words import trouble_of, words_of_fault
from relayd.simulate.world import WARM_UP, World

AFTER_ONSET = 600.0  # a world runs at least so long after what it is about
HERE_ALL = ", here all"
ALL_COUNT = (
    "What an outage takes only now and then (a text, a call, a phone) counts as taken every time: "
    "no promise may hang on luck. --by-chance draws the lots."
)
NOT_THEN = "When it begins nothing of this outage fails: it was not put to the test."
SPARED = "Nothing of this outage fails in this home: it was not put to the test."


def load(word: str, config: Config | Home) -> Scenario:
    """The scenario called *word*, or in the file *word*, with its parts given to this household.

    Raises ``UnknownScenario`` and ``ConfigFaults``.
    """
    home = config if isinstance(config, Home) else home_of(config)
    script, faults = read_all(find(word))
    return cast(script, home, faults)


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
    lines = tuple(_line(t, row, world) for t, row in world.timeline)
    judgement = Judgement(home.household).read(lines)
    alerts = tuple(_with_truth(told, world) for told in judgement.alerts(world.relay.down, until))
    first = min((0.0, *(told.raised_s for told in alerts)))
    bands = tuple(_bands(scenario, world, until))
    onset = scenario.onset
    owner = onset.wearer if onset is not None else None
    condition = onset.condition.value if onset is not None else ""
    plan = home.household.plan_of(owner)
    story = Story(
        scenario=scenario.name,
        about=scenario.about,
        began_at=scenario.starts,
        lasts_s=until,
        promise_s=promise_s(plan, condition),
        lines=_merged([line for line in lines if line.t >= first], bands, until),
        alerts=alerts,
        outages=bands,
        unreached=judgement.unreached((a, c) for _, a, c, _ in world.people.seen),
        unwoken=judgement.unwoken(until),
        kept_promise=kept_promise(alerts),
        seed=seed,
        names=names_in(home),
        kinds={name: channel.kind for name, channel in home.config.channels.items()},
        sounders=home.household.sounders,
        remarks=tuple(_remarks(scenario, bands)),
        rang=frozenset(world.people.rang),
        trouble=trouble_of(onset, home) if onset is not None else None,
    )
    notes = (*scenario.notes, *unknown_networks(home), *_about_luck(scenario, world, until))
    return replace(story, notes=(*notes, *notes_of(story, world)))


def _remarks(scenario: Scenario, bands: Sequence[Band]) -> Iterator[str]:
    onset = scenario.onset
    if scenario.spared:
        yield SPARED
    elif onset is not None and bands and not any(_stands(band, onset.t) for band in bands):
        yield NOT_THEN


def _stands(band: Band, t: float) -> bool:
    return band.began_s <= t and (band.ended_s is None or t < band.ended_s)


def _line(t: float, row: Happened, world: World) -> Line:
    """One line, with the path that an attempt was first tried over."""
    path = world.relay.air.first_over.get(row.fields.get("attempt") or "")
    if row.event != "attempt.begun" or path is None:
        return Line(t, row.event, row.fields)
    return Line(t, row.event, {**row.fields, "path": path})


def _about_luck(scenario: Scenario, world: World, until: float) -> tuple[str, ...]:
    drawn = any(fault.kind in DRAWN and fault.begins <= until for fault in scenario.faults)
    return (ALL_COUNT,) if drawn and world.setting.unlucky else ()


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


def _bands(scenario: Scenario, world: World, until: float) -> Iterator[Band]:
    for fault in scenario.faults:
        if fault.begins <= until:
            here = HERE_ALL if fault.kind in DRAWN and world.setting.unlucky else ""
            yield Band(
                fault.component,
                f"{words_of_fault(fault, world.home)}{here}",
                fault.begins,
                fault.ends if fault.ends < math.inf else None,
                fault.assumed,
            )


def _merged(lines: list[Line], bands: tuple[Band, ...], until: float) -> tuple[Line, ...]:
    """The relay's own lines, with the outages' beginnings and ends between them."""
    marks = [Line(b.began_s, "outage.began", {"outage": b.words}) for b in bands]
    marks += [
        Line(b.ended_s, "outage.ended", {"outage": b.words})
        for b in bands
        if b.ended_s is not None and b.ended_s <= until
    ]
    return tuple(sorted((*marks, *lines), key=lambda line: line.t))
