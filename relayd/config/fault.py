"""What is wrong with the file: all of it at once, each fault with its remedy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
LIKENESS = 0.45  # below this two short words have too little in common to be a slip of the finger


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. *where* is its place in the file: ``carers.ana.routes[1].to``."""

    where: str
    what: str
    remedy: str


def stopped(said: str) -> str:
    """*said* with one stop at its end, where it has none."""
    return said if said.endswith((".", "?", "!")) else f"{said}."


class ConfigFaults(Exception):  # noqa: N818  it is a list of faults, and says so
    """The file at *path* cannot be used; *faults* holds everything that was found, in order."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(path, self.faults)

    def __str__(self) -> str:
        lines = (
            f"{fault.where}: {stopped(fault.what)} {stopped(fault.remedy)}" for fault in self.faults
        )
        many = "s" if len(self.faults) != 1 else ""
        return "\n".join([f"{self.path} has {len(self.faults)} fault{many}:", *lines])


class Wrong(Exception):  # noqa: N818  a verdict on one value; the reader turns it into a Fault
    """A value cannot stand: *what* is wrong with it, and the *remedy*."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self._places: set[str] = set()

    def add(self, where: str, what: str, remedy: str) -> None:
        """Keep one fault."""
        self.found.append(Fault(where, what, remedy))
        self._places.add(where)

    def mark(self, where: str) -> None:
        """Remember that *where* was meant by a key that is at fault itself."""
        self._places.add(where)

    def at(self, where: str) -> bool:
        """Whether a fault was found at exactly *where*: what rests on it is not judged."""
        return where in self._places


def join(where: str, key: str) -> str:
    """The place of *key* within *where*, quoted where TOML would quote it."""
    shown = key if BARE_KEY.fullmatch(key) else '"' + key.replace('"', '\\"') + '"'
    return f"{where}.{shown}" if where else shown


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like *word*, None where nothing is like it at all."""
    likeness = SequenceMatcher(b=word.lower(), autojunk=False)
    best: tuple[float, str] | None = None
    for candidate in known:
        likeness.set_seq1(candidate.lower())
        found = (likeness.ratio(), candidate)
        if (
            found[0] >= LIKENESS
            and _as_long(word, candidate)
            and (best is None or found[0] > best[0])
        ):
            best = found
    return best[1] if best is not None else None


def _as_long(word: str, candidate: str) -> bool:
    """Whether one may be a slip for the other: ``bob`` is none for ``broadband``."""
    short, long = sorted((word.lower(), candidate.lower()), key=len)
    return len(long) <= 2 * len(short) or short in long


def choose(word: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy: the nearest known word, else all of them, else *otherwise* where none exist."""
    names = list(known)
    like = nearest(word, names)
    if like is not None:
        return f'Did you mean "{like}"?'
    return f"Known are: {', '.join(names[:20])}" if names else otherwise
