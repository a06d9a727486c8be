"""Each line of a timeline in plain words, and long stories made short."""

from dataclasses import replace

import pytest
from stories import O2_DATA, Tale, broken, kept, story

from relayd.domain.alert import Cause
from relayd.domain.delivery import Failure
from relayd.domain.story import AlertTold, Line, Story
from relayd.report.facts import heard
from relayd.report.folding import told
from relayd.report.plain import FAILURES, harmless, span
from relayd.report.trimming import everything
from relayd.report.words import CALLED_AGAIN, Mark, Teller


def said(tale: Story) -> list[str]:
    return [line.words for line in everything(tale)]


def one(event: str, **fields: str | None) -> str:
    tale = story(Tale(), outages=(O2_DATA,))
    return Teller(tale).tell(Line(0.0, event, fields)).words


def test_a_story_reads_from_the_outage_to_the_end() -> None:
    words = [line.words for line in told(kept())]
    assert words == [
        "outage: mobile data on O2",
        "Mia: urgent low (high priority)",
        "relayd sends Ana (mum) and Tom (dad) a push",
        "the push to Ana (mum) and Tom (dad) is sent; no proof so far",
        "relayd texts Ana (mum) and Tom (dad): the last try is unconfirmed",
        "proof: the text has reached Tom (dad)",
        "the text to Ana (mum) fails: the phone is off or out of reach",
        "Tom (dad) has it",
        "relayd tells Ana (mum) that Tom (dad) has it",
        "Mia: urgent low is over",
    ]


def test_the_full_timeline_leaves_no_line_out() -> None:
    assert len(everything(kept())) == len(kept().lines)
    assert "Tom (dad) answers the text: “I have it”" in said(kept())


@pytest.mark.parametrize(
    ("event", "fields", "words"),
    [
        ("outage.ended", {"outage": O2_DATA.component}, "outage over: mobile data on O2"),
        ("outage.began", {"outage": "pi"}, "outage: pi"),
        ("path.lost", {"path": "dongle", "evidence": "no answer"},
         "relayd sees the path dongle down (no answer)"),
        ("path.restored", {"path": "dongle"},
         "relayd sees the path dongle work again"),
        ("network.suspected", {"network": "o2-uk"}, "relayd suspects that o2-uk is down"),
        ("network.restored", {"network": "o2-uk"}, "relayd has proof that o2-uk works again"),
        ("relay.restarted", {}, "relayd starts"),
        ("alert.reminded", {"carer": "ana"},
         "relayd asks Ana (mum) whether it is still in hand"),
        ("alert.handed_over", {"carer": "ana"}, "the others are told that Ana (mum) has it"),
        ("alert.raised", {"wearer": None, "condition": "relay.path_lost", "priority": "low"},
         "relayd itself: a way out of the house is down (low priority)"),
        ("alert.worsened",
         {"wearer": "mia", "condition": "glucose.urgent_low", "priority": "high"},
         "Mia is worse: urgent low (high priority)"),
        ("alert.escalated", {"wearer": "mia", "step": "2"},
         "Mia: more people are called"),
        ("alert.escalated", {"wearer": "mia", "reason": "everybody refused"},
         "Mia: everybody said “I cannot”: calling begins again"),
        ("handset.charged", {"carer": "ana"}, "handset charged: carer ana"),
    ],
)  # fmt: skip
def test_every_event_has_its_words(event: str, fields: dict[str, str | None], words: str) -> None:
    assert one(event, **fields) == words


PASSED = "push: dongle down; siren: the service refuses us; text: dongle down"


def test_a_channel_of_any_name_is_said() -> None:
    tale = Tale()
    tale.begun(0.0, "ana", "loud", "the last try failed", passed_over=PASSED)
    [words] = said(story(tale))
    assert words == (
        "relayd tries Ana (mum) by “loud”: the last try failed "
        "(left for later: push and text: dongle down; siren: the service refuses us)"
    )


def test_a_sounder_is_said_to_sound_and_owes_no_proof() -> None:
    tale = Tale()
    horn = tale.begun(0.0, "ana", "horn")
    tale.begun(0.0, "ana", "text", "a sounder is a place, not a carer")
    tale.got(1.0, horn, "sent")
    said = [line.words for line in told(story(tale, sounders=frozenset({"horn"})))]
    assert said == ["relayd sounds “horn” for Ana (mum)", "relayd texts Ana (mum)"]


def test_what_went_before_a_call_for_a_sounder_is_no_sounder_itself() -> None:
    """With a network in doubt the siren comes first in a second climb, and a push after it."""
    tale = Tale()
    tale.alerted(0.0, "raised")
    push = tale.begun(0.0, "tom", "push")
    tale.begun(1.0, "tom", "siren", "a sounder is a place, not a carer")
    tale.begun(1.1, "tom", "call", "a sounder is a place, not a carer")
    tale.got(11.0, push, "delivered")
    told_of = AlertTold("mia-1", "mia", "glucose.urgent_low", "high", 0.0)
    (tom,) = heard(story(tale, sounders=frozenset({"siren"})), told_of)
    assert (tom.channel, tom.after_s) == ("push", 11.0)
    assert [channel for channel, _ in tom.tried] == ["push", "call"]


