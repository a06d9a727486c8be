"""Answers: to exactly one alert, by somebody entitled, for no more than was shown."""

import pytest
from houses import CALL, PUSH, TEXT, Drive, calls_of, home, minutes

from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.event import Turn
from relayd.domain.household import Carer, Household, Plan, Step
from relayd.domain.reading import Bound, WatchState

BOTH = (Step(("ana", "tom")),)


def with_stranger() -> Household:
    """Eve is a carer of the house, but in no plan of Mia's."""
    house = home()
    carers = {**house.carers, "eve": Carer("eve", "Eve", (TEXT,))}
    return Household("home", house.wearers, carers, house.plan, {"leo": Plan((Step(("eve",)),))})


def refused(turn: Turn, drive: Drive) -> bool:
    return bool(drive.events("answer.refused")) and turn.sends == ()


@pytest.mark.parametrize("carer", ["eve", "nobody"])
def test_who_is_not_in_the_plan_cannot_answer(carer: str) -> None:
    drive = Drive(with_stranger())
    drive.glucose(50)
    for accepted in (True, False):
        assert refused(drive.answer(carer, "mia-1", accepted=accepted), drive)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]


def test_who_comes_later_in_the_plan_may_answer_now() -> None:
    """Tom happens to be there before his step."""
    drive = Drive()
    drive.glucose(50)
    drive.answer("tom", "mia-1")
    assert drive.engine.open_alerts("mia")[0].acknowledged_by == "tom"


def test_an_answer_for_one_wearer_is_none_for_another() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.say_state(WatchState.ALARM)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert drive.open() == [("glucose.urgent_low", "high", "acknowledged")]
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]


def test_an_answer_to_one_alert_is_none_to_another_of_the_same_wearer() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.until(12)
    drive.answer("ana", "mia-1")
    assert drive.open() == [
        ("glucose.urgent_low", "high", "acknowledged"),
        ("glucose.silent", "high", "on"),
    ]


def test_an_answer_to_a_closed_alert_touches_no_later_one() -> None:
    """The SMS of this morning, answered at noon."""
    drive = Drive().series(50, 110, 110)
    drive.until(15)
    drive.glucose(50)
    assert [a.id for a in drive.engine.open_alerts("mia")] == ["mia-2"]
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    drive.answer("ana", "mia-1")
    assert drive.open() == [("glucose.urgent_low", "high", "on")]


@pytest.mark.parametrize(
    ("alert", "attempt", "carer"),
    [
        ("mia-1", "leo-1/1", "ana"),  # an attempt of another alert
        ("mia-1", "mia-1/99", "ana"),  # none that was ever made
        ("mia-1", "mia-1/1", "tom"),  # one that was made to somebody else
        ("mia-9", None, "ana"),
        ("", None, "ana"),
    ],
)
def test_an_answer_that_does_not_fit_together_is_refused(
    alert: str, attempt: str | None, carer: str
) -> None:
    drive = Drive()
    drive.glucose(50)
    drive.say_state(WatchState.ALARM)
    turn = drive.answer(carer, alert, attempt=attempt)
    assert refused(turn, drive)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]


def test_an_answer_to_what_was_shown_as_medium_does_not_cover_high() -> None:
    """She answered "low"; meanwhile it is an urgent low."""
    drive = Drive()
    drive.glucose(60)
    drive.until(1)
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    drive.answer("ana", "mia-1", attempt=drive.last("ana").id)
    assert drive.open() == [("glucose.urgent_low", "high", "acknowledged")]


def test_getting_worse_than_what_was_answered_calls_everybody_again() -> None:
    drive = Drive(home(steps=BOTH))
    drive.glucose(60)
    drive.answer("ana", "mia-1")
    drive.until(5)
    drive.glucose(53)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    assert {call for minute, call in calls_of(drive, "mia-1") if minute == 5} == {
        "ana/push", "tom/push",
    }  # fmt: skip


def test_getting_better_and_worse_within_what_was_answered_does_not() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    for minute, value in ((3, 60), (6, 60), (9, 52)):
        drive.until(minute)
        drive.glucose(value)
    assert drive.open() == [("glucose.urgent_low", "high", "acknowledged")]


