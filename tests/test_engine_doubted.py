"""Readings whose stamps cannot be true, beside others that can be believed: the worse is heard."""

from datetime import UTC, datetime, timedelta

import pytest
from houses import Drive, home, minutes

from relayd.domain.event import ClockReported, ReadingsReceived
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import Bound, GlucoseReading

AN_HOUR_AHEAD = minutes(60)
QUIET = home(limits=GlucoseLimits(silent_after=minutes(600), silent_after_low=minutes(600)))


@pytest.mark.parametrize("late", [0.0, 2.0, 9.0])
@pytest.mark.parametrize(("doubted", "word"), [(120, "urgent_low"), (65, "urgent_low")])
def test_a_phone_with_a_wrong_clock_hides_no_low_of_the_sensor(
    late: float, doubted: float, word: str
) -> None:
    """A second phone, an hour ahead, says 120 every minute; the sensor's 45 comes a little late."""
    drive = Drive(QUIET)
    drive.series(100, 100, 100)
    for _ in range(12):
        drive.until(drive.minute + 1)
        drive.glucose(doubted, at=drive.now + AN_HOUR_AHEAD)
    drive.glucose(45, at=drive.now - minutes(late))
    assert drive.open() == [(f"glucose.{word}", "high", "on")]
    for _ in range(12):
        drive.until(drive.minute + 1)
        drive.glucose(doubted, at=drive.now + AN_HOUR_AHEAD)
    assert drive.open() == [(f"glucose.{word}", "high", "on")], "and it clears nothing"


@pytest.mark.parametrize(("mg_dl", "bound"), [(33, Bound.WITHIN), (39, Bound.LOW)])
def test_it_hides_no_further_fall_either(mg_dl: float, bound: Bound) -> None:
    """SAFETY S6: answered at 45, then 33 or the word LOW: everybody is called again."""
    drive = Drive(QUIET)
    drive.series(60, 50, 45)
    drive.answer("ana", "mia-1")
    for _ in range(3):
        drive.until(drive.minute + 1)
        drive.glucose(120, at=drive.now + AN_HOUR_AHEAD)
    assert drive.open()[0][2] == "acknowledged"
    drive.glucose(mg_dl, at=drive.now - minutes(2), bound=bound)
    assert drive.open()[0][2] == "on"
    alert = drive.engine.open_alerts("mia")[0]
    assert (alert.evidence.mg_dl, alert.evidence.bound) == (mg_dl, bound), "that is what is said"


@pytest.mark.parametrize(
    ("believed", "doubted", "raised"),
    [
        (100, 45, ["glucose.urgent_low"]),
        (100, 65, ["glucose.low"]),
        (65, 45, ["glucose.urgent_low"]),
        (100, 120, []),
        (45, 65, ["glucose.urgent_low"]),
    ],
)
def test_what_is_worse_is_heard_whatever_its_stamp(
    believed: float, doubted: float, raised: list[str]
) -> None:
    """SAFETY S10: it may raise. The lower of two decides."""
    drive = Drive(QUIET)
    drive.glucose(believed)
    drive.until(2)
    drive.glucose(doubted, at=drive.now + AN_HOUR_AHEAD)
    assert [condition for condition, _, _ in drive.open()] == raised


def test_where_nothing_else_is_heard_it_warns_of_a_fall_too() -> None:
    drive = Drive(QUIET)
    for value in (100, 93, 86, 79, 73):
        drive.glucose(value, at=drive.now + AN_HOUR_AHEAD)
        drive.until(drive.minute + 5)
    assert [condition for condition, _, _ in drive.open()] == ["glucose.urgent_low_soon"]


@pytest.mark.parametrize("year", [1, 1969, 1970, 9999])
@pytest.mark.parametrize("offset", [-3600.0, 0.0, 5.0, 86400.0])
@pytest.mark.parametrize("retained", [False, True])
def test_no_stamp_at_the_edge_of_the_calendar_spoils_the_message_it_came_in(
    year: int, offset: float, *, retained: bool
) -> None:
    """0001-01-01 is what some programs write for no time at all."""
    drive = Drive(QUIET)
    drive.tell(ClockReported(timedelta(seconds=offset), synchronised=True))
    edge = datetime(year, 1, 1, tzinfo=UTC) if year < 9999 else datetime(9999, 12, 31, tzinfo=UTC)
    odd = GlucoseReading("mia", 100, edge, None, Bound.WITHIN)
    true = GlucoseReading("mia", 45, drive.now + timedelta(seconds=offset), None, Bound.WITHIN)
    drive.tell(ReadingsReceived((odd, true), retained=retained, source="mia/glucose"))
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
