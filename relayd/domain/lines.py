"""Quiet lines: it is over, somebody has it. Told once, to those who were called, waking nobody."""

from typing import TYPE_CHECKING

from relayd.domain.alert import Priority
from relayd.domain.belief import Belief
from relayd.domain.delivery import Attempt, Dissemination, Purpose, Reason
from relayd.domain.draft import Draft
from relayd.domain.household import Carer, Route
from relayd.domain.names import NAMES
from relayd.domain.plan import Try

if TYPE_CHECKING:
    from relayd.domain.case import Case

CATCH_UP_AT_MOST = 300  # characters
MORE = "; and more"
PROOF = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})


def tell(case: "Case", purpose: Purpose, among: set[str], belief: Belief, draft: Draft) -> None:
    """Send one quiet line to each of *among* that was called, and to every sounder that was."""
    for carer_id in sorted(among & case.called()):
        carer = case.household.carers.get(carer_id)
        if carer is None:
            continue
        reached = {a.route for a in case.attempts.values() if a.carer == carer_id}
        for number in sorted(reached):
            if carer.routes[number].sounder and not _heard(case, carer.routes[number], purpose):
                case.begin(carer, purpose, Try(number, 1, Reason.TOLD), belief, draft)
        _tell_person(case, carer, purpose, belief, draft)


def _heard(case: "Case", sounder: Route, purpose: Purpose) -> bool:
    """Whether that very sounder was told already: it may stand on several carers' ladders."""
    return any(
        (route.channel, route.to) == (sounder.channel, sounder.to)
        for attempt in case.attempts.values()
        if attempt.purpose is purpose and attempt.call == case.alert.call
        for route in case.household.carers[attempt.carer].routes[attempt.route : attempt.route + 1]
    )


def announce(case: "Case", purpose: Purpose, belief: Belief, draft: Draft) -> None:
    """Send one quiet line to every carer of the plan, called or not."""
    for carer_id in case.plan.carers:
        _tell_person(case, case.household.carers[carer_id], purpose, belief, draft)


def unplan(case: "Case", but: set[str], belief: Belief, draft: Draft) -> None:
    """Tell all who were told of a planned silence, *but* some, that it has ended early."""
    told = {a.carer for a in case.attempts.values() if a.purpose is Purpose.PAUSED}
    for carer_id in case.plan.carers:
        if carer_id in told - but:
            _tell_person(case, case.household.carers[carer_id], Purpose.CLEARED, belief, draft)


def catch_up(case: "Case", carer_id: str, belief: Belief, draft: Draft) -> None:
    """Tell a carer who can be reached again what happened meanwhile."""
    carer = case.household.carers.get(carer_id)
    if carer is not None and case.alert.evidence.detail:
        _tell_person(case, carer, Purpose.MISSED, belief, draft)


def note_missed(unreached: "Case", missed: "Case", draft: Draft) -> None:
    """Note for a carer who cannot be reached what they would have been told."""
    if not missed.wearer_name:
        return
    evidence = unreached.alert.evidence
    at = missed.local(draft) - (draft.now - missed.alert.raised_at)
    heard = f"{at:%H:%M} {missed.wearer_name} {NAMES[missed.alert.condition]}"
    told = f"{evidence.detail}; {heard}" if evidence.detail else heard
    if len(told) > CATCH_UP_AT_MOST:
        told = evidence.detail if evidence.detail.endswith(MORE) else f"{evidence.detail}{MORE}"
    unreached.put(unreached.alert._replace(evidence=evidence._replace(detail=told)), draft)


def retell(case: "Case", failed: Attempt, belief: Belief, draft: Draft) -> None:
    """A quiet line got nowhere: try the next route that may carry it."""
    carer = case.household.carers.get(failed.carer)
    if carer is not None and not carer.routes[failed.route].sounder:
        _tell_person(case, carer, failed.purpose, belief, draft)


def _tell_person(
    case: "Case", carer: Carer, purpose: Purpose, belief: Belief, draft: Draft
) -> None:
    """Over the route that proved itself, else a push, else what is left; a dead one last."""
    mine = [a for a in case.attempts.values() if a.carer == carer.id]
    tried = {a.route for a in mine if a.purpose is purpose and a.call == case.alert.call}
    proven = {a.route for a in mine if a.status in PROOF}

    def rank(number: int) -> tuple[bool, bool, bool]:
        route = carer.routes[number]
        return belief.dead(route), number not in proven, not route.quiet

    fit = [
        number
        for number, route in enumerate(carer.routes)
        if number not in tried and not route.sounder and _may_carry(case, route, purpose)
    ]
    if fit:
        case.begin(carer, purpose, Try(min(fit, key=rank), 1, Reason.TOLD), belief, draft)


def _may_carry(case: "Case", route: Route, purpose: Purpose) -> bool:
    """Whether *route* may carry a quiet line: never a call, for little things only a push."""
    little = case.alert.priority is Priority.LOW and purpose is not Purpose.MISSED
    return route.quiet or not (little or "voice" in route.kind)