def test_one_line_tells_what_happens_to_several_in_one_second() -> None:
    tale = Tale()
    for carer in ("ana", "tom", "gran"):
        tale.got(0.4, tale.begun(0.0, carer, "call"), "undeliverable", failure="busy")
    tale.begun(1.0, "ana", "call")
    assert [line.words for line in told(story(tale))] == [
        "relayd rings Ana (mum), Tom (dad) and Gran",
        "the call to Ana (mum), Tom (dad) and Gran fails: the line or the service is busy",
        "relayd rings Ana (mum)",
    ]


def test_two_things_that_fail_under_one_name_are_told_once() -> None:
    tale = Tale()
    tale.line(0.0, "outage.began", outage="the router")
    tale.line(0.0, "outage.began", outage="the router")
    assert [line.words for line in told(story(tale))] == ["outage: the router"]


def test_where_two_are_watched_over_each_call_says_for_whom() -> None:
    tale, other = Tale(), Tale("leo-1", "leo", "seizure.alarm")
    tale.begun(0.0, "ana", "call")
    other.begun(1.0, "ana", "call")
    both = kept().alerts[0], broken().alerts[0]
    alerts = (both[0], replace(both[1], alert="leo-1", wearer="leo"))
    tale.lines += other.lines
    assert said(story(tale, alerts=alerts)) == [
        "relayd rings Ana (mum) about Mia",
        "relayd rings Ana (mum) about Leo",
    ]


def test_every_failure_and_every_cause_has_its_words() -> None:
    assert set(FAILURES) == {failure.value for failure in Failure}
    told_otherwise = {Cause.RAISED, Cause.WORSENED, Cause.FURTHER_FALL}
    assert set(CALLED_AGAIN) == {cause.value for cause in set(Cause) - told_otherwise}


def test_laps_that_come_to_nothing_are_told_once() -> None:
    lines = told(broken(14))
    assert len(lines) == 8
    [folded] = [line for line in lines if line.mark is Mark.AGAIN]
    assert folded.t == 610.0
    assert folded.words == (
        "relayd tries Ana (mum) again by push and text every 10 min, 14 more times until 07:50: "
        "nothing proves that it arrives"
    )


def test_one_more_lap_is_told_in_full() -> None:
    assert not [line for line in told(broken(1)) if line.mark is Mark.AGAIN]


def test_a_lap_that_is_answered_is_never_folded_away() -> None:
    tale = Tale()
    again = "every route has been tried; again from the first"
    for lap in range(6):
        attempt = tale.begun(lap * 60.0, "ana", "text", again if lap else "first call")
        tale.got(lap * 60.0 + 9, attempt, "sent")
    tale.got(310.0, f"mia-1/{tale.number}", "accepted", carer="ana")
    words = [line.words for line in told(story(tale))]
    assert words[-1] == "Ana (mum) answers the text: “I have it”"
    assert words[-2].startswith("relayd texts Ana (mum): every route")
    assert "4 more times until 05:34" in words[2]


def test_whatever_repeats_itself_is_told_once_with_its_pace() -> None:
    """A night of reminders, each answered, is one line and not four hundred."""
    tale = Tale()
    for number in range(100):
        t = number * 900.0
        tale.line(t, "alert.reminded", alert="mia-1", carer="ana")
        attempt = tale.begun(t, "ana", "push", "acknowledged, and still present")
        tale.got(t + 5.0, attempt, "accepted", carer="ana")
    lines = told(story(tale))
    assert [line.mark for line in lines] == [Mark.NOTE, Mark.TRY, Mark.ANSWER, Mark.AGAIN]
    assert lines[-1].words == "the same again every 15 min, 99 more times, until Fri 06:15"


def test_a_path_that_flaps_all_night_is_told_at_first_and_at_last() -> None:
    tale = Tale()
    for number in range(40):
        tale.line(number * 90.0, "path.lost", path="wifi", evidence="its link is gone")
        tale.line(number * 90.0 + 40 + number % 7, "path.restored", path="wifi")
    lines = told(story(tale))
    assert [line.mark for line in lines] == [
        *(Mark.OUTAGE, Mark.MENDED, Mark.AGAIN),
        *(Mark.OUTAGE, Mark.MENDED),
    ]
    assert lines[2].words == "path wifi: goes and comes, 76 more changes until 06:27"


def test_paces_that_differ_are_told_as_a_range() -> None:
    tale = Tale()
    for t in (0.0, 120.0, 360.0, 960.0):
        tale.line(t, "answer.refused", carer="ana")
    assert told(story(tale))[-1].words.startswith("the same again every 2 min to 10 min, 3 more")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "under 1 s"), (34.4, "34 s"), (59.6, "1 min"), (125, "2 min 5 s"), (3599.7, "1 h"),
     (4200, "1 h 10 min"), (86399, "1 d"), (111600, "1 d 7 h"), (-90, "1 min 30 s")],
)  # fmt: skip
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_name_can_neither_move_the_cursor_nor_turn_the_writing_round() -> None:
    assert harmless("Ana\x1b[2J\r\n\u202emum\x00 \u2028x") == "Ana [2J mum x"
