"""Beginning again after a stop: what is remembered, what has changed in the file meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from houses import NOON, TEXT, Drive, calls_of, home, minutes, seconds
from test_engine_restart import FAILED, SENT, acknowledged, calm, silent

from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.engine import Engine
from relayd.domain.event import ClockReported, Kept, PayloadRejected, Started, Woke
from relayd.domain.household import Step
from relayd.domain.reading import Bound
from relayd.store.waiting import first_of_these


def test_the_worst_value_survives_a_restart() -> None:
    """Was 43 at 12:03, now 110: the word that she reads afterwards must be true."""
    drive = Drive().series(50, 43, 49, every=3)
    drive.restart()
    (alert,) = drive.engine.open_alerts("mia")
    assert (alert.worst_mg_dl, alert.worst_at) == (43, NOON + minutes(3))


def test_time_counts_on_while_the_relay_is_down() -> None:
    """Down for twenty minutes with a quiet that ended in between: she is asked at once."""
    drive = Drive()
    acknowledged(drive)
    drive.restart(after=20)
    assert calls_of(drive, "mia-1", Purpose.REMINDER) == [(20, "ana/push")]


def test_after_a_long_stop_silence_waits_a_minute_for_what_the_broker_kept() -> None:
    drive = Drive()
    calm(drive)
    drive.restart(after=60)
    drive.until(drive.minute + 0.9)
    assert drive.open() == []
    drive.until(drive.minute + 0.2)
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"]


@pytest.mark.parametrize("lives", [20.0, 50.0, 59.0])
def test_a_relay_that_dies_at_every_start_raises_the_silence_all_the_same(lives: float) -> None:
    """Each start waited a minute for what the broker kept, and none lived as long."""
    drive = Drive(watch_well=False)
    drive.glucose(110)
    kept, since = drive.kept(), None
    drive.now += minutes(60)
    while drive.minute < 65:
        since = first_of_these(since, kept.latest, drive.now)
        drive.engine = Engine(drive.household, replace(kept, starting_from=since), drive.now)
        drive.tell(Started())
        drive.until(drive.minute + lives / 60)
        drive.now += seconds(2)
    raised = [minute for minute, _ in drive.events("alert.raised")]
    assert raised
    assert raised[0] <= 62


def test_a_silence_that_stood_before_the_stop_stands_at_once() -> None:
    drive = Drive()
    silent(drive)
    drive.restart(after=60)
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"]


def test_silence_is_counted_from_the_last_reading_before_the_stop() -> None:
    drive = Drive()
    calm(drive)
    drive.until(15)
    drive.restart(after=0.5)
    drive.until(21)
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"]
    assert drive.events("alert.raised")[0][0] == 21, "16 minutes after minute 5"


@pytest.mark.parametrize("stamped", [True, False])
def test_a_repeat_after_a_restart_is_still_a_repeat(*, stamped: bool) -> None:
    """A stuck bridge and a restart together must not make the second good reading."""
    drive = Drive()
    drive.glucose(60)
    drive.until(5)
    stamp = drive.now if stamped else None
    drive.glucose(110, at=stamp)
    drive.restart()
    drive.until(7)
    drive.glucose(110, at=stamp)
    assert [c for c, _, _ in drive.open()] == ["glucose.low"]


def test_after_a_restart_no_reading_is_taken_for_another_by_a_clock_that_is_an_hour_wrong() -> None:
    """A sensor speaks every five minutes to the second: an hour lays its stamps on others."""
    drive = Drive()
    wrong = timedelta(hours=1)
    drive.tell(ClockReported(-wrong, synchronised=True))  # the Pi's steady time runs an hour ahead
    for minute in range(0, 90, 5):
        if minute == 65:
            drive.restart()
            drive.tell(ClockReported(-wrong, synchronised=True))
        drive.until(minute)
        drive.glucose(110, at=drive.now - wrong)
    assert drive.conditions() == []


def test_what_could_not_be_true_is_not_believed_after_a_restart() -> None:
    drive = Drive()
    drive.glucose(60)
    for minute in (5, 10):
        drive.until(minute)
        drive.glucose(110, at=drive.now + timedelta(days=1))
    drive.restart()
    assert [c for c, _, _ in drive.open()] == ["glucose.low"]


def test_a_source_that_was_garbled_is_known_to_be_and_one_good_word_ends_it() -> None:
    drive = Drive()
    for _ in range(3):
        drive.tell(PayloadRejected("mia/glucose", "it is no JSON"))
    drive.restart()
    assert drive.open(None) == [("relay.bad_payload", "low", "on")]
    drive.glucose(110)
    assert drive.open(None) == []


def test_what_is_history_at_a_restart_helps_to_clear_nothing() -> None:
    """A full disk may have lost the lows that came after it."""
    drive = Drive().series(60, 62, 80)
    drive.restart(after=25)
    drive.glucose(85)
    assert drive.open() != []
    drive.until(drive.minute + 5)
    drive.glucose(88)
    assert drive.open() == []


def test_the_word_low_is_remembered() -> None:
    drive = Drive()
    drive.glucose(39, bound=Bound.LOW)
    drive.restart()
    drive.until(12)
    assert drive.open()[1] == ("glucose.silent", "high", "on")


def test_a_first_start_knows_nothing_and_waits() -> None:
    engine = Engine(home(), Kept(), NOON)
    turn = engine.handle(Started(), NOON)
    assert turn.sends == ()
    assert engine.next_deadline() == NOON + minutes(2), "Leo's watch may be silent that long"


def test_a_wearer_never_heard_of_is_waited_for_from_the_very_first_start() -> None:
    """A relay that restarts every few minutes must not begin to wait anew each time."""
    first = NOON
    engine = Engine(home(), Kept(waited_from={"mia": first}), first + minutes(15))
    engine.handle(Started(), first + minutes(15))
    engine.handle(Woke(), first + minutes(15.9))
    assert engine.open_alerts("mia") == ()
    engine.handle(Woke(), first + minutes(16))
    assert [alert.condition.value for alert in engine.open_alerts("mia")] == ["glucose.silent"]


def test_even_then_the_broker_is_first_heard_out() -> None:
    """What it kept for us in the meantime may end the waiting."""
    start = NOON + minutes(60)
    engine = Engine(home(), Kept(waited_from={"mia": NOON}), start)
    engine.handle(Started(), start)
    assert engine.open_alerts("mia") == ()
    engine.handle(Woke(), start + minutes(1))
    assert [alert.condition.value for alert in engine.open_alerts("mia")] == ["glucose.silent"]


def test_a_suspicion_survives_a_restart() -> None:
    """Only proof lifts it, and a start proves nothing."""
    route = replace(TEXT, core="o2-uk", network="o2-uk")
    drive = Drive(home(ana=(route,), tom=(route,), steps=(Step(("ana", "tom")),)))
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, FAILED, Failure.UNREACHABLE)
    assert "o2-uk" in drive.engine.desk.belief.suspected
    drive.restart(after=1)
    assert "o2-uk" in drive.engine.desk.belief.suspected
    drive.report("mia-1/1", Dissemination.DELIVERED)
    drive.restart(after=1)
    assert "o2-uk" not in drive.engine.desk.belief.suspected


def test_the_line_that_it_is_over_survives_a_crash_in_its_sending() -> None:
    """Ana was woken at 2.8 and the power failed as she was to be told 5.9: she is told."""
    drive = Drive(home(ana=(TEXT,), steps=(Step(("ana",)),)))
    drive.glucose(50)
    drive.report("mia-1/1", Dissemination.DELIVERED)
    drive.until(5)
    drive.series(90, 95)
    over = drive.last("ana")
    assert (over.purpose, over.status) == (Purpose.CLEARED, Dissemination.SENDING)
    before = len(drive.sends)
    drive.restart(after=1)
    assert [send.attempt.id for _, send in drive.sends[before:]] == [over.id], "the same key"
    assert drive.open() == []
    drive.report(over.id, SENT)
    before = len(drive.sends)
    drive.restart(after=1)
    assert [send for _, send in drive.sends[before:] if send.alert.wearer == "mia"] == []


def test_what_a_start_itself_begins_is_not_sent_twice() -> None:
    """The right time ends the clock's alert before the start is over: one line of it to each."""
    drive = Drive()
    drive.tell(ClockReported(timedelta(0), synchronised=False))
    drive.until(11)
    assert drive.open(None) == [("relay.clock", "low", "on")]
    before = len(drive.sends)
    drive.engine = Engine(drive.household, drive.kept(), drive.now)
    drive.tell(ClockReported(timedelta(0), synchronised=True))
    drive.tell(Started())
    assert drive.open(None) == []
    lines = [send.attempt for _, send in drive.sends[before:]]
    assert {line.purpose for line in lines} == {Purpose.CLEARED}
    assert [line.carer for line in lines] == ["ana"]


def test_the_first_start_of_all_is_no_restart() -> None:
    drive = Drive()
    assert len(drive.events("relay.started")) == 1
    assert drive.events("relay.restarted") == []
    drive.glucose(110)
    drive.restart(after=1)
    assert len(drive.events("relay.restarted")) == len(drive.events("relay.started")) == 1
