"""When each route was last proven: by a delivery report or an answer, and nothing less."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import Happened
from relayd.domain.household import Carer
from relayd.proofs import PROVES, RouteBook
from relayd.store import Store
from relayd.web.relay import Relay

ALERTS_READ = 100  # so far back, at start, for what is known of the routes
REFUSES = frozenset({Failure.REFUSED, Failure.CREDENTIALS})

Key = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What attempts have shown of one route. *proven_at* is engine time."""

    proven_at: datetime | None = None
    refused: bool = False


class Proofs:
    """The newest proof of every route: from history at start, then as things happen."""

    def __init__(self, relay: Relay, book: RouteBook | None = None) -> None:
        self._relay = relay
        self._book = book
        self._known: dict[Key, Known] = {}

    def learn(self, attempts: list[Attempt]) -> None:
        """Take in what was tried before; in any order."""
        for attempt in sorted(attempts, key=_moment):
            self._note(attempt)

    def happened(self, _seq: int, line: Happened) -> None:
        """A line of the timeline: how far some attempt got."""
        attempt = self._relay.engine.attempt(line.fields.get("attempt") or "")
        if attempt is not None:
            self._note(attempt)

    def of(self, carer: Carer, route: int) -> tuple[datetime | None, str]:
        """When that route was last proven, in people's time, and its state.

        The state is unproven, proven or refused.
        """
        channel = carer.routes[route].channel
        known = self._known.get((carer.id, route, channel), Known())
        proven_at = self._proven_at(carer, route, known)
        if known.refused or channel in self._relay.engine.desk.belief.refused:
            return proven_at, "refused"
        return proven_at, "proven" if proven_at is not None else "unproven"

    def _proven_at(self, carer: Carer, route: int, known: Known) -> datetime | None:
        """What history tells, and what the book kept longer: drills and tests among it."""
        steady = known.proven_at
        at = steady + self._relay.engine.offset if steady is not None else None
        kept = self._book.proven_at(carer.id, carer.routes[route]) if self._book else None
        return max((each for each in (at, kept) if each is not None), default=None)

    def late_by(self, carer: Carer, route: int, now: datetime) -> timedelta | None:
        """For how long that route has had no proof, where that is too long; *now* is people's."""
        if self._book is None:
            return None
        return self._book.unproven_for(carer.id, carer.routes[route], now)

    def _note(self, attempt: Attempt) -> None:
        key = (attempt.carer, attempt.route, attempt.channel)
        known = self._known.get(key, Known())
        if attempt.status in PROVES:
            at = _moment(attempt)
            newest = at if known.proven_at is None else max(at, known.proven_at)
            known = Known(proven_at=newest)
        elif attempt.status is Dissemination.SENT:
            known = replace(known, refused=False) if known.refused else known
        elif attempt.failure in REFUSES:
            known = replace(known, refused=True)
        self._known[key] = known


async def history(store: Store) -> list[Attempt]:
    """What was tried for the last alerts, as the disk knows it."""
    alerts = await store.alerts(ALERTS_READ)
    return [attempt for alert in alerts for attempt in await store.attempts(alert.id)]


def _moment(attempt: Attempt) -> datetime:
    return attempt.status_at or attempt.begun_at
