"""Seizure watches: what latches, what only shows, and what a mute does not mute."""

from datetime import datetime, timedelta

import pytest
from houses import NOON, Drive, minutes, seconds

from relayd.domain.event import ClockReported, ReadingsReceived
from relayd.domain.reading import SeizureReading, WatchState

OK, ALARM, FALL, MANUAL = WatchState.OK, WatchState.ALARM, WatchState.FALL, WatchState.MANUAL
WARNING, FAULT, MUTED = WatchState.WARNING, WatchState.FAULT, WatchState.MUTED
NET_FAULT = WatchState.NET_FAULT


@pytest.mark.parametrize("state", [ALARM, FALL, MANUAL])
@pytest.mark.parametrize("after", [OK, WARNING])
def test_ok_never_ends_the_calling_for_a_seizure(state: WatchState, after: WatchState) -> None:
    """The seizure that is over in two minutes is the one after which somebody must look."""
    drive = Drive()
    drive.say_state(state)
    code = f"seizure.{state.value}"
    assert drive.open("leo") == [(code, "high", "on")]
    drive.say_state(after)
    assert drive.open("leo") == [(code, "high", "latched")]
    begun = len(drive.calls())
    drive.until(60)
    assert drive.open("leo")[0] == (code, "high", "latched")
    assert len(drive.calls()) > begun + 8, "it goes on calling"
    drive.answer("ana", "leo-1")
    assert drive.open("leo") == []


@pytest.mark.parametrize("state", [FAULT, MUTED, NET_FAULT])
def test_a_watch_that_does_not_watch_says_nothing_of_its_wearer(state: WatchState) -> None:
    drive = Drive(watch_well=False)
    drive.say_state(ALARM)
    drive.say_state(state)
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]


def test_an_alarm_that_returns_is_the_same_alert() -> None:
    drive = Drive()
    for state in (ALARM, OK, ALARM):
        drive.say_state(state)
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]
    assert drive.engine.open_alerts("leo")[0].id == "leo-1"


def test_alarm_fall_and_help_are_alerts_of_their_own() -> None:
    """An answer to the fall is no answer to the seizure."""
    drive = Drive()
    for state in (ALARM, FALL, MANUAL):
        drive.say_state(state)
    assert drive.open("leo") == [
        ("seizure.alarm", "high", "latched"),
        ("seizure.fall", "high", "latched"),
        ("seizure.manual", "high", "on"),
    ]


def test_an_acknowledged_alarm_that_ends_is_off_and_the_next_is_new() -> None:
    drive = Drive()
    drive.say_state(ALARM)
    drive.answer("ana", "leo-1")
    drive.say_state(OK)
    assert drive.open("leo") == []
    drive.say_state(ALARM)
    assert [a.id for a in drive.engine.open_alerts("leo")] == ["leo-2"]
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]


def test_a_warning_is_shown_and_not_sent() -> None:
    drive = Drive()
    drive.say_state(WARNING)
    drive.until(30)
    assert drive.open("leo") == []
    assert drive.readings[0].state is WARNING, "kept, so that the page can show it"


@pytest.mark.parametrize("state", [FAULT, MUTED, NET_FAULT])
def test_sixty_seconds_of_not_watching_is_a_fault(state: WatchState) -> None:
    drive = Drive(watch_well=False)
    drive.say_state(state)
    drive.until(0.99)
    assert drive.open("leo") == []
    drive.until(1)
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]
    assert drive.engine.open_alerts("leo")[0].evidence.detail == state.value
    drive.say_state(OK)
    assert drive.open("leo") == []


def test_one_way_of_not_watching_after_another_is_one_blind_time() -> None:
    """Muted for forty seconds and then in fault for forty: nobody watched for eighty."""
    drive = Drive(watch_well=False)
    drive.say_state(MUTED)
    drive.until(2 / 3)
    drive.say_state(FAULT)
    drive.until(0.99)
    assert drive.open("leo") == []
    drive.until(1)
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]


def test_a_watch_that_came_back_in_between_starts_the_minute_anew() -> None:
    drive = Drive(watch_well=False)
    for second, state in ((0, FAULT), (40, OK), (50, FAULT)):
        drive.until(second / 60)
        drive.say_state(state)
    drive.until(1.8)
    assert drive.open("leo") == []
    drive.until(1.9)
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]


def test_a_watch_silent_for_two_minutes_is_told() -> None:
    drive = Drive(watch_well=False)
    drive.say_state(OK)
    drive.until(1.99)
    assert drive.open("leo") == []
    drive.until(2)
    assert drive.open("leo") == [("seizure.silent", "medium", "on")]
    drive.until(17)
    assert drive.open("leo") == [("seizure.silent", "high", "on")], "unanswered for 15 minutes"
    drive.say_state(OK)
    assert drive.open("leo") == []


