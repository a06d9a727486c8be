"""Nightscout and Dexcom Share: what each entry comes to, on small ones of the project's own."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    HIGH_MG_DL,
    LOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Bound,
    GlucoseReading,
    NoReading,
    Reading,
    Trend,
    Unit,
)
from relayd.wearables import FORMATS, Decoded, Origin

MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOON = datetime(2026, 6, 22, 12, 0, tzinfo=UTC)
MS = 1782126000000  # of NOON - 1 h
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


@pytest.mark.parametrize("sgv", ["5", 5, 0, 1, 12, "12", 12.0])
def test_golden_n_an_error_code_in_sgv_is_no_value(sgv: object) -> None:
    """A code of 5, "not calibrated", taken for 5 mg/dL would call everybody at night."""
    reading = one("nightscout", [{"type": "sgv", "sgv": sgv, "date": MS}])
    assert isinstance(reading, NoReading)
    assert reading.at == AN_HOUR_AGO
    share = one("dexcom-share", [{"Value": sgv, "WT": f"Date({MS})"}])
    assert isinstance(share, NoReading)
    assert share.at == AN_HOUR_AGO


@pytest.mark.parametrize(
    ("said", "mg_dl", "bound"),
    [
        (13, LOW_MG_DL, Bound.LOW),
        (38, LOW_MG_DL, Bound.LOW),
        ("39", LOW_MG_DL, Bound.LOW),
        (39, LOW_MG_DL, Bound.LOW),
        ("LOW", LOW_MG_DL, Bound.LOW),
        (40, 40.0, Bound.WITHIN),
        ("104", 104.0, Bound.WITHIN),
        (400, 400.0, Bound.WITHIN),
        (401, 401.0, Bound.HIGH),
        (480, 480.0, Bound.HIGH),
        ("HIGH", HIGH_MG_DL, Bound.HIGH),
    ],
)
def test_golden_b_what_lies_off_a_sensors_scale_is_low_or_high(
    said: object, mg_dl: float, bound: Bound
) -> None:
    """39 is the sensor's word for LOW: dropped, it would end an urgent low."""
    expected = GlucoseReading("mia", mg_dl, AN_HOUR_AGO, None, bound)
    assert one("nightscout", {"sgv": said, "date": MS}) == expected
    assert one("dexcom-share", {"Value": said, "WT": f"Date({MS})"}) == expected


@pytest.mark.parametrize("said", [-1, 1001, 10**40, None, "NOT COMPUTABLE", ""])
def test_what_no_sensor_measures_is_no_reading(said: object) -> None:
    assert isinstance(one("nightscout", {"sgv": said, "date": MS}), NoReading)
    assert isinstance(one("dexcom-share", {"Value": said, "WT": f"Date({MS})"}), NoReading)


def test_nightscout_entries_come_oldest_first() -> None:
    newest_first = [{"sgv": 100 + n, "date": MS - n * 300_000} for n in range(4)]
    found = readings("nightscout", newest_first)
    assert [r.mg_dl for r in found if isinstance(r, GlucoseReading)] == [103, 102, 101, 100]
    assert found[0].at == AN_HOUR_AGO - timedelta(minutes=15)


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"date": MS, "dateString": "2020-01-01T00:00:00Z"}, AN_HOUR_AGO),
        ({"date": str(MS)}, AN_HOUR_AGO),
        ({"date": "?", "dateString": "2026-06-22T07:00:00.000-04:00"}, AN_HOUR_AGO),
        ({"dateString": "2026-06-22T11:00:00.000Z", "utcOffset": 60}, AN_HOUR_AGO),
        ({"dateString": "2026-06-22T13:00:00.000+0200"}, AN_HOUR_AGO),
        ({"dateString": "2026-06-22T12:00:00"}, AN_HOUR_AGO),
        ({"date": None, "dateString": "?", "sysTime": "2026-06-22T11:00:00Z"}, AN_HOUR_AGO),
        ({}, None),
    ],
)
def test_the_time_of_a_nightscout_entry(times: dict[str, object], at: datetime | None) -> None:
    assert one("nightscout", {"sgv": 104, **times}) == GlucoseReading("mia", 104.0, at)


def test_nightscout_entries_in_mmol_say_so() -> None:
    reading = one("nightscout", {"sgv": 5.6, "units": "mmol", "date": MS})
    assert reading == GlucoseReading("mia", 5.6 * MG_DL_PER_MMOL_L, AN_HOUR_AGO)


@pytest.mark.parametrize(
    ("trend", "expected"),
    [
        ({"direction": "FortyFiveDown"}, Trend.FALLING_SLOWLY),
        ({"direction": "RATE OUT OF RANGE"}, None),
        ({"trend": 6}, Trend.FALLING),
        ({"trend": 0}, None),
    ],
)
def test_the_trend_of_a_nightscout_entry(trend: dict[str, object], expected: Trend | None) -> None:
    reading = one("nightscout", {"sgv": 104, "date": MS, **trend})
    assert reading == GlucoseReading("mia", 104.0, AN_HOUR_AGO, expected)


def test_version_3_of_nightscout_answers_a_list_or_one_entry() -> None:
    entry = {"sgv": 104, "date": MS, "isValid": True, "identifier": "a", "type": "sgv"}
    expected = GlucoseReading("mia", 104.0, AN_HOUR_AGO)
    assert one("nightscout", {"status": 200, "result": [entry]}) == expected
    assert one("nightscout", {"status": 200, "result": entry}) == expected
    assert one("nightscout", entry) == expected


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "mbg", "mbg": 120, "date": MS},
        {"type": "cal", "slope": 1, "dateString": "2026-06-22T11:00:00Z"},
        {"type": "sgv", "sgv": 45, "date": MS, "isValid": False},
    ],
)
def test_finger_sticks_calibrations_and_deleted_entries_are_passed_over(entry: object) -> None:
    assert readings("nightscout", [entry]) == ()
    assert len(readings("nightscout", [entry, {"sgv": 104, "date": MS}])) == 1


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"WT": f"Date({MS})", "ST": "Date(0)", "DT": "Date(0)"}, AN_HOUR_AGO),
        ({"WT": f"/Date({MS})/", "DT": "/Date(0+0000)/"}, AN_HOUR_AGO),
        ({"WT": "?", "ST": f"Date({MS})", "DT": "Date(0)"}, AN_HOUR_AGO),
        ({"DT": f"Date({MS}-0400)"}, AN_HOUR_AGO),
        ({}, None),
    ],
)
def test_the_time_of_a_dexcom_share_value(times: dict[str, object], at: datetime | None) -> None:
    assert one("dexcom-share", {"Value": 104, **times}) == GlucoseReading("mia", 104.0, at)


@pytest.mark.parametrize(
    ("said", "trend"),
    [
        (1, Trend.RISING_FAST),
        (4, Trend.STEADY),
        (7, Trend.FALLING_FAST),
        (9, None),
        ("SingleDown", Trend.FALLING),
        ("NotComputable", None),
    ],
)
def test_the_trend_of_a_dexcom_share_value(said: object, trend: Trend | None) -> None:
    assert one("dexcom-share", {"Value": 104, "Trend": said}) == GlucoseReading(
        "mia", 104.0, None, trend
    )
