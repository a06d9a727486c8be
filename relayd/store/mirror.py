"""What a restart must find, held in memory too: enough to fill a new file if this one goes."""

from collections.abc import Callable, Iterable, Sequence

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import KeptReading
from relayd.store.bundle import Bundle
from relayd.store.packs import reading_lines
from relayd.store.rows import micros, washed

ACCEPTABLE, NUMBERS = "store.acceptable", "store.numbers"
ENDED = 1000  # this many ended alerts are remembered by key: late reports still come for them

Find = Callable[[str, Sequence[str]], dict[str, int]]
"""Looks up rows by id in a table on disk: a scan, for there is no index to be written."""


def number_of(alert: str) -> int:
    """The number in an alert's id (``mia-12``), 0 where there is none."""
    tail = alert.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() else 0


class Mirror:
    """Open alerts and their attempts, each wearer's last acceptable reading, numbers, meta.

    It also gives each alert and attempt its place on disk (*keys*), so that a new version replaces
    the old without an index. Keys only grow: one that was given in a commit that failed stays
    with its row.
    """

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.attempts: dict[str, dict[str, Attempt]] = {}
        self.readings: dict[str, KeptReading] = {}
        self.numbers: dict[str | None, int] = {}
        self.meta: dict[str, str] = {}
        self.next_key = 1
        self._keys: dict[str, int] = {}
        self._tries: dict[str, dict[str, int]] = {}
        self._ended: dict[str, None] = {}

    def learn(self, alert: Alert, key: int) -> None:
        """Take an open alert that was found on disk."""
        self._keys[alert.id] = key
        self._note_alert(alert)
        self.next_key = max(self.next_key, key + 1)

    def learn_attempt(self, attempt: Attempt, key: int) -> None:
        """Take an attempt of an open alert that was found on disk."""
        self._tries.setdefault(attempt.alert, {})[attempt.id] = key
        self.attempts.setdefault(attempt.alert, {})[attempt.id] = attempt
        self.next_key = max(self.next_key, key + 1)

    def file(
        self, bundle: Bundle, find: Find
    ) -> tuple[list[tuple[int, Alert]], list[tuple[int, Attempt]]]:
        """Take what *bundle* brings, and say where each alert and attempt belongs on disk."""
        alerts = self._place_alerts(bundle.alerts.values(), find)
        attempts = self._place_attempts(bundle.attempts.values(), find)
        for kept in bundle.readings:
            if kept.acceptable:
                self.readings[kept.wearer] = kept
        self.meta |= {k: v for k, v in bundle.meta.items() if k not in (ACCEPTABLE, NUMBERS)}
        while len(self._ended) > ENDED:
            oldest = next(iter(self._ended))
            for known in (self._ended, self._keys, self._tries):
                known.pop(oldest, None)
        return alerts, attempts

    def snapshot(self) -> Bundle:
        """Everything, for a new file."""
        return Bundle(
            alerts=dict(self.alerts),
            attempts={id_: a for tries in self.attempts.values() for id_, a in tries.items()},
            readings=list(self.readings.values()),
            meta=self.meta | self.notes(),
        )

    def notes(self) -> dict[str, str]:
        """What rows alone will not tell once the old ones are pruned, as meta values."""
        kept = tuple(self.readings.values())
        noted_at = max((micros(reading.arrived_at) for reading in kept), default=None)
        lines = reading_lines(kept) if kept else (0, 0, [])
        return {
            ACCEPTABLE: washed((noted_at, *lines))[1].decode(),
            NUMBERS: washed(list(self.numbers.items()))[1].decode(),
        }

    def forget_keys(self, next_key: int) -> None:
        """Begin anew in another file, whose keys below *next_key* are taken."""
        self._keys = dict.fromkeys(self.alerts, 0)
        self._tries = {alert: dict.fromkeys(tries, 0) for alert, tries in self.attempts.items()}
        self._ended = {}
        self.next_key = next_key
        for alert in self._keys:
            self._keys[alert] = self._new_key()
        for tries in self._tries.values():
            for attempt in tries:
                tries[attempt] = self._new_key()

    def _place_alerts(self, alerts: Iterable[Alert], find: Find) -> list[tuple[int, Alert]]:
        alerts = list(alerts)
        old = [a.id for a in alerts if a.id not in self._keys and not self._is_new(a)]
        found = find("alert", old) if old else {}
        placed = []
        for alert in alerts:
            key = self._keys.get(alert.id) or found.get(alert.id) or self._new_key()
            self._keys[alert.id] = key
            self._note_alert(alert)
            placed.append((key, alert))
        return placed

    def _place_attempts(self, attempts: Iterable[Attempt], find: Find) -> list[tuple[int, Attempt]]:
        attempts = list(attempts)
        old = [a.id for a in attempts if a.alert not in self._keys]
        found = find("attempt", old) if old else {}
        placed = []
        for attempt in attempts:
            tries = self._tries.get(attempt.alert, {})
            key = tries.get(attempt.id) or found.get(attempt.id) or self._new_key()
            if attempt.alert in self._keys:
                self._tries.setdefault(attempt.alert, {})[attempt.id] = key
            if attempt.alert in self.alerts:
                self.attempts.setdefault(attempt.alert, {})[attempt.id] = attempt
            placed.append((key, attempt))
        return placed

    def _note_alert(self, alert: Alert) -> None:
        if alert.open:
            self.alerts[alert.id] = alert
            self._ended.pop(alert.id, None)
        else:
            self.alerts.pop(alert.id, None)
            self.attempts.pop(alert.id, None)
            self._ended[alert.id] = None
        self.number(alert.wearer, alert.id)

    def number(self, wearer: str | None, alert: str) -> None:
        """Note that *alert* of *wearer* has been: its number is not given again."""
        self.numbers[wearer] = max(self.numbers.get(wearer, 0), number_of(alert))

    def _is_new(self, alert: Alert) -> bool:
        return number_of(alert.id) > self.numbers.get(alert.wearer, 0)

    def _new_key(self) -> int:
        self.next_key += 1
        return self.next_key - 1
