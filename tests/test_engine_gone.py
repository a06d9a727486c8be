"""Who or what the file no longer names is let go, and stops nobody from being called."""

from dataclasses import replace

import pytest
from houses import TEXT, Drive, home, minutes
from test_engine_restart import FAILED, SENT, alerts, laps, on

from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.event import Paused
from relayd.domain.household import Step
from relayd.domain.reading import WatchState


def test_an_alert_of_somebody_no_longer_in_the_file_is_let_go() -> None:
    drive = Drive()
    on(drive)
    drive.household = replace(home(), wearers={"leo": home().wearers["leo"]})
    drive.restart()
    drive.until(20)
    assert alerts(drive) == []


def test_a_last_line_about_somebody_no_longer_in_the_file_is_let_go_too() -> None:
    """What was left to say of her has no words any more, and its report nowhere to be booked."""
    drive = Drive(home(ana=(TEXT,), steps=(Step(("ana",)),)))
    drive.glucose(50)
    drive.report("mia-1/1", Dissemination.DELIVERED)
    drive.until(5)
    drive.series(90, 95)
    over = drive.last("ana")
    assert over.purpose is Purpose.CLEARED
    drive.household = replace(drive.household, wearers={"leo": home().wearers["leo"]})
    before = len(drive.sends)
    drive.restart(after=1)
    assert [send.attempt.id for _, send in drive.sends[before:]] == []
    assert drive.report(over.id, SENT).rows == ()


def test_that_a_silence_of_somebody_no_longer_in_the_file_was_planned_is_not_told() -> None:
    """Such a line has no words without her: it would end the relay at each start."""
    drive = Drive(home(ana=(TEXT,), steps=(Step(("ana",)),)))
    drive.glucose(110, at=drive.now - minutes(1))
    drive.tell(Paused("mia", minutes(60), by="ana"))
    drive.until(5)
    drive.glucose(112)
    assert [a.purpose for a in drive.kept().attempts if a.unsaid] == [
        Purpose.PAUSED,
        Purpose.CLEARED,
    ]
    drive.household = replace(drive.household, wearers={"leo": home().wearers["leo"]})
    before = len(drive.sends)
    drive.restart(after=1)
    assert drive.sends[before:] == []


def test_a_carer_no_longer_in_the_file_stops_nobody_from_being_called() -> None:
    """An attempt made to her is still on disk, and its receipt may still come."""
    drive = Drive()
    on(drive)
    house = home(steps=(Step(("tom",)),))
    drive.household = replace(house, carers={"tom": house.carers["tom"]})
    drive.restart()
    drive.report("mia-1/1", SENT)
    drive.until(5)
    assert drive.calls("tom")[0][1] == "push"


def test_a_route_no_longer_in_the_file_is_no_trouble() -> None:
    drive = Drive()
    laps(drive)
    shorter = home(ana=home().carers["ana"].routes[:1], tom=home().carers["tom"].routes[:1])
    drive.household = shorter
    drive.restart()
    for attempt in drive.engine.attempts("mia-1"):
        drive.report(attempt.id, FAILED, Failure.UNREACHABLE)
    drive.until(60)
    assert drive.open()[0] == ("glucose.urgent_low", "high", "on")
    assert drive.calls()[-1][0] > 45


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("worn", ["sensor", "watch"])
def test_what_stood_of_a_wearable_that_left_the_file_is_over_without_a_word(
    worn: str, *, answered: bool
) -> None:
    """Nothing would ever end it: reminders for ever. And nobody may read that she is well again."""
    drive = Drive(home(ana=(TEXT,)), watch_well=False)
    wearer = "mia" if worn == "sensor" else "leo"
    if worn == "sensor":
        drive.glucose(45)
    else:
        drive.say_state(WatchState.ALARM)
    if answered:
        drive.answer("ana", f"{wearer}-1")
    house = drive.household
    bare = replace(house.wearers[wearer], glucose=None, seizure=None)
    drive.household = replace(house, wearers={**house.wearers, wearer: bare})
    before = len(drive.sends)
    drive.restart(after=1)
    drive.until(60)
    assert drive.open(wearer) == []
    told = [s.attempt.purpose for _, s in drive.sends[before:] if s.attempt.wearer == wearer]
    assert {*told} <= {Purpose.HANDED_OVER}, "what was under way may end"
    (_, over) = drive.events("alert.cleared")[-1]
    assert over.fields["reason"] == "no longer in the file"
