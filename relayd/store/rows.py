"""Rows to columns and back, compact and lossless, each with a sum that betrays a flipped bit."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import MISSING
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import cycle
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from relayd.domain.alert import Alert, Evidence
from relayd.domain.delivery import Attempt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

R = TypeVar("R", Alert, Attempt)


class BadRowError(Exception):
    """What was read is not what was written."""


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


def moment(us: int) -> datetime:
    """Turn :func:`micros` back."""
    return EPOCH + timedelta(microseconds=us)


def checksum(data: bytes) -> int:
    """31 bits, so that the column takes four bytes."""
    return zlib.crc32(data) & 0x7FFF_FFFF


def cleaned(document: Any) -> Any:
    """*document* without the two things a database cannot hold: half characters and NUL."""
    if isinstance(document, str):
        whole = document.encode("utf-8", "replace").decode()
        return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(document, dict):
        return {cleaned(key): cleaned(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [cleaned(value) for value in document]
    return document


def washed(document: Any) -> tuple[Any, bytes]:
    """*document* and its compact JSON, whatever a gateway put into its texts."""
    try:
        data = msgspec.json.encode(document)
    except UnicodeEncodeError:
        data = b"\\u0000"
    if b"\\u0000" in data:
        document = cleaned(document)
        data = msgspec.json.encode(document)
    return document, data


class Table(Generic[R]):
    """One kind of row: *columns* stand on their own, what differs from its default in ``rest``.

    The moment *base* counts in microseconds from 1970, every other from *base*: mostly small
    numbers, which take little room. A field that is added later needs no migration.
    """

    def __init__(self, name: str, kind: type[R], columns: Sequence[str], base: str) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.select = f"SELECT key, {', '.join(columns)}, rest, crc FROM {name}"  # noqa: S608
        self.width = len(self.columns) + 3  # key, rest and crc
        self._kind: Callable[..., R] = kind
        self._base = self.columns.index(base)
        self._hints = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
        self._rest = tuple(each for each in _defaults(kind) if each[0] not in columns)
        self._of_columns = attrgetter(*self.columns)
        self._of_rest = attrgetter(*(name for name, _ in self._rest))

    def encode(self, row: R) -> list[Any]:
        """The columns of *row*, ``rest`` and ``crc``; texts are cleaned."""
        found = self._of_columns(row)
        base = found[self._base]
        rest = {
            name: _plain(value, base)
            for (name, default), value in zip(self._rest, self._of_rest(row), strict=True)
            if value is not default and value != default
        }
        values: list[Any] = [_plain(value, base) for value in found]
        values[self._base] = micros(base)
        clean: list[Any]
        clean, data = washed([*values, washed(rest)[1].decode() if rest else None])
        return [*clean, checksum(data)]

    def decode(self, values: Sequence[Any]) -> R:
        """Turn the columns, ``rest`` and ``crc`` back. Raises BadRowError."""
        *plain, rest, crc = values
        try:
            if checksum(msgspec.json.encode([*plain, rest])) != crc:
                raise BadRowError("the sum does not match")
            base, plain[self._base] = plain[self._base], 0
            found = dict(zip(self.columns, plain, strict=True))
            found |= msgspec.json.decode(rest) if rest is not None else {}
            return self._kind(
                **{
                    name: None if value is None else self._hints[name](value, base)
                    for name, value in found.items()
                }
            )
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise BadRowError(str(error)) from error


def _defaults(kind: Any) -> list[tuple[str, Any]]:
    """Every field and its default; MISSING where it has none."""
    return [(name, kind._field_defaults.get(name, MISSING)) for name in kind._fields]


_AS_IT_IS = (str, int, float, Enum)
_OFTEN = frozenset({NoneType, str, int, float, bool})


def _plain(value: Any, base: datetime) -> Any:
    kind = type(value)
    if kind in _OFTEN:
        return value
    if kind is datetime:
        return (value - base) // MICROSECOND
    if isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, Evidence):
        defaults = Evidence._field_defaults
        return {
            name: _plain(part, base)
            for name, part in zip(Evidence._fields, value, strict=True)
            if part != defaults[name]
        }
    if isinstance(value, tuple):
        return [_plain(part, base) for part in value]
    return value


def _reader(hint: Any) -> Callable[[Any, int], Any]:
    """How a value of this type is read, given the base its moments count from."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    kind = kinds[0] if isinstance(hint, UnionType) else hint
    if kind is datetime:
        return lambda value, base: moment(base + value)
    if get_origin(kind) is tuple:
        return _tuple_reader([_reader(part) for part in get_args(kind) if part is not Ellipsis])
    if kind is Evidence:
        return _record_reader(kind)
    if issubclass(kind, Enum):
        return lambda value, _: kind(value)
    return lambda value, _: value


def _tuple_reader(parts: list[Callable[[Any, int], Any]]) -> Callable[[Any, int], Any]:
    """A tuple of one type is as long as it likes; any other is as long as its types."""
    readers = cycle(parts) if len(parts) == 1 else parts
    return lambda value, base: tuple(
        read(part, base) for read, part in zip(readers, value, strict=False)
    )


def _record_reader(kind: Any) -> Callable[[Any, int], Any]:
    parts = {name: _reader(part) for name, part in get_type_hints(kind).items()}
    return lambda value, base: kind(
        **{n: None if part is None else parts[n](part, base) for n, part in value.items()}
    )


ALERTS = Table(
    "alert",
    Alert,
    (
        "id",
        "wearer",
        "condition",
        "priority",
        "presence",
        "raised_at",
        "called_at",
        "present_since",
        "ended_at",
    ),
    base="raised_at",
)
ATTEMPTS = Table(
    "attempt",
    Attempt,
    (
        "id",
        "alert",
        "wearer",
        "carer",
        "route",
        "channel",
        "number",
        "call",
        "lap",
        "begun_at",
        "priority",
        "reason",
        "purpose",
        "status",
        "status_at",
        "failure",
    ),
    base="begun_at",
)
