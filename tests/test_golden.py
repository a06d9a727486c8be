"""The golden cases: each once went wrong in a system that people trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from houses import CALL, NOON, PUSH, TEXT, Drive, home, minutes

from relayd.domain.alert import Code
from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.event import ClockReported, ReadingsReceived, TechnicalReported
from relayd.domain.household import Step
from relayd.domain.reading import Bound, GlucoseReading, WatchState

SENT, DELIVERED = Dissemination.SENT, Dissemination.DELIVERED


def test_golden_a_a_low_that_goes_silent_is_still_low_and_silent() -> None:
    """45 mg/dL, then nothing: a well-loved program says ALL CLEAR after eleven minutes."""
    drive = Drive()
    drive.glucose(45)
    drive.until(11)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    drive.until(12)
    assert drive.open() == [
        ("glucose.urgent_low", "high", "on"),
        ("glucose.silent", "high", "on"),
    ]
    drive.until(600)
    assert len(drive.open()) == 2, "ten hours later nothing has cleared it"
    assert drive.events("alert.cleared") == []


@pytest.mark.parametrize(
    ("mg_dl", "bound"),
    [(39, Bound.WITHIN), (39, Bound.LOW), (40, Bound.WITHIN), (39.64, Bound.WITHIN)],
)
def test_golden_b_off_the_bottom_of_the_scale_is_urgent(mg_dl: float, bound: Bound) -> None:
    """52, 45, then the sensor's word for LOW: it must not read as recovery."""
    drive = Drive().series(52, 45)
    drive.until(10)
    drive.glucose(mg_dl, bound=bound)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    assert drive.events("alert.cleared") == []


def test_golden_c_the_broker_goes_during_a_low_and_the_timers_run_on() -> None:
    """One bridge's own silence alarm dies with its broker."""
    drive = Drive()
    drive.glucose(60)
    drive.tell(TechnicalReported(Code.BROKER_LOST, present=True))
    drive.until(0.4)
    assert drive.open(None) == [], "a moment without the broker is not worth a word"
    drive.until(15)
    conditions = [condition for condition, _, _ in drive.open()]
    assert conditions == ["glucose.low", "glucose.silent"]
    assert drive.open()[0][1] == "high", "fifteen minutes unanswered"
    assert [c for c, _, _ in drive.open(None)] == ["relay.broker_lost"]
    assert drive.events("alert.raised")[1][0] == pytest.approx(0.5)


def test_golden_d_a_restart_in_mid_alert_forgets_nothing() -> None:
    """Acknowledgements and alerts that live in memory are gone after a restart."""
    drive = Drive().series(60)
    drive.say_state(WatchState.ALARM)
    drive.report("mia-1/1", SENT)
    drive.answer("ana", "mia-1")
    before = drive.open() + drive.open("leo")
    called = len(drive.calls())
    drive.restart(after=0.2)
    assert drive.open() + drive.open("leo") == before
    assert ("glucose.low", "medium", "acknowledged") in before
    resent = [send.attempt.id for _, send in drive.sends[-len(drive.sends) + called :]]
    assert "mia-1/1" not in resent[called:], "what was sent is not sent anew"
    drive.until(15.2)
    assert drive.calls("ana", Purpose.REMINDER), "the end of the quiet was remembered"


def test_golden_d_a_condition_true_at_start_raises() -> None:
    """The relay was down while the value fell: the first reading is enough."""
    drive = Drive()
    drive.glucose(52, at=NOON - minutes(8))
    assert drive.open() == [("glucose.urgent_low", "high", "on")]


def test_golden_e_muting_the_watch_is_not_muting_the_carers() -> None:
    """A watch's mute button once kept its texts to carers back too."""
    drive = Drive(watch_well=False)
    drive.say_state(WatchState.ALARM)
    drive.say_state(WatchState.MUTED)
    drive.until(0.9)
    assert drive.open("leo") == [("seizure.alarm", "high", "on")]
    drive.until(1.1)
    assert ("seizure.fault", "medium", "on") in drive.open("leo")
    assert ("seizure.alarm", "high", "on") in drive.open("leo")


