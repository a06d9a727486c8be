"""How things stand, for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from relayd.domain.alert import Code
from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.names import NAMES, PURPOSE
from relayd.domain.reading import Unit

SHOWN = 10  # the newest attempts of an alert
COLOUR = {"high": "bold red", "medium": "yellow", "low": "blue"}
NOBODY_WATCHES = "Nobody watches relayd: add a [watcher], or its own end will go unnoticed."
Document = Mapping[str, Any]


def show(state: Document, console: Console | None = None) -> None:
    """Print the document of ``GET /api/state`` for people."""
    (console or Console(highlight=False)).print(Group(*_parts(state)))


def _parts(state: Document) -> Iterator[RenderableType]:
    yield _text(f"relayd {state['home']}", "bold")
    if not state["healthy"]:
        yield _text("The engine is behind its own deadlines.", "bold red")
    if state["broker"] != "up":
        yield _text("There is no connection to the MQTT broker.", "bold red")
    drill = state.get("drill")  # a daemon of yesterday says nothing of it
    if drill is not None:
        held = f" {', '.join(drill['held'])}." if drill["held"] else ""
        yield _text(f"A drill is running, {drill['drill']}: what is sent is marked TEST.{held}")
    yield _wearers(state["wearers"])
    names = {each["carer"]: each["name"] for each in state.get("carers", ())}
    if state["alerts"]:
        for alert in state["alerts"]:
            yield from _alert(alert, names)
    else:
        yield _text("No alert is open.", "green")
    yield _text("")
    yield _routes(state["routes"], names)
    yield from _notes(state)


def _wearers(wearers: Sequence[Document]) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for wearer in wearers:
        reading, watch = wearer["reading"], wearer["watch"]
        if reading is not None:
            trend = f" {reading['trend']}" if reading["trend"] else ""
            said = f"{_value(reading['value'], reading['unit'])}{trend}"
            table.add_row(_text(wearer["name"], "bold"), said, f"{_span(reading['age_s'])} ago")
        elif watch is not None and watch["state"] is not None:
            said = f"watch: {watch['state']}"
            table.add_row(_text(wearer["name"], "bold"), said, f"said at {_clock(watch['at'])}")
        else:
            last = wearer["last_reading_at"] or (watch or {}).get("at")
            since = f"since {_clock(last)}" if last else "yet"
            missing = _text(f"no reading {since}", "yellow")
            table.add_row(_text(wearer["name"], "bold"), missing, "")
    return table


def _alert(alert: Document, names: Mapping[str, str]) -> Iterator[RenderableType]:
    name = NAMES.get(Code(alert["condition"]), alert["condition"])
    since = f"since {_clock(alert['raised_at'])}"
    if alert.get("planned"):
        by = alert["acknowledged_by"]
        said = f", by {names.get(by, by)}" if by else ""
        until = f"until {_clock(alert['quiet_until'])}, planned {since}{said}"
        yield _text(
            f"{alert['alert']}  no readings expected {until}. Lows and seizures still call."
        )
    else:
        line = f"{alert['alert']}  {name}, {alert['priority']}, {since}: {_who(alert, names)}"
        yield _text(line, COLOUR.get(alert["priority"], ""))
    if alert.get("detail"):
        yield Padding(_text(alert["detail"]), (0, 0, 0, 4), expand=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    before = len(alert["attempts"]) - SHOWN
    if before > 0:
        yield Padding(_text(f"… {before} more before these", "dim"), (0, 0, 0, 4), expand=False)
    for attempt in alert["attempts"][-SHOWN:]:
        table.add_row(
            _clock(attempt["begun_at"]),
            _text(names.get(attempt["carer"], attempt["carer"])),
            _text(_by(attempt)),
            _far(attempt),
        )
    if table.rows:
        yield Padding(table, (0, 0, 0, 4), expand=False)


def _who(alert: Document, names: Mapping[str, str]) -> str:
    holder = alert["acknowledged_by"]
    if holder:
        return f"{names.get(holder, holder)} has it"
    return "told once, by day" if alert["priority"] == "low" else "nobody has it yet"


def _by(attempt: Document) -> str:
    over = f" over {attempt['path']}" if attempt["path"] else ""
    about = PURPOSE[Purpose(attempt.get("purpose", Purpose.CALL))]
    return f"{attempt['channel']}{over}{f', {about}' if about else ''}"


def _far(attempt: Document) -> str:
    failure, status = attempt["failure"], Dissemination(attempt["status"])
    if failure == Failure.PATH_DOWN:
        return "no proper answer from the service"
    return Failure(failure).value if failure else status.value


def _routes(routes: Sequence[Document], names: Mapping[str, str]) -> RenderableType:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 2))
    for head in ("carer", "route", "last proven"):
        table.add_column(head)
    for route in routes:
        proven = _clock(route["proven_at"]) if route["proven_at"] else "never"
        refused = route["state"] == "refused"
        late = route.get("unproven_days")
        if late is not None:
            proven = f"{proven}: nothing has proved it for {late} days, test it"
        said = _text(f"{proven}, the service refuses it" if refused else proven)
        table.add_row(
            _text(names.get(route["carer"], route["carer"])), _text(route["channel"]), said
        )
    return table


def _notes(state: Document) -> Iterator[RenderableType]:
    if state["storage"] != "ok":
        yield _text("The disk cannot be written; relayd goes on in memory.", "bold red")
    for path in state["paths"]:
        if path["state"] == "down":
            yield _text(f"The path {path['path']} is down: {path['evidence']}", "yellow")
    for modem in state.get("modems", ()):  # a daemon of yesterday has none
        if modem["state"] == "down":
            said = f"The SIM of {modem['channel']} cannot send: {modem['evidence']}"
            yield _text(said, "yellow")
        elif modem["elsewhere"]:
            said = f"The SIM of {modem['channel']} is {modem['evidence']}, unlike the file has it."
            yield _text(said, "yellow")
    for network in state["networks"]:
        if network["suspected"]:
            yield _text(f"The network {network['name']} seems to be down.", "yellow")
    for source, count in state["rejected"].items():
        messages = "1 message" if count == 1 else f"{count} messages"
        yield _text(f"{messages} on {source} could not be read.", "yellow")
    if state["nobody_watches_relayd"]:
        yield _text(NOBODY_WATCHES, "yellow")


def _text(text: object, style: str = "") -> Text:
    """Foreign text as it is: no markup is read in it, and no terminal codes pass."""
    return Text("".join(letter for letter in str(text) if letter.isprintable()), style)


def _value(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f} {unit}" if unit == Unit.MG_DL.value else f"{value:.1f} {unit}"


def _clock(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp).astimezone():%a %H:%M}"


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"  # noqa: PLR2004 - a minute
