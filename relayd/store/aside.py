"""Getting around a file that cannot be used: putting it aside, reading it from a copy."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from relayd.store.restore import Found, restore
from relayd.store.schema import NewerError, prepare

SIDE_FILES = ("-wal", "-shm")
MEMORY = Path("/dev/shm")  # noqa: S108 - a fresh directory of our own is made in it


def inode(path: Path) -> int | None:
    """Which file stands at *path*; None where there is none, or where it cannot be known."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def put_aside(path: Path, word: str) -> str:
    """Rename a database and its side files; returns the new name. Raises OSError."""
    target = next(
        name
        for number in count(1)
        if not (name := path.with_name(f"{path.name}.{word}-{number}")).exists()
    )
    path.rename(target)
    for suffix in SIDE_FILES:
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(target.with_name(target.name + suffix))
    return target.name


def restore_copy(path: Path, connect: Callable[[Path], sqlite3.Connection]) -> Found | None:
    """Read a database whose disk cannot be written, from a copy in memory; None if that fails.

    Nobody may be connected to it: reading the file by other means would drop SQLite's locks.
    """
    room = MEMORY if os.access(MEMORY, os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(prefix="relayd-", dir=room) as directory:
            copy = Path(directory) / path.name
            shutil.copyfile(path, copy)
            log = path.with_name(f"{path.name}-wal")
            if log.exists():
                shutil.copyfile(log, copy.with_name(log.name))
            with closing(connect(copy)) as connection:
                prepare(connection)
                return restore(connection, copy)
    except (sqlite3.Error, OSError, NewerError):
        return None
