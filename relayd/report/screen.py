"""What the terminal's reports are printed with: into a text, at a width, with colour or without."""

import sys
from collections.abc import Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LOST, KEPT, DIM, HEAD = "bold red", "bold green", "dim", "bold"
BAR = 30
FIRM = 5  # a column of at most this part of the width is never broken
PLAIN = str.maketrans("✔✘✗▲→★●○·…»█░“”", 'vxx!>*oo.~-#.""')


class Screen:
    """Collects a report. *width* is in columns."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self._out = StringIO()
        self._console = Console(
            file=self._out,
            width=width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )
        self.width = width
        self._gap = True

    def say(self, text: str | Text, style: str = "", indent: int = 0) -> None:
        """A paragraph."""
        words = Text(text, style) if isinstance(text, str) else text
        self.put(Padding(words, (0, 0, 0, indent), expand=False))

    def head(self, title: str) -> None:
        """A heading, set off from what is above."""
        self.gap()
        self.say(title, HEAD)

    def gap(self) -> None:
        """An empty line, unless there is one."""
        if not self._gap:
            self._console.print()
        self._gap = True

    def grid(
        self, rows: Sequence[Sequence[Text]], *, indent: int = 0, head: Sequence[str] = ()
    ) -> None:
        """Columns side by side; the last takes what is left."""
        table = Table(
            box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=bool(head),
            header_style=DIM,
        )  # fmt: skip
        columns = len(rows[0]) if rows else 0
        for place in range(columns):
            title = head[place] if head else ""
            table.add_column(title, no_wrap=self._firm(rows, place))
        for row in rows:
            table.add_row(*row)
        self.put(Padding(table, (0, 0, 0, indent), expand=False))

    def _firm(self, rows: Sequence[Sequence[Text]], place: int) -> bool:
        """Whether a column is narrow enough to stand unbroken: times and marks are."""
        longest = max((row[place].cell_len for row in rows), default=0)
        return longest <= self.width // FIRM

    def put(self, what: RenderableType) -> None:
        """Anything that rich can print."""
        self._console.print(what)
        self._gap = False

    def text(self) -> str:
        """All of it, without blanks at the ends of lines."""
        lines = self._out.getvalue().splitlines()
        return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def ascii_only(text: str) -> str:
    """*text* for a terminal that knows no other letters; every sign stays one column wide."""
    return text.translate(PLAIN).encode("ascii", "replace").decode("ascii")


def progress(done: int, total: int, words: str = "") -> None:
    """Show on stderr how far a long run is, where that is a terminal; wiped when it is done."""
    if not sys.stderr.isatty() or total <= 0:
        return
    share = min(max(done / total, 0.0), 1.0)
    full = round(share * BAR)
    if done >= total:
        sys.stderr.write("\r\x1b[K")
    elif done == 0 or _steps(done, total) != _steps(done - 1, total):
        bar = "█" * full + "░" * (BAR - full)
        sys.stderr.write(f"\r\x1b[K{bar} {share:4.0%}  {done:,} of {total:,} {words}".rstrip())
    sys.stderr.flush()


def _steps(done: int, total: int) -> int:
    return done * 200 // total
