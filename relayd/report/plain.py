"""Small plain words: names, durations, lists. What comes from a file is made harmless."""

import unicodedata
from collections.abc import Iterable

from relayd.domain.alert import Code
from relayd.domain.names import NAMES
from relayd.domain.story import AlertTold, Story

MINUTE, HOUR, DAY = 60, 3600, 86400
KEPT = "\u200d"  # joins the parts of one picture in a name; it moves nothing

FAILURES = {
    "path down": "nothing came back from the service",
    "busy": "the line or the service is busy",
    "refused": "the service refuses this message or number",
    "credentials refused": "the service does not know us",
    "unreachable": "the phone is off or out of reach",
    "expired": "it came too late",
    "overtaken": "somebody had answered by then",
}


def harmless(text: str) -> str:
    """*text* on one line, without what could move a cursor or turn the writing round."""
    shown = (
        c if c == KEPT or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " "
        for c in text
    )
    return " ".join("".join(shown).split())


def sentence(text: str) -> str:
    """*text* with a capital and a full stop."""
    words = harmless(text)
    if not words:
        return ""
    stop = "" if words[-1] in ".!?" else "."
    return f"{words[0].upper()}{words[1:]}{stop}"


def name(story: Story, who: str) -> str:
    """A carer or a wearer, as people call them."""
    return harmless(story.names.get(who, who)) or who


def span(seconds: float) -> str:
    """A duration: ``under 1 s``, ``34 s``, ``2 min 5 s``, ``1 h 10 min``, ``1 d 6 h``."""
    whole = round(abs(seconds))
    if whole < 1:
        return "under 1 s"
    if whole < MINUTE:
        return f"{whole} s"
    for large, small, names in (
        (MINUTE, 1, ("min", "s")),
        (HOUR, MINUTE, ("h", "min")),
        (DAY, HOUR, ("d", "h")),
    ):
        units = round(whole / small)
        if large is DAY or units * small < (HOUR if large is MINUTE else DAY):
            many, rest = divmod(units, large // small)
            return f"{many} {names[0]}" + (f" {rest} {names[1]}" if rest else "")
    raise AssertionError("days have no end")


def listed(parts: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(parts)
    if len(items) < 2:  # noqa: PLR2004  one item needs no joining
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, noun: str) -> str:
    """``1 try``, ``14 tries``."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def condition(code: str) -> str:
    """An alarm condition in small letters: ``urgent low``."""
    if code not in set(Code) or Code(code) not in NAMES:
        return harmless(code.replace(".", " ").replace("_", " "))
    text = NAMES[Code(code)]
    return text.lower() if text.isupper() else text


def failure(word: str | None) -> str:
    """Why an attempt failed."""
    return FAILURES.get(word or "", harmless(word or "nobody knows why"))


def subject(story: Story, wearer: str | None) -> str:
    """Whom an alert is about."""
    return name(story, wearer) if wearer else "relayd itself"


def about(story: Story, alert: AlertTold) -> str:
    """An alert as a heading: ``Mia: urgent low``."""
    return f"{subject(story, alert.wearer)}: {condition(alert.condition)}"
