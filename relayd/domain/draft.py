"""A turn while it is being made."""

from datetime import datetime, timedelta

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.event import (
    AT_ONCE,
    HARMLESS_WITHIN,
    NOTED_WITHIN,
    Happened,
    KeptReading,
    Row,
    Send,
    Turn,
)
from relayd.domain.household import NEVER


class Draft:
    """Collects what one event comes to. *now* is the engine's time, *offset* leads to people's."""

    __slots__ = ("now", "offset", "readings", "rows", "sends", "urgent")

    def __init__(self, now: datetime, offset: timedelta) -> None:
        self.now = now
        self.offset = offset
        self.rows: list[Row] = []
        self.readings: list[KeptReading] = []
        self.sends: list[Send] = []
        self.urgent = False

    def happened(self, event: str, **fields: str | None) -> None:
        """Add a line to the timeline."""
        self.rows.append(Happened(self.now + self.offset, event, fields))

    def keep_alert(self, alert: Alert) -> None:
        """Put *alert* on disk as it now stands."""
        self.rows.append(alert)
        self.urgent = True

    def keep_attempt(self, attempt: Attempt) -> None:
        """Put *attempt* on disk as it now stands."""
        self.rows.append(attempt)

    def send(self, attempt: Attempt, alert: Alert) -> None:
        """Begin *attempt*, once it is on disk."""
        self.rows.append(attempt)
        self.sends.append(Send(attempt, alert))
        self.urgent = True

    def steady(self, local: datetime | None) -> datetime | None:
        """A moment of people's time in the engine's own; None and never stay what they are."""
        if local is None or local == NEVER:
            return local
        return local.astimezone(self.now.tzinfo) - self.offset

    def turn(self) -> Turn:
        """The turn as it stands."""
        if self.urgent:
            within = AT_ONCE
        else:
            within = NOTED_WITHIN if self.rows else HARMLESS_WITHIN
        return Turn((*self.readings, *self.rows), tuple(self.sends), within)
