"""Readings and timeline lines, packed: those of one commit share one row of the database.

A pack's body is a JSON array, deflated where that is shorter (as the sqlite3 tool's own archives
are), so that the tool can read it: see the views in ``schema``. Moments count in microseconds from
the pack's own ``at``, stamps from the first stamp.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import msgspec

from relayd.domain.event import Happened, KeptReading
from relayd.domain.reading import MG_DL_PER_MMOL_L, Bound, Trend, Unit, WatchState
from relayd.store.rows import MICROSECOND, BadRowError, checksum, micros, moment, washed

ACCEPTABLE, DOUBTED = 1, 2  # what was held of a reading, in one small number


@dataclass(frozen=True, slots=True)
class Pack:
    """One row of ``reading_pack`` or ``timeline_pack``; *at* and *until* in microseconds."""

    key: int
    at: int
    until: int
    size: int
    crc: int
    body: bytes

    @classmethod
    def of(cls, columns: Sequence[Any]) -> "Pack":
        """Take a row as it was read. Raises BadRowError."""
        if [type(column) for column in columns] != [int] * 5 + [bytes]:
            raise BadRowError("a column has another type")
        return cls(*columns)

    @property
    def columns(self) -> tuple[int, int, int, int, int, bytes]:
        """The columns in the order of the table."""
        return self.key, self.at, self.until, self.size, self.crc, self.body


NOTHING = (None,) * 6
SMALL = 400  # bytes: the lines of a lone alert, which must not wait for so small a gain
READING_PARTS = 2
LINE_PARTS = 9


def pack_readings(key: int, readings: Sequence[KeptReading]) -> Pack:
    """All *readings*, which are not none, in one pack."""
    at, first, lines = reading_lines(readings)
    return _pack(key, at, at + max(line[1] for line in lines), [first, lines])


def unpack_readings(pack: Pack) -> list[KeptReading]:
    """Turn :func:`pack_readings` back. Raises BadRowError."""
    body = _unpack(pack)
    if len(body) != READING_PARTS:
        raise BadRowError("this is no pack of readings")
    return readings_of(pack.at, *body)


def reading_lines(readings: Sequence[KeptReading]) -> tuple[int, int, list[list[Any]]]:
    """What arrivals count from; what stamps count from, from there; a line for each reading."""
    at = micros(readings[0].arrived_at)
    stamped = micros(readings[0].stamp)
    return at, stamped - at, [_reading_line(kept, at, stamped) for kept in readings]


def readings_of(at: int, first: int, lines: Iterable[list[Any]]) -> list[KeptReading]:
    """Turn :func:`reading_lines` back. Raises BadRowError."""
    try:
        return [_reading(line, at, at + first) for line in lines]
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRowError(str(error)) from error


def pack_timeline(lines: Sequence[tuple[int, Happened]]) -> Pack:
    """Timeline *lines* with their growing numbers, in one pack; its key is the first number."""
    first, at = lines[0][0], micros(lines[0][1].at)
    packed: list[list[Any]] = [
        [seq - first, micros(line.at) - at, line.event, dict(line.fields)] for seq, line in lines
    ]
    return _pack(first, at, at + max(line[1] for line in packed), packed)


def unpack_timeline(pack: Pack) -> list[tuple[int, Happened]]:
    """Turn :func:`pack_timeline` back. Raises BadRowError."""
    try:
        return [
            (pack.key + place, Happened(moment(pack.at + us), event, fields))
            for place, us, event, fields in _unpack(pack)
        ]
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRowError(str(error)) from error


def _reading_line(kept: KeptReading, at: int, stamped: int) -> list[Any]:
    line = [
        kept.wearer,
        micros(kept.arrived_at) - at,
        micros(kept.stamp) - stamped,
        kept.acceptable + DOUBTED * kept.doubted,
        _short(kept.mg_dl),
        kept.trend,
        None if kept.bound is Bound.WITHIN else kept.bound,
        kept.state,
        kept.ahead // MICROSECOND or None,
    ]
    while line[-1] is None:
        line.pop()
    return line


def _reading(line: list[Any], at: int, stamped: int) -> KeptReading:
    line = line + [None] * (LINE_PARTS - len(line))
    wearer, arrived, stamp, verdict, mg_dl, trend, bound, state, ahead = line
    return KeptReading(
        wearer=wearer,
        stamp=moment(stamped + stamp),
        arrived_at=moment(at + arrived),
        acceptable=bool(verdict & ACCEPTABLE),
        doubted=bool(verdict & DOUBTED),
        mg_dl=_long(mg_dl),
        bound=Bound.WITHIN if bound is None else Bound(bound),
        trend=None if trend is None else Trend(trend),
        state=None if state is None else WatchState(state),
        ahead=(ahead or 0) * MICROSECOND,
    )


def _short(mg_dl: float | None) -> float | int | str | None:
    """What came in mmol/L as the text it was, where that gives the same number again."""
    if mg_dl is None or not isfinite(mg_dl):
        return None
    if mg_dl == int(mg_dl):
        return int(mg_dl)
    text = f"{mg_dl / MG_DL_PER_MMOL_L:.1f}"
    return text if Unit.MMOL_L.to_mg_dl(float(text)) == mg_dl else mg_dl


def _long(short: float | str | None) -> float | None:
    if short is None:
        return None
    return Unit.MMOL_L.to_mg_dl(float(short)) if isinstance(short, str) else float(short)


def _pack(key: int, at: int, until: int, lines: list[Any]) -> Pack:
    plain = washed(lines)[1]
    small = zlib.compress(plain, 6) if len(plain) > SMALL else plain
    body = small if len(small) < len(plain) else plain
    return Pack(key, at, until, len(plain), _sum(key, at, until, len(plain), body), body)


def _unpack(pack: Pack) -> list[Any]:
    key, at, until, size, crc, body = pack.columns
    if _sum(key, at, until, size, body) != crc:
        raise BadRowError("the sum does not match")
    try:
        plain = body if len(body) == size else zlib.decompress(body, bufsize=size)
        return msgspec.json.decode(plain, type=list[Any])
    except (zlib.error, ValueError) as error:
        raise BadRowError(str(error)) from error


def _sum(key: int, at: int, until: int, size: int, body: bytes) -> int:
    return checksum(b"%d %d %d %d %b" % (key, at, until, size, body))
