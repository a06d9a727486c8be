"""Every minute of an outage, tried as the onset, and the worst of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from relayd.domain.judgement import Judgement, kept_promise
from relayd.domain.story import Line
from relayd.simulate.cast import Scenario
from relayd.simulate.home import Home
from relayd.simulate.rehearsal import world_of
from relayd.simulate.world import World

SETTLES = 1260.0  # five readings before the onset: an interval, a slope, paths that are known
LOOKED_AT = 60.0  # most promises are kept by then, and no more need be known
JUDGED_AFTER = 400.0  # by then the promise is kept or broken
UNSEEN_JUDGED_AFTER = 2400.0  # where nobody sees it: by then its silence has become high, and more
NEVER = float("inf")
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One onset that was tried: how late somebody knew (infinity: nobody in time), and if kept."""

    at: float
    after_s: float
    kept: bool

    @property
    def badness(self) -> tuple[bool, float]:
        """What makes one onset worse than another."""
        return not self.kept, self.after_s


def onsets(scenario: Scenario) -> Iterator[float]:
    """Every minute of the outage."""
    for minute in range(max(1, int(scenario.lasts // MINUTE))):
        yield minute * MINUTE


def try_at(home: Home, scenario: Scenario, at: float, seed: int = 0) -> Tried:
    """Rehearse *scenario* with its onset at *at*, just long enough to judge the promise.

    The world begins a little before the onset, in the middle of the outage if need be; whatever a
    fault takes by chance counts as taken.
    """
    moved = scenario.beginning(at)
    world = world_of(home, moved, seed=seed, begins=at - SETTLES)
    onset = moved.onset
    seen = onset is None or world.worn[onset.wearer].speaks(at)
    world.run(at + LOOKED_AT)
    first = judged(world, at)
    if 0.0 < first.after_s < NEVER and first.kept:
        return first
    world.run(at + (JUDGED_AFTER if seen else UNSEEN_JUDGED_AFTER))
    return judged(world, at)


def judged(world: World, at: float) -> Tried:
    """What the alerts of *world* come to."""
    lines = (Line(t, row.event, row.fields) for t, row in world.timeline)
    alerts = Judgement(world.home.household).read(lines).alerts(world.relay.down, world.setting.now)
    high = [alert for alert in alerts if alert.kept is not None]
    late = [a.delivered.after_s if a.delivered is not None else NEVER for a in high]
    return Tried(at, max(late, default=0.0), kept_promise(high) is not False)


def worst(tried: list[Tried]) -> Tried:
    """The worst of them; of several equally bad ones the first."""
    return max(tried, key=lambda each: (*each.badness, -each.at))
