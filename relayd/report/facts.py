"""What a story's lines come to: how far each attempt got, and who heard of each alert."""

from collections.abc import Iterable
from dataclasses import dataclass

from relayd.domain.delivery import RANK, Dissemination, Reason
from relayd.domain.story import AlertTold, Line, Story

PROOF = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})
ANSWERS = frozenset({Dissemination.ACCEPTED, Dissemination.REJECTED})


@dataclass(frozen=True, slots=True)
class Step:
    """How far an attempt was known to have got at *t*, and why no further."""

    t: float
    status: Dissemination
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One attempt from its beginning. *quiet*: it asked nothing of its carer."""

    attempt: str
    alert: str
    carer: str
    channel: str
    reason: str
    begun_s: float
    steps: tuple[Step, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether it only told something: who has it, or that it is over."""
        return self.reason == Reason.TOLD

    @property
    def last(self) -> Step:
        """The best that is known of it."""
        known = max(self.steps, key=lambda step: step.status.rank, default=None)
        return known or Step(self.begun_s, Dissemination.SENDING)

    @property
    def proven_s(self) -> float | None:
        """When it was first proven to have reached its carer."""
        return min((step.t for step in self.steps if step.status in PROOF), default=None)

    @property
    def answered(self) -> bool:
        """Whether the carer answered it."""
        return self.last.status in ANSWERS


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of one carer and one alert.

    *channel* and *after_s* are of the first proof, None without any. *answered_s* is when they said
    that they have it; *earlier*: they did so before the promise began to count. *tried* are the
    channels in the order in which they were first tried, each with the best that is known of it.
    """

    carer: str
    channel: str | None
    after_s: float | None
    answered_s: float | None
    tried: tuple[tuple[str, Dissemination], ...]
    earlier: bool

    @property
    def refused(self) -> bool:
        """Whether they said that they cannot."""
        return any(status is Dissemination.REJECTED for _, status in self.tried)


def tracks(story: Story) -> tuple[Track, ...]:
    """Every attempt of *story*, in the order in which they were begun."""
    begun: dict[str, Line] = {}
    steps: dict[str, list[Step]] = {}
    known = {status.value: status for status in RANK}
    for line in story.lines:
        noun, _, word = line.event.partition(".")
        attempt = line.fields.get("attempt")
        if noun != "attempt" or attempt is None:
            continue
        if word == "begun":
            begun[attempt] = line
        elif word in known:
            step = Step(line.t, known[word], line.fields.get("failure"))
            steps.setdefault(attempt, []).append(step)
    return tuple(_track(line, steps.get(attempt, ())) for attempt, line in begun.items())


def _track(line: Line, steps: Iterable[Step]) -> Track:
    get = line.fields.get
    attempt = get("attempt") or ""
    return Track(
        attempt=attempt,
        alert=get("alert") or attempt.rpartition("/")[0],
        carer=get("carer") or "",
        channel=get("channel") or "",
        reason=get("reason") or "",
        begun_s=line.t,
        steps=tuple(steps),
    )


def heard(story: Story, alert: AlertTold) -> tuple[Heard, ...]:
    """Everybody who was called about *alert* since the promise counts, the first called first."""
    mine: dict[str, list[Track]] = {}
    for track in tracks(story):
        known_s = max((step.t for step in track.steps), default=track.begun_s)
        if track.alert == alert.alert and not track.quiet and known_s >= since_s(alert):
            mine.setdefault(track.carer, []).append(track)
    answers, places = _answers(story, alert), story.sounders
    for carer, each in mine.items():
        mine[carer] = [track for track in each if track.channel not in places] or each
    earlier = _answered_before(story, alert)
    return tuple(
        _heard(alert, carer, each, answers.get(carer), earlier=carer in earlier)
        for carer, each in mine.items()
    )


def _answered_before(story: Story, alert: AlertTold) -> set[str]:
    """Who had answered before the promise began to count."""
    said = {
        track.carer
        for track in tracks(story)
        for step in track.steps
        if track.alert == alert.alert
        and step.status is Dissemination.ACCEPTED
        and step.t < since_s(alert)
    }
    for line in story.lines:
        mine = line.event == "alert.acknowledged" and line.fields.get("alert") == alert.alert
        if mine and line.t < since_s(alert):
            said.add(line.fields.get("carer") or "")
    return said


def _heard(
    alert: AlertTold, carer: str, mine: list[Track], answered: float | None, *, earlier: bool
) -> Heard:
    since = since_s(alert)
    proofs = [
        (step.t, track.channel)
        for track in mine
        for step in track.steps
        if step.status in PROOF and step.t >= since
    ]
    answers = [
        step.t
        for track in mine
        for step in track.steps
        if step.status is Dissemination.ACCEPTED and step.t >= since
    ]
    answered = min(answers if answered is None else [*answers, answered], default=None)
    proven_s, channel = min(proofs, default=(answered, None))
    return Heard(
        carer=carer,
        channel=channel,
        after_s=None if proven_s is None else proven_s - since,
        answered_s=None if answered is None else answered - since,
        tried=tuple(_best(mine).items()),
        earlier=earlier,
    )


def _best(mine: Iterable[Track]) -> dict[str, Dissemination]:
    best: dict[str, Dissemination] = {}
    for track in mine:
        status = track.last.status
        if status.rank >= best.get(track.channel, status).rank:
            best[track.channel] = status
    return best


def since_s(alert: AlertTold) -> float:
    """Since when the promise counts: it was raised, or became high later."""
    return alert.raised_s if alert.called_s is None else alert.called_s


def _answers(story: Story, alert: AlertTold) -> dict[str, float]:
    """When each carer first said that they have *alert*, since the promise counts."""
    found: dict[str, float] = {}
    for line in story.lines:
        carer = line.fields.get("carer")
        mine = line.fields.get("alert") == alert.alert and line.t >= since_s(alert)
        if line.event == "alert.acknowledged" and mine and carer:
            found.setdefault(carer, line.t)
    return found


def carers(story: Story) -> tuple[str, ...]:
    """Every carer of the story: those who were called first come first."""
    called = [track.carer for track in tracks(story)]
    said = [line.fields.get("carer") for line in story.lines]
    return tuple(dict.fromkeys(each for each in (*called, *said, *story.unreached) if each))
