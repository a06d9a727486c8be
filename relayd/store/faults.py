"""What can be wrong with a disk, and how it is said to people."""

import os
import sqlite3
from pathlib import Path

_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_ERROR,  # the tables are not ours
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_NOTADB,
    }
)

HUNG = "the disk does not answer; until it does, relayd remembers everything in memory only"
_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space in {place}",
    sqlite3.SQLITE_READONLY: "the disk is read-only: look whether the card is worn out ({place})",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: may relayd write in {place}?",
    sqlite3.SQLITE_IOERR: "the disk reports an error: it is full or worn out ({place})",
    sqlite3.SQLITE_BUSY: "another program holds {path}: close it",
    sqlite3.SQLITE_PERM: "{path} may not be written: look at its owner",
}
_ASIDE = {
    "corrupt": "the database was damaged and put aside as {name}; what could be read was kept",
    "newer": "the database is of a newer relayd and was put aside as {name}; a new one was begun",
}


class GoneError(OSError):
    """The file is no longer where it was: somebody removed it or put another in its place."""


def code(error: Exception) -> int:
    """SQLite's primary result code, SQLITE_ERROR where there is none."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def is_damage(error: sqlite3.Error, path: Path) -> bool:
    """Whether the file is at fault, rather than the disk or another program."""
    if code(error) == sqlite3.SQLITE_READONLY:  # a spoilt header says so too
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code(error) in _DAMAGE


def sentence(error: Exception, path: Path) -> str:
    """What is wrong, where, and what to do, for a person."""
    if isinstance(error, GoneError):
        return f"{path} was removed or replaced while relayd was running"
    if isinstance(error, OSError):
        return f"{path} cannot be written: {error.strerror or error}"
    words = _SENTENCES.get(code(error), "{path} cannot be written: {error}")
    return words.format(path=path, place=path.parent, error=error)


def said_aside(word: str, name: str) -> str:
    """What is said of a file that was put aside as *name*."""
    return _ASIDE[word].format(name=name)
