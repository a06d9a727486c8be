"""More golden cases: readings that mislead, carers who refuse, and hypos that come in waves."""

from datetime import UTC, datetime, timedelta

import pytest
from houses import NOON, Drive, home, minutes, seconds

from relayd.domain.delivery import Dissemination
from relayd.domain.household import Route, Step
from relayd.domain.reading import Bound, Trend, Unit

SENT, DELIVERED = Dissemination.SENT, Dissemination.DELIVERED


def test_golden_l_of_two_readings_of_one_minute_the_lower_decides_in_any_order() -> None:
    """Two sensors on one day of change-over: 160 must not hide 52."""
    for values in ((52, 160), (160, 52)):
        drive = Drive()
        for number, value in enumerate(values):
            drive.glucose(value, at=NOON + seconds(20 * number))
        assert drive.open() == [("glucose.urgent_low", "high", "on")], values


def test_golden_l_a_clear_needs_two_distinct_stamps() -> None:
    """Two sensors that agree within one minute are one word, not two."""
    drive = Drive().series(60)
    drive.until(5)
    for second in (0, 20, 40):
        drive.glucose(120, at=drive.now + seconds(second))
    assert drive.open() == [("glucose.low", "medium", "on")]
    drive.until(6.5)
    drive.glucose(121)
    assert drive.open() == []


def test_golden_m_a_retained_reading_from_yesterday_is_not_current() -> None:
    """A broker hands every new subscriber what it kept, of whatever age."""
    drive = Drive()
    drive.glucose(45, at=NOON - timedelta(days=1), retained=True)
    drive.glucose(45, at=None, retained=True)
    assert drive.open() == []
    drive.until(16)
    assert drive.open() == [("glucose.silent", "medium", "on")], (
        "nor does it feed the silence timer"
    )


def test_golden_m_a_retained_reading_of_this_minute_is() -> None:
    """What the broker kept from a moment ago is as good as new."""
    drive = Drive()
    drive.glucose(45, at=NOON - minutes(1), retained=True)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]


def test_golden_o_when_every_carer_refuses_it_starts_again_and_says_so() -> None:
    """Everybody said no: nobody being called is the one answer that cannot be."""
    drive = Drive()
    drive.glucose(50)
    drive.answer("ana", "mia-1", accepted=False)
    assert drive.calls("tom") == [(0, "push")], "the next step is called at once"
    calls = len(drive.calls("ana"))
    drive.until(1)
    drive.answer("tom", "mia-1", accepted=False)
    assert len(drive.calls("ana")) > calls
    reasons = [row.fields.get("reason") for _, row in drive.events("alert.escalated")]
    assert "everybody refused" in reasons
    assert drive.sends[-1][1].alert.cause == "everybody refused"


def test_golden_p_a_low_at_night_and_then_thirteen_hours_of_nothing() -> None:
    """64 mg/dL at 22:44, then no reading until noon: somebody was called within the limit."""
    drive = Drive(start=datetime(2026, 3, 1, 22, 44, tzinfo=UTC))
    drive.glucose(64)
    drive.until(13 * 60)
    assert drive.calls("ana")[0] == (0, "push")
    raised = [(minute, row.fields["condition"]) for minute, row in drive.events("alert.raised")]
    assert (12, "glucose.silent") in raised
    assert drive.calls()[-1][0] > 12 * 60, "and the calling has not ended"


@pytest.mark.parametrize("stamped", [True, False])
def test_golden_q_a_bridge_that_repeats_yesterdays_value_every_minute_is_silence(
    *, stamped: bool
) -> None:
    """The value looks alive; nobody is measuring."""
    drive = Drive()
    for minute in range(40):
        drive.until(minute)
        drive.glucose(110, at=NOON - timedelta(days=1) if stamped else None)
    assert ("glucose.silent") in [c for c, _, _ in drive.open()]
    first = drive.events("alert.raised")[0]
    assert first[0] == pytest.approx(16, abs=0.1)


def test_golden_r_a_further_fall_after_an_answer_calls_everybody_again() -> None:
    """Acknowledged at 2.9 mmol/L, then 2.2: the answer was given for another value."""
    drive = Drive(home(unit=Unit.MMOL_L, steps=(Step(("ana", "tom")),)))
    drive.glucose(Unit.MMOL_L.to_mg_dl(2.9))
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    drive.until(5)
    calls = len(drive.calls())
    drive.glucose(Unit.MMOL_L.to_mg_dl(2.2))
    assert drive.open() == [("glucose.urgent_low", "high", "on")]
    again = drive.calls()[calls:]
    assert again == [(5, "push"), (5, "push")], "both carers, at once"
    assert drive.sends[-1][1].alert.cause == "further fall"


def test_golden_r_the_word_low_after_a_number_is_a_further_fall() -> None:
    """45, acknowledged, then LOW: nobody knows how far down that is."""
    drive = Drive().series(45)
    drive.answer("ana", "mia-1")
    drive.until(5)
    drive.glucose(39, bound=Bound.LOW)
    assert drive.open() == [("glucose.urgent_low", "high", "on")]


def test_golden_s_one_hypo_is_one_alert_that_eases_and_does_not_end() -> None:
    """52, 60, 60, 66: better each time, and not yet over."""
    drive = Drive()
    drive.glucose(52)
    drive.answer("ana", "mia-1")
    drive.until(5)
    drive.series(60, 60, 66)
    assert drive.conditions() == ["raised glucose.urgent_low", "eased glucose.low"]
    assert drive.open() == [("glucose.low", "medium", "acknowledged")]
    drive.until(20)
    drive.glucose(80)
    drive.until(25)
    drive.glucose(81)
    assert drive.conditions()[-1] == "cleared glucose.low"


def test_golden_t_five_routes_that_accept_and_never_deliver_are_all_begun_within_a_minute() -> None:
    """An accepted message must not hold up the next one."""
    five = tuple(Route(f"r{n}", "ntfy", to=f"t{n}", quiet=True) for n in range(5))
    drive = Drive(home(ana=five))
    drive.glucose(50)
    for _ in range(120):
        for attempt in list(drive.engine.attempts("mia-1")):
            if attempt.status is Dissemination.SENDING:
                drive.report(attempt.id, SENT)
        drive.until(drive.minute + 1 / 120)
    begun = [minute for minute, _ in drive.calls("ana")]
    assert len(begun) == 5
    assert max(begun) <= 1


def test_trend_words_survive() -> None:
    """What the sensor says of the direction reaches the carers."""
    drive = Drive()
    drive.glucose(50, trend=Trend.FALLING_FAST)
    assert drive.sends[0][1].alert.evidence.trend is Trend.FALLING_FAST
