"""How one path stands: what links, probes and sends come to. Pure; the clock is handed in."""

from collections import deque
from datetime import datetime, timedelta

from relayd.domain.belief import PathState

FAILURES_NEEDED = 2  # one lost answer is a lost answer; while an alert is open it is enough
FLAPPING_WITHIN = timedelta(minutes=5)
FLAPPING_FROM = 3  # so many changes in that time are no accident
PROOFS_NEEDED_FLAPPING = 2

UNKNOWN = "nothing is known of it yet"
RETURNED = "its link is back, and nothing has proved it yet"
CARRIED = "a message was carried"
DOUBTED = "a message got no answer"


class Standing:
    """The state of one path, since when, and by what evidence. *probed*: probes can prove it.

    A path that nobody probes is proved by what it carries, and never lost while its link is there.
    """

    def __init__(self, now: datetime, *, probed: bool) -> None:
        self.state = PathState.UNPROVEN
        self.since = now
        self.evidence = UNKNOWN
        self.failures = 0
        self._probed = probed
        self._proofs = 0
        self._changes: deque[datetime] = deque(maxlen=FLAPPING_FROM)

    def proved(self, evidence: str, now: datetime) -> None:
        """A probe came back as expected: one is enough, two while the path flaps."""
        self.failures = 0
        self._proofs += 1
        if self._proofs >= (PROOFS_NEEDED_FLAPPING if self.flapping(now) else 1):
            self._become(PathState.UP, evidence, now)

    def failed(self, evidence: str, now: datetime, *, at_once: bool) -> None:
        """A probe did not come back; *at_once*: there is no time for a second."""
        self._proofs = 0
        self.failures += 1
        if at_once or self.failures >= FAILURES_NEEDED:
            self._become(PathState.DOWN, evidence, now)

    def met_a_stranger(self, evidence: str, now: datetime) -> None:
        """Something else answered: that ends what was proved, and restores nothing that is lost."""
        self._proofs = self.failures = 0
        if self.state is not PathState.DOWN:
            self._become(PathState.UNPROVEN, evidence, now)

    def link_lost(self, evidence: str, now: datetime) -> None:
        """The interface cannot carry anything."""
        self._proofs = 0
        self._become(PathState.DOWN, evidence, now)

    def link_returned(self, now: datetime) -> None:
        """The interface may carry again; where there are probes, only they can say that it does."""
        self._proofs = self.failures = 0
        if not self._probed:
            self._become(PathState.UNPROVEN, RETURNED, now)

    def carried(self, now: datetime) -> None:
        """A service answered over it. That proves nothing of the world where probes are to."""
        if not self._probed:
            self._become(PathState.UP, CARRIED, now)

    def doubted(self, now: datetime) -> None:
        """A message got no answer over it: the service's fault, perhaps."""
        if not self._probed and self.state is PathState.UP:
            self._become(PathState.UNPROVEN, DOUBTED, now)

    @property
    def known(self) -> bool:
        """Whether anything at all was seen of it."""
        return self.evidence is not UNKNOWN

    @property
    def estranged(self) -> bool:
        """Whether somebody answers in the world's place, so that a send may seem to succeed."""
        return self._probed and self.known and self.state is PathState.UNPROVEN

    @property
    def unsettled(self) -> bool:
        """Whether the next answer decides: one failure against it, or one proof for it."""
        return self.failures > 0 if self.state is PathState.UP else self._proofs > 0

    def flapping(self, now: datetime) -> bool:
        """Whether it changed so often of late that one proof is not enough."""
        changes = self._changes
        return len(changes) == FLAPPING_FROM and now - changes[0] <= FLAPPING_WITHIN

    def _become(self, state: PathState, evidence: str, now: datetime) -> None:
        if state is self.state:
            self.evidence = evidence
            return
        if self.known:
            self._changes.append(now)
        self.state, self.since, self.evidence = state, now, evidence
