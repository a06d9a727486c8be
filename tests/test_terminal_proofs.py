"""What a test of a carer's routes says of each, in the terminal."""

from io import StringIO
from typing import Any

import pytest
from files import read
from rich.console import Console

from relayd.terminal_proofs import show_routes

ROUTE: dict[str, Any] = {
    "route": 0,
    "carer": "ana",
    "channel": "call",
    "proves": True,
    "sounder": False,
    "after_s": None,
    "words": "",
}


@pytest.mark.parametrize(
    ("route", "said", "well"),
    [
        ({"status": "delivered", "failure": None, "after_s": 3.2}, "3.2 s", True),
        (
            {"status": "undeliverable", "failure": "unreachable", "words": ""},
            "the phone is off or out of reach",
            False,
        ),
        (
            {
                "status": "undeliverable",
                "failure": "unreachable",
                "words": "it rang, and nobody answered",
            },
            "✘ it rang, and nobody answered",
            False,
        ),
        ({"status": "sent", "failure": None}, "sent; no word came back", False),
    ],
)
def test_each_route_says_what_came_of_it(route: dict[str, Any], said: str, *, well: bool) -> None:
    """A phone that rang was neither off nor out of reach."""
    shown = StringIO()
    document = {"routes": [ROUTE | route], "lifted_by": None}
    console = Console(width=120, file=shown)
    assert show_routes(document, console, read()) is well
    assert said in shown.getvalue()
    assert ("out of reach" in shown.getvalue()) is ("out of reach" in said)
