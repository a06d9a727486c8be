"""A drill laid beside its rehearsal: the same routes in the same order, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from relayd.domain.alert import Priority
from relayd.domain.story import AlertTold, Story
from relayd.report.channels import called
from relayd.report.facts import Track, since_s, tracks
from relayd.report.plain import about, counted, listed, name, span

MISSING, EXTRA, NEEDLESS, SAME = "not tried", "not foreseen", "not needed", ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One try, as it was rehearsed and as it was. Times are since the alert, None: not at all."""

    who: str
    channel: str
    foreseen_s: float | None
    begun_s: float | None
    foreseen_proof_s: float | None
    proof_s: float | None
    verdict: str = SAME


@dataclass(frozen=True, slots=True)
class Compared:
    """One alert of both. *later*: so many further tries of the rehearsal were not needed; *why*."""

    title: str
    pairs: tuple[Pair, ...]
    later: int
    why: str = ""

    @property
    def same(self) -> bool:
        """Whether the same routes were tried in the same order, as far as it went."""
        return all(pair.verdict == SAME for pair in self.pairs)

    @property
    def apart_s(self) -> float:
        """How far apart a beginning was from the one foreseen, at most."""
        gaps = [
            abs(pair.begun_s - pair.foreseen_s)
            for pair in self.pairs
            if pair.begun_s is not None and pair.foreseen_s is not None
        ]
        return max(gaps, default=0.0)


def compared(real: Story, rehearsed: Story) -> list[Compared]:
    """Every alert that carers were called for, of both stories, in their order."""
    return [
        _compare(real, mine, rehearsed, theirs)
        for mine, theirs in zip_longest(_grave(real), _grave(rehearsed))
    ]


def findings(both: Sequence[Compared]) -> Iterator[tuple[bool, str]]:
    """What the comparison comes to: well or not, and a sentence."""
    for each in both:
        if not each.pairs:
            yield False, f"{each.title}: nothing was tried."
        elif each.same:
            apart = f"{'' if each.apart_s < 1 else 'at most '}{span(each.apart_s)}"
            said = f"the same routes in the same order, begun {apart} apart"
            yield True, f"{each.title}: {said}."
        else:
            odd = [pair for pair in each.pairs if pair.verdict != SAME]
            parts = [f"{pair.who} by {pair.channel} {pair.verdict}" for pair in odd]
            yield False, f"{each.title}: not the same routes: {listed(parts)}."
        if each.later:
            tries = counted(each.later, "later try")
            yield True, f"{tries} of the rehearsal: not needed, for {each.why}."


def _grave(story: Story) -> list[AlertTold]:
    return [alert for alert in story.alerts if alert.priority != Priority.LOW.word]


def _compare(
    real: Story, mine: AlertTold | None, rehearsed: Story, theirs: AlertTold | None
) -> Compared:
    title = about(real, mine) if mine else about(rehearsed, theirs) if theirs else ""
    were, foreseen = _calls(real, mine), _calls(rehearsed, theirs)
    answered = mine.acknowledged.after_s if mine and mine.acknowledged else None
    over = real.lasts_s - since_s(mine) if mine else real.lasts_s
    why = "the drill was over" if answered is None else "somebody had answered"
    pairs = [
        pair
        for carer in dict.fromkeys((*foreseen, *were))
        for pair in _pairs(
            name(real, carer),
            _Side(were.get(carer, []), mine, real),
            _Side(foreseen.get(carer, []), theirs, rehearsed),
            over if answered is None else answered,
        )
    ]
    shown = tuple(pair for pair in pairs if pair.verdict != NEEDLESS)
    return Compared(title, shown, len(pairs) - len(shown), why)


def _calls(story: Story, alert: AlertTold | None) -> dict[str, list[Track]]:
    found: dict[str, list[Track]] = {}
    for track in tracks(story):
        if alert is not None and track.alert == alert.alert and not track.quiet:
            found.setdefault(track.carer, []).append(track)
    return found


@dataclass(frozen=True, slots=True)
class _Side:
    """The tries to one carer in one of the two stories."""

    tries: list[Track]
    alert: AlertTold | None
    story: Story

    @property
    def channels(self) -> list[str]:
        return [track.channel for track in self.tries]

    def after(self, t: float | None) -> float | None:
        return None if t is None or self.alert is None else t - since_s(self.alert)


def _pairs(who: str, was: _Side, foreseen: _Side, over: float) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, foreseen.channels, was.channels, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            for planned, real in zip(foreseen.tries[a:b], was.tries[c:d], strict=True):
                yield _pair(who, (was, real), (foreseen, planned))
            continue
        for planned in foreseen.tries[a:b]:
            pair = _pair(who, (was, None), (foreseen, planned))
            late = (pair.foreseen_s or 0.0) >= over
            yield _as(pair, NEEDLESS if late else MISSING)
        for real in was.tries[c:d]:
            yield _as(_pair(who, (was, real), (foreseen, None)), EXTRA)


def _pair(who: str, was: tuple[_Side, Track | None], foreseen: tuple[_Side, Track | None]) -> Pair:
    (mine, real), (theirs, planned) = was, foreseen
    one = real or planned
    assert one is not None, "a pair has at least one side"
    return Pair(
        who=who,
        channel=called(mine.story, one.channel),
        foreseen_s=theirs.after(planned.begun_s) if planned else None,
        begun_s=mine.after(real.begun_s) if real else None,
        foreseen_proof_s=theirs.after(planned.proven_s) if planned else None,
        proof_s=mine.after(real.proven_s) if real else None,
    )


def _as(pair: Pair, verdict: str) -> Pair:
    return Pair(
        pair.who,
        pair.channel,
        pair.foreseen_s,
        pair.begun_s,
        pair.foreseen_proof_s,
        pair.proof_s,
        verdict,
    )
