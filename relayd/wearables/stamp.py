"""When a source says it measured: every way of writing a time that is met, to aware UTC."""

import re
from datetime import UTC, datetime, timedelta

from relayd.domain.reading import Malformed
from relayd.wearables.origin import Origin

Stamp = datetime | Malformed | None  # None: the source gives no time at all

UNREADABLE = Malformed("the time of the reading cannot be read")

# Seconds of 1973 to 5138 lie below the first bound; so do the same years, a thousand times larger,
# below each of the next.
_SECONDS_BELOW = 1e11
_MILLISECONDS_BELOW = 1e14
_MICROSECONDS_BELOW = 1e17

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_DATE_ALONE = 10  # characters of 2026-11-22: a day, and no moment
_LONGEST = 64
_OFF_THE_DIAL = re.compile(r"[ T]([0-9]{2}:[0-9]{2}:60|24:00(?::00)?(?![:.,]))")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})[ T](\d{1,2}):(\d\d):(\d\d)", re.ASCII)
_MONTH_FIRST = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\s?([AP])M)?",
    re.ASCII | re.IGNORECASE,
)
_DOTNET = re.compile(r"/?Date\((-?[0-9]{1,20})(?:[+-][0-9]{4})?\)/?")
_HALF_DAY = 12


def known(at: Stamp) -> datetime | None:
    """Take *at* where it could be read; none otherwise."""
    return None if isinstance(at, Malformed) else at


def stamp(value: object, origin: Origin, received_at: datetime) -> Stamp:
    """Read an RFC 3339 time, or an epoch in s, ms, µs or ns, told apart by its size.

    A time without offset is local in the origin's zone; :func:`in_zone` says how doubt is settled.
    An epoch may be written as text. Null and empty text are no time at all.
    """
    if type(value) is float or type(value) is int:
        return epoch(value)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return UNREADABLE
    text = value.strip()
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return epoch(float(text) if "." in text else int(text))
    return UNREADABLE if len(text) <= _DATE_ALONE else _iso(text.upper(), origin, received_at)


def epoch(count: float) -> datetime | Malformed:
    """Read seconds, milli-, micro- or nanoseconds since 1970."""
    size = abs(count)
    try:
        if size >= _SECONDS_BELOW:
            if size < _MILLISECONDS_BELOW:
                count /= 1e3
            else:
                count /= 1e6 if size < _MICROSECONDS_BELOW else 1e9
        return datetime.fromtimestamp(count, UTC)
    except (OverflowError, OSError, ValueError):
        return UNREADABLE


def dotnet(value: object, origin: Origin, received_at: datetime) -> Stamp:
    """Read ``Date(ms)`` or ``/Date(ms+0000)/``: always UTC, the offset says where it was."""
    if isinstance(value, str) and (match := _DOTNET.fullmatch(value.strip())):
        return epoch(int(match[1]))
    return stamp(value, origin, received_at)


def day_first(value: object, origin: Origin, received_at: datetime) -> Stamp:
    """Read ``31-12-2026 23:59:58``, local; every other form as :func:`stamp` does."""
    if not isinstance(value, str) or not (match := _DAY_FIRST.fullmatch(value.strip())):
        return stamp(value, origin, received_at)
    day, month, year, *time = (int(part) for part in match.groups())
    return _local((year, month, day, *time), origin, received_at)


def month_first(value: object, origin: Origin, received_at: datetime) -> Stamp:
    """Read ``12/31/2026 11:59:58 PM``, local; every other form as :func:`stamp` does."""
    if not isinstance(value, str) or not (match := _MONTH_FIRST.fullmatch(value.strip())):
        return stamp(value, origin, received_at)
    month, day, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    if match[7]:
        if not 1 <= hour <= _HALF_DAY:
            return UNREADABLE
        hour = hour % _HALF_DAY + (_HALF_DAY if match[7] in "Pp" else 0)
    return _local((year, month, day, hour, minute, second), origin, received_at)


def in_zone(wall: datetime, origin: Origin, received_at: datetime) -> datetime | Malformed:
    """Find the moment at which clocks in the origin's zone show *wall* (naive).

    Where clocks go back an hour, they show it twice; where they go forward, never, and a clock that
    was set too early or too late may show it all the same. Either way there are two moments that it
    can mean, and the one nearer to *received_at* is meant: documents come soon after the reading.
    """
    try:
        early, late = (
            wall.replace(tzinfo=origin.zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
    except (OverflowError, ValueError):
        return UNREADABLE
    return early if abs(early - received_at) <= abs(late - received_at) else late


def _local(parts: tuple[int, ...], origin: Origin, received_at: datetime) -> datetime | Malformed:
    year, month, day, hour, minute, second = parts
    try:
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # in_zone places it
    except ValueError:
        return UNREADABLE
    return in_zone(wall, origin, received_at)


def _iso(text: str, origin: Origin, received_at: datetime) -> datetime | Malformed:
    text, beyond = _onto_the_dial(text)
    try:
        moment = datetime.fromisoformat(text) + beyond
        if moment.tzinfo is None:
            return in_zone(moment, origin, received_at)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return UNREADABLE


def _onto_the_dial(text: str) -> tuple[str, timedelta]:
    """Take back a leap second, or midnight as the end of a day, which Python cannot read."""
    match = _OFF_THE_DIAL.search(text)
    if match is None:
        return text, timedelta()
    if match[1].startswith("24"):
        return text.replace("24:00", "00:00", 1), timedelta(days=1)
    return text.replace(":60", ":59", 1), timedelta(seconds=1)
