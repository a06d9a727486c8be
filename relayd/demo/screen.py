"""The demo on a terminal: a title, then a line for each thing as it happens."""

import textwrap
from datetime import datetime, tzinfo
from enum import Enum

from rich.console import Console
from rich.text import Text

TIME_WIDTH, MARK_WIDTH = 10, 2
NARROW = 50
UNWRAPPED = 10_000


class Mark(Enum):
    """What kind of line it is: its sign, the same where only ASCII can be shown, and its style."""

    READING = ("·", ".", "cyan")
    OUTAGE = ("✘", "x", "bold yellow")
    ALARM = ("▲", "!", "bold red")
    SEND = ("→", ">", "bold")
    NOTE = ("·", ".", "dim")
    FAILED = ("✘", "x", "red")
    ARRIVED = ("✔", "+", "green")
    PHONE = ("☎", "@", "magenta")
    ANSWER = ("★", "*", "bold green")
    OVER = ("✔", "+", "bold green")


class Screen:
    """Writes to standard output; plain and unwrapped where that is no terminal."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._ascii = not self._console.encoding.lower().startswith("utf")

    def title(self, title: str, sentence: str) -> None:
        """Open the show."""
        self._print(Text(""))
        self._print(Text(title, "bold"))
        self.say(sentence)

    def say(self, sentence: str, style: str = "") -> None:
        """A paragraph without a time."""
        for line in textwrap.wrap(sentence, self._width):
            self._print(Text(line, style))
        self._print(Text(""))

    def link(self, name: str, address: str) -> None:
        """An address to open, never broken over two lines."""
        between = "\n" if self._width < NARROW else ""
        self._print(Text.assemble((f"  {name}  {between}", "bold"), (address, "underline blue")))

    def line(self, at: datetime, mark: Mark, words: str) -> None:
        """What happened at *at*."""
        sign, plain, style = mark.value
        indent = TIME_WIDTH + MARK_WIDTH if self._width >= NARROW else MARK_WIDTH
        first = TIME_WIDTH + MARK_WIDTH
        lines = textwrap.wrap(
            words,
            self._width,
            initial_indent=" " * first,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )
        clock = f"{at.astimezone(self._zone):%H:%M:%S}".ljust(TIME_WIDTH)
        head = ((clock, "dim"), (f"{plain if self._ascii else sign} ", style))
        self._print(Text.assemble(*head, (lines[0][first:], style)))
        for line in lines[1:]:
            self._print(Text(line, style))

    def gap(self) -> None:
        """An empty line."""
        self._print(Text(""))

    @property
    def _width(self) -> int:
        return max(self._console.width, NARROW // 2) if self._console.is_terminal else UNWRAPPED

    def _print(self, text: Text) -> None:
        if self._ascii:
            encoding = self._console.encoding
            text.plain = text.plain.encode(encoding, "replace").decode(encoding)
        self._console.print(text, soft_wrap=True)
