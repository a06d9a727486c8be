"""Recorded nights replayed through decoder and engine, in virtual time."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from houses import Drive, home, minutes

from relayd.domain.alert import LOW_SIDE, Code
from relayd.domain.event import ReadingsReceived
from relayd.domain.household import GlucoseLimits, Wearer
from relayd.domain.reading import GlucoseReading, Malformed, Unit
from relayd.wearables import OWN, Origin

UTC_ZONE = ZoneInfo("UTC")  # the sources state no zone: their clocks are taken as they stand
EPISODE = minutes(15) - timedelta(seconds=5)  # a second of jitter does not make 15 minutes less


@dataclass(frozen=True)
class Row:
    """One row as the source wrote it, turned to the document of relayd's own topic."""

    at: datetime
    value: str | float
    unit: Unit

    @property
    def payload(self) -> bytes:
        said = {"value": self.value, "unit": self.unit.value, "at": self.at.isoformat()}
        return json.dumps(said).encode()


@dataclass
class Night:
    """What came of a replay: readings as the engine took them, and every alert."""

    unit: Unit
    drive: Drive
    rows: list[tuple[datetime, GlucoseReading]] = field(default_factory=list)
    low_open: list[bool] = field(default_factory=list)
    lowest: dict[str, float] = field(default_factory=dict)

    @property
    def days(self) -> float:
        return (self.rows[-1][0] - self.rows[0][0]) / timedelta(days=1)

    def below(self, mg_dl: float) -> bool:
        return self.unit.shown(mg_dl) < self.unit.shown(70)

    def raised(self, codes: Iterable[Code]) -> dict[str, datetime]:
        """The alerts that were raised for one of *codes*, and when."""
        of = set(codes)
        return {
            row.fields["alert"] or "": self.drive.start + minutes(minute)
            for minute, row in self.drive.events("alert.raised")
            if row.fields["condition"] in of
        }

    @property
    def low_side(self) -> list[str]:
        return list(self.raised(LOW_SIDE))

    @property
    def true_lows(self) -> list[str]:
        return [alert for alert in self.low_side if self.below(self.lowest[alert])]


def read(path: Path) -> list[Row]:
    """Rows of one file of the data folder, in the order in which they stand there."""
    if path.name.startswith("clarity"):
        return list(_clarity(path))
    mmol = path.name.startswith(("brist1d", "t1duom"))  # x 18 where relayd says 18.0182
    unit = Unit.MMOL_L if mmol else Unit.MG_DL
    with path.open(newline="") as file:
        return [
            Row(_moment(row["timestamp"]), _value(row["glucose_mgdl"], 18 if mmol else 1), unit)
            for row in csv.DictReader(file)
        ]


def _clarity(path: Path) -> Iterator[Row]:
    with path.open(newline="") as file:
        for row in csv.reader(file):
            if len(row) > 7 and row[2] == "EGV":
                yield Row(_moment(row[1]), _value(row[7], 1), Unit.MMOL_L)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _value(text: str, over: float) -> str | float:
    return text.upper() if text.upper() in ("LOW", "HIGH") else float(text) / over


def replay(rows: Sequence[Row]) -> Night:
    """Feed *rows*, each when its stamp says, and none before the one that stands above it."""
    unit = rows[0].unit
    mia = Wearer("mia", "Mia", unit, glucose=GlucoseLimits())
    drive = Drive(replace(home(unit=unit), wearers={"mia": mia}), rows[0].at, watch_well=False)
    night, origin = Night(unit, drive), Origin("mia", unit, UTC_ZONE)
    for row in rows:
        now = max(row.at, drive.now)
        drive.until((now - drive.start) / timedelta(minutes=1))
        drive.now = now
        decoded = OWN["glucose"](row.payload, origin, now)
        assert not isinstance(decoded, Malformed), decoded
        drive.tell(ReadingsReceived(decoded, source="relayd/mia/glucose"))
        _note(night, decoded, now)
    drive.until(drive.minute)
    return night


def _note(night: Night, decoded: Sequence[object], now: datetime) -> None:
    readings = [reading for reading in decoded if isinstance(reading, GlucoseReading)]
    open_now = night.drive.engine.open_alerts("mia")
    for reading in readings:
        night.rows.append((now, reading))
        night.low_open.append(any(alert.condition in LOW_SIDE for alert in open_now))
    for alert in open_now:
        if readings:
            lowest = min(reading.mg_dl for reading in readings)
            night.lowest[alert.id] = min(lowest, night.lowest.get(alert.id, lowest))


def lows(night: Night) -> Iterator[tuple[int, int]]:
    """Every stretch below 70 of 15 minutes or more: the places of its first and last reading."""
    first: int | None = None
    for place, (_, reading) in enumerate(night.rows):
        if night.below(reading.mg_dl):
            first = place if first is None else first
            continue
        if first is not None and night.rows[place - 1][0] - night.rows[first][0] >= EPISODE:
            yield first, place - 1
        first = None


def gaps(night: Night, beyond: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch without a reading that is longer than *beyond*."""
    for (earlier, _), (later, _) in zip(night.rows, night.rows[1:], strict=False):
        if later - earlier > beyond:
            yield earlier, later
