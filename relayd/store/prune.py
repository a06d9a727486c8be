"""Forgetting what is older than a family wants kept: rarely, and in small bites."""

import sqlite3
from datetime import datetime, timedelta

from relayd.store.bundle import Bundle
from relayd.store.rows import micros

EVERY = timedelta(hours=1)
FIRST_AFTER = timedelta(minutes=5)  # not while a start is still busy
BITE = 200  # rows of a kind in one go

_PACKS = (
    "DELETE FROM {table} WHERE key IN (SELECT key FROM"
    " (SELECT key, until FROM {table} ORDER BY key LIMIT ?) WHERE until < ?)"
)
_ALERTS = (
    "DELETE FROM alert WHERE key IN (SELECT key FROM alert"
    " WHERE presence = 'off' AND raised_at + ifnull(ended_at, 0) < ?2 LIMIT ?1)"
)
_ATTEMPTS = (
    "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt"
    " WHERE begun_at < ?2 AND alert NOT IN (SELECT id FROM alert) LIMIT ?1)"
)


class Pruner:
    """Knows the time only by the rows it sees: a clock that is wrong at start deletes nothing."""

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep
        self._now: datetime | None = None
        self._said: datetime | None = None
        self._next: datetime | None = None

    def saw(self, bundle: Bundle) -> None:
        """Note how late it is."""
        moments = [kept.arrived_at for kept in bundle.readings[-1:]]
        moments += [attempt.status_at or attempt.begun_at for attempt in bundle.attempts.values()]
        moments += [alert.ended_at or alert.raised_at for alert in bundle.alerts.values()]
        if moments:
            latest = max(moments)
            self._now = latest if self._now is None else max(self._now, latest)
        if bundle.happened:
            self._said = bundle.happened[-1][1].at
        if self._next is None and self._now is not None:
            self._next = self._now + FIRST_AFTER

    @property
    def due(self) -> bool:
        """Whether it is time to forget something."""
        return self._now is not None and self._next is not None and self._now >= self._next

    def prune(self, connection: sqlite3.Connection) -> None:
        """Delete one bite of each kind, within the caller's transaction. Raises sqlite3.Error."""
        assert self._now is not None, "asked before it was due"
        before = micros(self._now - self._keep)
        # Timeline lines bear people's time, which may be ahead of steady time or behind it.
        said_before = min(before, micros(self._said - self._keep)) if self._said else before
        bites = (
            connection.execute(_PACKS.format(table="reading_pack"), (BITE, before)),
            connection.execute(_PACKS.format(table="timeline_pack"), (BITE, said_before)),
            connection.execute(_ALERTS, (BITE, before)),
            connection.execute(_ATTEMPTS, (BITE, before)),
        )
        if all(bite.rowcount < BITE for bite in bites):
            self._next = self._now + EVERY
