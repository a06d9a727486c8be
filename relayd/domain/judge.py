"""What a report says beyond its own attempt: of the channel, of the network, of the carer."""

from relayd.domain.alert import Code
from relayd.domain.belief import Belief
from relayd.domain.case import Case
from relayd.domain.delivery import Attempt, Dissemination, Failure, Purpose
from relayd.domain.draft import Draft
from relayd.domain.household import Household, Route
from relayd.domain.lines import PROOF
from relayd.domain.suspicion import wearers_on
from relayd.domain.ward import Ward

BEYOND_US = frozenset({Failure.UNREACHABLE, Failure.EXPIRED})
"""Failures that lie behind the gateway: in the carer's network, or in the phone."""


class Judge:
    """Turns reports into belief, and into faults of the relay that people must hear of."""

    def __init__(self, belief: Belief, household: Household) -> None:
        self._belief = belief
        self._household = household

    def report(self, case: Case, attempt: Attempt, words: str, relay: Ward, draft: Draft) -> bool:
        """Draw the conclusions from *attempt* as it stands now; say whether *relay* must look."""
        route = self._household.carers[attempt.carer].routes[attempt.route]
        self._judge_network(attempt, route, draft)
        judged = self._judge_channel(attempt, words, relay, draft)
        return self._judge_carer(case, attempt, route, relay, draft) or judged

    def _judge_network(self, attempt: Attempt, route: Route, draft: Draft) -> None:
        if attempt.status in PROOF:
            for core in self._belief.prove(route):
                draft.happened("network.restored", network=core, why=attempt.id)
        elif attempt.failure in BEYOND_US:
            doubt(attempt, self._household, self._belief, draft)

    def _judge_channel(self, attempt: Attempt, words: str, relay: Ward, draft: Draft) -> bool:
        """A gateway that refuses us, or a number, is a fault that a person must mend."""
        channel, failure = attempt.channel, attempt.failure
        ours, theirs = (
            (Code.CHANNEL_REFUSED, channel),
            (
                Code.CHANNEL_REFUSED,
                f"{channel} to {attempt.carer}",
            ),
        )
        if failure is Failure.CREDENTIALS:
            self._belief.refused.add(channel)
            return _blame(relay, ours, words or f"{channel} refuses our credentials", draft)
        if failure is Failure.REFUSED:
            return _blame(relay, theirs, words or f"{channel} refuses this address", draft)
        if failure is not None:
            return False
        self._belief.refused.discard(channel)
        return any([_pardon(relay, ours), _pardon(relay, theirs)])

    def _judge_carer(
        self, case: Case, attempt: Attempt, route: Route, relay: Ward, draft: Draft
    ) -> bool:
        """A carer whose every route failed cannot be reached: the others must know."""
        key = (Code.CARER_UNREACHABLE, attempt.carer)
        if attempt.status in PROOF or (
            attempt.status is Dissemination.SENT and not route.proves and not route.sounder
        ):
            return _pardon(relay, key)
        if attempt.purpose is not Purpose.CALL or attempt.failure in (None, Failure.OVERTAKEN):
            return False
        routes = self._household.carers[attempt.carer].routes
        persons = {number for number, each in enumerate(routes) if not each.sounder}
        failed = {
            each.route
            for each in case.laps.get(attempt.carer, ())
            if each.status is Dissemination.UNDELIVERABLE
        }
        if case.alert.wearer is None or not persons <= failed:
            return False
        return _blame(relay, key, "", draft)


def doubt(attempt: Attempt, household: Household, belief: Belief, draft: Draft) -> None:
    """*attempt* brought no proof: that speaks against the networks at its ends."""
    route = household.carers[attempt.carer].routes[attempt.route]
    for core in belief.doubt(attempt.carer, attempt.route, route, draft.now):
        silent = ", ".join(wearers_on(household, core))
        more = {"explains_silence_of": silent} if silent else {}
        draft.happened("network.suspected", network=core, why=attempt.id, **more)


def _blame(relay: Ward, key: tuple[Code, str], detail: str, draft: Draft) -> bool:
    if key in relay.faults:
        return False
    relay.faults[key] = (draft.now, detail)
    return True


def _pardon(relay: Ward, key: tuple[Code, str]) -> bool:
    return relay.faults.pop(key, None) is not None
