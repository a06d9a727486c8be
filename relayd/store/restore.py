"""What a file still holds: everything whose sum matches; the rest is named, never believed."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import Kept, KeptReading
from relayd.store.faults import is_damage
from relayd.store.mirror import ACCEPTABLE, NUMBERS, Mirror
from relayd.store.packs import Pack, readings_of, unpack_readings, unpack_timeline
from relayd.store.rows import ALERTS, ATTEMPTS, BadRowError, R, Table, checksum, micros, washed

STATE_WITHIN = timedelta(hours=3)  # readings this recent restore slopes and intervals
NEWEST = 100  # ended alerts and their attempts, this many, tell the time too

HIGHEST = 2**53
MOST_LINES = 100_000  # more than a pack can hold
READING_PACKS = "SELECT key, at, until, size, crc, body FROM reading_pack"
TIMELINE_PACKS = "SELECT key, at, until, size, crc, body FROM timeline_pack"
Bad = tuple[str, int | str, str]


@dataclass(slots=True)
class Found:
    """What was found: a mirror of it, the readings, and what is wrong with the file.

    *bad* names rows whose sum does not match, by table and key; *torn* says that some table could
    not be read to its end. *unsaid* are quiet lines, of alerts that are *off*, that may not have
    left.
    """

    mirror: Mirror = field(default_factory=Mirror)
    readings: list[KeptReading] = field(default_factory=list)
    latest: datetime | None = None
    last_seq: int = 0
    next_pack: int = 1
    bad: list[Bad] = field(default_factory=list)
    torn: bool = False
    off: dict[str, Alert] = field(default_factory=dict)
    unsaid: list[Attempt] = field(default_factory=list)

    @property
    def kept(self) -> Kept:
        """As the engine takes it."""
        mirror = self.mirror
        begun = [a for tries in mirror.attempts.values() for a in tries.values()]
        return Kept(
            alerts=tuple(mirror.alerts.values()),
            attempts=(*begun, *self.unsaid),
            closing=tuple(self.off[name] for name in dict.fromkeys(a.alert for a in self.unsaid)),
            readings=tuple(self.readings),
            numbers=dict(mirror.numbers),
            latest=self.latest,
        )

    def saw(self, *moments: datetime | None) -> None:
        """Note the latest of these moments; all are the engine's own time."""
        for at in moments:
            if at is not None and (self.latest is None or at > self.latest):
                self.latest = at


def restore(connection: sqlite3.Connection, path: Path) -> Found:
    """Read all that a restart needs from *path*, whatever is written in it.

    Raises sqlite3.Error where the disk, not the file, is at fault.
    """
    found = Found()
    for read in (_alerts, _attempts, _numbers, _meta, _readings, _places):
        try:
            read(connection, found)
        except sqlite3.Error as error:
            if not is_damage(error, path):
                raise
            found.torn = True
        except (BadRowError, ValueError):
            found.torn = True
    return found


