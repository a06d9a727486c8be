"""Rows on their way to the disk: those of one commit, or those that wait for a lost disk."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import Happened, KeptReading, Row


@dataclass(slots=True)
class Bundle:
    """The latest version of each alert and attempt, every reading and every timeline line."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    readings: list[KeptReading] = field(default_factory=list)
    happened: list[tuple[int, Happened]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)

    def add(self, rows: Iterable[Row], seq: int) -> int:
        """Take *rows*; timeline lines are numbered from *seq*. Returns the next number."""
        for row in rows:
            match row:
                case KeptReading():
                    self.readings.append(row)
                case Happened():
                    self.happened.append((seq, row))
                    seq += 1
                case Attempt():
                    self.attempts[row.id] = row
                case Alert():
                    self.alerts[row.id] = row
        return seq

    def follow(self, newer: "Bundle") -> None:
        """Take what came after."""
        self.alerts.update(newer.alerts)
        self.attempts.update(newer.attempts)
        self.readings += newer.readings
        self.happened += newer.happened
        self.meta.update(newer.meta)

    def trim(self, most: int) -> None:
        """Forget the oldest of each kind beyond *most*; an open alert is never forgotten."""
        del self.readings[:-most], self.happened[:-most]
        if len(self.attempts) > most:
            for old in list(self.attempts)[:-most]:
                del self.attempts[old]
        if len(self.alerts) > most:
            ended = [alert.id for alert in self.alerts.values() if not alert.open]
            for old in ended[:-most]:
                del self.alerts[old]

    def __bool__(self) -> bool:
        return bool(self.alerts or self.attempts or self.readings or self.happened or self.meta)
