"""What a family must read beside the table: what began earlier, and who watches a dead Pi."""

from collections.abc import Iterator

from relayd.domain.alert import Code
from relayd.domain.names import NAMES
from relayd.domain.story import AlertTold, Story
from relayd.simulate.world import World

WATCHER_AFTER = 300.0  # the outside watcher speaks when it has heard nothing for five minutes
LATER = 60.0
OVER = frozenset({"alert.cleared"})


def notes_of(story: Story, world: World) -> Iterator[str]:
    """Every sentence, most important first."""
    for wearer in world.home.household.wearers:
        yield from _about_truth(story, world, wearer)
    yield from _about_the_dead(world)


def _about_truth(story: Story, world: World, wearer: str) -> Iterator[str]:
    """What the wearer went through before relayd could know of it, and who knew what by then."""
    mine = [told for told in story.alerts if told.wearer == wearer]
    onset = min((told.true_onset_s for told in mine if told.true_onset_s is not None), default=None)
    if onset is None or any(abs(told.raised_s - onset) <= LATER for told in mine):
        return
    ended = {line.fields.get("alert"): line.t for line in story.lines if line.event in OVER}
    mine = [told for told in mine if ended.get(told.alert, onset) >= onset]
    told_at = sorted(
        (told.raised_s + told.first.after_s, told.first.carer) for told in mine if told.first
    )
    name, at = story.names.get(wearer, wearer), _clock(world, onset)
    truly = f"In truth {_what(world, wearer, onset)} began for {name} at {at}"
    if not told_at:
        yield f"{truly}, and nobody was told."
        return
    t, carer = told_at[0]
    who = story.names.get(carer, carer)
    if t >= onset:
        yield f"{truly}, where relayd could not see it. {who} was told {_long(t - onset)} later."
    else:
        yield (
            f"{truly}, unseen. That nobody was watching had reached {who} {_long(onset - t)} before"
            f"{_answered(story, mine, onset, carer)}."
        )


def _answered(story: Story, mine: list[AlertTold], onset: float, told: str) -> str:
    """Who had said by then that they have it."""
    alerts = {each.alert for each in mine}
    said = (
        (line.t, line.fields.get("carer") or "")
        for line in story.lines
        if line.event == "alert.acknowledged" and line.fields.get("alert") in alerts
    )
    t, carer = min(said, default=(onset, ""))
    if t >= onset:
        return ", and nobody had answered"
    if carer == told:
        return ", who answered"
    return f"; {story.names.get(carer, carer)} answered {_long(onset - t)} before"


def _what(world: World, wearer: str, onset: float) -> str:
    crossed = world.worn[wearer].body.crossings()
    code = next(Code(condition) for t, condition in crossed if t == onset)
    words = NAMES[code].lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


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
