"""Looking things up. What cannot be read is left out, and logged."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import Happened, KeptReading
from relayd.log import get_logger
from relayd.store.packs import Pack, unpack_readings, unpack_timeline
from relayd.store.restore import READING_PACKS, TIMELINE_PACKS
from relayd.store.rows import ALERTS, ATTEMPTS, BadRowError, R, Table, micros

log = get_logger()

MOST_PACKS = 3000  # the thread that looks them up is the one that writes

_TIMELINE = (
    f"{TIMELINE_PACKS} WHERE key >= ifnull("  # noqa: S608
    "(SELECT max(key) FROM timeline_pack WHERE key <= ?), 0) ORDER BY key LIMIT ?"
)
_READINGS = f"{READING_PACKS} WHERE until >= ? ORDER BY key DESC LIMIT {MOST_PACKS}"


def timeline(connection: sqlite3.Connection, since: int, limit: int) -> list[tuple[int, Happened]]:
    """At most *limit* lines numbered above *since*, in order. Raises sqlite3.Error."""
    lines: list[tuple[int, Happened]] = []
    for columns in connection.execute(_TIMELINE, (since + 1, limit + 1)):
        try:
            fresh = [line for line in unpack_timeline(Pack.of(columns)) if line[0] > since]
        except BadRowError:
            log.warning("row.spoilt", table="timeline_pack", key=columns[0])
            continue
        lines += fresh
        since = max(since, lines[-1][0]) if lines else since
        if len(lines) >= limit:
            break
    return lines[:limit]


def readings(connection: sqlite3.Connection, wearer: str, since: datetime) -> list[KeptReading]:
    """The newest readings of *wearer*, in order of arrival, from *since*. Raises sqlite3.Error."""
    found: list[KeptReading] = []
    for columns in connection.execute(_READINGS, (micros(since),)).fetchall()[::-1]:
        try:
            found += unpack_readings(Pack.of(columns))
        except BadRowError:
            log.warning("row.spoilt", table="reading_pack", key=columns[0])
    return [kept for kept in found if kept.wearer == wearer and kept.arrived_at >= since]


def attempts(connection: sqlite3.Connection, alert: str) -> list[Attempt]:
    """All attempts of *alert*, oldest first. Raises sqlite3.Error."""
    return list(_rows(connection, ATTEMPTS, "WHERE alert = ? ORDER BY key", alert))


def alerts(connection: sqlite3.Connection, limit: int) -> list[Alert]:
    """The *limit* alerts raised last, newest first. Raises sqlite3.Error."""
    return list(_rows(connection, ALERTS, "ORDER BY key DESC LIMIT ?", limit))


def _rows(
    connection: sqlite3.Connection, table: Table[R], rest: str, value: str | int
) -> Iterator[R]:
    for key, *values in connection.execute(f"{table.select} {rest}", (value,)):
        try:
            yield table.decode(values)
        except BadRowError:
            log.warning("row.spoilt", table=table.name, key=key)
