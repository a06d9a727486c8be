"""Each line of a story's timeline in words that a parent understands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from relayd.domain.alert import Cause
from relayd.domain.delivery import Reason
from relayd.domain.story import Line, Story
from relayd.report.channels import WHO, called, message, passed_over, verb, why_failed
from relayd.report.facts import Track, tracks
from relayd.report.plain import condition, harmless, name, subject

Fields = Mapping[str, str | None]

STANDS = frozenset({"alert.raised", "alert.worsened", "alert.eased"})
UNSAID = frozenset({Reason.FIRST_CALL.value, Reason.TOLD.value, Reason.SOUNDER.value})
CALLED_AGAIN = {
    Cause.REMINDER_UNANSWERED.value: "nobody says it is still in hand: all are called again",
    Cause.EVERYBODY_REFUSED.value: "everybody said “I cannot”: calling begins again",
    Cause.HANDED_BACK.value: "it was handed back: the others are called again",
}


class Mark(Enum):
    """What kind of line it is: its sign at a terminal."""

    OUTAGE = "✘"
    MENDED = "○"
    ALARM = "▲"
    TRY = "→"
    SENT = "»"
    AGAIN = "…"
    FAILED = "✗"
    ARRIVED = "✔"
    ANSWER = "★"
    OVER = "●"
    NOTE = "·"


@dataclass(frozen=True, slots=True)
class Told:
    """One line as it is told. *attempt*: which one it is about.

    *joint* is the same for several carers at once, with `WHO` where their names belong; *who* is
    the one of this line. *thing* is what fails or works again, where it is about that.
    """

    t: float
    mark: Mark
    words: str
    attempt: str | None = None
    joint: str = ""
    who: str = ""
    thing: str = ""


class Teller:
    """Tells the lines of one story."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._tracks = {track.attempt: track for track in tracks(story)}
        self._subjects = {alert.alert: subject(story, alert.wearer) for alert in story.alerts}
        self._several = len(set(self._subjects.values())) > 1
        self._bands = {band.component: harmless(band.words) for band in story.outages}
        self._sounders = story.sounders
        self._news: dict[str, str] = {}
        self._stood: dict[str, tuple[str | None, str | None]] = {}

    def tell(self, line: Line) -> Told:
        """One line. Lines are to come in their order: quiet ones tell what happened before."""
        get = line.fields.get
        attempt = get("attempt")
        noun, _, word = line.event.partition(".")
        track = self._tracks.get(attempt or "")
        if noun == "attempt" and track is not None:
            return self._attempt(word, track, line)
        if line.event in _PLAIN:
            mark, template = _PLAIN[line.event]
            words = template(self, line.fields)
        else:
            mark, words = Mark.NOTE, _unknown(line)
        self._remember(line)
        return Told(line.t, mark, words, attempt, thing=self._thing(noun, line.fields))

    def _thing(self, noun: str, fields: Fields) -> str:
        if noun == "outage":
            return f"outage: {self.outage(fields)}"
        return f"{noun} {harmless(fields.get(noun) or '')}" if noun in ("path", "network") else ""

    def _remember(self, line: Line) -> None:
        get = line.fields.get
        alert = get("alert") or ""
        if line.event in STANDS:
            self._stood[alert] = (get("condition"), get("priority"))
        if line.event == "alert.acknowledged":
            self._news[alert] = f"that {self.who(line.fields)} has it"
        elif line.event == "alert.cleared":
            self._news[alert] = "that it is over"
        elif line.event == "alert.paused":
            self._news[alert] = "of the planned silence"

    def _attempt(self, word: str, track: Track, line: Line) -> Told:
        who = name(self._story, track.carer)
        if word == "begun" and track.quiet:
            news = self._news.get(track.alert, "what happened")
            words = f"relayd tells {who} by {called(self._story, track.channel)} {news}"
            joint = f"relayd tells {WHO} {news}"
            return Told(line.t, Mark.NOTE, words, track.attempt, joint, who)
        mark, joint = self._far(word, track, line.fields)
        return Told(line.t, mark, joint.replace(WHO, who), track.attempt, joint, who)

    def _far(self, word: str, track: Track, fields: Fields) -> tuple[Mark, str]:
        what = message(self._story, track.channel)
        if word == "begun":
            return Mark.TRY, f"relayd {self._tries(track)}{self._because(fields)}"
        why = why_failed(self._story, track, fields.get("failure"))
        said = {
            "sent": (Mark.SENT, f"the {what} to {WHO} is sent; no proof so far"),
            "delivered": (Mark.ARRIVED, f"proof: the {what} has reached {WHO}"),
            "accepted": (Mark.ANSWER, f"{WHO} answers the {what}: “I have it”"),
            "rejected": (Mark.FAILED, f"{WHO} answers the {what}: “I cannot”"),
            "undeliverable": (
                Mark.FAILED,
                f"the {what} to {WHO} fails: {why}",
            ),
        }
        return said.get(word, (Mark.NOTE, f"the {what} to {WHO}: {harmless(word)}"))

    def _tries(self, track: Track) -> str:
        does = verb(self._story, track.channel)
        if does is None:
            channel = called(self._story, track.channel)
            sounds = track.channel in self._sounders
            does = f"sounds “{channel}” for {WHO}" if sounds else f"tries {WHO} by “{channel}”"
        whom = self._subjects.get(track.alert)
        return f"{does} about {whom}" if self._several and whom else does

    def _because(self, fields: Fields) -> str:
        reason, passed = fields.get("reason"), fields.get("passed_over")
        why = f": {harmless(reason)}" if reason and reason not in UNSAID else ""
        later = f" (left for later: {passed_over(self._story, passed)})" if passed else ""
        return why + later

    def named(self, what: str) -> str:
        """A network as people call it; what has no other name stays as it is."""
        return name(self._story, what)

    def only_risen(self, fields: Fields) -> bool:
        """Whether nothing changed but the priority: time alone brings that about."""
        condition_before, priority_before = self._stood.get(fields.get("alert") or "", (None, None))
        same = fields.get("condition") == condition_before
        return same and priority_before not in (None, fields.get("priority"))

    def who(self, fields: Fields) -> str:
        """The carer a line names."""
        carer = fields.get("carer")
        return name(self._story, carer) if carer else "somebody"

    def whom(self, fields: Fields) -> str:
        """The wearer a line is about."""
        alert = fields.get("alert") or ""
        return self._subjects.get(alert) or subject(self._story, fields.get("wearer"))

    def outage(self, fields: Fields) -> str:
        """What fails, or works again."""
        component = fields.get("outage") or ""
        return self._bands.get(component) or harmless(component) or "something"


