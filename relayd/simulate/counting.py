"""What the contingency table counts, in words: cases, and those on which additions are tried."""

from collections.abc import Sequence
from dataclasses import dataclass

from relayd.domain.alert import Code
from relayd.domain.contingency import Case
from relayd.simulate.body import Onset
from relayd.simulate.home import Home

SELF = ("pi", "pi.power")
ALARMS = {
    Code.URGENT_LOW: "a low",
    Code.SILENT: "a silence",
    Code.SEIZURE_ALARM: "a seizure",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """A kind of alert of one wearer: when the outage begins, when to look, when it is over."""

    onset: Onset
    fails_at: float
    looked_at: float
    until: float


def counted_of(found: Sequence[tuple[str, ...]], alarms: Sequence[Alarm], home: Home) -> str:
    """``44 cases: 22 failures, each with a low and a silence.``."""
    wearers = home.household.wearers
    whose = {a.onset.wearer for a in alarms}
    kinds = [
        ALARMS[a.onset.condition]
        + (f" of {wearers[a.onset.wearer].name}" if len(whose) > 1 else "")
        for a in alarms
    ]
    single = sum(len(outage) == 1 for outage in found)
    pairs = len(found) - single
    fails = f"{single:,} failures" + (f" and {pairs:,} pairs of them" if pairs else "")
    said = f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)
    return f"{len(found) * len(alarms):,} cases: {fails}, each with {said}."


def tried_of(lost: Sequence[Case], tried: Sequence[Case]) -> str:
    """On which of the *lost* cases additions were *tried*; empty where nothing was."""
    if not tried:
        return ""
    ours = [case for case in lost if not set(case.outage) & set(SELF)]
    single = [case for case in ours if len(case.outage) == 1] or ours
    why = []
    if len(ours) < len(lost):
        why.append("a dead Pi is mended by none of these")
    if len(single) < len(ours):
        why.append("pairs are left out")
    if len(tried) < len(single):
        why.append("the others are much like them")
    which = f"{len(tried):,} of the {len(lost):,}" if why else f"all {len(lost):,}"
    return f"Tried on {which} lost cases" + (f" ({'; '.join(why)})." if why else ".")
