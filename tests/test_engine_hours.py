"""Night, hours of duty, and clocks that jump: what waits, and what must not."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from houses import CALL, NOON, PUSH, TEXT, Drive, calls_of, fail_all, home, minutes

from relayd.domain.delivery import Purpose
from relayd.domain.engine import Engine
from relayd.domain.event import ClockReported, Kept, ReadingsReceived, Started, Woke
from relayd.domain.household import Carer, Hours, Household, Step
from relayd.domain.reading import DeviceReading, GlucoseReading

LONDON = ZoneInfo("Europe/London")


def battery(drive: Drive, percent: float) -> None:
    drive.tell(ReadingsReceived((DeviceReading("mia", percent, None),)))


def test_a_little_thing_never_goes_by_sms_or_voice_not_even_when_the_push_fails() -> None:
    drive = Drive(home(ana=(TEXT, CALL, PUSH), tom=(TEXT,)))
    battery(drive, 10)
    for _ in range(50):
        fail_all(drive)
        drive.until(drive.minute + 1)
    assert {channel for _, channel in calls_of(drive, "mia-1")} == {"ana/push"}
    assert len(calls_of(drive, "mia-1")) == 4, "now and then again while nothing got out"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-03-02T21:59+00:00", "2026-03-02T21:59+00:00"),
        ("2026-03-02T22:00+00:00", "2026-03-03T07:00+00:00"),
        ("2026-03-03T06:59+00:00", "2026-03-03T07:00+00:00"),
        ("2026-03-03T07:00+00:00", "2026-03-03T07:00+00:00"),
        ("2026-07-01T21:30+00:00", "2026-07-02T06:00+00:00"),  # 22:30 in summer
        ("2026-07-01T20:59+00:00", "2026-07-01T20:59+00:00"),
        ("2026-03-28T23:00+00:00", "2026-03-29T06:00+00:00"),  # the clocks go forward
        ("2026-10-24T22:00+00:00", "2026-10-25T07:00+00:00"),  # and back
    ],
)
def test_little_things_are_held_from_ten_to_seven_by_the_clock_on_the_wall(
    now: str, told: str
) -> None:
    house = replace(home(), zone=LONDON)
    drive = Drive(house, start=datetime.fromisoformat(now), watch_well=False)
    drive.tell(ReadingsReceived((DeviceReading("leo", 10, None),)))
    for half_hour in range(24):
        drive.until(half_hour * 30)
    begun = [drive.start + minutes(m) for m, call in calls_of(drive, "leo-1") if call == "ana/push"]
    assert begun[:1] == [datetime.fromisoformat(told)]
    assert len(begun) == 1, "once"


def test_a_little_thing_that_ended_in_the_night_is_never_told() -> None:
    drive = Drive(start=datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
    battery(drive, 10)
    drive.until(60)
    battery(drive, 90)
    drive.until(600)
    assert [s for _, s in drive.sends if s.attempt.alert == "mia-1"] == []


def test_the_end_of_a_little_thing_in_the_night_is_told_in_the_morning_and_still_wanted() -> None:
    """The line waits for hours: it must not be taken for one that nobody needs any more."""
    drive = Drive(home(steps=(Step(("ana",)),)), start=datetime(2026, 3, 2, 21, 30, tzinfo=UTC))
    battery(drive, 10)
    drive.until(90)
    battery(drive, 90)
    drive.until(569)
    assert calls_of(drive, "mia-1", Purpose.CLEARED) == []
    drive.until(571)
    assert calls_of(drive, "mia-1", Purpose.CLEARED) == [(570, "ana/push")]
    assert drive.engine.wanted("mia-1/2")


def on_duty(start: time, end: time, *, alone: bool = False) -> Household:
    """Ana has hours; Tom has none, and comes after five minutes unless she is *alone*."""
    house = home(steps=(Step(("ana",)),)) if alone else home()
    ana = Carer("ana", "Ana", (PUSH,), (Hours(frozenset(range(7)), start, end),))
    return replace(house, carers={**house.carers, "ana": ana}, zone=LONDON)


def test_a_carer_is_called_when_their_hours_begin() -> None:
    house = on_duty(time(8, 30), time(15, 30))
    drive = Drive(house, start=datetime(2026, 7, 1, 6, 0, tzinfo=UTC))  # 07:00 in London
    drive.glucose(50)
    drive.until(89.9)
    assert drive.calls("ana") == []
    assert drive.calls("tom")[0] == (5, "push"), "and the others do not wait for her"
    drive.until(90)
    assert drive.calls("ana")[0] == (90, "push")


def test_when_their_hours_end_a_carer_is_called_no_more() -> None:
    drive = Drive(on_duty(time(22), time(6)), start=datetime(2026, 7, 1, 4, 30, tzinfo=UTC))
    drive.glucose(50)
    drive.until(120)
    called = [minute for minute, _ in drive.calls("ana")]
    assert called
    assert max(called) < 30


@pytest.mark.parametrize("hours", [2, -20])
def test_a_step_of_the_clock_into_their_hours_calls_a_carer_at_once(hours: float) -> None:
    """A Pi that starts with the wrong time learns the right one: nobody may wait for the old."""
    house = on_duty(time(8, 30), time(15, 30), alone=True)
    drive = Drive(house, start=datetime(2026, 7, 1, 6, 0, tzinfo=UTC))
    drive.glucose(50)
    drive.tell(ClockReported(timedelta(hours=hours), synchronised=True))
    drive.until(0.1)
    assert drive.calls("ana")[:1] == [(0, "push")]


def test_a_step_of_the_clock_delays_no_call_that_is_due() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.until(1)
    drive.tell(ClockReported(-timedelta(days=400), synchronised=True))
    drive.until(5)
    assert drive.calls("tom") == [(5, "push")]


@pytest.mark.parametrize(
    "now", ["2026-10-25T01:05+00:00", "2026-10-25T00:35+00:00", "2026-03-29T00:59+00:00"]
)
def test_in_the_hour_that_happens_twice_the_engine_waits_for_what_is_to_come(now: str) -> None:
    """Told to wake at a moment already past, the daemon would spin and never sleep."""
    start = datetime.fromisoformat(now)
    house = on_duty(time(1, 30), time(2, 30), alone=True)
    engine = Engine(house, Kept(), start)
    engine.handle(Started(), start)
    engine.handle(ReadingsReceived((GlucoseReading("mia", 50, start),)), start)
    moment = start + minutes(20)
    engine.handle(Woke(), moment)
    engine.handle(Woke(), moment)
    due = engine.next_deadline()
    assert due is not None
    assert due > moment


def test_a_fault_of_the_clock_alone_is_told_after_ten_minutes() -> None:
    """The network may yet bring the time: a router that boots slowly is no news."""
    drive = Drive()
    drive.tell(ClockReported(timedelta(0), synchronised=False))
    drive.until(9.9)
    assert drive.open(None) == []
    drive.until(10)
    assert drive.open(None) == [("relay.clock", "low", "on")]
    drive.tell(ClockReported(timedelta(0), synchronised=True))
    assert drive.open(None) == []


def test_a_stamp_that_cannot_be_true_is_said_once_and_taken_back() -> None:
    drive = Drive()
    for minute in range(3):
        drive.until(minute)
        drive.glucose(110, at=drive.now + timedelta(hours=1))
    assert drive.open(None) == [("relay.clock", "low", "on")]
    drive.glucose(110)
    assert drive.open(None) == []
    assert drive.now > NOON
