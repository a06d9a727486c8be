"""The cheapest change that would have kept the promise: each is tried, none is guessed."""

from dataclasses import replace
from itertools import islice

from relayd.domain.story import Remedy, Story
from relayd.simulate.addition import Addition, additions, pairs
from relayd.simulate.cast import Scenario
from relayd.simulate.home import Home
from relayd.simulate.rehearsal import rehearse
from relayd.simulate.search import try_at

CASES = 12  # onsets spread over the outage
FOR_PAIRS = 4
TOLD = 3


def with_remedies(home: Home, scenario: Scenario, story: Story) -> Story:
    """*story*, with what would keep its promise where it is broken, or wake somebody."""
    if story.kept_promise is not False:
        return replace(story, remedies=_wakers(home, scenario)) if story.unwoken else story
    tried, lost = _lost(home, scenario)
    found = remedies(home, scenario, lost)
    if not found:
        return story
    note = (
        f"Of {len(tried)} onsets tried over the outage, {len(lost)} break the promise today: "
        "each change was tried on these."
    )
    return replace(story, remedies=found, notes=(*story.notes, note))


def _wakers(home: Home, scenario: Scenario) -> tuple[Remedy, ...]:
    """The additions with which somebody is told by what makes a noise."""
    played = ((each, rehearse(each.on(home.config), scenario)) for each in additions(home))
    woke = (each for each, better in played if better.kept_promise and not better.unwoken)
    return tuple(Remedy(each.words, 1, 1, "rehearsal") for each in islice(woke, TOLD))


def remedies(home: Home, scenario: Scenario, lost: list[float]) -> tuple[Remedy, ...]:
    """The additions that keep the most of the onsets that are *lost* today, best first.

    Two together are tried only where no single one keeps all of them.
    """
    if not lost:
        return ()
    single = additions(home)
    found = [_tried(each, home, scenario, lost) for each in single]
    if not any(each.keeps == len(lost) for each in found):
        few = lost[:: max(1, len(lost) // FOR_PAIRS)]
        both = [(each, _tried(each, home, scenario, few)) for each in pairs(single)]
        best = max((remedy.keeps for _, remedy in both), default=0)
        fit = [each for each, remedy in both if remedy.keeps == best and best]
        found += [_tried(each, home, scenario, lost) for each in fit[:TOLD]]
    useful = sorted((each for each in found if each.keeps), key=lambda each: -each.keeps)
    return tuple(useful[:TOLD])


def _lost(home: Home, scenario: Scenario) -> tuple[list[float], list[float]]:
    """Every onset that is tried, and those of them that are lost today."""
    first = scenario.onset.t if scenario.onset is not None else 0.0
    step = max(60.0, scenario.lasts / CASES // 60 * 60)
    moments = [first, *(n * step for n in range(CASES) if n * step < scenario.lasts)]
    tried = list(dict.fromkeys(moments))
    return tried, [at for at in tried if not try_at(home, scenario, at).kept]


def _tried(addition: Addition, home: Home, scenario: Scenario, lost: list[float]) -> Remedy:
    """The same outage, of the same things, on a home that has *addition*."""
    better = addition.on(home.config)
    kept = [try_at(better, scenario, at).kept for at in lost]
    return Remedy(addition.words, sum(kept), len(kept), "lost onset")
