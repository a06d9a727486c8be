"""Nightscout's entries, API v1 and v3, as its own server, xDrip+ and uploaders write them."""

from datetime import datetime

from relayd.domain.reading import Malformed, Reading, Unit
from relayd.wearables.document import MOST_ENTRIES, gather, nothing, parse
from relayd.wearables.glucose import sensor_trend, unit_named, weigh, weigh_sensor
from relayd.wearables.origin import Decoded, Origin
from relayd.wearables.stamp import Stamp, stamp

_REFUSED_FROM = 300  # API v3 repeats the HTTP status in the document


def decode(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode a list of entries, one entry, or the ``{"status": 200, "result": …}`` of API v3.

    ``sgv`` is in mg/dL unless the entry's ``units`` say otherwise, and read by the rules of
    :func:`weigh_sensor`. The time is ``date``, else ``dateString``, else ``sysTime``. Finger-stick
    and calibration entries and deleted ones are passed over. An error answer or an empty list is
    one ``NoReading``.
    """
    document = parse(payload)
    if isinstance(document, Malformed):
        return document
    if isinstance(document, dict) and "sgv" not in document and "status" in document:
        if isinstance(document["status"], int) and document["status"] >= _REFUSED_FROM:
            return nothing(origin, "Nightscout refused the request")
        document = document.get("result")
    entries = [document] if isinstance(document, dict) else document
    if not isinstance(entries, list):
        return Malformed("the payload holds no Nightscout entries")
    if not entries:
        return nothing(origin, "Nightscout has no readings")
    if len(entries) > MOST_ENTRIES:
        return Malformed(f"the payload holds more than {MOST_ENTRIES} entries")
    return gather(origin, (_entry(entry, origin, received_at) for entry in entries))


def _entry(entry: object, origin: Origin, received_at: datetime) -> Reading | Malformed | None:
    if not isinstance(entry, dict):
        return Malformed("an entry is not an object")
    if entry.get("isValid") is False:
        return None
    if entry.get("type") not in ("sgv", None):
        is_theirs = "date" in entry or "dateString" in entry
        return None if is_theirs else Malformed("an entry is none of Nightscout's")
    if "sgv" not in entry:
        return Malformed("an entry has no sgv")
    at = _at(entry, origin, received_at)
    trend = sensor_trend(entry.get("direction", entry.get("trend")))
    if unit_named(entry.get("units")) is Unit.MMOL_L:
        return weigh(origin.wearer, entry["sgv"], Unit.MMOL_L, at, trend)
    return weigh_sensor(origin.wearer, entry["sgv"], at, trend)


def _at(entry: dict[str, object], origin: Origin, received_at: datetime) -> Stamp:
    """Take the first time that can be read; one that cannot counts only if no other can."""
    doubt: Stamp = None
    for key in ("date", "dateString", "sysTime"):
        at = stamp(entry.get(key), origin, received_at)
        if isinstance(at, datetime):
            return at
        doubt = doubt or at
    return doubt
