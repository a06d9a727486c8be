"""Bytes to JSON values within limits, and readings to one answer: what all formats share."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from relayd.domain.reading import Malformed, NoReading, Reading
from relayd.wearables.origin import Decoded, Origin

DOCUMENT_LIMIT = 1 << 20  # bytes; a day of LibreLinkUp is 40 KiB
MENDED_LIMIT = 1 << 18  # bytes; mending takes some thirty times as long as reading
MOST_ENTRIES = 3_000  # two days by the minute; more would hold up the daemon's loop

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_LATEST = datetime.max.replace(tzinfo=UTC)
_BOM = b"\xef\xbb\xbf"

# Strings are matched first, so that words within them are left alone; an unterminated one is
# taken to the end, which keeps the search linear.
_NOT_A_NUMBER = re.compile(
    rb'("(?:[^"\\]++|\\.)*+"?)|-?\b(?:nan|inf(?:inity)?)\b', re.IGNORECASE | re.DOTALL
)

T = TypeVar("T")
_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def read(decoder: msgspec.json.Decoder[T], payload: bytes, limit: int) -> T | Malformed:
    """Decode *payload* of at most *limit* bytes.

    What strict JSON forbids and devices send nevertheless is forgiven: a byte order mark, and
    ``NaN`` or ``Infinity`` (read as null).
    """
    if len(payload) > limit:
        return Malformed(f"the payload is larger than {limit // 1024} KiB")
    try:
        return decoder.decode(payload)
    except _UNREADABLE:
        return _read_leniently(decoder, payload)


def parse(payload: bytes) -> object:
    """Decode a document of any shape, or say why not with a ``Malformed``."""
    return read(_ANYTHING, payload, DOCUMENT_LIMIT)


def _read_leniently(decoder: msgspec.json.Decoder[T], payload: bytes) -> T | Malformed:
    if not payload.strip():
        return Malformed("the payload is empty")
    if len(payload) > MENDED_LIMIT:
        return Malformed("the payload is not JSON")
    mended = _NOT_A_NUMBER.sub(lambda match: match[1] or b"null", payload.removeprefix(_BOM))
    try:
        return decoder.decode(mended)
    except msgspec.ValidationError as error:
        if "out of range" in str(error):
            return Malformed("the payload holds a number that no computer can keep")
        return Malformed("the payload is JSON, but not an object")
    except UnicodeDecodeError:
        return Malformed("the payload holds text that is not UTF-8")
    except RecursionError:
        return Malformed("the payload is nested too deeply")
    except msgspec.MsgspecError:
        return Malformed("the payload is not JSON")


def nothing(origin: Origin, why: str) -> tuple[Reading, ...]:
    """Say for the source that it has no value, and *why*."""
    return (NoReading(origin.wearer, None, why),)


def gather(origin: Origin, found: Iterable[Reading | Malformed | None]) -> Decoded:
    """Put what the entries of a document came to in order, oldest first, undated last.

    None is an entry that is none of relayd's business. An entry that cannot be read does not spoil
    the others: it stands before them as one ``NoReading``. Where there is nothing else, the
    document is malformed.
    """
    readings: list[Reading] = []
    flaw: Malformed | None = None
    for item in found:
        if isinstance(item, Malformed):
            flaw = flaw or item
        elif item is not None:
            readings.append(item)
    if flaw is not None and not readings:
        return flaw
    readings.sort(key=lambda reading: reading.at or _LATEST)
    ordered = tuple(readings)
    return ordered if flaw is None else nothing(origin, flaw.why) + ordered
