"""What stands in the lanes of the picture: bars of tries, marks of proof, packed into rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from relayd.domain.delivery import Dissemination
from relayd.domain.story import AlertTold, Story
from relayd.report.axis import Axis
from relayd.report.channels import called
from relayd.report.facts import ANSWERS, PROOF, Step, Track, tracks
from relayd.report.markup import Html, el
from relayd.report.shapes import R, mark

ROW, LETTER = 27.0, 6.4
NEAR = 13.0  # marks nearer than this become one
ROWS_AT_MOST = 9


@dataclass(frozen=True, slots=True)
class Lane:
    """One carer's lane: how many rows it needs, and what is drawn in it from its upper edge."""

    carer: str
    rows: int
    drawn: tuple[Html, ...]


def marks_of(track: Track) -> list[Step]:
    """The marks that one try is worth: its proof, and the answer to it, else the best known."""
    proofs = [step for step in track.steps if step.status in PROOF]
    told = [step for step in proofs if step.status is Dissemination.DELIVERED][:1]
    answers = [step for step in proofs if step.status in ANSWERS][-1:]
    return [*told, *answers] or [track.last]


def other_answers(story: Story) -> list[tuple[str, str, float]]:
    """Answers that belong to no try: the alert, the carer and the moment."""
    known = {
        (track.alert, track.carer, step.t)
        for track in tracks(story)
        for step in track.steps
        if step.status in ANSWERS
    }
    said = [
        (line.fields.get("alert") or "", line.fields.get("carer") or "", line.t)
        for line in story.lines
        if line.event == "alert.acknowledged"
    ]
    return [each for each in said if each not in known]


def overview_lane(story: Story, carer: str, axis: Axis) -> Lane:
    """All tries to one carer, those that lie close together as one mark with their number."""
    steps = [
        step
        for track in tracks(story)
        if track.carer == carer and not track.quiet
        for step in marks_of(track)
    ]
    steps += [Step(t, Dissemination.ACCEPTED) for _, who, t in other_answers(story) if who == carer]
    drawn = []
    for group in _near(sorted(steps, key=lambda step: step.t), axis):
        best = max(group, key=lambda step: step.status.rank)
        x = axis.x(group[0].t)
        drawn.append(mark(best.status, x, ROW - R - 3))
        if len(group) > 1:
            drawn.append(el("text", str(len(group)), x=x, y=9, class_="count"))
    return Lane(carer, 1, tuple(drawn))


def _near(steps: Iterable[Step], axis: Axis) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in steps:
        if groups and axis.x(step.t) - axis.x(groups[-1][0].t) < NEAR:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def close_lane(story: Story, alert: AlertTold, carer: str, axis: Axis) -> Lane:
    """Every try of one alert to one carer, each with its channel, from its beginning to its end."""
    ends: list[float] = []
    drawn: list[Html] = []
    for track in tracks(story):
        mine = track.alert == alert.alert and track.carer == carer and not track.quiet
        if not mine or not axis.holds(track.begun_s):
            continue
        label = called(story, track.channel)
        steps = [step for step in marks_of(track) if axis.holds(step.t)]
        begins = axis.x(track.begun_s)
        ends_at = max([axis.x(step.t) for step in steps] + [begins])
        wide = min(begins, axis.right - len(label) * LETTER - 3)
        row = _row(ends, wide - 3, max(ends_at + R + 4, wide + len(label) * LETTER + 7))
        if row is not None:
            drawn += _try(label, wide + 3, begins, ends_at, row * ROW)
            middle = row * ROW + ROW - R - 3
            drawn += [mark(step.status, axis.x(step.t), middle) for step in steps]
    for about, who, t in other_answers(story):
        if (about, who) == (alert.alert, carer) and axis.holds(t):
            row = _row(ends, axis.x(t) - R - 2, axis.x(t) + R + 2) or 0
            drawn.append(mark(Dissemination.ACCEPTED, axis.x(t), row * ROW + ROW - R - 3))
    return Lane(carer, max(1, len(ends)), tuple(drawn))


def _row(ends: list[float], begins: float, ends_at: float) -> int | None:
    """The first row with room, kept from now on; None where there are too many."""
    for row, taken in enumerate(ends):
        if taken <= begins:
            ends[row] = ends_at
            return row
    if len(ends) == ROWS_AT_MOST:
        return None
    ends.append(ends_at)
    return len(ends) - 1


def _try(label: str, at: float, begins: float, ends_at: float, y: float) -> list[Html]:
    middle = y + ROW - R - 3
    line = el("path", d=f"M{begins:.1f} {middle - 4:.1f}v8m0 -4H{ends_at:.1f}", class_="try")
    return [line, el("text", label, x=at, y=y + 9, class_="what")]
