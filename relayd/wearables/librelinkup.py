"""What LibreLinkUp answers: graph, logbook, connections, or one measurement alone."""

from dataclasses import replace
from datetime import UTC, datetime

from relayd.domain.reading import Bound, GlucoseReading, Malformed, Reading, Trend, Unit
from relayd.wearables.document import MOST_ENTRIES, gather, nothing, parse
from relayd.wearables.glucose import number_in, weigh
from relayd.wearables.origin import Decoded, Origin
from relayd.wearables.stamp import Stamp, month_first

FLOOR_MG_DL = 40.0  # the lowest a Libre shows, 2.2 mmol/L; below it says LO
CEILING_MG_DL = 400.0  # where the first Libre ends; later ones go to 500

_REFUSALS = {
    2: "the account refused the sign-in",
    4: "the account wants new terms to be accepted in the app",
}
_ARROWS = {
    1: Trend.FALLING_FAST,
    2: Trend.FALLING,
    3: Trend.STEADY,
    4: Trend.RISING,
    5: Trend.RISING_FAST,
}
_UNITS = {0: Unit.MMOL_L, 1: Unit.MG_DL}
_VALUES = ("ValueInMgPerDl", "Value")
_CONTENTS = {*_VALUES, "connection", "graphData", "glucoseMeasurement", "glucoseItem"}


def decode(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode a graph, a logbook, a list of connections (of one person), or one measurement.

    The value is ``ValueInMgPerDl``, else ``Value`` in the unit that ``GlucoseUnits`` names (0 is
    mmol/L, 1 mg/dL). The time is ``FactoryTimestamp`` (UTC), else ``Timestamp`` (local).
    ``isLow`` at or below 40 mg/dL is ``LOW``, ``isHigh`` from 400 on is ``HIGH``. A refusal, a
    redirection to another region and an answer without measurements are one ``NoReading`` each.
    """
    document = parse(payload)
    if isinstance(document, Malformed):
        return document
    if isinstance(document, dict) and not _CONTENTS & document.keys():
        if (why := _refusal(document)) is not None:
            return nothing(origin, why)
        document = document.get("data")
    found = _measurements(document)
    if isinstance(found, Malformed):
        return found
    if not found:
        return nothing(origin, "LibreLinkUp has no readings")
    if len(found) > MOST_ENTRIES:
        return Malformed(f"the payload holds more than {MOST_ENTRIES} measurements")
    return gather(origin, (_measurement(item, origin, received_at) for item in found))


def _refusal(answer: dict[str, object]) -> str | None:
    """Say why an answer brings no data, where it says so itself."""
    status, data = answer.get("status"), answer.get("data")
    if isinstance(data, dict) and data.get("redirect") is True:
        return "LibreLinkUp sent the request to another region"
    if isinstance(status, int) and status != 0:
        return _REFUSALS.get(status, "LibreLinkUp refused the request")
    return None


def _measurements(data: object) -> list[object] | Malformed:
    """Collect the measurements, wherever they are; each is checked when it is read."""
    if isinstance(data, dict):
        if _is_measurement(data):
            return [data]
        if not _CONTENTS & data.keys():
            return Malformed("the payload holds no LibreLinkUp measurements")
        graph = data.get("graphData")
        return [*(graph if isinstance(graph, list) else []), *_current(data)]
    if not isinstance(data, list):
        return Malformed("the payload holds no LibreLinkUp measurements")
    people = [item for item in data if isinstance(item, dict) and "glucoseMeasurement" in item]
    if len(people) > 1:
        return Malformed("the payload holds more than one person's measurements")
    return _current(people[0]) if people else data


def _current(data: dict[str, object]) -> list[object]:
    """Take the newest measurement of a connection, or of the graph answer around one."""
    connection = data.get("connection")
    holder = connection if isinstance(connection, dict) else data
    current = holder.get("glucoseMeasurement")
    if current is None:
        current = holder.get("glucoseItem")
    return [] if current is None else [current]


def _is_measurement(item: object) -> bool:
    return isinstance(item, dict) and any(key in item for key in _VALUES)


def _measurement(item: object, origin: Origin, received_at: datetime) -> Reading | Malformed:
    if not isinstance(item, dict) or not _is_measurement(item):
        return Malformed("a measurement has no value")
    value, unit = _value(item, origin)
    trend = _ARROWS.get(arrow) if isinstance(arrow := item.get("TrendArrow"), int) else None
    at = _at(item, origin, received_at)
    number = number_in(value)
    if number is not None and item.get("isLow") is True and unit.to_mg_dl(number) <= FLOOR_MG_DL:
        value = Bound.LOW.value
    reading = weigh(origin.wearer, value, unit, at, trend)
    if item.get("isHigh") is True and isinstance(reading, GlucoseReading):
        return reading._replace(bound=_ceiling(reading))
    return reading


def _value(item: dict[str, object], origin: Origin) -> tuple[object, Unit]:
    in_mg_dl = item.get("ValueInMgPerDl")
    if number_in(in_mg_dl) is not None or "Value" not in item:
        return in_mg_dl, Unit.MG_DL
    named = item.get("GlucoseUnits")
    unit = _UNITS.get(named, origin.unit) if isinstance(named, int) else origin.unit
    return item["Value"], unit


def _ceiling(reading: GlucoseReading) -> Bound:
    return Bound.HIGH if reading.mg_dl >= CEILING_MG_DL else reading.bound


def _at(item: dict[str, object], origin: Origin, received_at: datetime) -> Stamp:
    factory = month_first(item.get("FactoryTimestamp"), replace(origin, zone=UTC), received_at)
    if isinstance(factory, datetime):
        return factory
    return month_first(item.get("Timestamp"), origin, received_at) or factory
