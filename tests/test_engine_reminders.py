"""Every quiet has an end: when she who has it is asked again, and what if she says nothing."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from houses import PUSH, Drive, calls_of, home, minutes

from relayd.domain.delivery import Purpose
from relayd.domain.household import Carer, Hours, Step
from relayd.domain.reading import Bound, WatchState

REMINDER = Purpose.REMINDER


def stays(drive: Drive, value: float, until: float) -> None:
    """The value stays as it is, a reading every two minutes."""
    while drive.minute + 2 <= until:
        drive.until(drive.minute + 2)
        drive.glucose(value)
    drive.until(until)


def test_an_acknowledged_low_is_asked_for_again_after_a_quarter_of_an_hour() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 14.9)
    assert calls_of(drive, "mia-1", REMINDER) == []
    stays(drive, 50.5, 15)
    assert calls_of(drive, "mia-1", REMINDER) == [(15, "ana/push")], "she, and nobody else"
    assert drive.open()[0][2] == "acknowledged"


def test_a_reminder_that_is_answered_buys_the_next_quiet() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    for minute in (16, 32, 48):
        stays(drive, 50.5, minute)
        drive.answer("ana", "mia-1", attempt=drive.last("ana").id)
    stays(drive, 50.5, 62)
    assert [m for m, call in calls_of(drive, "mia-1", REMINDER) if call == "ana/push"] == [
        15, 31, 47,
    ]  # fmt: skip
    assert len(calls_of(drive, "mia-1")) == 1, "nobody else was called"


def test_an_unanswered_reminder_calls_everybody_at_once() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 17.9)
    assert drive.open()[0][2] == "acknowledged"
    stays(drive, 50.5, 18)
    assert drive.open()[0] == ("glucose.urgent_low", "high", "on")
    again = {call for minute, call in calls_of(drive, "mia-1") if minute == 18}
    assert again == {"ana/push", "tom/push"}
    assert drive.sends[-1][1].alert.cause == "reminder unanswered"


def test_a_refused_reminder_calls_the_others_at_once() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 15)
    drive.answer("ana", "mia-1", accepted=False, attempt=drive.last("ana").id)
    assert (15, "tom/push") in calls_of(drive, "mia-1")


def test_a_reminder_climbs_the_whole_ladder_once() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 17.5)
    begun = [call for _, call in calls_of(drive, "mia-1", REMINDER)]
    assert begun == ["ana/push", "ana/text"]


def test_she_whose_hours_are_over_is_not_asked_but_everybody_is_called() -> None:
    """The school nurse went home at half past three, and still has it."""
    house = home()
    ana = Carer("ana", "Ana", (PUSH,), (Hours(frozenset(range(7)), time(9), time(12, 10)),))
    drive = Drive(replace(house, carers={**house.carers, "ana": ana}))
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 15)
    assert calls_of(drive, "mia-1", REMINDER) == []
    assert (15, "tom/push") in calls_of(drive, "mia-1")


def test_a_carer_who_is_no_longer_in_the_file_has_nothing_any_more() -> None:
    """The file was changed while she had it: it must not stay quiet for ever."""
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    carers = {"tom": drive.household.carers["tom"]}
    plan = replace(drive.household.plan, steps=(Step(("tom",)),))
    drive.household = replace(drive.household, carers=carers, plan=plan)
    drive.restart(after=1)
    drive.until(15.1)
    assert "tom/push" in [call for _, call in calls_of(drive, "mia-1")]


@pytest.mark.parametrize("every", [1, 5, 15, 30, 180])
@pytest.mark.parametrize("kind", ["urgent low", "seizure", "silence after a low", "risen low"])
def test_what_cannot_be_left_is_quiet_for_a_quarter_of_an_hour_at_most(
    every: float, kind: str
) -> None:
    """However long a family's own reminders are apart (S6)."""
    drive = Drive(home(remind_every=minutes(every)))
    alert = "leo-1" if kind == "seizure" else "mia-1"
    if kind == "urgent low":
        drive.glucose(50)
    elif kind == "seizure":
        drive.say_state(WatchState.ALARM)
        drive._last_ok += timedelta(days=1)
    elif kind == "silence after a low":
        drive.glucose(60)
        drive.until(12)
        alert = "mia-2"
    else:  # unanswered as a low until it was high, and then an urgent low
        drive.glucose(65)
        stays(drive, 66, 16)
        drive.glucose(50)
    drive.answer("ana", alert)
    (quiet,) = [a.quiet_until for w in ("mia", "leo") for a in drive.engine.open_alerts(w)
                if a.id == alert]  # fmt: skip
    assert quiet == drive.now + minutes(min(every, 15))


def test_other_things_are_reminded_of_as_the_family_wishes() -> None:
    drive = Drive(home(remind_every=minutes(25)))
    drive.glucose(65)
    drive.answer("ana", "mia-1")
    (alert,) = drive.engine.open_alerts("mia")
    assert alert.quiet_until == drive.now + minutes(25)


def test_reminders_of_a_silence_space_out() -> None:
    """A sensor that fell off at the swimming pool: 15, 30, 60, 60 minutes."""
    drive = Drive()
    drive.glucose(110)
    drive.until(16)
    gaps, asked = [], 0
    for _ in range(400):
        drive.until(drive.minute + 1)
        (alert,) = drive.engine.open_alerts("mia")
        if alert.presence == "on" or alert.reminded_at is not None:
            drive.answer("ana", "mia-1")
            (alert,) = drive.engine.open_alerts("mia")
            assert alert.quiet_until is not None
            gaps.append(round((alert.quiet_until - drive.now) / minutes(1)))
            asked += 1
    assert gaps[-3:] == [60, 60, 60]
    assert 15 in gaps
    assert 30 in gaps
    assert asked < 12


def test_reminders_of_a_silence_after_a_low_do_not() -> None:
    drive = Drive()
    drive.glucose(60)
    drive.until(12)
    for _ in range(4):
        drive.answer("ana", "mia-2")
        alert = drive.engine.open_alerts("mia")[1]
        assert alert.quiet_until == drive.now + minutes(15)
        drive.until(drive.minute + 16)


def test_a_little_thing_that_was_answered_is_never_brought_up_again() -> None:
    drive = Drive()
    drive.glucose(260)
    drive.answer("ana", "mia-1")
    stays(drive, 261, 300)
    assert calls_of(drive, "mia-1", REMINDER) == []
    assert drive.open() == [("glucose.high", "low", "acknowledged")]


def test_very_high_for_ninety_minutes_calls_though_high_was_answered() -> None:
    drive = Drive()
    drive.glucose(310, bound=Bound.WITHIN)
    drive.answer("ana", "mia-1")
    stays(drive, 311, 92)
    assert drive.open() == [("glucose.very_high", "medium", "on")]


def test_whoever_answers_a_reminder_has_it_from_then_on() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1")
    stays(drive, 50.5, 16)
    drive.answer("tom", "mia-1")
    (alert,) = drive.engine.open_alerts("mia")
    assert (alert.acknowledged_by, alert.reminded_at) == ("tom", None)
