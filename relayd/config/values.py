"""Single values of the file: text in, something exact out, or what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from relayd.config.fault import Wrong, nearest
from relayd.domain.alert import Code

DURATION_FORM = 'Write a number and its unit, like "90 s", "5 min", "2 h" or "30 days"'
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=3650)

_SECONDS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_SECONDS |= {"d": 86400, "day": 86400}
_SECONDS |= {f"{unit}s": length for unit, length in _SECONDS.items() if len(unit) > 1}
_DURATION = re.compile(r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*([A-Za-z]+)\s*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def text(value: object) -> str:
    """Read text that is not empty."""
    if not isinstance(value, str):
        raise Wrong(f"text is wanted here, not {kind_of(value)}", 'Put it in quotes: "…"')
    if not value.strip():
        raise Wrong("it is empty", "Write something, or leave the key out")
    return value


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise Wrong(f"yes or no is wanted here, not {kind_of(value)}", "Write true or false")
    return value


def whole(value: object) -> int:
    """Read a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong(f"a whole number is wanted here, not {kind_of(value)}", "Write it bare: 5")
    return value


def number(value: object) -> float:
    """Read any finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"a number is wanted here, not {kind_of(value)}", "Write it bare: 3.9")
    if not abs(value) < 1e12:  # noqa: PLR2004  neither infinite, nor nan, nor absurd
        raise Wrong("this is no usable number", "Write an ordinary number, like 3.9")
    return float(value)


def duration(value: object) -> timedelta:
    """Read ``"90 s"``, ``"5 min"``, ``"2 h"`` or ``"30 days"``; at least a second."""
    if not isinstance(value, str):
        raise Wrong(f"a duration is wanted here, not {kind_of(value)}", DURATION_FORM)
    match = _DURATION.fullmatch(value)
    unit = _SECONDS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise Wrong(f'"{value}" is no duration', DURATION_FORM)
    seconds = float(match[1]) * unit
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        raise Wrong(f'"{value}" is out of range', "Any duration from 1 s to 3650 days will do")
    return timedelta(seconds=seconds)


def tables(value: object) -> Mapping[str, object]:
    """Read tables by name, whatever they hold."""
    if not isinstance(value, dict):
        raise Wrong(f"tables by name are wanted here, not {kind_of(value)}", "Write [ … .NAME]")
    return value


def name(value: object) -> str:
    """Read a name that can stand in a topic, an address and an alert's id."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Wrong(
            "this cannot be a name", 'Use letters, digits, "-" and "_" only, like "mia" or "ee-uk"'
        )
    return value


def wearer_name(value: object) -> str:
    """Read a wearer's name for topics, which must not be one of relayd's own."""
    if value in {"alert", "status", "relay"}:
        raise Wrong(f'"{value}" is a name relayd needs for itself', "Choose another, like a name")
    return name(value)


def zone(value: object) -> ZoneInfo:
    """Read a time zone of the IANA data base, like ``"Europe/London"``."""
    key = text(value)
    try:
        return ZoneInfo(key)
    except (OSError, ValueError, KeyError) as error:
        like = nearest(key, sorted(available_timezones()))
        remedy = f'Did you mean "{like}"?' if like else 'Write one like "Europe/London"'
        raise Wrong(f'"{key}" is no time zone', remedy) from error


def file_path(value: object) -> Path:
    """Read the path of a file or folder."""
    written = text(value)
    if "\0" in written:
        raise Wrong("this is no path", 'Write one like "/var/lib/relayd"')
    return Path(written)


def status(value: object) -> int:
    """Read an HTTP status."""
    code = whole(value)
    if not 100 <= code <= 599:  # noqa: PLR2004  what HTTP has
        raise Wrong(f"there is no HTTP status {code}", "Write one like 204 or 200")
    return code


def selector(value: object) -> str:
    """Read which alarm conditions are meant: ``seizure``, ``glucose`` or one in full."""
    known = ["seizure", "glucose", *(code.value for code in Code)]
    if not isinstance(value, str) or value not in known:
        like = nearest(value, known) if isinstance(value, str) else None
        remedy = f'Did you mean "{like}"?' if like else 'Write "seizure" or "glucose.urgent_low"'
        raise Wrong("this is no alarm condition", remedy)
    return value


def one_of(*words: str) -> Callable[[object], str]:
    """Make a reader of exactly one of *words*."""

    def read(value: object) -> str:
        if value in words:
            return str(value)
        like = nearest(value, words) if isinstance(value, str) else None
        asked = f'Did you mean "{like}"?' if like else f"Write one of: {', '.join(words)}"
        raise Wrong(f"this must be one of {', '.join(words)}", asked)

    return read


def kind_of(value: object) -> str:
    """What *value* is, in TOML's own words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"