def test_golden_f_a_day_of_backfill_pages_nobody_for_the_past() -> None:
    """A sensor that reconnects sends a night of lows, all of them over."""
    drive = Drive()
    drive.glucose(120)
    drive.until(40)
    assert drive.open() == [("glucose.silent", "high", "on")], "forty minutes of nothing"
    night = [
        GlucoseReading("mia", 45 if 100 < n < 140 else 130, drive.now - minutes(5 * (288 - n)))
        for n in range(288)
    ]
    raised = len(drive.events("alert.raised"))
    drive.tell(ReadingsReceived((*night, GlucoseReading("mia", 118, drive.now)), source="s"))
    drive.until(42)
    assert len(drive.events("alert.raised")) == raised
    assert drive.open() == []
    told = [send for _, send in drive.sends if send.attempt.purpose is Purpose.CLEARED]
    assert [send.alert.missed is not None for send in told], "one line says what was missed"
    assert told[0].alert.missed is not None
    assert told[0].alert.missed[2] == 45
    assert len(told) == len({send.attempt.carer for send in told}), "one line each"


@pytest.mark.parametrize(
    "at",
    [NOON + timedelta(hours=3), NOON + timedelta(days=3650), datetime(1970, 1, 1, tzinfo=UTC)],
)
def test_golden_g_a_stamp_that_cannot_be_true_raises_but_never_clears(at: datetime) -> None:
    """A future stamp hid silence for ever in one program, and would clear a low in another."""
    drive = Drive()
    drive.glucose(50, at=at)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    for minute in range(1, 60):
        drive.until(minute)
        drive.glucose(140, at=at + minutes(minute))
    conditions = [condition for condition, _, _ in drive.open()]
    assert conditions == ["glucose.urgent_low", "glucose.silent"], "it hides no silence"
    assert [c for c, _, _ in drive.open(None)] == ["relay.clock"], "and it is said"
    drive.until(61)
    drive.glucose(140)
    assert "relay.clock" not in [c for c, _, _ in drive.open(None)]


def test_golden_g_without_a_clock_arrival_counts_and_stamps_need_only_advance() -> None:
    """A Pi has no clock of its own; before the network answers its time may be years behind."""
    drive = Drive()
    drive.tell(ClockReported(timedelta(0), synchronised=False))
    years_ahead = NOON + timedelta(days=900)
    drive.glucose(60, at=years_ahead)
    assert drive.open() == [("glucose.low", "medium", "on")]
    drive.until(5)
    drive.glucose(90, at=years_ahead + minutes(5))
    drive.until(10)
    drive.glucose(95, at=years_ahead + minutes(10))
    assert drive.open() == []
    for minute in range(11, 27):
        drive.until(minute)
        drive.glucose(95, at=years_ahead + minutes(10))
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"], "a stamp that stands still"


def test_golden_h_a_route_that_accepts_and_nothing_comes_back_is_not_waited_for() -> None:
    """An accepted message proves nothing; the next route begins when the patience ends."""
    drive = Drive(home(ana=(PUSH, TEXT, CALL)))
    drive.glucose(50)
    drive.report("mia-1/1", SENT)
    drive.until(2)
    assert drive.calls("ana") == [(0, "push"), (pytest.approx(1 / 3, abs=0.01), "text"),
                                  (pytest.approx(2 / 3, abs=0.01), "call")]  # fmt: skip


def test_golden_h_a_route_that_fails_is_not_waited_for_at_all() -> None:
    """A refusal is known at once."""
    drive = Drive()
    drive.glucose(50)
    drive.report("mia-1/1", Dissemination.UNDELIVERABLE, Failure.PATH_DOWN)
    assert drive.calls("ana") == [(0, "push"), (0, "text")]


def test_golden_i_two_carers_answer_at_once_one_has_it_and_both_are_told() -> None:
    """Each must know who is on the way."""
    drive = Drive(home(steps=(Step(("ana", "tom")),)))
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    drive.answer("tom", "mia-1", attempt="mia-1/2")
    assert len(drive.events("alert.acknowledged")) == 1
    (alert,) = drive.engine.open_alerts("mia")
    assert alert.acknowledged_by == "ana"
    told = {s.attempt.carer for _, s in drive.sends if s.attempt.purpose is Purpose.HANDED_OVER}
    assert told == {"ana", "tom"}
