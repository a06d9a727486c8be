"""Readings to alarm conditions: what raises, what eases, and what it takes to be over."""

from datetime import timedelta

import pytest
from houses import NOON, Drive, home, minutes

from relayd.domain.alert import Code, Priority
from relayd.domain.condition import PRIORITY_OF
from relayd.domain.event import ReadingsReceived
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import Bound, DeviceReading, GlucoseReading, NoReading, Unit

LOW, URGENT = "glucose.low", "glucose.urgent_low"
SOON, HIGH, VERY_HIGH = "glucose.urgent_low_soon", "glucose.high", "glucose.very_high"


def conditions(drive: Drive) -> list[str]:
    return [condition for condition, _, _ in drive.open()]


@pytest.mark.parametrize(
    ("code", "priority"),
    [
        (Code.URGENT_LOW, Priority.HIGH),
        (Code.SEIZURE_ALARM, Priority.HIGH),
        (Code.SEIZURE_FALL, Priority.HIGH),
        (Code.SEIZURE_MANUAL, Priority.HIGH),
        (Code.LOW, Priority.MEDIUM),
        (Code.URGENT_LOW_SOON, Priority.MEDIUM),
        (Code.FALLING_FAST, Priority.MEDIUM),
        (Code.SILENT, Priority.MEDIUM),
        (Code.SEIZURE_SILENT, Priority.MEDIUM),
        (Code.SEIZURE_FAULT, Priority.MEDIUM),
        (Code.VERY_HIGH, Priority.MEDIUM),
        (Code.HIGH, Priority.LOW),
        (Code.BATTERY_LOW, Priority.LOW),
    ],
)
def test_the_priority_of_every_condition(code: Code, priority: Priority) -> None:
    assert PRIORITY_OF[code] is priority


@pytest.mark.parametrize(
    ("unit", "value", "condition"),
    [
        (Unit.MMOL_L, 70.2, []),
        (Unit.MMOL_L, 69.0, [LOW]),
        (Unit.MMOL_L, 3.0 * 18.0182, [LOW]),
        (Unit.MMOL_L, 2.9 * 18.0182, [URGENT]),
        (Unit.MG_DL, 70.0, []),
        (Unit.MG_DL, 69.0, [LOW]),
        (Unit.MG_DL, 54.0, [LOW]),
        (Unit.MG_DL, 53.0, [URGENT]),
    ],
)
def test_one_reading_is_enough_to_raise(unit: Unit, value: float, condition: list[str]) -> None:
    """Waiting for a second one would cost five minutes of a low."""
    drive = Drive(home(unit=unit))
    drive.glucose(value)
    assert conditions(drive) == condition


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ((65, 75), ["raised low"]),
        ((65, 75, 75), ["raised low", "cleared low"]),
        ((65, 74.9, 75), ["raised low"]),
        ((65, 75, 74.9), ["raised low"]),
        ((65, 75, 74, 75, 75), ["raised low", "cleared low"]),
        ((65, 72, 72, 72), ["raised low"]),
        ((50, 80), ["raised urgent_low"]),
        ((50, 59, 59), ["raised urgent_low", "eased low"]),
        ((50, 58.9, 60), ["raised urgent_low"]),
        ((50, 80, 80), ["raised urgent_low", "cleared urgent_low"]),
        ((50, 60, 80), ["raised urgent_low", "eased low"]),
        ((50, 60, 80, 80), ["raised urgent_low", "eased low", "cleared low"]),
        ((65, 50), ["raised low", "worsened urgent_low"]),
        ((65, 50, 65, 65), ["raised low", "worsened urgent_low", "eased low"]),
        ((100, 92, 84), ["raised urgent_low_soon"]),
        ((100, 92, 84, 84), ["raised urgent_low_soon"]),
        ((100, 92, 84, 90, 95), ["raised urgent_low_soon", "cleared urgent_low_soon"]),
        ((100, 92, 84, 68), ["raised urgent_low_soon", "worsened low"]),
    ],
)
def test_one_hypo_is_one_alert_that_needs_two_good_readings(
    values: tuple[float, ...], steps: list[str]
) -> None:
    """One finger on the sensor or one bounce must neither end an alert nor begin another."""
    drive = Drive().series(*values, every=5 if steps[0].endswith("soon") else 2.5)
    assert [step.replace("glucose.", "") for step in drive.conditions()] == steps
    assert {alert.id for alert in drive.engine.open_alerts("mia")} <= {"mia-1"}


@pytest.mark.parametrize("between", [39.0, 40.0, 52.0])
def test_a_bounce_back_down_starts_the_count_anew(between: float) -> None:
    drive = Drive().series(50, 80, between, 80)
    assert conditions(drive) == [URGENT]


def test_an_error_code_in_between_counts_for_nothing() -> None:
    """No value is no evidence: two good readings are still to come."""
    drive = Drive().series(60, 80)
    drive.until(10)
    drive.tell(ReadingsReceived((NoReading("mia", drive.now, "an error code"),)))
    assert conditions(drive) == [LOW]
    drive.until(15)
    assert drive.engine.wards["mia"].glucose is not None
    assert drive.engine.wards["mia"].glucose.arrived_at == NOON + minutes(5)


@pytest.mark.parametrize("age", [10.5, 30, 24 * 60])
def test_a_reading_older_than_ten_minutes_neither_raises_nor_clears(age: float) -> None:
    drive = Drive()
    drive.glucose(45, at=NOON - minutes(age))
    assert conditions(drive) == []
    drive.glucose(60)
    drive.until(5)
    drive.glucose(110, at=drive.now - minutes(age))
    drive.glucose(111, at=drive.now - minutes(age - 1.2))
    drive.glucose(112)
    assert conditions(drive) == [LOW]


