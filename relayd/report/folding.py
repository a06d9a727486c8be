"""A long story made short: what repeats itself is told once, with how often it came again."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from relayd.domain.delivery import Reason
from relayd.domain.story import Story
from relayd.report.channels import tried
from relayd.report.facts import Track, tracks
from relayd.report.plain import MINUTE, condition, counted, name, span, subject
from relayd.report.times import at_day
from relayd.report.trimming import joined, trimmed
from relayd.report.words import Mark, Told

LONGEST_CYCLE = 16
WORTH_FOLDING = 3
A_LAP = frozenset({Reason.NEXT_LAP.value, Reason.FIRST_CALL.value})
EVEN = 0.1  # paces that differ by less are told as one

Lap = tuple[Track, ...]


def told(story: Story) -> list[Told]:
    """The timeline as people read it: every line that tells something new, repeats folded."""
    lines = _fold_flaps(story, _fold_laps(story, trimmed(story)))
    return _fold_cycles(story, joined(lines))


# Laps ---------------------------------------------------------------------------


def _fold_laps(story: Story, lines: list[Told]) -> list[Told]:
    """Climbs of one carer's ladder that came to the same are told as one line."""
    gone: set[str] = set()
    instead: dict[str, Told] = {}
    for laps in _runs(story):
        gone.update(track.attempt for lap in laps for track in lap)
        first = laps[0][0]
        instead[first.attempt] = Told(first.begun_s, Mark.AGAIN, _again(story, laps), first.attempt)
    kept = []
    for line in lines:
        if line.attempt not in gone:
            kept.append(line)
        elif line.attempt in instead:
            kept.append(instead.pop(line.attempt))
    return kept


def _runs(story: Story) -> Iterator[tuple[Lap, ...]]:
    """Runs of later laps of one carer that all came to the same."""
    mine: dict[tuple[str, str], list[list[Track]]] = {}
    for track in tracks(story):
        if track.quiet:
            continue
        laps = mine.setdefault((track.alert, track.carer), [])
        if track.reason in A_LAP or not laps:
            laps.append([])
        laps[-1].append(track)
    for laps in mine.values():
        run: list[Lap] = []
        for lap in (tuple(each) for each in laps):
            if run and _came_to(run[0]) != _came_to(lap):
                yield from _worth(run)
                run = []
            if _came_to(lap) is not None:
                run.append(lap)
        yield from _worth(run)


def _worth(run: list[Lap]) -> Iterator[tuple[Lap, ...]]:
    if len(run) >= WORTH_FOLDING - 1:
        yield tuple(run)


def _came_to(lap: Lap) -> bool | None:
    """Whether something was proven to arrive; None for a lap that must be told in full."""
    if lap[0].reason != Reason.NEXT_LAP or any(track.answered for track in lap):
        return None
    return any(track.proven_s is not None for track in lap)


def _again(story: Story, laps: Sequence[Lap]) -> str:
    begun = [lap[0].begun_s for lap in laps]
    who = name(story, laps[0][0].carer)
    channels = tried(story, list(dict.fromkeys(track.channel for lap in laps for track in lap)))
    proof = "it arrives, nobody answers" if _came_to(laps[0]) else "nothing proves that it arrives"
    times = counted(len(laps), "more time")
    last = at_day(story, begun[-1])
    whom = _about(story, laps[0][0].alert)
    again = f"relayd tries {who} again{whom} by {channels} {_pace(begun)}"
    return f"{again}, {times} until {last}: {proof}"


def _about(story: Story, alert: str) -> str:
    """Which alert it is about, where carers are called for several."""
    known = {each.alert: each for each in story.alerts}
    several = {track.alert for track in tracks(story) if not track.quiet}
    if len(several) < 2 or alert not in known:  # noqa: PLR2004  one needs no telling apart
        return ""
    mine = known[alert]
    return f" about {subject(story, mine.wearer)} ({condition(mine.condition)})"


def _pace(begun: Sequence[float]) -> str:
    gaps = [later - sooner for sooner, later in pairwise(begun)]
    least, most = min(gaps), max(gaps)
    if most - least <= EVEN * most:
        return f"every {_whole(sum(gaps) / len(gaps))}"
    return f"every {_whole(least)} to {_whole(most)}"


def _whole(seconds: float) -> str:
    """A pace of minutes is said in whole ones."""
    return span(seconds if seconds < 2 * MINUTE else round(seconds / MINUTE) * MINUTE)


# Flaps --------------------------------------------------------------------------


def _fold_flaps(story: Story, lines: list[Told]) -> list[Told]:
    """What goes and comes again and again is told at first and at last."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if line.thing:
            places.setdefault(line.thing, []).append(place)
    gone: set[int] = set()
    instead: dict[int, Told] = {}
    for thing, mine in places.items():
        between = mine[2:-2]
        if len(between) < WORTH_FOLDING:
            continue
        first, last = lines[between[0]].t, at_day(story, lines[between[-1]].t)
        times = counted(len(between), "more change")
        instead[between[0]] = Told(
            first, Mark.AGAIN, f"{thing}: goes and comes, {times} until {last}"
        )
        gone.update(between[1:])
    return [instead.get(place, line) for place, line in enumerate(lines) if place not in gone]


# Cycles -------------------------------------------------------------------------


def _fold_cycles(story: Story, lines: list[Told]) -> list[Told]:
    """What follows itself in the same words again and again is told once."""
    kept: list[Told] = []
    place = 0
    while place < len(lines):
        length, times = _cycle(lines, place)
        kept.extend(lines[place : place + length])
        if times > 1:
            begun = [lines[place + length * each].t for each in range(times)]
            again = f"the same again {_pace(begun)}, {counted(times - 1, 'more time')}"
            last = at_day(story, lines[place + length * times - 1].t)
            kept.append(Told(begun[1], Mark.AGAIN, f"{again}, until {last}"))
        place += length * times
    return kept


def _cycle(lines: Sequence[Told], place: int) -> tuple[int, int]:
    """The cycle that begins at *place* and saves most: its length, and how often it comes."""
    best = (1, 1)
    for length in range(1, LONGEST_CYCLE + 1):
        block = [_shape(line) for line in lines[place : place + length]]
        times = 1
        while [
            _shape(line) for line in lines[place + length * times : place + length * (times + 1)]
        ] == block:
            times += 1
        if times >= WORTH_FOLDING and length * (times - 1) > best[0] * (best[1] - 1):
            best = (length, times)
    return best


def _shape(line: Told) -> tuple[Mark, str]:
    return line.mark, line.words
