"""OpenSeizureDetector: the app's ``/data`` and ``/settings``, its events, its watches' posts."""

from datetime import UTC, datetime

from relayd.domain.reading import (
    DeviceReading,
    Malformed,
    NoReading,
    Reading,
    WatchState,
)
from relayd.wearables.document import MOST_ENTRIES, gather, nothing, parse
from relayd.wearables.glucose import number_in
from relayd.wearables.origin import Decoded, Origin
from relayd.wearables.seizure import state_named, watched
from relayd.wearables.stamp import Stamp, day_first, known

_CODES: dict[float, WatchState] = {
    0: WatchState.OK,
    1: WatchState.WARNING,
    2: WatchState.ALARM,
    3: WatchState.FALL,
    4: WatchState.FAULT,
    5: WatchState.MANUAL,
    6: WatchState.MUTED,
    7: WatchState.NET_FAULT,
}
_STATES = ("alarmState", "alarmPhrase")
_NO_TIME = "00-00-00 00:00:00"
_FIRST_CREDIBLE = datetime(2000, 1, 1, tzinfo=UTC)  # before it, a clock that was never set
_FULL = 100.0


def decode(payload: bytes, origin: Origin, received_at: datetime) -> Decoded:
    """Decode one document that has ``alarmState``, a list of them, or what a Garmin watch posts.

    ``alarmState`` is 0 to 7, else ``alarmPhrase`` speaks. A watch that the app cannot reach is a
    fault, even while the app calls it OK. ``batteryPc`` above 0 is the watch's battery. The time is
    ``dataTime`` (day first and local, or ISO), else ``dataTimeStr``; before 2000 it is none. Of an
    event only its own state counts, not that of the datapoints within. A Garmin post of settings is
    a battery level, one of raw data is nothing.
    """
    document = parse(payload)
    if isinstance(document, Malformed):
        return document
    documents = [document] if isinstance(document, dict) else document
    if not isinstance(documents, list):
        return Malformed("the payload holds no OpenSeizureDetector document")
    if not documents:
        return nothing(origin, "OpenSeizureDetector has no data")
    if len(documents) > MOST_ENTRIES:
        return Malformed(f"the payload holds more than {MOST_ENTRIES} documents")
    return gather(
        origin,
        (
            reading
            for said in documents
            for reading in (
                _watch(said, origin, received_at),
                _battery(said, origin, received_at),
            )
        ),
    )


def _watch(said: object, origin: Origin, received_at: datetime) -> Reading | Malformed | None:
    if not isinstance(said, dict):
        return Malformed("a document is not an object")
    if not any(key in said for key in _STATES):
        if said.get("dataType") in ("raw", "settings"):
            return None
        return Malformed("a document has no alarmState")
    at = _at(said, origin, received_at)
    state = _state(said)
    if state is None:
        return NoReading(origin.wearer, known(at), "the app gave no alarm state")
    if isinstance(state, Malformed):
        return state
    if state is WatchState.OK and _is_out_of_reach(said):
        state = WatchState.FAULT
    return watched(origin.wearer, state, at)


def _state(said: dict[str, object]) -> WatchState | Malformed | None:
    """Take the number, for old apps use one phrase for two states; the phrase if there is none."""
    number, phrase = said.get("alarmState"), said.get("alarmPhrase")
    if number is None and phrase is None:
        return None
    code = number_in(number)
    state = _CODES.get(code) if code is not None else None
    if state is None and isinstance(phrase, str):
        state = state_named(phrase)
    return state or Malformed("the alarm state is none that relayd knows")


def _is_out_of_reach(said: dict[str, object]) -> bool:
    return said.get("watchConnected", said.get("pebbleConnected")) is False


def _battery(said: object, origin: Origin, received_at: datetime) -> Reading | None:
    """Take the watch's battery; the app writes 0 or -1 where it does not know it."""
    if not isinstance(said, dict):
        return None
    percent = number_in(said.get("batteryPc", said.get("battery")))
    if percent is None or not 0 < percent <= _FULL:
        return None
    return DeviceReading(origin.wearer, percent, known(_at(said, origin, received_at)))


def _at(said: dict[str, object], origin: Origin, received_at: datetime) -> Stamp:
    doubt: Stamp = None
    for key in ("dataTime", "dataTimeStr"):
        written = said.get(key)
        at = None if written == _NO_TIME else day_first(written, origin, received_at)
        if isinstance(at, datetime):
            return at if at >= _FIRST_CREDIBLE else None
        doubt = doubt or at
    return doubt
