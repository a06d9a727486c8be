"""What the database looks like, and how it is opened: tables, versions, settings."""

import os
import sqlite3
from pathlib import Path

from relayd.store.rows import ALERTS, ATTEMPTS

PAGE_BYTES = 1024  # a lone alert touches four pages; a row takes 30 to 300 bytes
CHECKPOINT_PAGES = 1000  # the write-ahead log is folded in every megabyte
BUSY_S = 2.0  # somebody looks at the file with a tool: wait for them this long

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE TABLE alert (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, wearer TEXT, condition TEXT NOT NULL,
    priority INTEGER NOT NULL, presence TEXT NOT NULL, raised_at INTEGER NOT NULL,
    called_at INTEGER NOT NULL, present_since INTEGER NOT NULL, ended_at INTEGER,
    rest TEXT, crc INTEGER NOT NULL
) STRICT;
CREATE TABLE attempt (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, alert TEXT NOT NULL, wearer TEXT,
    carer TEXT NOT NULL, route INTEGER NOT NULL, channel TEXT NOT NULL, number INTEGER NOT NULL,
    call INTEGER NOT NULL, lap INTEGER NOT NULL, begun_at INTEGER NOT NULL,
    priority INTEGER NOT NULL, reason TEXT NOT NULL, purpose TEXT NOT NULL, status TEXT NOT NULL,
    status_at INTEGER, failure TEXT, rest TEXT, crc INTEGER NOT NULL
) STRICT;
CREATE TABLE reading_pack (
    key INTEGER PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, size INTEGER NOT NULL,
    crc INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE timeline_pack (
    key INTEGER PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, size INTEGER NOT NULL,
    crc INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE quarantine (source TEXT NOT NULL, key ANY, what TEXT NOT NULL) STRICT;
CREATE VIEW reading AS
    SELECT value->>0 AS wearer,
        strftime('%Y-%m-%dT%H:%M:%SZ', (at + (value->>1)) / 1000000, 'unixepoch') AS arrived_at,
        strftime('%Y-%m-%dT%H:%M:%SZ', (at + first + (value->>2)) / 1000000, 'unixepoch') AS stamp,
        value->>3 AS acceptable, value->>4 AS mg_dl_or_mmol_l_text, value->>5 AS trend,
        value->>6 AS bound, value->>7 AS state
    FROM (
        SELECT at, plain->>0 AS first, plain->1 AS lines FROM
        (SELECT at, CAST(sqlar_uncompress(body, size) AS TEXT) AS plain FROM reading_pack)
    ), json_each(lines);
CREATE VIEW timeline AS
    SELECT timeline_pack.key + (value->>0) AS seq,
        strftime('%Y-%m-%dT%H:%M:%SZ', (at + (value->>1)) / 1000000, 'unixepoch') AS at,
        value->>2 AS event, value->>3 AS fields
    FROM timeline_pack, json_each(CAST(sqlar_uncompress(body, size) AS TEXT));
"""

MIGRATIONS = (_FIRST,)  # each takes the file from the version that is its place to the next one
VERSION = len(MIGRATIONS)


def _columns(width: int) -> str:
    return ", ".join(f"value->>{place}" for place in range(width))


_PACK = ("key", "at", "until", "size", "crc", "body")
INBOX = ("alerts", "attempts", "meta", *(f"r_{c}" for c in _PACK), *(f"t_{c}" for c in _PACK))

# One statement a commit: each statement hands the interpreter lock back and forth, and with a busy
# event loop every hand-over may cost 5 ms.
_INBOX = f"""
CREATE TEMP VIEW inbox AS SELECT {", ".join(f"NULL AS {c}" for c in INBOX)};
CREATE TEMP TRIGGER filed INSTEAD OF INSERT ON inbox BEGIN
    INSERT OR REPLACE INTO alert
        SELECT {_columns(ALERTS.width)} FROM json_each(NEW.alerts);
    INSERT OR REPLACE INTO attempt
        SELECT {_columns(ATTEMPTS.width)} FROM json_each(NEW.attempts);
    INSERT OR REPLACE INTO meta
        SELECT value->>0, value->>1, value->>2 FROM json_each(NEW.meta);
    INSERT OR REPLACE INTO reading_pack
        SELECT {", ".join(f"NEW.r_{c}" for c in _PACK)} WHERE NEW.r_key IS NOT NULL;
    INSERT OR REPLACE INTO timeline_pack
        SELECT {", ".join(f"NEW.t_{c}" for c in _PACK)} WHERE NEW.t_key IS NOT NULL;
END;
"""  # noqa: S608
WRITE = f"INSERT INTO inbox VALUES ({', '.join('?' * len(INBOX))})"  # noqa: S608


class NewerError(Exception):
    """The file was written by a newer relayd."""


class DamagedError(Exception):
    """The file is not whole."""


def connect(
    path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Open the file, or make it. Raises sqlite3.Error and OSError.

    Any thread may use the connection, one at a time.
    """
    _make(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False, factory=factory
    )
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Bring a connection's file to this version. Raises as ``connect`` does, and NewerError."""
    # Alone, SQLite keeps the index of its log in memory; shared, it costs a lone commit 12 kB.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerError(f"version {version}")
    for setting in (
        f"page_size = {PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        "journal_size_limit = 8388608",
        "secure_delete = FAST",
        "temp_store = MEMORY",
        "cell_size_check = ON",
    ):
        connection.execute(f"PRAGMA {setting}")
    for place in range(version, VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[place]} PRAGMA user_version = {place + 1}; COMMIT;"
        )
    connection.executescript(_INBOX)


def check(connection: sqlite3.Connection) -> None:
    """Walk every page. Raises DamagedError, sqlite3.Error."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedError(verdict)


def _make(path: Path) -> None:
    """Make the file for our eyes only, and its name durable, before SQLite holds any lock on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
