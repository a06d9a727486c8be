"""What Dexcom Share answers to ``ReadPublisherLatestGlucoseValues``."""

from datetime import datetime

from relayd.domain.reading import Malformed, Reading
from relayd.wearables.document import MOST_ENTRIES, gather, nothing, parse
from relayd.wearables.glucose import sensor_trend, weigh_sensor
from relayd.wearables.origin import Decoded, Origin
from relayd.wearables.stamp import Stamp, dotnet


def decode(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode a list of values or a single one, in the form of today or of 2020.

    ``Value`` is in mg/dL and read by the rules of :func:`weigh_sensor`; ``Trend`` is a name or a
    number (1 is DoubleUp, 4 Flat, 7 DoubleDown). The time is ``WT``, else ``ST``, else ``DT``. An
    error answer or an empty list is one ``NoReading``.
    """
    document = parse(payload)
    if isinstance(document, Malformed):
        return document
    if isinstance(document, dict) and "Value" not in document and "Code" in document:
        return nothing(origin, "Dexcom Share refused the request")
    values = [document] if isinstance(document, dict) else document
    if not isinstance(values, list):
        return Malformed("the payload holds no Dexcom Share values")
    if not values:
        return nothing(origin, "Dexcom Share has no readings")
    if len(values) > MOST_ENTRIES:
        return Malformed(f"the payload holds more than {MOST_ENTRIES} values")
    return gather(origin, (_value(value, origin, received_at) for value in values))


def _value(value: object, origin: Origin, received_at: datetime) -> Reading | Malformed:
    if not isinstance(value, dict) or "Value" not in value:
        return Malformed("an entry has no Value")
    at = _at(value, origin, received_at)
    return weigh_sensor(origin.wearer, value["Value"], at, sensor_trend(value.get("Trend")))


def _at(value: dict[str, object], origin: Origin, received_at: datetime) -> Stamp:
    """Take the first time that can be read; one that cannot counts only if no other can."""
    doubt: Stamp = None
    for key in ("WT", "ST", "DT"):
        at = dotnet(value.get(key), origin, received_at)
        if isinstance(at, datetime):
            return at
        doubt = doubt or at
    return doubt
