"""The log, set up once: lines for the journal when it listens, plain lines for people otherwise."""

import contextlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO, cast

from relayd.domain.secret import Secret


@contextlib.contextmanager
def _without(package: str) -> Iterator[None]:
    """Hide *package* from an import that would take it along but can do without."""
    hide = package not in sys.modules
    if hide:
        sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hide:
            del sys.modules[package]


with _without("rich"):  # it would paint tracebacks: 5 MB that a Pi Zero misses
    import structlog
    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
"""What sd-daemon(3) calls our levels."""

COLOURS = {"critical": "1;31", "error": "31", "warning": "33", "info": "32", "debug": "2"}
LONGEST = 500
"""Characters of one value; more of a stranger's words helps nobody."""

_TELLTALE = re.compile(r"(^|_)(secret|password|token|authorization|credential)s?$")
_NUMBER = re.compile(r"(?<!\w)(\+|00)\d[\d ()-]{6,}\d")
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_PLAIN = re.compile(r"[^\s=\"]+")


class Sink:
    """Where lines go. A log that cannot be written must not stop an alert."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, text: str) -> None:
        """Write *text* and a line's end."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = log = msg


class Forward(logging.Handler):
    """Takes what libraries say to the standard library's logging into our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say *record* as ``library.spoke``, at its own level."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # the library's arguments do not fit its own format
            text = str(record.msg)
        level = min(max(record.levelno // 10, 1), 5) * 10
        get_logger().log(
            level, "library.spoke", library=record.name, text=text, exc_info=record.exc_info
        )


def get_logger() -> FilteringBoundLogger:
    """Return the log: ``log.info("path.lost", path="dongle")``, events as ``noun.participle``."""
    return cast("FilteringBoundLogger", structlog.get_logger())


def setup(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of the process to *stream*, standard error unless told otherwise.

    *level* (``debug``, ``info``, ``warning``, ``error``) is the least that relayd itself says;
    libraries are heard from ``warning`` on.
    """
    stream = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            clean,
            *_renderers(stream),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: Sink(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[Forward(logging.WARNING)], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


def clean(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask what is secret or personal, and make every value one printable line."""
    trace = event.pop("exception", None)
    cleaned: EventDict = {key: _cleaned(key, value) for key, value in event.items()}
    if trace is not None:
        cleaned["exception"] = "\n".join(_printable(line) for line in str(trace).splitlines())
    return cleaned


def _cleaned(key: str, value: object) -> object:
    if isinstance(value, Secret) or _TELLTALE.search(key):
        return "<secret>"
    if value is None or isinstance(value, bool | int | float):
        return value
    text = _printable(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _printable(text: str) -> str:
    masked = _NUMBER.sub("<number>", _USERINFO.sub("<secret>@", text))
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in masked)


def _renderers(stream: TextIO) -> list[Processor]:
    if stream.isatty():
        clock = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False, key="at")
        return [clock, _plain if os.environ.get("NO_COLOR") else _coloured]
    if _is_journal(stream):
        return [_journal]
    return [structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"), _plain]


def _is_journal(stream: TextIO) -> bool:
    """Whether *stream* is the very one that systemd announced (systemd.exec(5))."""
    try:
        seen = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{seen.st_dev}:{seen.st_ino}"


def _journal(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    prefix = f"<{PRIORITIES[event.pop('level')]}>"
    trace = str(event.pop("exception", ""))
    lines = [f"{event.pop('event')}{_pairs(event)}", *trace.splitlines()]
    return "\n".join(prefix + line for line in lines)


def _plain(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    trace = event.pop("exception", None)
    head = f"{event.pop('at')} {event.pop('level'):8} {event.pop('event')}{_pairs(event)}"
    return f"{head}\n{trace}" if trace else head


def _coloured(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    trace = event.pop("exception", None)
    at, colour = event.pop("at"), COLOURS[event.pop("level")]
    pairs = "".join(
        f" \x1b[2m{key}=\x1b[0m{_quoted(value)}" for key, value in event.items() if key != "event"
    )
    head = f"\x1b[2m{at}\x1b[0m \x1b[{colour}m{event['event']}\x1b[0m{pairs}"
    return f"{head}\n{trace}" if trace else head


def _pairs(event: Mapping[str, object]) -> str:
    return "".join(f" {key}={_quoted(value)}" for key, value in event.items())


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else '"' + text.replace('"', r"\"") + '"'


def where(error: Exception) -> str:
    """What went wrong and where, without its message: that may hold values that are no log's."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).stem}, line {place.lineno}"
