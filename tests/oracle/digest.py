"""A trace sorted once by what it is about, so that every invariant can look things up.

A crash takes back what was decided and not yet written: such turns are no part of the digest. What
was written while storage was lost is memory, and goes with the process too.
"""

from collections import defaultdict
from collections.abc import Iterator

from oracle.life import Disk, Life
from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import (
    Answered,
    AttemptReported,
    ClockReported,
    Happened,
    ReadingsReceived,
    Row,
    Send,
    Started,
)
from relayd.simulate.trace import (
    Aired,
    BrokerAcked,
    BrokerBrought,
    CarerSaid,
    Entry,
    Fed,
    RelayDied,
    Shown,
    Trace,
    WokeLate,
    Written,
)

WAITS_AT_MOST_S = 120.0  # for company on the way to the disk


class Digest:
    """One trace, looked through once. Moments are seconds."""

    def __init__(self, trace: Trace, ended: float) -> None:
        self.ended = ended
        self.entries = trace.entries
        self.feds: list[Fed] = []
        self.taken_back: list[Fed] = []  # what a process heard, and lost in a crash
        self.lives: dict[str, Life] = defaultdict(Life)
        self.aired: dict[str, list[Aired]] = defaultdict(list)
        self.shown: dict[tuple[str, str], list[Shown]] = defaultdict(list)
        self.said: list[CarerSaid] = []
        self.reports: dict[str, list[tuple[float, Dissemination, Failure | None]]]
        self.reports = defaultdict(list)
        self.sends: list[tuple[float, Send]] = []
        self.disks: list[Disk] = []
        self.forgotten: set[str] = set()
        self.forgot: dict[int, float] = {}  # rows in memory alone, and when their process died
        self.amnesia: list[float] = []  # when a process died while storage was lost
        self.down: list[tuple[float, float]] = []
        self._late: list[tuple[float, float]] = []
        self._offset = self._ahead = 0.0
        self.behind: list[
            tuple[float, float]
        ] = []  # when one began with less time passed, how much
        self.leapt: list[float] = []  # when a process began by a wall clock that had gone ahead
        self._look(self._lost())
        if self.disks and self.disks[-1].back == float("inf"):
            self.down.append((self.disks[-1].died, ended))

    def _lost(self) -> set[int]:
        """Every turn that a crash took back, by the identity of its entry.

        A turn without rows (the same again) is lost with the message that the broker still holds.
        """
        lost: set[int] = set()
        unwritten: dict[int, Fed] = {}
        held: dict[int, Fed] = {}
        number: int | None = None
        acked = float("inf")
        for entry in self.entries:
            kind = type(entry)
            if kind is Fed:
                assert isinstance(entry, Fed)
                for row in entry.rows:
                    unwritten[id(row)] = entry
                if number is not None and not entry.rows:
                    held[number] = entry
                number = None
            elif isinstance(entry, Written):
                for row in entry.rows:
                    unwritten.pop(id(row), None)
            elif isinstance(entry, BrokerBrought):
                number = entry.number
            elif isinstance(entry, BrokerAcked):
                held.pop(entry.number, None)
                acked = entry.t
            elif isinstance(entry, RelayDied) and not entry.back:
                waited = min(entry.t, acked) - WAITS_AT_MOST_S  # one that is away takes no word
                again = (fed for fed in held.values() if fed.t > waited)
                lost.update(id(fed) for fed in (*unwritten.values(), *again))
                unwritten.clear()
                held.clear()
        return lost

    def _look(self, lost: set[int]) -> None:
        disk = Disk(0.0, float("inf"), {}, {})
        memory: dict[int, str] = {}
        for entry in self.entries:
            if isinstance(entry, Fed):
                if id(entry) not in lost:
                    self._take(entry)
                else:
                    self.taken_back.append(entry)
            elif isinstance(entry, Written):
                if not entry.durable:
                    memory.update(_names(entry.rows))
                    continue
                _keep(entry.rows, disk)
                for row in entry.rows if memory else ():
                    memory.pop(id(row), None)
            elif isinstance(entry, RelayDied) and not entry.back:
                kept = Disk(entry.t, float("inf"), dict(disk.alerts), dict(disk.attempts))
                self.disks.append(kept)
                if memory:
                    self.forgot.update(dict.fromkeys(memory, entry.t))
                    self._forget(set(memory.values()), entry.t)
                    memory.clear()
            else:
                self._see(entry)

    def _see(self, entry: Entry) -> None:
        if isinstance(entry, Aired):
            self.aired[entry.attempt].append(entry)
        elif isinstance(entry, Shown):
            self.shown[entry.alert, entry.carer].append(entry)
        elif isinstance(entry, CarerSaid):
            self.said.append(entry)
        elif isinstance(entry, WokeLate):
            self._late.append((entry.t, entry.late.total_seconds()))
        elif isinstance(entry, RelayDied):
            self.disks[-1].back = entry.t
            self.down.append((self.disks[-1].died, entry.t))

    def _forget(self, names: set[str], t: float) -> None:
        """What was in memory only is gone: those alerts go on as the disk has them."""
        self.amnesia.append(t)
        for name in names & self.lives.keys():
            old = self.lives.pop(name)
            old.until = t
            self.lives[f"{name} until {t:.0f}"] = old
            self.forgotten.add(name)
            alert = self.disks[-1].alerts.get(name)
            if alert is not None and alert.open:
                self.lives[name].stood.append((t, alert, Fed(t, Started(), (), ())))
                self.lives[name].raised = old.raised if old.raised is not None else old.stood[0][0]
                self.lives[name].begun.extend(
                    one for one in old.begun if one[1].id in self.disks[-1].attempts
                )

    def _take(self, fed: Fed) -> None:
        self.feds.append(fed)
        event = fed.event
        if isinstance(event, Started):
            self._began(fed)
        elif isinstance(event, ClockReported):
            self._offset = event.offset.total_seconds()
        elif isinstance(event, AttemptReported):
            self.reports[event.attempt].append((fed.t, event.status, event.failure))
        elif isinstance(event, Answered) and event.attempt is not None:
            status = Dissemination.ACCEPTED if event.accepted else Dissemination.REJECTED
            self.reports[event.attempt].append((fed.t, status, None))
        for row in fed.rows:
            if isinstance(row, Alert):
                self.lives[row.id].stood.append((fed.t, row, fed))
        for send in fed.sends:
            self.sends.append((fed.t, send))
            self.lives[send.attempt.alert].begun.append((fed.t, send.attempt))

    def _began(self, fed: Fed) -> None:
        """Count what steady time a process lacks, beyond the stop itself, as time stopped.

        A Pi has no clock of its own: it knows no moment later than the wall shows or the disk has.
        """
        said = next(row.at for row in fed.rows if isinstance(row, Happened))
        ahead = said.timestamp() - self._offset - fed.t
        if self.disks and self.disks[-1].started is None:
            disk = self.disks[-1]
            disk.started = fed
            behind = self._ahead - ahead
            if behind > 0.0:
                self.behind.append((disk.back, behind))
            lacks = behind - (disk.back - disk.died)
            if lacks > 0.0:
                self._late.append((disk.back + lacks, lacks))
            elif ahead > self._ahead + 1.0:
                self.leapt.append(disk.back)
        self._ahead = ahead

    # Time that does not count --------------------------------------------------

    def down_in(self, a: float, b: float) -> float:
        """For how long of *a* to *b* relayd was not running, or was not woken."""
        dead = sum(max(0.0, min(b, up) - max(a, died)) for died, up in self.down)
        return dead + sum(late for t, late in self._late if a <= t - late and t - late <= b)

    def steady(self, a: float, b: float) -> float:
        """When relayd's own clock has gone on from *a* by as much as to *b*: a Pi may have none."""
        return b + sum(lost for back, lost in self.behind if a < back <= b + lost)

    def extended(self, a: float, b: float) -> float:
        """*b*, put off by all the time from *a* on in which relayd was not running."""
        if not self.down and not self._late:
            return b
        end = b
        while (later := b + self.down_in(a, end)) > end + 1e-6:
            end = later
        return end

    def heard_again(self, wearer: str, a: float, b: float) -> float | None:
        """When a process began anew after one that heard *wearer* between *a* and *b* and died."""
        for fed in self.taken_back:
            event = fed.event
            if not (a < fed.t < b and isinstance(event, ReadingsReceived)):
                continue
            if any(reading.wearer == wearer for reading in event.readings):
                return next((up for died, up in self.down if died >= fed.t), self.ended)
        return None

    def running(self, a: float, b: float) -> bool:
        """Whether relayd ran all the time from *a* to *b*."""
        return all(up <= a or died >= b for died, up in self.down)


def _keep(rows: tuple[Row, ...], disk: Disk) -> None:
    for row in rows:
        if isinstance(row, Alert):
            disk.alerts[row.id] = row
        elif isinstance(row, Attempt):
            disk.attempts[row.id] = row


def _names(rows: tuple[Row, ...]) -> Iterator[tuple[int, str]]:
    for row in rows:
        if isinstance(row, Alert):
            yield id(row), row.id
        elif isinstance(row, Attempt):
            yield id(row), row.alert
        else:
            yield id(row), ""
