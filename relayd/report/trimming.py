"""The lines of a timeline that people need: what a later line makes needless is left out."""

from dataclasses import replace

from relayd.domain.story import Line, Story
from relayd.report.channels import WHO
from relayd.report.facts import Track, tracks
from relayd.report.plain import listed
from relayd.report.words import Teller, Told


def everything(story: Story) -> list[Told]:
    """Every line of the timeline."""
    teller = Teller(story)
    return [teller.tell(line) for line in story.lines]


def trimmed(story: Story) -> list[Told]:
    """The lines without those that another one makes needless."""
    trimmer = _Trimmer(story)
    lines = zip(story.lines, everything(story), strict=True)
    return [one for line, one in lines if not trimmer.needless(line)]


class _Trimmer:
    """Knows what a line adds to the others."""

    def __init__(self, story: Story) -> None:
        self._tracks = {track.attempt: track for track in tracks(story)}
        self._told = {track.alert for track in self._tracks.values() if track.quiet}
        self._sounders = story.sounders
        self._booked = {
            (line.t, line.fields.get("alert"), line.fields.get("carer"))
            for line in story.lines
            if line.event == "alert.acknowledged"
        }

    def needless(self, line: Line) -> bool:
        """Whether another line says it, or more."""
        if line.event == "alert.handed_over":
            return line.fields.get("alert") in self._told
        track = self._tracks.get(line.fields.get("attempt") or "")
        return track is not None and self._needless(line, track)

    def _needless(self, line: Line, track: Track) -> bool:
        match line.event:
            case "attempt.sent":
                place = track.channel in self._sounders
                return track.quiet or place or len(track.steps) > 1
            case "attempt.accepted":
                return (line.t, track.alert, track.carer) in self._booked
            case "attempt.delivered":
                return track.quiet
            case _:
                return False


def joined(lines: list[Told]) -> list[Told]:
    """What happens to several carers in one second is told as one line."""
    kept: list[Told] = []
    whose: dict[int, list[str]] = {}
    for line in lines:
        place = _same(kept, line)
        if place is None:
            place = len(kept)
            kept.append(line)
        if line.joint:
            carers = whose.setdefault(place, [])
            carers.append(line.who)
            words = line.joint.replace(WHO, listed(dict.fromkeys(carers)))
            kept[place] = replace(kept[place], words=words)
    return kept


def _same(kept: list[Told], line: Told) -> int | None:
    """Where the same is said in the same second, of somebody else perhaps."""
    for place in range(len(kept) - 1, -1, -1):
        if int(kept[place].t) != int(line.t):
            return None
        other = kept[place]
        alike = other.joint == line.joint if line.joint else other.words == line.words
        if alike and other.mark == line.mark:
            return place
    return None
