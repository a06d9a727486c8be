"""LibreLinkUp: what its answers come to, on small ones of the project's own."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    LOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Bound,
    GlucoseReading,
    Malformed,
    Reading,
    Trend,
    Unit,
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


def libre(**said: object) -> dict[str, object]:
    return {"FactoryTimestamp": "6/22/2026 11:00:00 AM", "type": 1, **said}


def graph(**connection: object) -> dict[str, object]:
    return {"connection": {"status": 2, **connection}, "graphData": [libre(ValueInMgPerDl=90)]}


@pytest.mark.parametrize(
    "document",
    [
        libre(Value=5.8, ValueInMgPerDl=104, GlucoseUnits=0),
        {"status": 0, "data": [libre(ValueInMgPerDl=104)]},
        {"status": 0, "data": {"connection": {"glucoseMeasurement": libre(ValueInMgPerDl=104)}}},
        {"status": 0, "data": [{"status": 2, "glucoseMeasurement": libre(ValueInMgPerDl=104)}]},
        {"status": 2, "glucoseMeasurement": libre(ValueInMgPerDl=104)},
        {"connection": {"glucoseItem": libre(ValueInMgPerDl=104)}},
    ],
)
def test_a_librelinkup_measurement_is_found_in_every_answer(document: object) -> None:
    assert one("librelinkup", document) == GlucoseReading("mia", 104.0, AN_HOUR_AGO)


def test_a_librelinkup_graph_ends_with_the_newest_measurement() -> None:
    newest = libre(ValueInMgPerDl=64, FactoryTimestamp="6/22/2026 11:05:00 AM", TrendArrow=2)
    document = {"status": 0, "data": graph(glucoseMeasurement=newest, glucoseItem=newest)}
    assert readings("librelinkup", document) == (
        GlucoseReading("mia", 90.0, AN_HOUR_AGO),
        GlucoseReading("mia", 64.0, AN_HOUR_AGO + timedelta(minutes=5), Trend.FALLING),
    )


def test_connections_of_two_people_are_malformed() -> None:
    """Which of them is the wearer is not said, and the wrong one's value must not count."""
    people = [{"glucoseMeasurement": libre(ValueInMgPerDl=value)} for value in (104, 50)]
    assert isinstance(decoded("librelinkup", {"status": 0, "data": people}), Malformed)


@pytest.mark.parametrize(
    ("said", "unit", "mg_dl"),
    [
        ({"Value": 5.0, "GlucoseUnits": 0}, Unit.MG_DL, 5.0 * MG_DL_PER_MMOL_L),
        ({"Value": 104, "GlucoseUnits": 1}, Unit.MMOL_L, 104.0),
        ({"Value": 104}, Unit.MG_DL, 104.0),
        ({"Value": 5.0}, Unit.MMOL_L, 5.0 * MG_DL_PER_MMOL_L),
        ({"Value": 5.0, "GlucoseUnits": 0, "ValueInMgPerDl": None}, Unit.MG_DL, 90.091),
    ],
)
def test_the_unit_of_a_librelinkup_value(said: dict[str, object], unit: Unit, mg_dl: float) -> None:
    reading = one("librelinkup", libre(**said), replace(MIA, unit=unit))
    assert isinstance(reading, GlucoseReading)
    assert reading.mg_dl == pytest.approx(mg_dl)


@pytest.mark.parametrize(
    ("said", "mg_dl", "bound"),
    [
        ({"ValueInMgPerDl": 40, "isLow": True}, LOW_MG_DL, Bound.LOW),
        ({"Value": 2.2, "GlucoseUnits": 0, "isLow": True}, LOW_MG_DL, Bound.LOW),
        ({"ValueInMgPerDl": 0, "isLow": True}, LOW_MG_DL, Bound.LOW),
        ({"ValueInMgPerDl": 40, "isLow": False}, 40.0, Bound.WITHIN),
        ({"ValueInMgPerDl": 65, "isLow": True}, 65.0, Bound.WITHIN),
        ({"ValueInMgPerDl": 500, "isHigh": True}, 500.0, Bound.HIGH),
        ({"ValueInMgPerDl": 260, "isHigh": True}, 260.0, Bound.WITHIN),
    ],
)
def test_the_ends_of_the_libres_scale(said: dict[str, object], mg_dl: float, bound: Bound) -> None:
    expected = GlucoseReading("mia", mg_dl, AN_HOUR_AGO, None, bound)
    assert one("librelinkup", libre(**said)) == expected


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"FactoryTimestamp": "6/22/2026 11:00:00 AM", "Timestamp": "?"}, AN_HOUR_AGO),
        ({"Timestamp": "6/22/2026 12:00:00 PM"}, AN_HOUR_AGO),
        ({"FactoryTimestamp": "?", "Timestamp": "06/22/2026 12:00:00 pm"}, AN_HOUR_AGO),
        ({"FactoryTimestamp": "6/22/2026 12:00:00 AM"}, datetime(2026, 6, 22, tzinfo=UTC)),
        ({"FactoryTimestamp": "6/22/2026 23:00:00"}, datetime(2026, 6, 22, 23, tzinfo=UTC)),
        ({}, None),
    ],
)
def test_the_time_of_a_librelinkup_measurement(
    times: dict[str, object], at: datetime | None
) -> None:
    reading = one("librelinkup", {"ValueInMgPerDl": 104, **times})
    assert reading == GlucoseReading("mia", 104.0, at)


def test_the_arrows_of_librelinkup_point_from_1_down_to_5_up() -> None:
    trends = [one("librelinkup", libre(ValueInMgPerDl=99, TrendArrow=n)) for n in range(7)]
    assert [r.trend for r in trends if isinstance(r, GlucoseReading)] == [
        *(None, Trend.FALLING_FAST, Trend.FALLING, Trend.STEADY),
        *(Trend.RISING, Trend.RISING_FAST, None),
    ]
