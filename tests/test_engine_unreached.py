"""A carer out of reach: the others know, nobody is nagged, and who is back is told what was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from houses import NOON, PUSH, TEXT, Drive, home

from relayd.domain.delivery import Attempt, Dissemination, Failure, Purpose
from relayd.domain.household import GlucoseLimits, Household, Plan, Step
from relayd.domain.words import Telling, words_of

LOST, SENT, DELIVERED = (
    Dissemination.UNDELIVERABLE,
    Dissemination.SENT,
    Dissemination.DELIVERED,
)
MORNING = datetime(2026, 3, 2, 8, 41, tzinfo=UTC)


def house() -> Household:
    """Ana and Tom at once; no silence of the sensor in between."""
    made = home(
        ana=(PUSH, TEXT),
        tom=(PUSH, TEXT),
        steps=(Step(("ana", "tom")),),
        limits=GlucoseLimits(silent_after=timedelta(days=1), silent_after_low=timedelta(days=1)),
    )
    return replace(made, wearers={"mia": made.wearers["mia"]})


def text_of(drive: Drive, place: int) -> str:
    send = drive.sends[place][1]
    return words_of(
        Telling(drive.household, send.alert, send.attempt, drive.now, timedelta(0))
    ).text


def out_of_reach(drive: Drive, carer: str) -> None:
    """Whatever is sent to *carer* fails, and what goes to the others is delivered."""
    seen = -1
    while seen != len(drive.sends):
        seen = len(drive.sends)
        for _, send in list(drive.sends):
            row = drive.rows[send.attempt.id]
            assert isinstance(row, Attempt)
            if row.status is not Dissemination.SENDING:
                continue
            if row.carer == carer:
                drive.report(row.id, LOST, Failure.UNREACHABLE)
            else:
                drive.report(row.id, DELIVERED)


def a_day_out_of_reach() -> Drive:
    """Tom is out of reach from the morning on; three lows come and go, each answered by Ana."""
    drive = Drive(house(), MORNING, watch_well=False)
    for minute in (0, 120, 380):
        drive.until(minute)
        drive.glucose(50)
        out_of_reach(drive, "tom")
        drive.answer("ana", drive.engine.open_alerts("mia")[0].id)
        for _ in range(6):
            drive.until(drive.minute + 5)
            drive.glucose(120)
            out_of_reach(drive, "tom")
    return drive


def test_the_others_are_told_once_and_never_nagged() -> None:
    """Low-key: one push, however long it lasts."""
    drive = a_day_out_of_reach()
    drive.until(600)
    out_of_reach(drive, "tom")
    told = [s for _, s in drive.sends if s.alert.wearer is None and s.attempt.carer == "ana"]
    assert [(s.attempt.channel, s.alert.priority.word) for s in told] == [("push", "low")]
    place = drive.sends.index(next(pair for pair in drive.sends if pair[1] is told[0]))
    assert text_of(drive, place) == "relayd home: Tom cannot be reached."


def test_who_is_back_gets_one_line_of_all_that_was_missed() -> None:
    """From the alert that first did not reach him to the last; one digest and no more."""
    drive = a_day_out_of_reach()
    drive.until(12 * 60 + 49)
    drive.glucose(50)
    late = next(a for a in drive.engine.attempts("mia-4") if a.carer == "tom")
    before = len(drive.sends)
    drive.report(late.id, SENT)  # a push has no better proof
    fresh = [send for _, send in drive.sends[before:]]
    digests = [send for send in fresh if send.attempt.purpose is Purpose.MISSED]
    assert [send.attempt.carer for send in digests] == ["tom"]
    place = before + fresh.index(digests[0])
    assert text_of(drive, place) == (
        "While you could not be reached, 08:41 to 21:30: 08:41 Mia URGENT LOW; "
        "10:41 Mia URGENT LOW; 15:01 Mia URGENT LOW; 21:30 Mia URGENT LOW."
    )
    drive.until(14 * 60)
    assert [s for _, s in drive.sends if s.attempt.purpose is Purpose.MISSED] == digests
    again = [s for _, s in drive.sends if s.attempt.purpose is Purpose.CLEARED]
    assert "tom" not in {s.attempt.carer for s in again if s.alert.wearer is None}


def test_the_others_are_told_that_he_is_back() -> None:
    drive = a_day_out_of_reach()
    drive.glucose(50)
    late = next(a for a in drive.engine.attempts("mia-4") if a.carer == "tom")
    drive.report(late.id, SENT)
    places = [
        place
        for place, (_, send) in enumerate(drive.sends)
        if send.alert.wearer is None and send.attempt.purpose is Purpose.CLEARED
    ]
    assert [text_of(drive, place) for place in places] == ["relayd home: Tom can be reached again."]


def test_a_long_day_is_cut_short_and_says_so() -> None:
    drive = Drive(house(), MORNING, watch_well=False)
    for hour in range(14):
        drive.until(hour * 60)
        drive.glucose(50)
        out_of_reach(drive, "tom")
        drive.answer("ana", drive.engine.open_alerts("mia")[0].id)
        for _ in range(4):
            drive.until(drive.minute + 5)
            drive.glucose(120)
            out_of_reach(drive, "tom")
    (unreached,) = drive.engine.open_alerts(None)
    assert unreached.evidence.detail.endswith("; and more")
    assert unreached.evidence.detail.count("more") == 1
    assert len(unreached.evidence.detail) < 320


def test_only_with_nobody_left_is_it_high_and_it_calms_down_again() -> None:
    """While Ana is there it is a small matter; with her gone too it is not."""
    drive = Drive(house(), MORNING, watch_well=False)
    drive.glucose(50)
    out_of_reach(drive, "tom")
    assert [(a.condition.value, a.priority.word) for a in drive.engine.open_alerts(None)] == [
        ("relay.carer_unreachable", "low")
    ]
    other = Drive(house(), MORNING, watch_well=False)
    other.glucose(50)
    for carer in ("tom", "ana"):
        for attempt in other.engine.attempts("mia-1"):
            if attempt.carer == carer:
                other.report(attempt.id, LOST, Failure.UNREACHABLE)
        other.report(other.last(carer).id, LOST, Failure.UNREACHABLE)
    assert {a.priority.word for a in other.engine.open_alerts(None)} == {"high"}
    calls = [s.attempt.channel for _, s in other.sends if s.alert.wearer is None]
    assert "text" in calls or "push" in calls
    other.until(5)
    back = next(a for a in reversed(other.engine.attempts("mia-1")) if a.channel == "text")
    other.report(back.id, DELIVERED)
    assert {a.priority.word for a in other.engine.open_alerts(None)} == {"low"}


def test_nobody_left_for_one_wearer_is_told_at_once_to_whoever_is_left_for_the_house() -> None:
    """Mia's plan has Ana alone, and no route to her works; it is night, and Tom could go."""
    made = house()
    made = replace(
        made,
        plan=replace(made.plan, steps=(Step(("tom",)),)),
        plans={"mia": Plan((Step(("ana",)),))},
    )
    drive = Drive(made, NOON + timedelta(hours=11), watch_well=False)
    drive.glucose(45)
    out_of_reach(drive, "ana")
    drive.until(1)
    assert [word for code, word, _ in drive.open(None) if "unreachable" in code] == ["high"]
    assert [send.attempt.carer for _, send in drive.sends if send.attempt.wearer is None][:1] == [
        "tom"
    ]
