"""What happened in a drill, line by line, as programs and stories have it."""

from datetime import datetime, timedelta
from typing import Any

from relayd.documents import stamp
from relayd.domain.event import Happened
from relayd.domain.story import Line

RELAYS_OWN = "relay-"


class Timeline:
    """Lines with their seconds since *began*, which is people's time."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.lines: list[Line] = []

    def happened(self, row: Happened) -> None:
        """Add a line of the drill's engine; what it says of the relay itself is no part of it."""
        about = row.fields.get("alert") or row.fields.get("attempt") or ""
        if not about.startswith(RELAYS_OWN):
            self.add(row.at, row.event, **row.fields)

    def add(self, at: datetime, event: str, **fields: str | None) -> None:
        """Add a line of *at*, in people's time."""
        t = max(0.0, (at - self.began).total_seconds())
        self.lines.append(Line(round(t, 3), event, fields))

    def documents(self, since: int) -> list[dict[str, Any]]:
        """The lines after the first *since* of them."""
        return [line_document(line, self.began) for line in self.lines[since:]]


def line_document(line: Line, began: datetime) -> dict[str, Any]:
    """One line as CONTRACT has it: *t*, and *at* beside it."""
    at = began + timedelta(seconds=line.t)
    return {"t": line.t, "at": stamp(at), "event": line.event, **line.fields}
