"""Hours of duty by the home's own clock, over midnight and over summer time."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from houses import PUSH, home

from relayd.domain.household import (
    NEVER,
    Carer,
    GlucoseLimits,
    Hours,
    Plan,
    SeizureLimits,
    Step,
)

LONDON = ZoneInfo("Europe/London")
SCHOOL = Hours(frozenset(range(5)), time(8, 30), time(15, 30))
NIGHTS = Hours(frozenset({4}), time(22), time(6))  # Friday night, into Saturday
ALL_DAY = Hours(frozenset({6}), time(0), time(0))  # Sunday, from midnight to midnight


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hours", "local", "covered"),
    [
        (SCHOOL, "2026-11-20T08:29:59", False),
        (SCHOOL, "2026-11-20T08:30", True),  # a Friday
        (SCHOOL, "2026-11-20T15:29:59", True),
        (SCHOOL, "2026-11-20T15:30", False),
        (SCHOOL, "2026-11-21T10:00", False),
        (NIGHTS, "2026-11-20T21:59", False),
        (NIGHTS, "2026-11-20T22:00", True),
        (NIGHTS, "2026-11-21T05:59", True),
        (NIGHTS, "2026-11-21T06:00", False),
        (NIGHTS, "2026-11-21T22:30", False),
        (NIGHTS, "2026-11-20T05:00", False),  # that is Thursday's night
        (ALL_DAY, "2026-11-22T00:00", True),
        (ALL_DAY, "2026-11-22T23:59", True),
        (ALL_DAY, "2026-11-23T00:00", False),
    ],
)
def test_a_window_belongs_to_the_day_it_began_on(
    hours: Hours,
    local: str,
    covered: bool,  # noqa: FBT001
) -> None:
    assert hours.covers(at(local)) is covered


@pytest.mark.parametrize(
    ("hours", "local", "opens"),
    [
        (SCHOOL, "2026-11-20T07:00", "2026-11-20T08:30"),
        (SCHOOL, "2026-11-20T15:30", "2026-11-23T08:30"),
        (SCHOOL, "2026-11-20T08:30", "2026-11-23T08:30"),
        (NIGHTS, "2026-11-21T06:00", "2026-11-27T22:00"),
        (NIGHTS, "2026-11-20T22:00", "2026-11-27T22:00"),
    ],
)
def test_it_opens_again(hours: Hours, local: str, opens: str) -> None:
    assert hours.opens_after(at(local)) == at(opens)


def test_a_window_of_no_day_never_opens() -> None:
    assert Hours(frozenset(), time(8), time(9)).opens_after(at("2026-11-20T07:00")) is None
    idle = Carer("x", "X", (PUSH,), (Hours(frozenset(), time(8), time(9)),))
    assert idle.duty_after(at("2026-11-20T07:00")) == NEVER


def test_a_carer_without_hours_may_always_be_called() -> None:
    carer = Carer("ana", "Ana", (PUSH,))
    assert carer.on_duty(at("2026-11-20T03:00"))
    assert carer.duty_after(at("2026-11-20T03:00")) is None


def test_of_two_windows_the_earlier_one_counts() -> None:
    carer = Carer("nurse", "Nurse", (PUSH,), (SCHOOL, NIGHTS))
    assert carer.duty_after(at("2026-11-20T16:00")) == at("2026-11-20T22:00")
    assert carer.duty_after(at("2026-11-20T22:00")) is None


@pytest.mark.parametrize(
    ("now", "opens_utc"),
    [
        ("2026-03-28T12:00+00:00", "2026-03-29T07:30+00:00"),  # the clocks go forward that night
        ("2026-10-24T12:00+00:00", "2026-10-25T08:30+00:00"),  # and back in this one
    ],
)
def test_hours_follow_the_clock_on_the_wall_through_summer_time(now: str, opens_utc: str) -> None:
    """A nurse who starts at 08:30 starts at 08:30, whatever UTC makes of it."""
    weekend = Hours(frozenset({6}), time(8, 30), time(12))
    opens = weekend.opens_after(datetime.fromisoformat(now).astimezone(LONDON))
    assert opens is not None
    assert opens.astimezone(UTC) == datetime.fromisoformat(opens_utc)


@pytest.mark.parametrize("start", ["2026-03-28T20:00+00:00", "2026-10-24T20:00+00:00"])
@pytest.mark.parametrize("window", [(1, 2), (0, 1), (22, 1), (1, 6)])
def test_asking_again_when_told_to_always_gets_further(start: str, window: tuple[int, int]) -> None:
    """In the hour that happens twice or never, a wait for a moment already past would spin."""
    hours = Hours(frozenset({5, 6}), time(window[0], 30), time(window[1], 30))
    carer = Carer("x", "X", (PUSH,), (hours,))
    now, asked = datetime.fromisoformat(start), []
    for _ in range(50):
        until = carer.duty_after(now.astimezone(LONDON))
        asked.append(now)
        now = until.astimezone(UTC) if until is not None else now + timedelta(minutes=10)
    assert all(later > earlier for earlier, later in pairwise(asked))


def test_the_defaults_are_those_of_the_safety_page_and_the_contract() -> None:
    """Every one of these figures was argued for; changing one is a decision, not a slip."""
    limits = GlucoseLimits()
    assert (limits.urgent_low, limits.low, limits.high, limits.very_high) == (54, 70, 250, 300)
    assert limits.falling_fast is None, "off unless the file sets it"
    assert SeizureLimits().silent_after == timedelta(minutes=2)
    plan = Plan((Step(("ana",)),))
    assert plan.confirm_within == timedelta(seconds=30)
    assert plan.answer_within == timedelta(minutes=3)
    assert plan.remind_every == timedelta(minutes=15)
    assert plan.promise == timedelta(minutes=2)
    assert plan.promise_seizure == timedelta(seconds=60)
    assert plan.lap_pause == timedelta(minutes=2)
    assert plan.at_once == frozenset({"seizure"})
    house = home()
    assert (house.night_start, house.night_end) == (time(22), time(7))


def test_the_carers_of_a_plan_are_each_named_once_in_order() -> None:
    plan = Plan((Step(("ana", "tom")), Step(("nurse", "ana"), timedelta(minutes=5))))
    assert plan.carers == ("ana", "tom", "nurse")


def test_a_wearer_may_have_a_plan_of_their_own() -> None:
    house = home()
    own = Plan((Step(("tom",)),))
    house = type(house)(house.name, house.wearers, house.carers, house.plan, {"leo": own})
    assert house.plan_of("leo") is own
    assert house.plan_of("mia") is house.plan
    assert house.plan_of(None) is house.plan


def test_a_plan_without_steps_is_refused() -> None:
    with pytest.raises(AssertionError, match="calls nobody"):
        Plan(())
