"""What ``relayd test`` shows: what each route could prove, and what it did."""

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from relayd.config import Config
from relayd.domain.delivery import Failure
from relayd.report.channels import RANG
from relayd.web.speech import FAILURE

PROVED = {
    "delivered": "✔ it arrived: the service has a receipt",
    "accepted": "✔ answered “I have it”",
    "rejected": "✔ answered “I cannot”",
}
Route = Mapping[str, Any]


def show_routes(document: Mapping[str, Any], console: Console | None, config: Config) -> bool:
    """Print how every route stands, if there is a *console*; whether all are proved.

    A sounder proves nothing by itself: whoever is at the terminal is asked whether it was heard.
    """
    routes = document["routes"]
    proved = [_proved(route) for route in routes]
    if console is not None:
        table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
        for head in ("route", "", "could prove", "what came of it", "after"):
            table.add_column(head)
        for route, well in zip(routes, proved, strict=True):
            style = "green" if well else "yellow"
            after = f"{route['after_s']:.1f} s" if route["after_s"] is not None else ""
            could = Text(_could(route))
            said = Text(_said(route), style=style)
            table.add_row(str(route["route"]), Text(route["channel"]), could, said, after)
        console.print(table)
        proved = [
            well or _heard(route, console) for route, well in zip(routes, proved, strict=True)
        ]
        if document["lifted_by"] is not None:
            lifted = f"Lifted: {document['lifted_by']} is real. Nothing more was sent."
            console.print(Text(lifted, style="bold red"))
        _remark(console, routes, proved, config)
    return bool(routes) and all(proved)


def _remark(console: Console, routes: list[Route], proved: list[bool], config: Config) -> None:
    if not all(proved):
        left = sum(not well for well in proved)
        console.print(f"{left} of {len(routes)} routes gave no proof.")
        asked = any(
            not well and not route["sounder"] and route["status"] == "sent"
            for route, well in zip(routes, proved, strict=True)
        )
        if asked:
            name = config.household.carers[routes[0]["carer"]].name
            console.print(Text(f"{name} should answer the message: only that proves such a route."))


def _proved(route: Route) -> bool:
    return route["status"] in PROVED


def _could(route: Route) -> str:
    if route["sounder"]:
        return "nothing: listen"
    return "delivery, answer" if route["proves"] else "an answer only"


def _said(route: Route) -> str:
    if _proved(route):
        return PROVED[route["status"]]
    if route["failure"] is not None:
        said = FAILURE[Failure(route["failure"])]
        words = "".join(letter for letter in route["words"] if letter.isprintable())
        if words == RANG:  # then the phone was in reach
            return f"✘ {words}"
        return f"✘ {said} ({words})" if words else f"✘ {said}"
    if route["status"] == "sending":
        return "✘ still on its way"
    return "sent; no word came back" if route["proves"] else "sent; nobody answered"


def _heard(route: Route, console: Console) -> bool:
    """Ask whoever is there whether a sounder was heard."""
    if not (route["sounder"] and route["status"] == "sent" and sys.stdin.isatty()):
        return False
    said = console.input(Text(f"Did {route['channel']} sound? [y/N] "))
    return said.strip().lower() in ("y", "yes")