def quarantine(connection: sqlite3.Connection, bad: Sequence[Bad]) -> None:
    """Take spoilt rows out of their tables, and keep them for whoever wants to look."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table, key, what in bad:
            connection.execute("INSERT INTO quarantine VALUES (?, ?, ?)", (table, key, what))
            connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def meta_lines(meta: Mapping[str, str]) -> list[list[Any]]:
    """Key, value and sum, as they stand in the table."""
    clean: dict[str, str] = washed(dict(meta))[0]
    return [[key, value, _meta_sum(key, value)] for key, value in clean.items()]


def _meta_sum(key: str, value: str) -> int:
    return checksum(f"{key} {value}".encode())


def _alerts(connection: sqlite3.Connection, found: Found) -> None:
    newest = "key > (SELECT max(key) FROM alert) - ?"
    last_word = "NOT EXISTS (SELECT 1 FROM alert b WHERE b.id = alert.id AND b.key > alert.key)"
    where = f"(presence <> 'off' OR {newest}) AND {last_word}"
    for key, alert in _rows(connection, found, ALERTS, where):
        found.saw(
            alert.raised_at,
            alert.called_at,
            alert.acknowledged_at,
            alert.reminded_at,
            alert.ended_at,
        )
        if alert.open:
            found.mirror.learn(alert, key)
        else:
            found.off[alert.id] = alert


def _attempts(connection: sqlite3.Connection, found: Found) -> None:
    newest = "key > (SELECT max(key) FROM attempt) - ?"
    of_open = "alert IN (SELECT id FROM alert WHERE presence <> 'off')"
    for key, attempt in _rows(connection, found, ATTEMPTS, f"{of_open} OR {newest}"):
        found.saw(attempt.begun_at, attempt.status_at)
        if attempt.alert in found.mirror.alerts:
            found.mirror.learn_attempt(attempt, key)
        elif attempt.alert in found.off and attempt.unsaid:
            found.unsaid.append(attempt)


def _rows(
    connection: sqlite3.Connection, found: Found, table: Table[R], where: str
) -> Iterator[tuple[int, R]]:
    for key, *values in connection.execute(f"{table.select} WHERE {where} ORDER BY key", (NEWEST,)):
        try:
            yield key, table.decode(values)
        except BadRowError:
            found.bad.append((table.name, key, repr(values)))


def _numbers(connection: sqlite3.Connection, found: Found) -> None:
    """Every alert that ever was counts, even one whose row is spoilt or gone."""
    for wearer, alert in connection.execute(
        "SELECT wearer, id FROM alert UNION SELECT wearer, alert FROM attempt"
    ):
        if isinstance(alert, str) and isinstance(wearer, str | None):
            found.mirror.number(wearer, alert)


def _meta(connection: sqlite3.Connection, found: Found) -> None:
    for key, value, crc in connection.execute("SELECT key, value, crc FROM meta"):
        if _meta_sum(key, value) == crc:
            found.mirror.meta[key] = value
        else:
            found.bad.append(("meta", key, "a value, not shown: it may be a secret"))
    for wearer, number in json.loads(found.mirror.meta.pop(NUMBERS, "[]")):
        found.mirror.number(wearer, f"-{number}")


def _readings(connection: sqlite3.Connection, found: Found) -> None:
    """Backwards from the newest, as far as anything can still matter.

    That is three hours, and on to when the last acceptable reading of everybody was noted.
    """
    noted_at, *lines = json.loads(found.mirror.meta.pop(ACCEPTABLE, "[null, 0, 0, []]"))
    last = {kept.wearer: kept for kept in readings_of(*lines)}
    recent: list[KeptReading] = []
    try:
        for columns in connection.execute(f"{READING_PACKS} ORDER BY key DESC"):
            try:
                pack = Pack.of(columns)
                recent += reversed(unpack_readings(pack))
            except BadRowError:
                found.bad.append(("reading_pack", columns[0], repr(columns)))
                continue
            if _too_old(pack, found, noted_at):
                break
            found.saw(*(kept.arrived_at for kept in recent[-1:]))
    finally:
        recent.reverse()
        last |= {kept.wearer: kept for kept in recent if kept.acceptable}
        found.mirror.readings = last
        found.saw(*(kept.arrived_at for kept in (*recent, *last.values())))
        horizon = found.latest - STATE_WITHIN if found.latest is not None else None
        near = [kept for kept in recent if horizon is None or kept.arrived_at >= horizon]
        both = dict.fromkeys((*near, *last.values()))  # of one moment, in the order they came
        found.readings = sorted(both, key=lambda kept: kept.arrived_at)


def _too_old(pack: Pack, found: Found, noted_at: int | None) -> bool:
    if found.latest is None or noted_at is None:
        return False
    return pack.until < min(noted_at, micros(found.latest - STATE_WITHIN))


def _places(connection: sqlite3.Connection, found: Found) -> None:
    """Where the next rows go: after everything there is, spoilt or not."""
    (key,) = connection.execute(
        "SELECT ifnull(max(key), 0) FROM (SELECT key FROM alert UNION ALL SELECT key FROM attempt)"
    ).fetchone()
    (pack_key,) = connection.execute("SELECT ifnull(max(key), 0) FROM reading_pack").fetchone()
    row = connection.execute(f"{TIMELINE_PACKS} ORDER BY key DESC LIMIT 1").fetchone()
    if row is not None:
        try:
            found.last_seq = unpack_timeline(Pack.of(row))[-1][0]
        except BadRowError:
            found.last_seq = row[0] + MOST_LINES
            found.bad.append(("timeline_pack", row[0], repr(row)))
    if max(key, pack_key, found.last_seq) > HIGHEST:
        raise BadRowError("a key is beyond all that can have been given")
    found.mirror.next_key = key + 1
    found.next_pack = pack_key + 1
