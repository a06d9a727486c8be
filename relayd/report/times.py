"""Moments of a story, as the clocks of the place show them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from relayd.domain.story import Band, Story
from relayd.report.plain import MINUTE, harmless, span


def moment(story: Story, t: float) -> datetime:
    """The moment *t* on the clocks of the place where the story plays."""
    at = story.began_at.astimezone(UTC) + timedelta(seconds=t)
    return at.astimezone(story.began_at.tzinfo)


def same_day(story: Story, t: float) -> bool:
    """Whether *t* falls on the day on which the story begins."""
    return moment(story, t).date() == story.began_at.date()


def at_day(story: Story, t: float, *, seconds: bool = False) -> str:
    """The time of day at *t*, with the weekday where it is another one than at the beginning."""
    at = moment(story, t)
    clock = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
    return clock if same_day(story, t) else f"{at:%a} {clock}"


def when(story: Story) -> str:
    """When the story plays, how long, and by which lots."""
    begun = story.began_at
    outlasted = any((band.ended_s or 0.0) > story.lasts_s for band in story.outages)
    lasts = f"{'the first' if outlasted else 'for'} {span(story.lasts_s)}"
    parts = [f"{begun:%A} {begun.day} {begun:%B %Y, %H:%M}", lasts]
    if story.seed is not None:
        parts.append(f"seed {story.seed}")
    return ", ".join(parts)


def trouble(story: Story) -> str:
    """What truly begins for a wearer, and when, as one sentence; empty where nobody can know."""
    if story.trouble is None:
        return ""
    return f"In truth {harmless(story.trouble.words)} at {at_day(story, story.trouble.t)}."


def outage_lines(story: Story) -> Iterator[tuple[str, str]]:
    """From when to when something fails, and what."""
    yield from dict.fromkeys(_outage(story, band) for band in story.outages)


def _outage(story: Story, band: Band) -> tuple[str, str]:
    ended = story.lasts_s if band.ended_s is None else band.ended_s
    short = ended - band.began_s < MINUTE
    until = "the end" if band.ended_s is None else at_day(story, ended, seconds=short)
    assumed = " (assumed)" if band.assumed else ""
    began = at_day(story, band.began_s, seconds=short)
    return f"{began} to {until}", f"{harmless(band.words)}{assumed}"
