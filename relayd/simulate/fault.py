"""Faults: what is broken, how, from when to when. Each is a pure function of time and luck."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from relayd.simulate.luck import Luck


class Kind(StrEnum):
    """How a component fails."""

    DOWN = "down"  # It is not there; a path has no link.
    BLACK_HOLE = "black-hole"  # A path has a link, and nothing comes back.
    LOSS = "loss"  # Each message is lost with probability p.
    BUSY = "busy"  # Each call finds no free line with probability p.
    PARTIAL = "partial"  # A share of the phones, from p to p_to, has nothing.
    FLAP = "flap"  # It is down for the first part (duty) of every period.
    DELAY = "delay"  # It works, and takes so many seconds more.
    DNS_DEAD = "dns-dead"  # A path carries everything but names.
    CAPTIVE_PORTAL = "captive-portal"  # A stranger answers 200 in everybody's place.
    LOSES = "accepts-and-loses"  # A service takes every message and carries none.
    REFUSES_US = "credentials-refused"  # A service does not know us.
    RATE_LIMITED = "rate-limited"  # A service asks to be asked later.
    CRASH = "crash"  # The process is killed, and is started again.
    AMNESIA = "amnesia"  # A broker comes back and has forgotten what it held.
    STEP = "step"  # The wall clock is so many seconds wrong.
    UNSYNCHRONISED = "unsynchronised"  # Nobody told the clock the time; a boot finds it wrong.
    FULL = "full"  # A disk takes no more.
    ABSENT = "absent"  # A carer hears nothing.
    ASLEEP = "asleep"  # A carer wakes only for what makes noise.
    REFUSES = "refuses"  # A carer says that they cannot.
    LATE = "late"  # A carer takes so many seconds more to answer.
    SILENT = "silent"  # A source says nothing.
    REPEATS = "repeats"  # A source says its last value again and again.
    FUTURE = "future-stamps"  # A source's stamps are so many seconds ahead.
    GARBAGE = "garbage"  # A source says what nobody can read.
    BACKFILL = "late-backfill"  # A source brings everything later, all at once.


AIMS = ("onset", "commit", "handoff", "answer", "restart")
"""The transitions at which a crash may be aimed; it then strikes once after it begins."""

CERTAIN = frozenset({Kind.DOWN, Kind.FLAP, Kind.BLACK_HOLE})
DRAWN = frozenset({Kind.LOSS, Kind.BUSY, Kind.PARTIAL})
TINY = 1e-6
NETWORKS = ("network:", "group:", "ran:")
BEARERS = ("data", "sms", "voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one *component*, from *begins* to *ends* (seconds since the scenario's start).

    *p* is a probability, or the share of phones that are dead at the beginning; *p_to* that share
    at the end. *period* in seconds and *duty*, a share of it, belong to flaps. *by* are seconds: a
    delay, a step. *aim* and *after* put a crash so many seconds after a transition. *assumed*: the
    rate or the time is an assumption.
    """

    component: str
    kind: Kind = Kind.DOWN
    begins: float = 0.0
    ends: float = math.inf
    p: float = 1.0
    p_to: float | None = None
    period: float = 0.0
    duty: float = 1.0
    by: float = 0.0
    aim: str = ""
    after: float = 0.0
    assumed: bool = False
    words: str = ""
    source: str = ""

    @property
    def hits(self) -> frozenset[str]:
        """The components that it takes: with a network goes what nobody knows the network of."""
        if not self.component.startswith(NETWORKS):
            return frozenset({self.component})
        bearer = self.component.rpartition(":")[2]
        unknown = f"network:unknown:{bearer}" if bearer in BEARERS else "network:unknown"
        return frozenset({self.component, unknown})

    def stands(self, t: float) -> bool:
        """Whether it is there at *t*."""
        if not self.begins <= t < self.ends:
            return False
        return not self.period or self._phase(t) < self.duty * self.period

    def _phase(self, t: float) -> float:
        """How far into its period a flap is: an edge belongs to what comes, however it rounds."""
        return (t - self.begins + TINY) % self.period

    def bites(self, t: float, luck: Luck, message: str, phone: str, *, unlucky: bool) -> bool:
        """Whether it takes *message* to or from *phone* at *t*; *unlucky*: every drawn lot is."""
        if not self.stands(t):
            return False
        if self.kind not in DRAWN:
            return True
        if unlucky:
            return True
        name = f"fault/{self.component}/{self.kind}/{self.begins}"
        if self.kind is Kind.PARTIAL:
            return luck.draw(f"{name}/{phone}") < self.share(t)
        return luck.draw(f"{name}/{message}") < self.p

    def share(self, t: float) -> float:
        """The share of phones that are dead at *t*."""
        if self.p_to is None or self.ends == math.inf:
            return self.p
        done = (t - self.begins) / (self.ends - self.begins)
        return self.p + (self.p_to - self.p) * min(max(done, 0.0), 1.0)

    def next_edge(self, t: float) -> float:
        """When after *t* it next comes or goes; infinity where it does not."""
        if t < self.begins:
            return self.begins
        if t >= self.ends:
            return math.inf
        if not self.period:
            return self.ends
        phase, down = self._phase(t), self.duty * self.period
        rest = (down if phase < down else self.period) - phase
        return min(self.ends, t + max(rest, TINY))

    def spans(self, until: float) -> Iterator[tuple[float, float]]:
        """When it is there, up to *until*, as pairs of moments."""
        if not self.period:
            if self.begins < until:
                yield self.begins, min(self.ends, until)
            return
        t = self.begins
        while t < min(self.ends, until):
            yield t, min(t + self.duty * self.period, self.ends, until)
            t += self.period
