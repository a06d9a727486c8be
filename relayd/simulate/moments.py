"""When what a wearer suffers begins: minutes, a time of day, or the worst moment of the outage."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from relayd.simulate.cast import Scenario
from relayd.simulate.home import Home
from relayd.simulate.search import Tried, onsets, try_at, worst

WORST = "worst"
LONGEST_MIN = 60 * 24 * 30
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_MINUTES = re.compile(r"\d{1,6}(\.\d+)?")
DAY = timedelta(days=1)


class BadMoment(Exception):  # noqa: N818  it is an answer to a wrong word
    """What was given for ``--at`` is no moment of the scenario."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f'"{word}" is no time for --at. Write minutes after the scenario\'s start (90), a time '
            'of day (10:00), or "worst"'
        )


def moment_of(word: str, scenario: Scenario) -> float:
    """*word* in seconds after the scenario's start. Raises ``BadMoment``."""
    if _MINUTES.fullmatch(word):
        minutes = float(word)
        if minutes <= LONGEST_MIN:
            return minutes * 60
    clock = _CLOCK.fullmatch(word)
    if clock is None or int(clock[1]) >= 24 or int(clock[2]) >= 60:  # noqa: PLR2004 - a clock
        raise BadMoment(word)
    starts = scenario.starts
    at = datetime.combine(starts.date(), starts.timetz())
    at = at.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    if at < starts:
        at += DAY
    return (at - starts).total_seconds()


def clock_of(at: float, scenario: Scenario) -> str:
    """What the home's own clock shows *at* seconds after the start, with the day if it is later."""
    moment = (scenario.starts.astimezone(UTC) + timedelta(seconds=at)).astimezone(
        scenario.starts.tzinfo
    )
    same = moment.date() == scenario.starts.date()
    return f"{moment:%H:%M}" if same else f"{moment:%a %H:%M}"


def worst_of(
    home: Home, scenario: Scenario, seed: int, on_step: Callable[[int, int], None] | None = None
) -> tuple[Tried, list[Tried]]:
    """The worst minute of the outage, and all that were tried."""
    moments = list(onsets(scenario))
    tried = []
    for done, at in enumerate(moments):
        if on_step is not None:
            on_step(done, len(moments))
        tried.append(try_at(home, scenario, at, seed))
    return worst(tried), tried