def test_readings_out_of_order_are_judged_by_their_stamps() -> None:
    """A bridge that hands on the old one last must not undo the new one."""
    drive = Drive()
    drive.glucose(60, at=NOON)
    drive.glucose(110, at=NOON - minutes(5))
    assert conditions(drive) == [LOW]
    drive.until(9)
    drive.glucose(110, at=NOON + minutes(8))
    drive.glucose(55, at=NOON + minutes(4))
    drive.glucose(112, at=NOON + minutes(9.1))
    assert conditions(drive) == [], "the two newest stamps are well inside"


def test_a_batch_is_judged_when_all_of_it_is_in() -> None:
    """The low of eight minutes ago is over by the end of the same message: nobody is paged."""
    drive = Drive()
    batch = tuple(
        GlucoseReading("mia", value, NOON - minutes(age))
        for age, value in ((9, 60), (4.5, 90), (0, 95))
    )
    drive.tell(ReadingsReceived(batch))
    assert conditions(drive) == []


def test_readings_of_nobody_we_know_are_nothing_to_us() -> None:
    drive = Drive()
    turn = drive.tell(ReadingsReceived((GlucoseReading("eve", 40, NOON),)))
    assert turn.sends == ()
    turn = drive.tell(ReadingsReceived((GlucoseReading("leo", 40, NOON),)))
    assert (turn.sends, drive.open("leo")) == ((), []), "Leo wears no sensor"


def test_low_for_thirty_minutes_becomes_high() -> None:
    """Answered or not: half an hour low is another matter."""
    drive = Drive()
    drive.glucose(60)
    drive.answer("ana", "mia-1")
    for minute in (5, 10, 16, 20, 25, 29.9):
        drive.until(minute)
        drive.glucose(60 + minute / 10)
        drive.answer("ana", "mia-1")
    assert drive.open() == [(LOW, "medium", "acknowledged")]
    drive.until(30.1)
    assert drive.open() == [(LOW, "high", "on")]
    assert drive.calls("ana")[-1][0] == 30


def test_the_thirty_minutes_count_from_the_first_low_not_from_the_warning_before_it() -> None:
    drive = Drive().series(100, 92, 84)
    drive.answer("ana", "mia-1")
    for minute, value in ((15, 68), (20, 67), (25, 67), (30, 66), (35, 66), (40, 66), (44, 66)):
        drive.until(minute)
        drive.glucose(value)
        drive.answer("ana", "mia-1")
    assert drive.open() == [(LOW, "medium", "acknowledged")]
    drive.until(45.1)
    assert drive.open() == [(LOW, "high", "on")]


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ((250,), []),
        ((250.5,), ["raised high"]),
        ((260, 246, 246), ["raised high"]),
        ((260, 245, 245), ["raised high", "cleared high"]),
        ((260, 245), ["raised high"]),
        ((*[301] * 18,), ["raised high"]),
        ((*[301] * 19,), ["raised high", "worsened very_high"]),
        ((*[301] * 10, 299, *[301] * 18), ["raised high"]),
        ((*[301] * 19, 296, 296), ["raised high", "worsened very_high"]),
        ((*[301] * 19, 295, 295), ["raised high", "worsened very_high", "eased high"]),
        ((*[301] * 19, 240, 240), ["raised high", "worsened very_high", "cleared very_high"]),
    ],
)
def test_the_high_side(values: tuple[float, ...], steps: list[str]) -> None:
    """High is told once; very high for ninety minutes calls people."""
    drive = Drive().series(*values)
    assert [step.replace("glucose.", "") for step in drive.conditions()] == steps


@pytest.mark.parametrize("minute", [85, 90])
def test_the_word_high_is_very_high_after_ninety_minutes(minute: int) -> None:
    """The word HIGH is off the scale even for a family whose own limit lies above it."""
    drive = Drive(home(limits=GlucoseLimits(high=405, very_high=450)))
    for each in range(0, minute + 1, 5):
        drive.until(each)
        drive.glucose(401, bound=Bound.HIGH)
    expected = (VERY_HIGH, "medium", "on") if minute == 90 else (HIGH, "low", "on")
    assert drive.open() == [expected]


@pytest.mark.parametrize(
    ("percents", "steps"),
    [
        ((20,), []),
        ((19.9,), ["raised device.battery_low"]),
        ((10, 24.9), ["raised device.battery_low"]),
        ((10, 25), ["raised device.battery_low", "cleared device.battery_low"]),
    ],
)
def test_a_battery_is_low_below_a_fifth(percents: tuple[float, ...], steps: list[str]) -> None:
    drive = Drive()
    for percent in percents:
        drive.tell(ReadingsReceived((DeviceReading("mia", percent, drive.now),)))
    assert drive.conditions() == steps


def test_a_hypo_at_a_fall_of_three_a_minute_only_where_the_family_asked_for_it() -> None:
    for limit, expected in ((None, []), (3.0, ["glucose.falling_fast"])):
        drive = Drive(home(limits=GlucoseLimits(falling_fast=limit))).series(148, 132, 117)
        assert conditions(drive) == expected


def test_a_retained_battery_without_a_stamp_says_nothing_of_today() -> None:
    drive = Drive()
    drive.tell(ReadingsReceived((DeviceReading("mia", 5, None),), retained=True))
    assert conditions(drive) == []
    drive.tell(
        ReadingsReceived((DeviceReading("mia", 5, NOON - timedelta(minutes=1)),), retained=True)
    )
    assert conditions(drive) == ["device.battery_low"]
