"""How carers are called: laps, steps, sounders, and failures."""

from itertools import pairwise

from houses import CALL, PUSH, SIREN, TEXT, Drive, calls_of, fail_all, home

from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.household import Step
from relayd.domain.reading import WatchState

SENT = Dissemination.SENT


def confirm_nothing(drive: Drive, until: float) -> Drive:
    """Let time pass; every gateway takes everything and nothing ever comes back."""
    while drive.minute < until:
        for attempt in drive.engine.attempts("mia-1"):
            if attempt.status is Dissemination.SENDING:
                drive.report(attempt.id, SENT)
        drive.until(min(until, drive.minute + 0.1))
    return drive


def test_a_high_alert_laps_until_answered() -> None:
    """Nobody answers: further and further apart, and never the end."""
    drive = Drive(home(ana=(PUSH,), steps=(Step(("ana",)),)))
    drive.glucose(50)
    confirm_nothing(drive, 60)
    begun = [minute for minute, _ in calls_of(drive, "mia-1")]
    gaps = [round(later - earlier) for earlier, later in pairwise(begun)]
    assert gaps[:7] == [2, 4, 8, 10, 10, 10, 10]


def test_a_medium_alert_is_one_climb_and_high_a_quarter_of_an_hour_later() -> None:
    drive = Drive(home(steps=(Step(("ana",)),)))
    drive.glucose(65)
    drive.until(14.9)
    assert calls_of(drive, "mia-1") == [(0, "ana/push"), (0.5, "ana/text")]
    drive.until(15)
    assert drive.open()[0] == ("glucose.low", "high", "on")
    assert calls_of(drive, "mia-1")[2] == (15, "ana/push")


def test_an_answered_medium_alert_is_not_high_for_being_unanswered() -> None:
    drive = Drive()
    drive.glucose(65)
    drive.until(10)
    drive.answer("ana", "mia-1")
    drive.until(24)
    assert drive.open()[0] == ("glucose.low", "medium", "acknowledged")


def test_the_second_step_is_called_when_its_time_comes() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.until(4.99)
    assert drive.calls("tom") == []
    drive.until(5)
    assert drive.calls("tom") == [(5, "push")]
    steps = [(m, row.fields.get("step")) for m, row in drive.events("alert.escalated")]
    assert steps == [(5, "2")]


def test_a_seizure_begins_every_route_of_every_carer_of_the_step_at_once() -> None:
    drive = Drive(home(ana=(PUSH, TEXT, CALL), steps=(Step(("ana", "tom")),)))
    drive.say_state(WatchState.ALARM)
    assert sorted(calls_of(drive, "leo-1")) == [
        (0, "ana/call"), (0, "ana/push"), (0, "ana/text"), (0, "tom/push"), (0, "tom/text"),
    ]  # fmt: skip


def test_where_nothing_got_out_it_is_tried_again_after_2_4_8_seconds() -> None:
    drive = Drive(home(ana=(PUSH,), steps=(Step(("ana",)),)))
    drive.glucose(50)
    for _ in range(400):
        fail_all(drive)
        drive.until(drive.minute + 1 / 60)
    begun = [round(minute * 60) for minute, _ in calls_of(drive, "mia-1")]
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert gaps[:6] == [2, 4, 8, 16, 32, 64]
    assert set(gaps[6:]) == {120}


def test_a_sounder_and_the_first_route_go_together() -> None:
    drive = Drive(home(ana=(SIREN, PUSH, TEXT)))
    drive.glucose(50)
    assert drive.calls("ana") == [(0, "siren"), (0, "push")]


def test_a_channel_that_refuses_us_is_said_and_tried_last() -> None:
    drive = Drive()
    drive.glucose(50)
    drive.report("mia-1/1", Dissemination.UNDELIVERABLE, Failure.CREDENTIALS)
    assert [c for c, _, _ in drive.open(None)] == ["relay.channel_refused"]
    drive.until(5)
    assert (5, "tom/text") in calls_of(drive, "mia-1"), "his push is the same service"
    assert (5, "tom/push") not in calls_of(drive, "mia-1")
