"""When each route was last proved, kept over restarts; and which have had no proof for too long."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from relayd.domain.delivery import Attempt, Dissemination
from relayd.domain.event import NOTED_WITHIN
from relayd.domain.household import Carer, Household, Route

OVERDUE_AFTER = timedelta(days=35)
PROVES = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})
NOTED_EVERY = timedelta(minutes=1)
META = "routes"


class Keeper(Protocol):
    """Keeps small things; see :class:`relayd.store.Store`."""

    def meta(self, key: str) -> str | None:
        """Give back what was kept under *key*."""
        ...

    def set_meta(self, key: str, value: str, within: timedelta) -> None:
        """Keep *value* under *key*, on disk within that time."""
        ...


class Kept(msgspec.Struct):
    """What is kept of one route, in people's time: since when it is known, and its last proof."""

    first_seen: datetime
    proven_at: datetime | None = None


class RouteBook:
    """The proofs of every route of one household. Moments are people's time.

    A route is its carer, its channel and its address: a new number must be proved anew. Real
    alerts, drills and tests count alike: a delivery report or an answer, and nothing less.
    """

    def __init__(self, household: Household, keeper: Keeper) -> None:
        self._household = household
        self._keeper = keeper
        kept = keeper.meta(META)
        self._kept: dict[str, Kept] = {}
        if kept is not None:
            with contextlib.suppress(msgspec.DecodeError):  # then it is learned anew
                self._kept = msgspec.json.decode(kept, type=dict[str, Kept])

    def see(self, now: datetime) -> None:
        """Take note of routes that are new; those that left the file are forgotten."""
        known = {key_of(carer.id, route) for carer, _, route in self._routes()}
        fresh = known - self._kept.keys()
        if fresh or self._kept.keys() - known:
            self._kept = {key: kept for key, kept in self._kept.items() if key in known}
            self._kept.update({key: Kept(now) for key in sorted(fresh)})
            self._write()

    def note(self, attempt: Attempt, now: datetime) -> None:
        """Take in how far *attempt* got."""
        carer = self._household.carers.get(attempt.carer)
        if attempt.status not in PROVES or carer is None:
            return
        if attempt.route < len(carer.routes):
            route = carer.routes[attempt.route]
            if route.channel == attempt.channel:
                self.proved(attempt.carer, route, now)

    def proved(self, carer: str, route: Route, now: datetime) -> None:
        """A carer was reached over *route*, or answered by it."""
        key = key_of(carer, route)
        kept = self._kept.setdefault(key, Kept(now))
        known = kept.proven_at
        if known is None or abs(now - known) >= NOTED_EVERY:
            kept.proven_at = now
            self._write()

    def proven_at(self, carer: str, route: Route) -> datetime | None:
        """When *route* was last proved; None where it never was."""
        kept = self._kept.get(key_of(carer, route))
        return kept.proven_at if kept is not None else None

    def unproven_for(self, carer: str, route: Route, now: datetime) -> timedelta | None:
        """How long *route* has had no proof, where that is too long; None where all is well.

        A sounder is never late: it has no way to prove anything.
        """
        kept = self._kept.get(key_of(carer, route))
        if kept is None or route.sounder:
            return None
        since = now - (kept.proven_at or kept.first_seen)
        return since if since >= OVERDUE_AFTER else None

    def overdue(self, now: datetime) -> list[tuple[str, int]]:
        """Every route without proof for too long, as carer and place in the ladder."""
        return [
            (carer.id, number)
            for carer, number, route in self._routes()
            if self.unproven_for(carer.id, route, now) is not None
        ]

    def _routes(self) -> Iterator[tuple[Carer, int, Route]]:
        for carer in self._household.carers.values():
            for number, route in enumerate(carer.routes):
                yield carer, number, route

    def _write(self) -> None:
        self._keeper.set_meta(META, msgspec.json.encode(self._kept).decode(), NOTED_WITHIN)


def key_of(carer: str, route: Route) -> str:
    """What tells one route from another; no address can be read in it."""
    end = hashlib.sha256(f"{carer} {route.to}".encode()).hexdigest()[:12]
    return f"{carer}/{route.channel}/{end}"
