"""What people type when they answer a text: ``1`` I have it, ``2`` I cannot."""

from dataclasses import dataclass

ACCEPTING = frozenset(
    {"1", "one", "yes", "y", "ok", "okay", "have", "mine", "coming", "ja", "oui", "si"}
)
REFUSING = frozenset({"2", "two", "no", "n", "cannot", "cant", "nein", "non"})
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
    accepting = any(word in ACCEPTING for word in words)
    refusing = any(word in REFUSING for word in words)
    known = ACCEPTING | REFUSING
    codes = tuple(word for word in words if word not in known)
    if words and words[0] in ("1", "2"):
        return Typed(words[0] == "1", codes)
    return Typed(accepting if accepting is not refusing else None, codes)


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
