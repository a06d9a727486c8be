"""What people type when they answer a text: ``1`` I have it, ``2`` I cannot."""

from dataclasses import dataclass
from itertools import pairwise

ACCEPTING = frozenset({"1", "one", "yes", "y", "mine", "coming", "ja", "oui", "si"})
REFUSING = frozenset({"2", "two", "no", "n", "cannot", "cant", "nein", "non"})
CANNOT = frozenset({"cannot", "cant"})
POLITE = frozenset({"ok", "okay"})  # an answer where nothing else is said; else a courtesy
HELD = frozenset({"it", "this", "her", "him", "them"})  # "I have it", but not "I have no car"
DENYING = frozenset(
    {"not", "dont", "doesnt", "didnt", "isnt", "wont", "havent", "never", "nobody", "nicht", "pas"}
)
SPANS = frozenset({"min", "mins", "minute", "minutes", "hr", "hrs", "hour", "hours", "miles", "km"})
WORDS_READ = 12


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer as it was typed: *accepted* None where it cannot be told; *codes* name alerts."""

    accepted: bool | None
    codes: tuple[str, ...] = ()


def read_answer(text: str) -> Typed:
    """Read an answer, however it is typed: case, spaces, punctuation and full-width digits aside.

    An answer that says both, or neither, says nothing: it is better asked again than guessed.
    """
    words = _words(text)
    codes = tuple(word for word in words if word not in ACCEPTING | REFUSING | POLITE)
    first, rest = words[:1], words[1:2]
    if first in (["1"], ["2"]) and not SPANS.intersection(rest):  # "2 minutes away" is no number
        doubtful = words in (["1", "2"], ["2", "1"]) or (words == first and "?" in text)
        return Typed(None if doubtful else first == ["1"], codes)
    if "?" in text:
        return Typed(None, codes)
    if first in (["1"], ["2"]):
        words = words[1:]
    if _accepts(words) or _polite(words):
        return Typed(None if REFUSING.intersection(words) else True, codes)
    return Typed(False if _refuses(words) else None, codes)


def _refuses(words: list[str]) -> bool:
    """A "no" comes first, or it is a part of something else; "ok but I cannot" is neither."""
    said = REFUSING.intersection(words[:1]) or CANNOT.intersection(words)
    return bool(said) and POLITE.isdisjoint(words)


def _accepts(words: list[str]) -> bool:
    if DENYING.intersection(words):
        return False
    has_it = any(one == "have" and other in HELD for one, other in pairwise(words))
    return has_it or any(word in ACCEPTING for word in words)


def _polite(words: list[str]) -> bool:
    """Whether it is "ok" and no more, but for a code: "ok thanks" may be for another message."""
    rest = [word for word in words if word not in POLITE]
    return rest != words and all(any(c.isdecimal() for c in word) for word in rest)


def code_of(alert: str) -> str:
    """The word that tells one alert from another in an answer: ``mia-1`` is ``mia1``."""
    plain = alert.replace("-", "").lower()
    return plain if plain.isascii() and plain.isalnum() else "".join(_words(plain))


def _words(text: str) -> list[str]:
    plain = "".join(_plain(letter) for letter in text.casefold())
    return plain.split()[:WORDS_READ]


def _plain(letter: str) -> str:
    if letter in "'\u2019-_":
        return ""
    if letter.isdecimal():
        return str(int(letter))
    return letter if letter.isalpha() else " "
