"""Silence is never recovery, and is itself an alarm: when it begins, and what ends it."""

from datetime import timedelta

import pytest
from houses import NOON, Drive, home, minutes, seconds

from relayd.domain.condition import silent_limit
from relayd.domain.event import ClockReported, ReadingsReceived
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import GlucoseReading, NoReading, Trend

SILENT = "glucose.silent"


def first_silence(drive: Drive, before: float = 200) -> float | None:
    """The minute in which the silence is raised, of the next so many."""
    drive.until(drive.minute + before)
    raised = [m for m, row in drive.events("alert.raised") if row.fields["condition"] == SILENT]
    return round(raised[0], 3) if raised else None


@pytest.mark.parametrize(
    ("given", "given_low", "interval", "watchful", "limit"),
    [
        (None, None, None, False, 16),
        (None, None, None, True, 12),
        (None, None, 5, False, 16),
        (None, None, 5, True, 12.5),
        (None, None, 10, False, 25),
        (None, None, 15, False, 37.5),
        (None, None, 15, True, 37.5),
        (None, None, 30, False, 40),
        (None, None, 1, False, 16),
        (20, None, 15, False, 20),
        (20, None, 15, True, 12),
        (8, None, 5, True, 8),
        (None, 6, 15, True, 6),
        (None, 6, 15, False, 37.5),
        (60, 50, 5, False, 60),
        (60, 50, 5, True, 50),
        (5, 9, 5, True, 9),
    ],
)
def test_the_silence_limit(
    given: float | None,
    given_low: float | None,
    interval: float | None,
    watchful: bool,  # noqa: FBT001
    limit: float,
) -> None:
    """Explicit limits are obeyed; the defaults stretch with the interval, up to 40 minutes."""

    def of(number: float | None) -> timedelta | None:
        return minutes(number) if number is not None else None

    limits = GlucoseLimits(silent_after=of(given), silent_after_low=of(given_low))
    assert silent_limit(limits, of(interval), watchful=watchful) == minutes(limit)


@pytest.mark.parametrize(
    ("value", "trend", "minute", "priority"),
    [
        (110, None, 16, "medium"),
        (60, None, 12, "high"),
        (45, None, 12, "high"),
        (110, Trend.FALLING, 12, "medium"),
        (110, Trend.FALLING_FAST, 12, "medium"),
        (110, Trend.FALLING_SLOWLY, 16, "medium"),
        (260, None, 16, "medium"),
    ],
)
def test_after_one_reading_silence_is_told_at_its_limit(
    value: float, trend: Trend | None, minute: float, priority: str
) -> None:
    drive = Drive()
    drive.glucose(value, trend=trend)
    assert first_silence(drive, minute) == minute
    assert (SILENT, priority, "on") in drive.open()


def test_none_ever_since_the_start_is_silence_too() -> None:
    """A bridge that was never set up right must not look like peace."""
    assert first_silence(Drive()) == 16


@pytest.mark.parametrize(
    ("before", "values", "limit"),
    [
        (5, (110, 111, 112, 113), 16),
        (15, (110, 111, 112, 113), 37.5),
        (20, (110, 111, 112, 113), 40),
    ],
)
def test_a_slow_source_is_given_more_time(
    before: float, values: tuple[float, ...], limit: float
) -> None:
    drive = Drive()
    drive.series(*values, every=before)
    last = drive.minute
    drive.until(last + limit - 0.1)
    assert SILENT not in [c for c, _, _ in drive.open()]
    drive.until(last + limit + 0.1)
    assert SILENT in [c for c, _, _ in drive.open()]


def test_silence_is_high_after_thirty_minutes_and_calls_again() -> None:
    drive = Drive()
    drive.glucose(110)
    drive.until(17)
    drive.answer("ana", "mia-1")
    drive.until(29.9)
    assert drive.open() == [(SILENT, "medium", "acknowledged")]
    drive.until(30)
    assert drive.open() == [(SILENT, "high", "on")]


def test_one_good_reading_ends_a_silence_and_says_so_quietly() -> None:
    drive = Drive()
    drive.glucose(110)
    drive.until(20)
    drive.glucose(112)
    assert drive.open() == []
    assert drive.conditions() == ["raised glucose.silent", "cleared glucose.silent"]


def test_a_reading_of_the_very_moment_in_which_silence_is_raised_ends_it() -> None:
    """In virtual time the two do meet; afterwards nobody would be silent any more."""
    drive = Drive().until(16)
    assert [c for c, _, _ in drive.open()] == [SILENT]
    drive.glucose(110)
    assert drive.open() == []


