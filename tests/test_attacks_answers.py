"""Answers that somebody tampered with, mistyped or sent too early: what reaches the engine."""

from datetime import datetime, timedelta

import pytest
from houses import PUSH, TEXT, Drive, home, minutes
from outboxes import SIGNER

from relayd.answers import AnswerDesk, asked_of
from relayd.channels import Reply
from relayd.domain.alert import Alert, Code
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import Answered, TechnicalReported
from relayd.domain.household import Step

ANA, STRANGER = "+447700900123", "+447700900999"


def alarmed(*, watch_well: bool = False) -> tuple[Drive, AnswerDesk]:
    """Mia is urgently low and Ana was sent a text."""
    drive = Drive(home(ana=(TEXT,), tom=(PUSH,)), watch_well=watch_well)
    drive.glucose(45)
    drive.report(drive.last("ana").id, Dissemination.SENT)
    return drive, AnswerDesk(drive.household, SIGNER, drive.engine.attempt)


def read(drive: Drive, desk: AnswerDesk, text: str, sender: str, at: datetime) -> Answered | None:
    return desk.read("text", Reply("1", text, at, sender=sender), told(drive))


def told(drive: Drive) -> dict[str, list[tuple[Alert, Attempt]]]:
    return asked_of(drive.engine.told())


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("1", True),
        (" 1 ", True),
        ("\uff11", True),
        ("2", False),
        ("stop", None),
        ("4821", None),
        ("", None),
        ("\x00", None),
        ("9" * 1600, None),
        ("\u202e1", True),
    ],
)
def test_a_text_answers_only_where_it_says_so(text: str, accepted: bool | None) -> None:  # noqa: FBT001
    drive, desk = alarmed()
    answer = read(drive, desk, text, ANA, drive.now)
    assert (answer.accepted if answer is not None else None) is accepted


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("1", True),
        ("1 mia1", True),
        ("1 MIA-1 thanks", True),
        ("1 ok thanks", True),
        ("1 at 7 I am home", True),
        ("2 sorry", True),
        ("1 mia3", False),
        ("1 Mia-3.", False),
        ("mia3 yes", False),
        ("2 mia3", False),
        ("1 leo1", False),
        ("1 drill7", False),
        ("1 mia3 mia1", True),
    ],
)
def test_a_code_that_names_no_open_alert_answers_nothing(text: str, *, counts: bool) -> None:
    """A late "1 mia3" must not silence mia-1; a word that is no code spoils nothing."""
    drive, desk = alarmed()
    answer = read(drive, desk, text, ANA, drive.now)
    assert (answer is not None) is counts
    assert answer is None or answer.alert == "mia-1"


def test_a_number_that_belongs_to_no_carer_answers_nothing() -> None:
    drive, desk = alarmed()
    assert read(drive, desk, "1", STRANGER, drive.now) is None
    assert read(drive, desk, "1", "", drive.now) is None


@pytest.mark.parametrize(
    ("apart", "counts"),
    [(timedelta(days=-1), False), (timedelta(0), True), (timedelta(days=3650), True)],
)
def test_an_answer_from_before_the_question_answers_nothing(
    apart: timedelta, *, counts: bool
) -> None:
    """Yesterday's "1" must not silence today's low; a phone with a clock ahead may answer."""
    drive, desk = alarmed()
    assert (read(drive, desk, "1", ANA, drive.now + apart) is not None) is counts


@pytest.mark.parametrize("heard_at", [2.0, 8.0, 30.0])
def test_an_answer_that_is_long_under_way_answers_what_was_shown_when_it_was_given(
    heard_at: float,
) -> None:
    """She answers at two minutes; texts are slow, or relayd was down; she is called meanwhile."""
    drive, desk = alarmed(watch_well=True)
    for minute in range(5, int(heard_at), 5):  # the sensor goes on
        drive.until(minute)
        drive.glucose(45 - minute / 10)
    drive.until(heard_at)
    answer = read(drive, desk, "1", ANA, drive.start + minutes(1.9))
    assert answer is not None
    shown = [a for a in drive.engine.attempts("mia-1") if a.carer == "ana"]
    assert answer.attempt == [a.id for a in shown if a.begun_at <= drive.start + minutes(2)][-1]