@pytest.mark.parametrize(
    ("first", "then", "bound", "called"),
    [
        (60, 51, Bound.WITHIN, True),  # an urgent low is worse than the low that was answered
        (52, 43, Bound.WITHIN, False),
        (52, 42, Bound.WITHIN, True),
        (52, 42.1, Bound.WITHIN, False),
        (45, 39, Bound.LOW, True),
        (68, 58, Bound.WITHIN, True),
        (68, 59, Bound.WITHIN, False),
    ],
)
def test_a_further_fall_of_ten_or_the_word_low_calls_again(
    first: float,
    then: float,
    bound: Bound,
    called: bool,  # noqa: FBT001
) -> None:
    drive = Drive()
    drive.glucose(first)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    drive.until(5)
    drive.glucose(then, bound=bound)
    assert (drive.open()[0][2] == "on") is called


def test_slow_steps_down_add_up_from_the_value_that_was_answered() -> None:
    drive = Drive()
    drive.glucose(53)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    for number, value in enumerate((50, 47, 44)):
        drive.until(2 * number + 1)
        drive.glucose(value)
        assert drive.open()[0][2] == "acknowledged"
    drive.until(8)
    drive.glucose(43)
    assert drive.open()[0][2] == "on"


def test_an_answer_given_for_a_higher_value_is_for_that_value() -> None:
    """She saw 52 and pressed; by then it was 41."""
    drive = Drive()
    drive.glucose(52)
    drive.until(2)
    drive.glucose(41)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert drive.open()[0][2] == "on"


def test_the_others_are_told_who_has_it_and_she_that_she_has() -> None:
    drive = Drive(home(steps=BOTH))
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    told = calls_of(drive, "mia-1", Purpose.HANDED_OVER)
    assert told == [(0, "ana/push"), (0, "tom/push")]
    calls = len(calls_of(drive, "mia-1"))
    drive.until(14.9)
    assert len(calls_of(drive, "mia-1")) == calls, "and nobody is called for it"


def test_what_was_not_called_is_not_told() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert calls_of(drive, "mia-1", Purpose.HANDED_OVER) == [(0, "ana/push")]


def test_a_quiet_line_that_gets_nowhere_goes_by_the_next_route_but_never_as_a_call() -> None:
    drive = Drive(home(ana=(PUSH, CALL, TEXT)))
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    for _ in range(3):
        drive.report(drive.last("ana").id, Dissemination.UNDELIVERABLE, Failure.PATH_DOWN)
    assert [call for _, call in calls_of(drive, "mia-1", Purpose.HANDED_OVER)] == [
        "ana/push", "ana/text",
    ]  # fmt: skip


def test_a_glucose_alert_that_clears_sends_one_quiet_line_to_those_who_were_called() -> None:
    drive = Drive().series(50, 110, 110)
    assert calls_of(drive, "mia-1", Purpose.CLEARED) == [(10, "ana/push"), (10, "tom/push")]
    drive.until(20)
    assert len(calls_of(drive, "mia-1", Purpose.CLEARED)) == 2
    assert not drive.engine.wanted("mia-1/2"), "and nothing else of it is sent any more"


def test_a_refusal_ends_the_calling_of_that_carer_only() -> None:
    drive = Drive(home(steps=BOTH))
    drive.glucose(50)
    drive.answer("ana", "mia-1", accepted=False, attempt="mia-1/1")
    drive.until(10)
    assert [m for m, _ in drive.calls("ana") if m > 0 and m < 10] == []
    assert len(drive.calls("tom")) > 3


def test_a_refusal_of_all_of_a_step_pulls_the_next_one_forward() -> None:
    drive = Drive(home(steps=(Step(("ana",)), Step(("tom",), minutes(30)))))
    drive.glucose(50)
    drive.until(1)
    drive.answer("ana", "mia-1", accepted=False)
    assert drive.calls("tom") == [(1, "push")]


def test_who_had_it_may_hand_it_back_and_the_others_are_called() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    drive.until(2)
    drive.answer("ana", "mia-1", accepted=False, attempt="mia-1/1")
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    assert drive.calls("tom") == [(2, "push")]
    assert drive.sends[-1][1].alert.cause == "handed back"


def test_somebody_elses_refusal_takes_nothing_from_her_who_has_it() -> None:
    drive = Drive(home(steps=BOTH))
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    drive.answer("tom", "mia-1", accepted=False)
    assert drive.open() == [("glucose.urgent_low", "high", "acknowledged")]
