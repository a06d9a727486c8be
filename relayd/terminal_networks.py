"""What ``relayd networks`` shows: brands, what they share, as of when, by which source."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from relayd.networks import Correction, NetworkTable, Row

WELL, BAD_NEWS = 0, 1
WHOLE = ("name", "kind", "core", "as of", "sure")
COLUMNS = ("name", "brand", "kind", "core", "masts or lines", "company", "as of", "sure", "source")
SURE = {"high": "green", "medium": "yellow", "low": "red"}
WIDTH = 180


def rows(text: str = "", corrections: Mapping[str, Correction] | None = None) -> list[Row]:
    """The brands that have all words of *text* in them, with the family's *corrections* made."""
    return NetworkTable(corrections).rows(text)


def networks(
    text: str = "",
    corrections: Mapping[str, Correction] | None = None,
    *,
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Print the brands that match *text*; return the exit status, 1 where none does."""
    found = rows(text, corrections)
    if as_json:
        document = {"networks": [_as_json(row) for row in found]}
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
        sys.stdout.flush()
        return WELL if found else BAD_NEWS
    console = console or _console()
    if not found:
        console.print(
            f'relayd knows no network "{text}": it is assumed shared with every other. '
            "Say what you know of it in the household file, in [networks.NAME] with core.",
            highlight=False,
            markup=False,
        )
        return BAD_NEWS
    console.print(_table(found))
    for row in found:
        if row.note:
            console.print(Text.assemble((row.name, "bold"), f": {row.note}."))
    return WELL


def _table(found: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in COLUMNS:  # what is copied into a file, and what dies together, stay whole
        table.add_column(head, no_wrap=head in WHOLE, overflow="fold")
    for row in found:
        table.add_row(
            Text(row.name, style="bold"),
            Text(row.brand),
            row.kind or "",
            Text(" or ".join(row.core) or "unknown: assumed shared"),
            Text(", ".join(row.ran)),
            Text(row.group or ""),
            row.as_of.isoformat() if row.as_of is not None else "",
            Text(row.confidence, style=SURE.get(row.confidence, "")),
            Text(row.source),
        )
    return table


def _console() -> Console:
    """As wide as the terminal; where there is none, wide enough that no row is cut."""
    return Console() if sys.stdout.isatty() else Console(width=WIDTH)


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "brand": row.brand,
        "country": row.country,
        "kind": row.kind,
        "core": list(row.core),
        "ran": list(row.ran),
        "group": row.group,
        "plmn": list(row.plmn),
        "as_of": row.as_of.isoformat() if row.as_of is not None else None,
        "source": row.source,
        "confidence": row.confidence,
        "note": row.note,
    }
