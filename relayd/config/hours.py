"""When a carer may be called, in people's words; and the times when nobody may."""

import re
from collections.abc import Iterable
from datetime import time

from relayd.config.fault import Wrong
from relayd.domain.household import Hours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORTEST_DAY = 3  # letters: "Mon"
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
FORM = 'Write days and times like "Mon-Fri 08:30-15:30", "Sat 10:00-12:00" or "daily 20:00-06:00"'

_WINDOW = re.compile(
    r"[\s,;]*(?P<days>[A-Za-z][A-Za-z,\s-]*?)\s+"
    r"(?P<start>\d{1,2}:\d{2})\s*[-\u2013]\s*(?P<end>\d{1,2}:\d{2})\s*(?=[,;]|$)"
)


def clock_time(value: object) -> time:
    """Read ``"22:00"``; ``"24:00"`` is midnight."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong("this is no time of day", 'Write hours and minutes, like "22:00"')
    hour, minute = int(match[1]), int(match[2])
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:  # noqa: PLR2004  the clock's own figures
        raise Wrong(f"there is no {hour}:{minute:02d}", "Times run from 00:00 to 24:00")
    return time(hour, minute)


def span(value: object) -> tuple[time, time]:
    """Read ``"22:00-07:00"``: from when to when."""
    parts = value.split("-") if isinstance(value, str) else []
    if len(parts) != 2:  # noqa: PLR2004  a beginning and an end
        raise Wrong("this is no span of time", 'Write it like "22:00-07:00"')
    start, end = clock_time(parts[0]), clock_time(parts[1])
    if start == end:
        raise Wrong("it ends when it begins", 'Write two different times, like "22:00-07:00"')
    return start, end


def windows(value: object) -> tuple[Hours, ...]:
    """Read ``"Mon-Fri 08:30-15:30, Sat 10:00-12:00"``, or a list of such texts."""
    written = value if isinstance(value, list) else [value]
    texts = [text for text in written if isinstance(text, str)]
    if not texts or len(texts) < len(written):
        raise Wrong("these are no hours of duty", FORM)
    return tuple(window for text in texts for window in _windows(text))


def _windows(text: str) -> Iterable[Hours]:
    text, at = text.strip(), 0
    if not text:
        raise Wrong("no hours are given", f"{FORM}; leave the key out for a carer always on duty")
    while at < len(text):
        match = _WINDOW.match(text, at)
        if match is None:
            raise Wrong(f'"{text[at:].strip(" ,;")}" is no span of days and times', FORM)
        yield Hours(_days(match["days"]), clock_time(match["start"]), clock_time(match["end"]))
        at = match.end()


def _days(words: str) -> frozenset[int]:
    days: set[int] = set()
    for word in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", words.strip(" ,"))):
        first, dash, last = word.partition("-")
        if word.lower() in {"daily", "every", "everyday"}:
            days.update(range(7))
        elif dash:
            start = _day(first)
            days.update((start + n) % 7 for n in range((_day(last) - start) % 7 + 1))
        elif word.lower() != "day":
            days.add(_day(word))
    return frozenset(days)


def _day(word: str) -> int:
    for number, day in enumerate(DAYS):
        if len(word) >= SHORTEST_DAY and day.startswith(word.lower()):
            return number
    raise Wrong(f'"{word}" is no day of the week', "Days are Mon Tue Wed Thu Fri Sat Sun, or daily")


def gaps(rotas: Iterable[tuple[Hours, ...]]) -> list[tuple[int, int]]:
    """Spans of the week when none of *rotas* is on duty: minutes from Monday 00:00.

    An empty rota is always on duty. A span that runs over Sunday midnight ends past the week.
    """
    on_duty = bytearray(WEEK_MIN)
    for rota in rotas:
        if not rota:
            return []
        for start, end in (span for window in rota for span in _spans(window)):
            on_duty[start : min(end, WEEK_MIN)] = b"\1" * (min(end, WEEK_MIN) - start)
            on_duty[: max(end - WEEK_MIN, 0)] = b"\1" * max(end - WEEK_MIN, 0)
    found = [match.span() for match in re.finditer(rb"\0+", on_duty)]
    if len(found) > 1 and found[0][0] == 0 and found[-1][1] == WEEK_MIN:
        (_, end), *between, (start, _) = found
        found = [*between, (start, end + WEEK_MIN)]
    return found


def _spans(window: Hours) -> Iterable[tuple[int, int]]:
    start = window.start.hour * 60 + window.start.minute
    length = (window.end.hour * 60 + window.end.minute - start) % DAY_MIN or DAY_MIN
    for day in window.weekdays:
        yield day * DAY_MIN + start, day * DAY_MIN + start + length


def in_words(minute: int) -> str:
    """A minute of the week as people say it: ``Sat 15:30``."""
    day, rest = divmod(minute % WEEK_MIN, DAY_MIN)
    return f"{DAYS[day][:3].title()} {rest // 60:02d}:{rest % 60:02d}"
