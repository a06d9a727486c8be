"""OpenSeizureDetector: what its documents come to, on small ones of the project's own."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    DeviceReading,
    Malformed,
    NoReading,
    Reading,
    SeizureReading,
    Unit,
    WatchState,
)
from relayd.wearables import FORMATS, Decoded, Origin

MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOON = datetime(2026, 6, 22, 12, 0, tzinfo=UTC)
AN_HOUR_AGO = NOON - timedelta(hours=1)


def decoded(form: str, document: object, origin: Origin = MIA) -> Decoded:
    return FORMATS[form](json.dumps(document).encode(), origin, NOON)


def readings(form: str, document: object, origin: Origin = MIA) -> tuple[Reading, ...]:
    found = decoded(form, document, origin)
    assert isinstance(found, tuple), found
    return found


def one(form: str, document: object, origin: Origin = MIA) -> Reading:
    (reading,) = readings(form, document, origin)
    return reading


@pytest.mark.parametrize(
    ("said", "state"),
    [
        *(({"alarmState": n}, state) for n, state in enumerate(WatchState) if n < 3),
        ({"alarmState": 3}, WatchState.FALL),
        ({"alarmState": 4}, WatchState.FAULT),
        ({"alarmState": 5, "alarmPhrase": "ALARM"}, WatchState.MANUAL),
        ({"alarmState": 6}, WatchState.MUTED),
        ({"alarmState": 7}, WatchState.NET_FAULT),
        ({"alarmState": "2"}, WatchState.ALARM),
        ({"alarmPhrase": "ALARM"}, WatchState.ALARM),
        ({"alarmState": None, "alarmPhrase": "NETFAULT"}, WatchState.NET_FAULT),
        ({"alarmState": 99, "alarmPhrase": "FALL"}, WatchState.FALL),
        ({"alarmState": 0, "watchConnected": True}, WatchState.OK),
        ({"alarmState": 0, "watchConnected": False}, WatchState.FAULT),
        ({"alarmState": 0, "pebbleConnected": False}, WatchState.FAULT),
        ({"alarmState": 2, "watchConnected": False}, WatchState.ALARM),
    ],
)
def test_the_state_of_an_osd_document(said: dict[str, object], state: WatchState) -> None:
    assert one("osd", said) == SeizureReading("mia", state, None)


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"dataTime": "22-06-2026 12:00:00"}, AN_HOUR_AGO),
        ({"dataTime": "2026-06-22T11:00:00Z"}, AN_HOUR_AGO),
        ({"dataTimeStr": "20260622T120000"}, AN_HOUR_AGO),
        ({"dataTime": "?", "dataTimeStr": "20260622T120000"}, AN_HOUR_AGO),
        ({"dataTime": "00-00-00 00:00:00"}, None),
        ({"dataTime": "01-01-1970 00:00:00", "dataTimeStr": "19700101T000000"}, None),
        ({}, None),
    ],
)
def test_the_time_of_an_osd_document(times: dict[str, object], at: datetime | None) -> None:
    """A phone that never set its clock still tells a real fault: its arrival is its time."""
    assert one("osd", {"alarmState": 4, **times}) == SeizureReading("mia", WatchState.FAULT, at)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("wall", ["01-01-0001 00:00:00", "31-12-9999 23:59:59"])
def test_an_osd_time_at_the_edge_of_the_calendar_does_not_hide_an_alarm(
    wall: str, zone: str
) -> None:
    """Set back or forward by its zone, it falls off: computing it must not lose the seizure."""
    reading = one("osd", {"alarmState": 2, "dataTime": wall}, replace(MIA, zone=ZoneInfo(zone)))
    assert isinstance(reading, SeizureReading)
    assert reading.state is WatchState.ALARM


def test_an_osd_alarm_stands_without_its_time_and_an_ok_does_not() -> None:
    """A seizure must not be lost to a bad clock; an OK of yesterday must not count."""
    alarm = {"alarmState": 2, "dataTime": "32-06-2026 12:00:00"}
    assert one("osd", alarm) == SeizureReading("mia", WatchState.ALARM, None)
    assert isinstance(decoded("osd", {**alarm, "alarmState": 0}), Malformed)


@pytest.mark.parametrize(
    ("battery", "percent"), [(80, 80.0), ("55", 55.0), (0, None), (-1, None), (101, None)]
)
def test_the_battery_of_an_osd_document(battery: object, percent: float | None) -> None:
    found = readings("osd", {"alarmState": 0, "batteryPc": battery, "phoneBatteryPc": 9})
    levels = [r.battery_percent for r in found if isinstance(r, DeviceReading)]
    assert levels == ([] if percent is None else [percent])


def test_words_that_json_lacks_do_not_hide_an_osd_alarm() -> None:
    """The app writes NaN where the heart rate is missing, of all times during a seizure."""
    payload = b'{"hr": NaN, "a": -Infinity, "name": "NaN \\" nan", "alarmState": 2}'
    assert FORMATS["osd"](payload, MIA, NOON) == (SeizureReading("mia", WatchState.ALARM, None),)


def test_of_an_osd_event_only_its_own_state_counts() -> None:
    points = [{"alarmState": 1, "dataTime": "22-06-2026 11:59:00"}] * 2
    event = {"alarmState": 2, "dataTime": "2026-06-22T11:00:00Z", "datapoints": points}
    assert one("osd", event) == SeizureReading("mia", WatchState.ALARM, AN_HOUR_AGO)


def test_what_a_garmin_watch_posts_is_a_battery_level_or_nothing() -> None:
    settings = {"dataType": "settings", "battery": 80}
    assert one("osd", settings) == DeviceReading("mia", 80.0, None)
    assert readings("osd", {"dataType": "raw", "HR": 72, "data": [1, 2]}) == ()
    assert isinstance(decoded("osd", {"dataType": "other"}), Malformed)


def test_an_app_without_a_state_is_no_reading() -> None:
    assert isinstance(one("osd", {"alarmState": None}), NoReading)
