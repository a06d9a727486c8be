"""What people call a channel, and what relayd does when it uses one."""

from collections.abc import Mapping

from relayd.domain.delivery import Failure
from relayd.domain.story import Story
from relayd.report.facts import Track
from relayd.report.plain import failure, harmless, listed, name

WHO = "\0"  # no name holds it
VERBS = {
    "text": f"texts {WHO}",
    "sms": f"texts {WHO}",
    "call": f"rings {WHO}",
    "phone": f"rings {WHO}",
    "push": f"sends {WHO} a push",
    "siren": f"sounds the siren for {WHO}",
}
"""Where a family names a channel after what it does, it is said as people say it."""

KINDS = {
    "ntfy": ("push", f"sends {WHO} a push"),
    "pushover": ("Pushover alarm", f"sends {WHO} a Pushover alarm"),
    "twilio-sms": ("text", f"texts {WHO}"),
    "modem-sms": ("text from the SIM", f"texts {WHO} from the SIM"),
    "twilio-voice": ("call", f"rings {WHO}"),
}
"""Elsewhere the kind of channel says what it does."""

CALLS = frozenset({"call", "phone"})
RANG = "it rang, and nobody answered"
UNANSWERED = "nobody answered, or the phone is off or out of reach"


def called(story: Story, channel: str) -> str:
    """What a channel is called: ``text``, ``Pushover alarm``, else as the file names it."""
    return nouns(story.kinds).get(channel) or name(story, channel)


def nouns(kinds: Mapping[str, str]) -> dict[str, str]:
    """What channels are called whose own name does not say it; *kinds*: what each of them is."""
    return {
        channel: f"{KINDS[kind][0]}{_which(kinds, channel)}"
        for channel, kind in kinds.items()
        if kind in KINDS and channel not in VERBS
    }


def message(story: Story, channel: str) -> str:
    """The same within a sentence: ``the text``, ``the message by “horn”``."""
    plain = channel in VERBS or story.kinds.get(channel) in KINDS
    return called(story, channel) if plain else f"message by “{called(story, channel)}”"


def verb(story: Story, channel: str) -> str | None:
    """What relayd does, with `WHO` where the carer belongs; None where only its name is known."""
    kind = KINDS.get(story.kinds.get(channel, ""))
    if channel in VERBS or kind is None:
        return VERBS.get(channel)
    return f"{kind[1]}{_which(story.kinds, channel)}"


def _which(kinds: Mapping[str, str], channel: str) -> str:
    """Its name behind it, where another channel is called the same."""
    mine = KINDS[kinds[channel]][0]
    others = [(each, kind) for each, kind in kinds.items() if each != channel]
    same = any(mine in (each, KINDS.get(kind, ("",))[0]) for each, kind in others)
    return f" by “{harmless(channel)}”" if same else ""


def why_failed(story: Story, track: Track, word: str | None) -> str:
    """Why an attempt failed: a call that rang is told as one."""
    if story.rang is not None and track.attempt in story.rang:
        return RANG
    call = track.channel in CALLS or story.kinds.get(track.channel) == "twilio-voice"
    if call and word == Failure.UNREACHABLE and story.rang is None:
        return UNANSWERED
    return failure(word)


def passed_over(story: Story, said: str) -> str:
    """``loud: o2-uk is suspected; push: o2-uk is suspected``, each reason said once."""
    whys: dict[str, list[str]] = {}
    for part in harmless(said).split("; "):
        channel, _, why = part.partition(": ")
        whys.setdefault(_why(story, why), []).append(called(story, channel))
    return "; ".join(f"{listed(who)}: {why}" if why else listed(who) for why, who in whys.items())


def _why(story: Story, why: str) -> str:
    """A reason with the names that people use."""
    thing, space, rest = why.partition(" ")
    return f"{name(story, thing)}{space}{rest}" if thing else ""


def tried(story: Story, channels: list[str]) -> str:
    """The channels that were tried, in order."""
    return listed(dict.fromkeys(called(story, channel) for channel in channels))