def test_an_answered_silence_of_a_watch_is_high_after_thirty_minutes() -> None:
    drive = Drive(watch_well=False)
    for minute in (2, 18):
        drive.until(minute)
        drive.answer("ana", "leo-1")
    drive.until(29.9)
    assert drive.open("leo") == [("seizure.silent", "medium", "acknowledged")]
    drive.until(30)
    assert drive.open("leo") == [("seizure.silent", "high", "on")]


def test_silence_after_an_alarm_leaves_the_alarm_standing() -> None:
    """The watch fell off, or broke in the fall: that is no recovery."""
    drive = Drive(watch_well=False)
    drive.say_state(ALARM)
    drive.until(600)
    assert drive.open("leo")[0] == ("seizure.alarm", "high", "on")
    assert drive.events("alert.cleared") == []


@pytest.mark.parametrize(
    ("age", "raised"),
    [(0, True), (5, True), (11, True), (59, True), (61, False), (24 * 60, False)],
)
def test_a_late_alarm_still_calls_within_the_hour(age: float, raised: bool) -> None:  # noqa: FBT001
    """The phone was out of reach for forty minutes: somebody must still look."""
    drive = Drive()
    drive.say_state(ALARM, at=NOON - minutes(age))
    assert bool(drive.open("leo")) is raised


@pytest.mark.parametrize("state", [OK, FAULT, MUTED])
def test_a_late_word_that_is_no_alarm_changes_nothing(state: WatchState) -> None:
    drive = Drive(watch_well=False)
    drive.say_state(ALARM)
    drive.say_state(state, at=NOON - minutes(11))
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]
    watch = drive.engine.wards["leo"].watch
    assert watch is not None
    assert watch.state is ALARM


@pytest.mark.parametrize(
    "at", [NOON + minutes(10), NOON + timedelta(days=900), NOON - timedelta(days=9000)]
)
def test_a_stamp_that_cannot_be_true_raises_and_feeds_no_timer(at: datetime) -> None:
    drive = Drive(watch_well=False)
    for number in range(4):
        drive.until(number / 2)
        reading = SeizureReading("leo", ALARM, at + seconds(number))
        drive.tell(ReadingsReceived((reading,), source="leo/seizure"))
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]
    assert [c for c, _, _ in drive.open(None)] == ["relay.clock"]
    drive.until(2)
    assert ("seizure.silent", "medium", "on") in drive.open("leo")


def test_an_ok_that_cannot_be_true_clears_nothing() -> None:
    drive = Drive(watch_well=False)
    drive.say_state(FAULT)
    drive.until(1)
    drive.say_state(OK, at=NOON + timedelta(days=1))
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]


def test_a_repeat_of_the_last_word_feeds_no_timer() -> None:
    """A bridge that says the same stamp every ten seconds has lost its watch."""
    drive = Drive(watch_well=False)
    for tenth in range(12):
        drive.until(tenth / 6)
        drive.say_state(OK, at=NOON)
    drive.until(2)
    assert drive.open("leo") == [("seizure.silent", "medium", "on")]


@pytest.mark.parametrize(
    ("at", "raised"), [(NOON - minutes(1), True), (NOON - minutes(30), False), (None, False)]
)
def test_a_retained_alarm_counts_only_if_its_stamp_says_now(
    *, at: datetime | None, raised: bool
) -> None:
    drive = Drive(watch_well=False)
    reading = SeizureReading("leo", ALARM, at)
    drive.tell(ReadingsReceived((reading,), retained=True))
    assert bool(drive.open("leo")) is raised


def test_without_a_clock_an_older_word_is_no_news_but_an_alarm_is() -> None:
    drive = Drive(watch_well=False)
    drive.tell(ClockReported(timedelta(0), synchronised=False))
    far = NOON + timedelta(days=900)
    drive.say_state(FAULT, at=far)
    drive.say_state(OK, at=far - minutes(1))
    watch = drive.engine.wards["leo"].watch
    assert watch is not None
    assert watch.state is FAULT
    drive.say_state(ALARM, at=far - minutes(1))
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]


def test_an_older_ok_that_comes_last_mends_no_fault() -> None:
    """Two messages that overtook each other: the newer stamp is what is so."""
    drive = Drive(watch_well=False)
    drive.say_state(FAULT, at=NOON)
    drive.say_state(OK, at=NOON - seconds(20))
    drive.until(1)
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]
