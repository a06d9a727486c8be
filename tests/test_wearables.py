"""relayd's own topic for glucose: what each payload comes to, a row a case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    HIGH_MG_DL,
    LOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Bound,
    GlucoseReading,
    Malformed,
    NoReading,
    Trend,
    Unit,
)
from relayd.wearables import OWN, Origin

MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)


def glucose(payload: bytes, origin: Origin = MIA, received_at: datetime = NOON) -> GlucoseReading:
    """Decode *payload* of the glucose topic, which must be one glucose value."""
    decoded = OWN["glucose"](payload, origin, received_at)
    assert isinstance(decoded, tuple), decoded
    (reading,) = decoded
    assert isinstance(reading, GlucoseReading), reading
    return reading


def no_value(payload: bytes, origin: Origin = MIA) -> NoReading:
    """Decode *payload* of the glucose topic, by which the source says that it has none."""
    decoded = OWN["glucose"](payload, origin, NOON)
    assert isinstance(decoded, tuple), decoded
    (reading,) = decoded
    assert isinstance(reading, NoReading), reading
    return reading


def with_value(value: str, unit: str = "mg/dL") -> bytes:
    return f'{{"value": {value}, "unit": "{unit}", "at": "2026-11-22T03:10:00Z"}}'.encode()


def with_at(at: str, value: str = "112") -> bytes:
    return f'{{"value": {value}, "unit": "mg/dL", "at": {at}}}'.encode()


def test_the_contracts_own_example_is_read_whole() -> None:
    payload = b'{"value": 3.4, "unit": "mmol/L", "at": "2026-11-22T03:10:00Z", "trend": "falling"}'
    assert glucose(payload) == GlucoseReading(
        "mia", 3.4 * MG_DL_PER_MMOL_L, AT, Trend.FALLING, Bound.WITHIN
    )


def test_a_value_alone_is_of_the_wearers_unit_and_has_no_time() -> None:
    assert glucose(b'{"value": 5}') == GlucoseReading("mia", 5 * MG_DL_PER_MMOL_L, None)
    assert glucose(b'{"value": 90}', replace(MIA, unit=Unit.MG_DL)).mg_dl == 90.0


@pytest.mark.parametrize(
    ("value", "unit", "mg_dl", "bound"),
    [
        ("112", "mg/dL", 112.0, Bound.WITHIN),
        ("112.5", "mg/dL", 112.5, Bound.WITHIN),
        ("1.12e2", "mg/dL", 112.0, Bound.WITHIN),
        ('"112"', "mg/dL", 112.0, Bound.WITHIN),
        ('" 3.5 "', "mmol/L", 3.5 * MG_DL_PER_MMOL_L, Bound.WITHIN),
        ('"3,5"', "mmol/L", 3.5 * MG_DL_PER_MMOL_L, Bound.WITHIN),
        ("20", "mg/dL", 20.0, Bound.WITHIN),
        ("1000", "mg/dL", 1000.0, Bound.WITHIN),
        ('"LOW"', "mg/dL", LOW_MG_DL, Bound.LOW),
        ('" low\\t"', "mmol/L", LOW_MG_DL, Bound.LOW),
        ('"LO"', "mmol/L", LOW_MG_DL, Bound.LOW),
        ('"High"', "mg/dL", HIGH_MG_DL, Bound.HIGH),
        ('"HI"', "mmol/L", HIGH_MG_DL, Bound.HIGH),
    ],
)
def test_a_value_is_read(value: str, unit: str, mg_dl: float, bound: Bound) -> None:
    reading = glucose(with_value(value, unit))
    assert reading.mg_dl == pytest.approx(mg_dl)
    assert (reading.bound, reading.at) == (bound, AT)


@pytest.mark.parametrize("value", ["39", '"LOW"'])
def test_golden_b_the_sensors_word_for_low_is_below_every_low_limit(value: str) -> None:
    """52, 45, then 39 or LOW: taken for a missing value, it would end the alarm."""
    assert glucose(with_value(value)).mg_dl == LOW_MG_DL


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        *((value, "mg/dL") for value in ("0", "-0", "-5", "19.9", "5.5", "0.1", "1000.5", "1e300")),
        *((value, "mmol/L") for value in ("0.1", "1.1", "55.6", "112", '"112"')),
        *((value, "mg/dL") for value in ("null", '"???"', '""', '"unavailable"', '"3.1.2"')),
        *((value, "mg/dL") for value in ("NaN", "-Infinity", '"NaN"', '"1_0_0"', '"١١٢"')),
        ("9" * 300, "mg/dL"),
        ("-" + "9" * 300, "mmol/L"),
        (f'"{"9" * 400}"', "mg/dL"),
    ],
)
def test_what_no_living_person_has_and_what_is_no_number_is_no_reading(
    value: str, unit: str
) -> None:
    """It counts as silence: it must neither raise a false low nor look like a sign of life."""
    absent = no_value(with_value(value, unit))
    assert absent.at == AT
    assert absent.why


@pytest.mark.parametrize("value", ["true", "false", "[112]", '{"value": 112}', "1e309"])
def test_a_value_of_the_wrong_kind_is_malformed(value: str) -> None:
    assert isinstance(OWN["glucose"](with_value(value), MIA, NOON), Malformed)


@pytest.mark.parametrize(
    ("unit", "mg_dl"),
    [
        *((unit, 30.0) for unit in ("mg/dL", "mg/dl", "MG/DL", " mgdl ", "MgDl")),
        *((unit, 30 * MG_DL_PER_MMOL_L) for unit in ("mmol/L", "mmol/l", "MMOL/L", "mmol")),
    ],
)
def test_a_unit_is_known_however_it_is_spelt(unit: str, mg_dl: float) -> None:
    assert glucose(with_value("30", unit)).mg_dl == pytest.approx(mg_dl)


@pytest.mark.parametrize("unit", ['"g/L"', '""', "1", "true", "[]", '{"a": 1}'])
def test_an_unknown_unit_is_malformed(unit: str) -> None:
    """A guess would be wrong by a factor of 18."""
    payload = b'{"value": 5.5, "unit": %s}' % unit.encode()
    assert isinstance(OWN["glucose"](payload, MIA, NOON), Malformed)


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ('"2026-11-22T03:10:00Z"', AT),
        ('"2026-11-22t03:10:00z"', AT),
        ('"2026-11-22 03:10:00+00:00"', AT),
        ('"2026-11-22T17:10:00+14:00"', AT),
        ('"2026-11-21T22:10:00-0500"', AT),
        ('"2026-11-22T03:10:00"', AT),
        ('"20261122T031000Z"', AT),
        ('"2026-07-22T04:10:00"', datetime(2026, 7, 22, 3, 10, tzinfo=UTC)),
        ('"2026-11-22T03:10:00.123456789Z"', AT + timedelta(microseconds=123456)),
        ('"2026-11-22T03:09:60Z"', AT),
        ('"2026-11-21T24:00:00Z"', datetime(2026, 11, 22, tzinfo=UTC)),
        ("1795317000", AT),
        ("1795317000.5", AT + timedelta(milliseconds=500)),
        ("1795317000123", AT + timedelta(milliseconds=123)),
        ("1795317000123456", AT + timedelta(microseconds=123456)),
        ("1795317000000000000", AT),
        ('"1795317000"', AT),
        ('"1795317000123"', AT + timedelta(milliseconds=123)),
        ('"1795317000.25"', AT + timedelta(milliseconds=250)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2147483648", datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)),
        ('"9999-12-31T23:59:59Z"', datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("null", None),
        ('""', None),
    ],
)
def test_a_time_is_read(at: str, moment: datetime | None) -> None:
    assert glucose(with_at(at)).at == moment


UNREADABLE_TIMES = [
    *('"soon"', '"2026-13-01T00:00:00Z"', '"2026-11-22"', '"2026-11-22T25:00:00Z"', "true"),
    *(
        "[]",
        "{}",
        "1e300",
        "-1e300",
        "9" * 300,
        '"9999-12-31T23:59:59-14:00"',
        '"' + "1" * 99 + '"',
    ),
    *('"0001-01-01T00:00:00+14:00"', '"0001-01-01T00:00:00"', '"2026-11-22T03:10:00+99:00"'),
]


@pytest.mark.parametrize("at", UNREADABLE_TIMES)
def test_a_value_in_range_with_a_time_that_cannot_be_read_is_malformed(at: str) -> None:
    """It could be of yesterday, and would clear an alarm or pass for a sign of life."""
    tokyo = replace(MIA, zone=ZoneInfo("Asia/Tokyo"))
    for value in ("112", "70", '"HIGH"'):
        assert isinstance(OWN["glucose"](with_at(at, value), tokyo, NOON), Malformed)


@pytest.mark.parametrize("at", UNREADABLE_TIMES)
def test_a_low_stands_without_its_time(at: str) -> None:
    """A low that is not told is worse than one told late."""
    tokyo = replace(MIA, zone=ZoneInfo("Asia/Tokyo"))
    for value in ("69.9", "39", '"LOW"'):
        assert glucose(with_at(at, value), tokyo).at is None


@pytest.mark.parametrize(
    ("wall", "received_at", "moment"),
    [
        ("2026-10-25T01:30:00", "2026-10-25T00:31:00", "2026-10-25T00:30:00"),
        ("2026-10-25T01:30:00", "2026-10-25T01:31:00", "2026-10-25T01:30:00"),
        ("2026-03-29T01:30:00", "2026-03-29T00:31:00", "2026-03-29T00:30:00"),
        ("2026-03-29T01:30:00", "2026-03-29T01:31:00", "2026-03-29T01:30:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:31:00", "2026-03-29T01:30:00"),
    ],
)
def test_a_local_time_in_the_hour_of_the_change_is_the_one_nearer_to_its_arrival(
    wall: str, received_at: str, moment: str
) -> None:
    """The wrong one is an hour off: a fresh low would be stale, or in the future."""
    arrival = datetime.fromisoformat(received_at).replace(tzinfo=UTC)
    reading = glucose(with_at(f'"{wall}"'), received_at=arrival)
    assert reading.at == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "trend"),
    [
        *((f'"{trend.value}"', trend) for trend in Trend),
        *((f'"{trend.name}"', trend) for trend in Trend),
        ('"Falling-Fast"', Trend.FALLING_FAST),
        ('"DoubleDown"', Trend.FALLING_FAST),
        ('"SingleDown"', Trend.FALLING),
        ('"FortyFiveDown"', Trend.FALLING_SLOWLY),
        ('"Flat"', Trend.STEADY),
        ('"FortyFiveUp"', Trend.RISING_SLOWLY),
        ('"SingleUp"', Trend.RISING),
        ('"DoubleUp"', Trend.RISING_FAST),
        ('"⇊"', Trend.FALLING_FAST),
        ('"↓↓"', Trend.FALLING_FAST),
        ('"↘️"', Trend.FALLING_SLOWLY),
        ('"→"', Trend.STEADY),
        *((said, None) for said in ("null", '"NOT COMPUTABLE"', '"sideways"', '""', "1", "{}")),
        *((said, None) for said in ("[]", "true", "1.5", f'"{"up" * 999}"')),
    ],
)
def test_a_trend_is_known_or_none_and_never_spoils_the_value(
    said: str, trend: Trend | None
) -> None:
    reading = glucose(b'{"value": 5.5, "trend": %s}' % said.encode())
    assert reading.trend is trend
