"""One alert's life, and what a disk held when a process died."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.simulate.trace import Fed


@dataclass(slots=True)
class Life:
    """One alert: how it stood from when on, and every attempt that was begun for it."""

    stood: list[tuple[float, Alert, Fed]] = field(default_factory=list)
    begun: list[tuple[float, Attempt]] = field(default_factory=list)
    until: float = float("inf")
    raised: float | None = None

    def at(self, t: float) -> Alert | None:
        """How it stood at *t*, that moment's own turns included."""
        found = None
        for since, alert, _ in self.stood:
            if since > t or t >= self.until:
                break
            found = alert
        return found if t < self.until else None

    def ever_at(self, t: float) -> Iterator[Alert]:
        """Every way it stood at *t*: one moment may bring several turns."""
        return (alert for a, b, alert in self.spans(self.until) if a <= t <= b)

    def spans(self, end: float) -> list[tuple[float, float, Alert]]:
        """From when to when it stood how, up to *end*."""
        ends = [since for since, _, _ in self.stood[1:]] + [min(end, self.until)]
        return [(a, b, alert) for (a, alert, _), b in zip(self.stood, ends, strict=True)]


@dataclass(slots=True)
class Disk:
    """What was on disk when the process died: the last row of each alert and attempt."""

    died: float
    back: float
    alerts: dict[str, Alert]
    attempts: dict[str, Attempt]
    started: Fed | None = None

    def over_at_start(self, name: str, lives: Iterable[Life]) -> bool:
        """Whether alert *name* ended before the start: the right time came first, for one."""
        assert self.started is not None
        return any(
            not alert.open and self.back <= since <= self.started.t and fed is not self.started
            for life in lives
            for since, alert, fed in life.stood
            if alert.id == name
        )
