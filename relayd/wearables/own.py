"""relayd's own topics: ``glucose``, ``seizure`` and ``device``, as the contract has them."""

from datetime import datetime
from typing import Any

import msgspec

from relayd.domain.reading import (
    DeviceReading,
    Malformed,
    NoReading,
    Reading,
)
from relayd.wearables.document import gather, read
from relayd.wearables.glucose import number_in, trend_named, unit_named, weigh
from relayd.wearables.origin import Decoded, Origin
from relayd.wearables.seizure import state_named, watched
from relayd.wearables.stamp import known, stamp

LIMIT = 64 * 1024  # bytes; a real payload has about a hundred

_FULL = 100.0


class _Said(msgspec.Struct, gc=False):
    """All keys of the three payloads; what else is there is ignored."""

    value: Any = msgspec.UNSET
    unit: Any = None
    at: Any = None
    trend: Any = None
    state: Any = msgspec.UNSET
    battery_percent: Any = msgspec.UNSET


_DECODER = msgspec.json.Decoder(_Said)


def glucose(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode ``{"value": 3.4, "unit": "mmol/L", "at": "…", "trend": "falling"}``.

    *value* is a number (also as text, also with a decimal comma), ``LOW`` or ``HIGH``; null and
    other words say that there is none. *unit* is the origin's unless given. *at* is RFC 3339, or
    an epoch in s, ms, µs or ns. An unknown *trend* is none.

    An *at* that cannot be read makes the payload malformed, for the value could be of yesterday;
    only ``LOW`` or a value under 70 mg/dL stands without it, since it may raise an alarm.
    """
    said = read(_DECODER, payload, LIMIT)
    if isinstance(said, Malformed):
        return said
    reading = _glucose(said, origin, received_at)
    return reading if isinstance(reading, Malformed) else (reading,)


def seizure(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode ``{"state": "alarm", "at": "…"}``; *state* is one of ``WatchState``.

    With an *at* that cannot be read, every state but ``ok`` still stands: it may raise.
    """
    said = read(_DECODER, payload, LIMIT)
    if isinstance(said, Malformed):
        return said
    reading = _seizure(said, origin, received_at)
    return reading if isinstance(reading, Malformed) else (reading,)


def device(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode ``{"battery_percent": 12, "at": "…"}``, 0 to 100."""
    said = read(_DECODER, payload, LIMIT)
    if isinstance(said, Malformed):
        return said
    reading = _device(said, origin, received_at)
    return reading if isinstance(reading, Malformed) else (reading,)


def decode(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode any of the three, told apart by its keys; one document may hold more than one."""
    said = read(_DECODER, payload, LIMIT)
    if isinstance(said, Malformed):
        return said
    found: list[Reading | Malformed] = []
    if said.value is not msgspec.UNSET:
        found.append(_glucose(said, origin, received_at))
    if said.state is not msgspec.UNSET:
        found.append(_seizure(said, origin, received_at))
    if said.battery_percent is not msgspec.UNSET:
        found.append(_device(said, origin, received_at))
    if not found:
        return Malformed("the payload has none of the keys value, state and battery_percent")
    return gather(origin, found)


def _glucose(said: _Said, origin: Origin, received_at: datetime) -> Reading | Malformed:
    if said.value is msgspec.UNSET:
        return Malformed("the payload has no value")
    unit = origin.unit if said.unit is None else unit_named(said.unit)
    if unit is None:
        return Malformed("the unit is neither mmol/L nor mg/dL")
    at = stamp(said.at, origin, received_at)
    return weigh(origin.wearer, said.value, unit, at, trend_named(said.trend))


def _seizure(said: _Said, origin: Origin, received_at: datetime) -> Reading | Malformed:
    if said.state is msgspec.UNSET:
        return Malformed("the payload has no state")
    at = stamp(said.at, origin, received_at)
    if said.state is None:
        return NoReading(origin.wearer, known(at), "the watch gave no state")
    state = state_named(said.state) if isinstance(said.state, str) else None
    if state is None:
        return Malformed("the state is none that relayd knows")
    return watched(origin.wearer, state, at)


def _device(said: _Said, origin: Origin, received_at: datetime) -> Reading | Malformed:
    if said.battery_percent is msgspec.UNSET:
        return Malformed("the payload has no battery_percent")
    at = stamp(said.at, origin, received_at)
    if isinstance(at, Malformed):
        return at
    if said.battery_percent is None:
        return NoReading(origin.wearer, at, "the device gave no battery level")
    percent = number_in(said.battery_percent)
    if percent is None:
        return Malformed("the battery level is not a number")
    if not 0 <= percent <= _FULL:
        return NoReading(origin.wearer, at, "the battery level is not between 0 and 100")
    return DeviceReading(origin.wearer, percent, at)