@pytest.mark.parametrize(("text", "counts"), [("1 mia1", True), ("1", False), ("1 mia2", False)])
def test_who_names_the_alert_has_seen_it_whatever_a_networks_clock_says(
    text: str, *, counts: bool
) -> None:
    """Some networks stamp a text an hour early: with the code it counts all the same."""
    drive, desk = alarmed()
    drive.until(3)
    assert (read(drive, desk, text, ANA, drive.now - minutes(60)) is not None) is counts


@pytest.mark.parametrize(
    ("sender", "hers"),
    [("+447700900123", True), ("07700900123", True), ("00447700900123", True), ("900123", False),
     ("", False), ("0", False), ("+447700900124", False)],
)  # fmt: skip
def test_a_sender_may_be_shown_without_its_country(sender: str, *, hers: bool) -> None:
    """A SIM hands out what its network shows; within the country that may be the short form."""
    drive, desk = alarmed()
    assert (read(drive, desk, "1", sender, drive.now) is not None) is hers


def test_two_carers_at_one_number_may_both_refuse() -> None:
    """A landline at home: the second "2" is the other's, and the next step is called."""
    drive = Drive(home(ana=(TEXT,), tom=(TEXT,), steps=(Step(("ana", "tom")),)), watch_well=False)
    drive.glucose(45)
    desk = AnswerDesk(drive.household, SIGNER, drive.engine.attempt)
    refused = []
    for number in range(2):
        answer = desk.read("text", Reply(str(number), "2", drive.now, sender=ANA), told(drive))
        assert answer is not None
        refused.append(answer.carer)
        drive.tell(answer)
    assert refused == ["ana", "tom"]


def test_the_same_reply_is_read_once_even_after_a_restart() -> None:
    drive, desk = alarmed()
    assert read(drive, desk, "1", ANA, drive.now) is not None
    again = AnswerDesk(drive.household, SIGNER, drive.engine.attempt, desk.seen)
    assert read(drive, again, "1", ANA, drive.now) is None


def test_a_phone_that_opted_out_is_a_fault_that_people_hear_of() -> None:
    """STOP blocks every later text: the next alert must not be the first to find out."""
    drive = Drive(home(ana=(PUSH, TEXT)), watch_well=False)
    drive.glucose(45)
    drive.until(1)
    told = [send.attempt for _, send in drive.sends if send.attempt.channel == "text"]
    drive.report(told[0].id, Dissemination.UNDELIVERABLE, Failure.REFUSED)
    assert "relay.channel_refused" in [code for code, _, _ in drive.open(None)]
    assert drive.open()[0][2] == "on"


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t[1:], lambda t: t.upper(), lambda t: t + "A", str.title]
)
def test_a_token_that_is_not_whole_answers_nothing(change: object) -> None:
    drive, desk = alarmed()
    token = SIGNER.token(drive.last("ana").id)
    assert desk.by_token(token, "link", accepted=True) is not None
    assert callable(change)
    assert desk.by_token(change(token), "link", accepted=True) is None


def test_a_little_thing_asked_nothing_and_no_bare_answer_is_for_it() -> None:
    """Ana was told that the SIM is locked. Her "1" is for the low, or a TEST, and not for that."""
    drive = Drive(home(ana=(PUSH, TEXT)), watch_well=False)
    desk = AnswerDesk(drive.household, SIGNER, drive.engine.attempt)
    drive.tell(TechnicalReported(Code.CHANNEL_REFUSED, present=True, about="modem"))
    assert drive.calls("ana") == [(0, "push")]
    assert desk.read("text", Reply("0", "1", drive.now, sender=ANA), told(drive)) is None
    drive.glucose(45)
    answer = read(drive, desk, "1", ANA, drive.now)
    assert answer is not None
    assert answer.alert == "mia-1"
