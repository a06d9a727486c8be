"""The one hand that writes: it opens the file, files bundles, and begins anew where it must."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from relayd.log import get_logger
from relayd.store.aside import inode, put_aside, restore_copy
from relayd.store.bundle import Bundle
from relayd.store.faults import GoneError, is_damage, said_aside, sentence
from relayd.store.mirror import Mirror
from relayd.store.packs import NOTHING, pack_readings, pack_timeline
from relayd.store.prune import Pruner
from relayd.store.restore import Found, meta_lines, quarantine, restore
from relayd.store.rows import ALERTS, ATTEMPTS, washed
from relayd.store.schema import WRITE, DamagedError, NewerError, check, prepare

log = get_logger()

Connect = Callable[[Path], sqlite3.Connection]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening came to.

    *fault* says why the disk cannot be written, empty where it can. *aside* says what was wrong
    with a file that was put aside. *lost*: something that was kept is gone.
    """

    found: Found
    fault: str = ""
    aside: str = ""
    lost: bool = False


class Writer:
    """The file and its connection. One thread uses it; only ``open`` and ``close`` never raise."""

    def __init__(self, path: Path, connect: Connect, keep: timedelta) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._connect = connect
        self._pruner = Pruner(keep)
        self._connection: sqlite3.Connection | None = None
        self._mirror = Mirror()
        self._next_pack = 1
        self._durable = True
        self._inodes: tuple[int | None, int | None] = (None, None)
        self._file: int | None = None  # the file in which the mirror's keys are
        self._gaps = False  # it may lack something that the mirror holds

    def open(self) -> Opened:
        """Open the file, or make it, and read what a restart needs."""
        file = inode(self._path)
        try:
            found, aside = self._take()
            self._adopt(found)
            if aside:
                self._write_whole(Bundle(readings=found.readings), next_key=1)
            self._file = inode(self._path)
            return Opened(found, aside=aside, lost=bool(aside or found.bad))
        except (sqlite3.Error, OSError) as error:
            self._drop()
            copied = restore_copy(self._path, self._connect) if file is not None else Found()
            found = copied or Found()
            self._adopt(found)
            self._file = inode(self._path) if file == inode(self._path) else None
            lost = copied is None or copied.torn or bool(copied.bad)
            return Opened(found, fault=sentence(error, self._path), lost=lost)

    def commit(self, bundle: Bundle, *, durable: bool, lazy: bool = False) -> None:
        """Write *bundle* in one transaction.

        *durable*: it is to survive a power cut. *lazy*: nobody is in a hurry, so there is time to
        prune. Raises sqlite3.Error or OSError; then ``reopen`` before the next.
        """
        connection = self._connection
        if connection is None:
            raise GoneError
        if durable != self._durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        connection.execute(WRITE, self._columns(bundle))
        self._next_pack += bool(bundle.readings)
        if self._inodes != self._look():
            raise GoneError
        self._pruner.saw(bundle)
        if lazy and self._pruner.due:
            self._prune(connection)

    def reopen(self, bundle: Bundle) -> str:
        """Open the file again and write what waited. Returns what is said of one put aside.

        Raises sqlite3.Error or OSError, and may be asked again.
        """
        self._let_go()
        found, aside = self._take()
        self._next_pack = max(self._next_pack, found.next_pack)
        if aside or self._file is None:
            self._file = None
            self._write_whole(bundle, 1 if aside else found.mirror.next_key)
        elif self._gaps:
            self._write_whole(bundle)
        else:
            self.commit(bundle, durable=True)
        self._file, self._gaps = inode(self._path), False
        return aside

    def look(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Look something up. Raises sqlite3.Error or OSError; the connection is as good after."""
        if self._connection is None:
            raise GoneError
        return ask(self._connection)

    def close(self) -> None:
        """Let the file go, its log folded in."""
        self._drop()

    def _take(self) -> tuple[Found, str]:
        """Connect, to a new file where the old one is of no use. Raises sqlite3.Error, OSError."""
        self._connection = self._connect(self._path)
        found, wrong = self._examine(self._connection)
        aside = ""
        if wrong:
            self._drop()
            name = put_aside(self._path, wrong)
            log.error("database.put_aside", name=name, why=wrong)
            aside = said_aside(wrong, name)
            self._connection = self._connect(self._path)
            prepare(self._connection)
        elif found.bad:
            log.error("row.quarantined", rows=[(table, key) for table, key, _ in found.bad])
            quarantine(self._connection, found.bad)
        self._durable = True
        self._inodes = self._look()
        return found, aside

    def _examine(self, connection: sqlite3.Connection) -> tuple[Found, str]:
        """What the file holds, and a word for what is wrong with it."""
        wrong = ""
        try:
            prepare(connection)
            check(connection)
        except NewerError:
            return Found(), "newer"
        except (DamagedError, UnicodeDecodeError):  # SQLite quotes damaged names in its messages
            wrong = "corrupt"
        except sqlite3.Error as error:
            if not is_damage(error, self._path):
                raise
            wrong = "corrupt"
        found = restore(connection, self._path)
        return found, "corrupt" if found.torn else wrong

    def _adopt(self, found: Found) -> None:
        self._mirror = found.mirror
        self._next_pack = found.next_pack

    def _let_go(self) -> None:
        """Close the file; while it is open, its inode cannot be another's, so look now."""
        now = self._look()
        if self._connection is not None and now != self._inodes:
            self._gaps = True
            if now[0] != self._inodes[0]:
                self._file = None
        self._drop()
        if self._file is None and now[1] is not None and now[1] == self._inodes[1]:
            self._log.unlink()  # it belongs to a file that is no more, and would spoil the next

    def _write_whole(self, bundle: Bundle, next_key: int | None = None) -> None:
        """Write all that a restart needs, then *bundle*.

        *next_key* is the first free key of a file that has none of it yet.
        """
        if next_key is not None:
            self._mirror.forget_keys(next_key)
        whole = self._mirror.snapshot()
        whole.follow(bundle)
        self.commit(whole, durable=True)

    def _columns(self, bundle: Bundle) -> tuple[Any, ...]:
        alerts, attempts = self._mirror.file(bundle, self._find)
        readings, happened = bundle.readings, bundle.happened
        return (
            _lines([[key, *ALERTS.encode(alert)] for key, alert in alerts]),
            _lines([[key, *ATTEMPTS.encode(attempt)] for key, attempt in attempts]),
            _lines(meta_lines(bundle.meta)),
            *(pack_readings(self._next_pack, readings).columns if readings else NOTHING),
            *(pack_timeline(happened).columns if happened else NOTHING),
        )

    def _find(self, table: str, ids: Sequence[str]) -> dict[str, int]:
        assert self._connection is not None, "looked for rows without a file"
        return dict(
            self._connection.execute(
                f"SELECT id, max(key) FROM {table}"  # noqa: S608
                " WHERE id IN (SELECT value FROM json_each(?)) GROUP BY id",
                (washed(ids)[1].decode(),),
            )
        )

    def _prune(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            notes = meta_lines(self._mirror.notes())
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", notes)
            self._pruner.prune(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _look(self) -> tuple[int | None, int | None]:
        return inode(self._path), inode(self._log)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _lines(lines: list[list[Any]]) -> str | None:
    return msgspec.json.encode(lines).decode() if lines else None