def _ranked(teller: Teller, fields: Fields, template: str) -> str:
    priority = harmless(fields.get("priority") or "")
    named = f" ({priority} priority)" if priority else ""
    what = condition(fields.get("condition") or "")
    return template.format(whom=teller.whom(fields), what=what) + named


def _worsened(teller: Teller, fields: Fields) -> str:
    if not teller.only_risen(fields):
        return _ranked(teller, fields, "{whom} is worse: {what}")
    what = condition(fields.get("condition") or "")
    priority = harmless(fields.get("priority") or "")
    return f"{teller.whom(fields)}: still {what}; now {priority} priority"


def _escalated(teller: Teller, fields: Fields) -> str:
    reason = fields.get("reason")
    if reason:
        return f"{teller.whom(fields)}: {CALLED_AGAIN.get(reason, harmless(reason))}"
    return f"{teller.whom(fields)}: more people are called"


def _asked(teller: Teller, fields: Fields) -> str:
    return f"relayd asks {teller.who(fields)} whether it is still in hand"


def _said(key: str, template: str) -> Callable[[Teller, Fields], str]:
    """A template about one field, with the evidence for it where there is any."""

    def tell(teller: Teller, fields: Fields) -> str:
        why = fields.get("evidence") or ""
        words = template.format(teller.named(fields.get(key) or "?"))
        return f"{words} ({harmless(why)})" if why else words

    return tell


def _ranking(template: str) -> Callable[[Teller, Fields], str]:
    return lambda teller, fields: _ranked(teller, fields, template)


def _over(teller: Teller, fields: Fields) -> str:
    return f"{teller.whom(fields)}: {condition(fields.get('condition') or '')} is over"


def _unknown(line: Line) -> str:
    more = ", ".join(f"{key} {value}" for key, value in line.fields.items() if value)
    words = line.event.replace(".", " ").replace("_", " ")
    return harmless(f"{words}: {more}" if more else words)


_PLAIN: Mapping[str, tuple[Mark, Callable[[Teller, Fields], str]]] = {
    "alert.raised": (Mark.ALARM, _ranking("{whom}: {what}")),
    "alert.worsened": (Mark.ALARM, _worsened),
    "alert.eased": (Mark.NOTE, _ranking("{whom} is better: {what}")),
    "alert.latched": (Mark.NOTE, _ranking("{whom}: {what} has passed; somebody must still look")),
    "alert.cleared": (Mark.OVER, _over),
    "alert.escalated": (Mark.ALARM, _escalated),
    "alert.reminded": (Mark.NOTE, _asked),
    "alert.acknowledged": (Mark.ANSWER, lambda teller, fields: f"{teller.who(fields)} has it"),
    "alert.handed_over": (
        Mark.NOTE,
        lambda teller, fields: f"the others are told that {teller.who(fields)} has it",
    ),
    "alert.paused": (Mark.NOTE, _ranking("{whom}: a planned silence begins")),
    "answer.refused": (
        Mark.NOTE,
        lambda teller, fields: f"an answer of {teller.who(fields)} counts for nothing here",
    ),
    "path.lost": (Mark.OUTAGE, _said("path", "relayd sees the path {} down")),
    "path.restored": (Mark.MENDED, _said("path", "relayd sees the path {} work again")),
    "network.suspected": (Mark.OUTAGE, _said("network", "relayd suspects that {} is down")),
    "network.restored": (Mark.MENDED, _said("network", "relayd has proof that {} works again")),
    "outage.began": (Mark.OUTAGE, lambda teller, fields: f"outage: {teller.outage(fields)}"),
    "outage.ended": (Mark.MENDED, lambda teller, fields: f"outage over: {teller.outage(fields)}"),
    "relay.restarted": (Mark.NOTE, lambda _teller, _fields: "relayd starts"),
    "payload.rejected": (Mark.NOTE, _said("source", "what comes in on {} cannot be read")),
}
