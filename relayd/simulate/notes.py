"""What a family must read beside the table: what began earlier, and who watches a dead Pi."""

from collections.abc import Iterator

from relayd.domain.story import AlertTold, Story
from relayd.simulate.world import World

WATCHER_AFTER = 300.0  # the outside watcher speaks when it has heard nothing for five minutes
LATER = 60.0


def notes_of(story: Story, world: World) -> Iterator[str]:
    """Every sentence, most important first."""
    for told in story.alerts:
        yield from _about_truth(story, world, told)
    yield from _about_the_dead(world)


def _about_truth(story: Story, world: World, told: AlertTold) -> Iterator[str]:
    """What the wearer went through before relayd could know of it."""
    if told.true_onset_s is None or told.wearer is None:
        return
    name = story.names.get(told.wearer, told.wearer)
    since = told.called_s if told.called_s is not None else told.raised_s
    truly = f"In truth it began for {name} at {_clock(world, told.true_onset_s)}"
    if abs(since - told.true_onset_s) <= LATER:
        return
    if told.delivered is None:
        yield f"{truly}, and nobody was told."
        return
    who = story.names.get(told.delivered.carer, told.delivered.carer)
    gap = since + told.delivered.after_s - told.true_onset_s
    if gap < 0:
        yield f"{who} knew {_long(-gap)} before it truly began for {name} that nobody was watching."
    else:
        yield f"{truly}, where relayd could not see it. {who} was told {_long(gap)} later."


def _about_the_dead(world: World) -> Iterator[str]:
    for a, b in world.relay.down:
        if b - a < LATER:
            continue
        gone = f"relayd itself was dead from {_clock(world, a)} to {_clock(world, b)}"
        if world.home.config.watcher is None:
            yield f"{gone}, and nobody would have known: there is no [watcher]."
        elif b - a > WATCHER_AFTER:
            spoke = _clock(world, a + WATCHER_AFTER)
            yield f"{gone}. The watcher outside the house tells the carers from {spoke}."
        else:
            yield f"{gone}: too short for the watcher outside the house to speak."


def _clock(world: World, t: float) -> str:
    """What the home's own clock shows at *t*."""
    return f"{world.setting.moment(t).astimezone(world.home.household.zone):%H:%M}"


def _long(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
