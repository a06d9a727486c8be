"""The relay's own faults: what fails, what nobody can read, what cannot be true. Said once."""

from collections.abc import Iterable

from relayd.domain.alert import Code
from relayd.domain.belief import Belief, PathBelief, PathState
from relayd.domain.draft import Draft
from relayd.domain.event import PathReported, PayloadRejected, SimServed, TechnicalReported
from relayd.domain.ward import Ward

REJECTED_IN_A_ROW = 3
SOURCES_COUNTED = 1000
SIGN_IN = ". Sign in to that network with a browser, or have the Pi join another"


class Technical:
    """Keeps the faults of *relay*. Every method returns the ward to look at, if it changed."""

    def __init__(self, relay: Ward, belief: Belief) -> None:
        self._relay = relay
        self._belief = belief
        self.rejected: dict[str, int] = {}
        self._in_a_row: dict[str, int] = {}

    def report(self, event: TechnicalReported, draft: Draft) -> Iterable[Ward]:
        """A part of the relay failed, or works again."""
        return self._set(event.condition, event.about, event.detail, draft, on=event.present)

    def mishap(self, why: str, draft: Draft) -> Iterable[Ward]:
        """A fault in relayd's own rules: said once, and not taken back before it starts anew."""
        return self._set(Code.MISHAP, "", why, draft, on=True)

    def clock(self, draft: Draft, *, known: bool) -> Iterable[Ward]:
        """The time of day is to be had, or not."""
        return self._set(Code.CLOCK, "", "the time of day is not known", draft, on=not known)

    def suspect(self, source: str) -> None:
        """*source* was not to be understood before the relay stopped."""
        self._in_a_row[source] = REJECTED_IN_A_ROW

    def reject(self, event: PayloadRejected, draft: Draft) -> Iterable[Ward]:
        """Count what nobody can read; say it when it goes on."""
        known = event.source in self.rejected or len(self.rejected) < SOURCES_COUNTED
        source = event.source if known else "other topics"
        self.rejected[source] = count = self.rejected.get(source, 0) + 1
        self._in_a_row[source] = row = self._in_a_row.get(source, 0) + 1
        if count & (count - 1) == 0:  # the first, second, fourth, eighth: a flood fills no disk
            draft.happened("payload.rejected", source=source, why=event.why, count=str(count))
        if row == REJECTED_IN_A_ROW:
            return self._set(Code.BAD_PAYLOAD, source, event.why, draft, on=True)
        return ()

    def understood(self, source: str, draft: Draft) -> Iterable[Ward]:
        """*source* said something that can be read."""
        if not self._in_a_row or self._in_a_row.pop(source, None) is None:
            return ()
        return self._set(Code.BAD_PAYLOAD, source, "", draft, on=False)

    def stamp(self, ward: Ward, impossible: bool | None, draft: Draft) -> Iterable[Ward]:  # noqa: FBT001
        """A wearer's readings carry a time that cannot be true, or can again (None: no saying)."""
        assert ward.wearer is not None
        wearer = ward.wearer
        known = (Code.CLOCK, wearer.id) in self._relay.faults
        if impossible is None or impossible is known:
            return ()
        detail = f"readings of {wearer.name} carry a time that cannot be true"
        return self._set(Code.CLOCK, wearer.id, detail, draft, on=impossible)

    def way_out(self, event: PathReported | SimServed, draft: Draft) -> Iterable[Ward]:
        """One of our ways out was lost, or proved itself again, or leads by another network now."""
        if isinstance(event, SimServed):
            self._belief.serve(event.channel, event.core)
            return ()
        paths = self._belief.paths
        known = paths.get(event.path)
        before = known.state if known is not None else PathState.UNPROVEN
        if known is not None and event.state is before:
            return ()
        paths[event.path] = PathBelief(event.state, draft.now, event.evidence)
        was_lost = (Code.PATH_LOST, event.path) in self._relay.faults
        lost = event.state is PathState.DOWN or event.stranger
        if lost is not was_lost:
            word = "path.lost" if lost else "path.restored"
            draft.happened(word, path=event.path, evidence=event.evidence)
        detail = f"{event.path}: {event.evidence}{SIGN_IN if event.stranger else ''}"
        return self._set(Code.PATH_LOST, event.path, detail, draft, on=lost)

    def _set(
        self, code: Code, about: str, detail: str, draft: Draft, *, on: bool
    ) -> Iterable[Ward]:
        key = (code, about)
        known = self._relay.faults.get(key)
        if on and known is not None and detail and detail != known[1]:
            self._relay.faults[key] = (known[0], detail)  # what is told is what was learned last
        if on is (known is not None):
            return ()
        if on:
            self._relay.faults[key] = (draft.now, detail)
        else:
            del self._relay.faults[key]
        return (self._relay,)
