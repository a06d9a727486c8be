"""What ``relayd check`` shows at a terminal."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from relayd import check as checks
from relayd.check import Finding
from relayd.config import Config, ConfigFaults, Fault, load
from relayd.config.fault import stopped

WELL, BAD_NEWS, WRONG = 0, 1, 2
MARKS = {"bad": ("✘", "bold red"), "warn": ("!", "yellow"), "note": ("·", "dim")}
WIDTH = 100


def check(file: Path, *, with_secrets: bool = True, as_json: bool = False) -> int:
    """Check the household file; print what was found; return the exit status."""
    try:
        config = load(file, with_secrets=with_secrets)
    except ConfigFaults as faults:
        if as_json:
            _print_json(checks.as_json(faults.faults))
        else:
            show_faults(file, faults.faults)
        return WRONG
    if as_json:
        _print_json(checks.as_json(config))
    else:
        _show_findings(config)
    return WELL if checks.kept_promise(config) else BAD_NEWS


def show_faults(file: Path, faults: Sequence[Fault], console: Console | None = None) -> None:
    """Every fault with its place and its remedy."""
    console = console or _console()
    count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
    console.print(Text.assemble((str(file), "bold"), f": {count}. relayd cannot run with it.\n"))
    for fault in faults:
        console.print(
            Text.assemble(("✘ ", "bold red"), (fault.where, "bold"), f": {stopped(fault.what)}")
        )
        console.print(
            Padding(Text(stopped(fault.remedy), style="green"), (0, 0, 0, 2), expand=False)
        )


def _show_findings(config: Config) -> None:
    console = _console()
    findings = checks.findings(config)
    console.print(Text.assemble((str(config.file), "bold"), ": no faults.\n"))
    _heading(console, "The plan")
    for sentence in checks.plan_in_words(config):
        console.print(Padding(Text(sentence), (0, 0, 0, 2), expand=False))
    if findings:
        console.print()
        _heading(console, "What to know")
        for finding in findings:
            _show_finding(console, finding)
    console.print()
    if checks.kept_promise(config):
        console.print(Text("✔ The promise can be kept.", style="bold green"))
    else:
        text = "✘ The promise cannot be kept as the file stands: see what is marked ✘ above."
        console.print(Text(text, style="bold red"))


def opened(text: str) -> str:
    """*text* as a sentence begins; a key of the file stays as it is written there."""
    first = text.partition(" ")[0].rstrip(":")
    is_key = "." in first or "_" in first
    return text if is_key else f"{text[:1].upper()}{text[1:]}"


def _show_finding(console: Console, finding: Finding) -> None:
    mark, style = MARKS[finding.level]
    text = f"{opened(finding.text).rstrip('.')}."
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text(mark, style=style), Text(text))
    console.print(grid)


def _heading(console: Console, title: str) -> None:
    console.print(Text(title, style="bold underline"))


def _console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    return console


def _print_json(document: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
