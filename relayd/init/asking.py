"""Questions at a terminal, or of a pipe: each is asked until the answer can stand."""

from collections.abc import Callable, Sequence
from typing import TextIO

from relayd.config.fault import Wrong

Check = Callable[[str], str]
"""Returns the answer as it is written. Raises :class:`relayd.config.fault.Wrong`."""

TRIES = 5


class EndedError(Exception):
    """There are no more answers."""


class Asker:
    """Asks on *out* and reads answers, a line each, from *source*."""

    def __init__(self, source: TextIO, out: TextIO) -> None:
        self._source = source
        self._out = out

    def say(self, sentence: str) -> None:
        """Write one line."""
        self._out.write(f"{sentence}\n")

    def ask(self, question: str, default: str = "", check: Check | None = None) -> str:
        """The answer, or *default* for an empty one. Raises EndedError, after *TRIES* too."""
        hint = f" [{default}]" if default else ""
        for _ in range(TRIES):
            self._out.write(f"{question}{hint}: ")
            self._out.flush()
            line = self._source.readline()
            if not line:
                raise EndedError
            answer = line.strip() or default
            if not self._source.isatty():  # a terminal shows what is typed into it
                self._out.write(f"{answer}\n")
            try:
                return check(answer) if check is not None and answer else answer
            except Wrong as wrong:
                self.say(f"  {wrong.what}. {wrong.remedy}.")
        raise EndedError

    def needed(self, question: str, default: str = "", check: Check | None = None) -> str:
        """:meth:`ask` until there is an answer at all."""
        for _ in range(TRIES):
            answer = self.ask(question, default, check)
            if answer:
                return answer
            self.say("  This one is needed.")
        raise EndedError

    def yes(self, question: str, *, default: bool) -> bool:
        """Whether they want it."""
        answer = self.ask(f"{question} (y/n)", "y" if default else "n", _yes_or_no)
        return answer == "y"

    def choose(self, question: str, choices: Sequence[tuple[str, str]]) -> str:
        """One of *choices*, each a word and what it means, by its number; the first by default."""
        for number, (_, meaning) in enumerate(choices, 1):
            self.say(f"  {number} {meaning}")

        def check(answer: str) -> str:
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return choices[int(answer) - 1][0]
            words = [word for word, _ in choices]
            if answer in words:
                return answer
            raise Wrong("there is no such line", f"Write a number from 1 to {len(choices)}")

        return self.ask(question, "1", check)


def _yes_or_no(answer: str) -> str:
    said = answer.casefold()
    if said in ("y", "yes", "n", "no"):
        return said[0]
    raise Wrong("that is neither yes nor no", "Write y or n")