def test_the_reading_that_ends_a_silence_may_raise_a_low() -> None:
    drive = Drive()
    drive.glucose(110)
    drive.until(20)
    drive.glucose(60)
    assert [c for c, _, _ in drive.open()] == ["glucose.low"]


def feeds(drive: Drive, *readings: GlucoseReading | NoReading) -> bool:
    """Whether *readings* fed the silence timer."""
    memory = drive.engine.wards["mia"].glucose
    assert memory is not None
    before = memory.arrived_at
    drive.tell(ReadingsReceived(readings))
    return memory.arrived_at != before


def test_only_an_acceptable_reading_feeds_the_timer() -> None:
    """Its stamp not seen before, and at most ten minutes old."""
    drive = Drive()
    drive.glucose(110)
    drive.until(9)
    now = drive.now
    assert not feeds(drive, NoReading("mia", now, "an error code"))
    assert not feeds(drive, GlucoseReading("mia", 110, NOON))
    assert not feeds(drive, GlucoseReading("mia", 110, now - minutes(11)))
    assert not feeds(drive, GlucoseReading("mia", 110, now + minutes(30)))
    assert not feeds(drive, GlucoseReading("mia", 110, now - timedelta(days=9000)))
    assert feeds(drive, GlucoseReading("mia", 110, now - minutes(1)))


def test_a_lower_value_for_a_stamp_seen_before_feeds_no_timer() -> None:
    """The second sensor's word for a moment long told is no sign of life now."""
    drive = Drive()
    drive.glucose(110)
    drive.until(9)
    assert not feeds(drive, GlucoseReading("mia", 109, NOON))


def test_a_fall_tightens_the_limit_at_once_even_for_a_source_of_every_minute() -> None:
    """The wake set for sixteen minutes must not stand once twelve apply."""
    drive = Drive()
    drive.glucose(200)
    drive.until(1)
    drive.glucose(190, trend=Trend.FALLING)
    assert first_silence(drive, 30) == 13


def test_the_fall_may_be_seen_in_the_values_alone() -> None:
    """No arrow, but three readings that drop: our own slope counts as well."""
    limits = GlucoseLimits(silent_after=minutes(16), silent_after_low=minutes(6))
    drive = Drive(home(limits=limits)).series(220, 205, 190)
    assert first_silence(drive, 30) == 16


@pytest.mark.parametrize("hours", [-3, 3, 24 * 365])
def test_a_step_of_the_wall_clock_neither_hastens_nor_delays_silence(hours: float) -> None:
    """A Pi's clock jumps when the network answers: the wearer's silence does not."""
    drive = Drive()
    drive.glucose(110)
    drive.until(8)
    drive.tell(ClockReported(timedelta(hours=hours), synchronised=True))
    assert drive.open() == []
    assert first_silence(drive) == 16


@pytest.mark.parametrize("hours", [-3, 3])
def test_after_a_step_stamps_are_judged_by_peoples_time(hours: float) -> None:
    drive = Drive()
    step = timedelta(hours=hours)
    drive.tell(ClockReported(step, synchronised=True))
    drive.glucose(60, at=NOON + step)
    assert [c for c, _, _ in drive.open()] == ["glucose.low"]
    drive.until(5)
    drive.glucose(110, at=drive.now + step)
    drive.until(10)
    drive.glucose(110, at=drive.now + step)
    assert drive.open() == []
    assert [c for c, _, _ in drive.open(None)] == [], "and no stamp was taken for impossible"


def test_two_sensors_of_one_moment_are_one_interval() -> None:
    """Doubled rows seconds apart must not make the source look fast, nor slow."""
    drive = Drive()
    for minute in range(0, 60, 15):
        drive.until(minute)
        drive.glucose(110 + minute / 10, at=drive.now)
        drive.glucose(112 + minute / 10, at=drive.now + seconds(20))
    memory = drive.engine.wards["mia"].glucose
    assert memory is not None
    assert memory.interval() == minutes(15)


@pytest.mark.parametrize(("slow", "fast"), [(15, 1), (15, 5), (10, 1), (5, 1)])
def test_a_source_that_reports_more_often_than_it_did_is_missed_sooner(
    slow: float, fast: float
) -> None:
    """A new sensor, or a phone back at home: it is not waited for as the old one was."""
    drive = Drive(home())
    drive.series(*[110] * 24, every=slow)
    for number in range(24):
        drive.until(drive.minute + fast)
        drive.glucose(110 + number % 3)
    last = drive.minute
    found = first_silence(drive)
    assert found is not None
    assert found - last == pytest.approx(16, abs=0.01)
