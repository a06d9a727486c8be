"""Planned silence: a swim must not teach a family to switch relayd off."""

from datetime import timedelta

import pytest
from houses import TEXT, Drive, home, minutes

from relayd.domain.delivery import Purpose
from relayd.domain.event import Paused
from relayd.domain.household import Step
from relayd.domain.reading import WatchState
from relayd.domain.words import Telling, words_of

TWO_HOURS = timedelta(hours=2)


def paused(lasts: timedelta = TWO_HOURS) -> Drive:
    drive = Drive()
    drive.glucose(110, at=drive.now - minutes(1))
    drive.now += minutes(1)
    drive.start = drive.now
    drive.tell(Paused("mia", lasts, by="ana"))
    return drive


def test_a_planned_silence_calls_nobody_and_tells_everybody() -> None:
    """Each carer must know that nobody is watching for a while."""
    drive = paused()
    told = {s.attempt.carer for _, s in drive.sends if s.attempt.purpose is Purpose.PAUSED}
    assert told == {"ana", "tom"}
    drive.until(119)
    assert drive.calls() == []


def test_at_its_end_the_one_who_planned_it_is_asked_and_then_everybody() -> None:
    drive = paused()
    drive.until(121)
    assert drive.calls("ana", Purpose.REMINDER)[0][0] == 120
    drive.until(124)
    assert drive.calls("ana"), "no answer: it is a silence like any other"


def test_the_first_reading_ends_it() -> None:
    """The sensor is back after ten minutes: the next silence is no planned one."""
    drive = paused()
    drive.until(10)
    drive.glucose(112)
    assert drive.open() == []
    drive.until(26)
    assert drive.open() == [("glucose.silent", "medium", "on")]


def test_once_it_is_over_nobody_is_told_that_it_begins() -> None:
    """The line was still to leave as the power failed: now it would explain a real silence away."""
    drive = paused()
    told = [send.attempt.id for _, send in drive.sends]
    assert all(drive.engine.wanted(attempt) for attempt in told)
    drive.until(10)
    drive.glucose(112)
    assert drive.open() == []
    before = len(drive.sends)
    drive.restart(after=5)
    assert drive.sends[before:] == []
    assert not any(drive.engine.wanted(attempt) for attempt in told)


def test_it_never_covers_a_low() -> None:
    """In the water, and falling: that is why lows still call."""
    drive = paused()
    drive.until(5)
    drive.glucose(52)
    assert ("glucose.urgent_low", "high", "on") in drive.open()
    assert drive.calls("ana") == [(5, "push")]


def test_after_a_low_no_silence_can_be_planned() -> None:
    drive = Drive().series(60)
    drive.tell(Paused("mia", TWO_HOURS))
    assert [row.fields["wearer"] for _, row in drive.events("pause.refused")] == ["mia"]
    drive.until(12)
    assert ("glucose.silent", "high", "on") in drive.open()


def test_three_hours_are_the_most_and_a_stranger_has_none() -> None:
    for event in (Paused("mia", timedelta(hours=3, seconds=1)), Paused("bob", TWO_HOURS)):
        drive = Drive()
        drive.tell(event)
        assert drive.events("pause.refused"), event
        assert drive.open() == []


def test_a_restart_does_not_end_it() -> None:
    drive = paused()
    drive.until(30)
    drive.restart(after=0.5)
    drive.until(119)
    assert drive.calls() == []
    drive.until(125)
    assert drive.calls("ana")


def test_a_watch_on_its_charger_is_quiet_too_but_no_seizure_is() -> None:
    drive = Drive(watch_well=False).until(1)
    drive.tell(Paused("leo", TWO_HOURS))
    drive.until(60)
    assert [condition for condition, _, _ in drive.open("leo")] == ["seizure.silent"]
    assert [send.alert.wearer for _, send in drive.sends if send.alert.wearer == "leo"] == [
        "leo",
        "leo",
    ], "both carers were told of the pause, and nobody was called"


def told_it_is_over(drive: Drive) -> list[tuple[str, str]]:
    """(carer, words) of each line about the end of the silence, as it leaves."""
    return [
        (send.attempt.carer, words_of(Telling(drive.household, send.alert, send.attempt,
                                              drive.now, timedelta(0))).text)
        for _, send in drive.sends
        if send.attempt.purpose is Purpose.CLEARED
    ]  # fmt: skip


def test_who_was_told_of_it_is_told_in_one_line_that_a_reading_ended_it() -> None:
    """They believe that nobody watches until ten: by now somebody does."""
    drive = paused()
    drive.until(10)
    drive.glucose(112)
    drive.until(11)
    line = "Mia: readings are back, now 112 mg/dL. The planned silence is over."
    assert told_it_is_over(drive) == [("ana", line), ("tom", line)]


def test_a_silence_that_outlives_its_plan_is_told_as_any_other_when_it_ends() -> None:
    drive = paused()
    drive.until(125)
    drive.glucose(112)
    drive.until(126)
    told = told_it_is_over(drive)
    assert len(told) == len(set(told)) == len({carer for carer, _ in told})
    assert not [words for _, words in told if "planned" in words]


def test_that_it_lasts_is_no_news_until_its_end() -> None:
    drive = paused()
    drive.until(119)
    assert drive.conditions() == []
    assert [alert.planned for alert in drive.engine.open_alerts("mia")] == [True]
    drive.until(121)
    assert [alert.planned for alert in drive.engine.open_alerts("mia")] == [False]


def test_a_restart_within_it_forgets_neither_the_plan_nor_who_was_told() -> None:
    drive = paused()
    drive.until(5)
    drive.restart(after=0.5)
    drive.until(10)
    drive.glucose(112)
    drive.until(11)
    assert {carer for carer, _ in told_it_is_over(drive)} == {"ana", "tom"}


@pytest.mark.parametrize("wearer", ["mia", "leo"])
def test_a_plan_that_ends_before_silence_would_be_noticed_asks_nobody(wearer: str) -> None:
    """A minute's swim: at its end the last reading is younger than any silence."""
    drive = Drive(home(ana=(TEXT,), steps=(Step(("ana",)),)), watch_well=False)
    drive.glucose(110)
    drive.say_state(WatchState.OK)
    drive.until(0.5)
    drive.tell(Paused(wearer, minutes(1)))
    drive.until(1.9)
    assert drive.open(wearer) == []
    assert drive.calls() == []
    ((minute, _),) = drive.events("alert.cleared")
    assert minute == 1.5
    words = [told for _, told in told_it_is_over(drive)]
    name = {"mia": "Mia", "leo": "Leo"}[wearer]
    assert words == [f"{name}: the planned silence is over, since 12:01."]
    drive.until(20)
    assert drive.calls(), "and a silence that goes on is told in its own time"
