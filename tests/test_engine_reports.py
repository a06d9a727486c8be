"""What comes back about attempts, late or twice or for nothing, and what it may change."""

from datetime import timedelta

import pytest
from houses import CALL, NOON, PUSH, TEXT, Drive, calls_of, fail_all, home, minutes

from relayd.domain.alert import Alert
from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.event import Answered
from relayd.domain.household import Route, Step
from relayd.domain.reading import Trend

SENT, DELIVERED = Dissemination.SENT, Dissemination.DELIVERED
FAILED = Dissemination.UNDELIVERABLE


@pytest.mark.parametrize(
    ("reports", "stands"),
    [
        ((SENT, DELIVERED), DELIVERED),
        ((DELIVERED, SENT), DELIVERED),
        ((SENT, FAILED), FAILED),
        ((FAILED, SENT), FAILED),
        ((FAILED, DELIVERED), DELIVERED),  # the gateway gave up too early
        ((DELIVERED, FAILED), DELIVERED),
    ],
)
def test_evidence_only_grows(reports: tuple[Dissemination, ...], stands: Dissemination) -> None:
    """The word sent that overtook its receipt must not undo it."""
    drive = Drive()
    drive.glucose(50)
    for status in reports:
        drive.report("mia-1/1", status, Failure.UNREACHABLE if status is FAILED else None)
    attempt = drive.engine.attempt("mia-1/1")
    assert attempt is not None
    assert attempt.status is stands
    assert (attempt.failure is not None) is (stands is FAILED)


def test_the_same_report_twice_is_one() -> None:
    drive = Drive()
    drive.glucose(50)
    assert drive.report("mia-1/1", SENT).rows
    assert drive.report("mia-1/1", SENT).rows == ()


@pytest.mark.parametrize("status", [SENT, DELIVERED])
def test_only_a_person_stops_the_calling(status: Dissemination) -> None:
    """Accepted by a gateway, delivered, voicemail: none of them is an answer (S3)."""
    drive = Drive()
    drive.glucose(50)
    for _ in range(40):
        for attempt in drive.engine.attempts("mia-1"):
            drive.report(attempt.id, status)
        drive.until(drive.minute + 1)
    assert drive.open()[0] == ("glucose.urgent_low", "high", "on")
    assert drive.calls()[-1][0] > 29


def test_a_report_of_what_was_never_sent_is_nothing() -> None:
    drive = Drive()
    drive.glucose(50)
    for attempt in ("mia-1/99", "mia-9/1", "eve-1/1", "", "/"):
        assert drive.report(attempt, DELIVERED).rows == ()


def test_an_answer_to_what_is_over_opens_nothing_again() -> None:
    """On disk, too, it stays off: else it would be back after the next restart."""
    drive = Drive().series(50, 110, 110)
    turn = drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert [row for row in turn.rows if isinstance(row, Alert)] == []
    assert turn.sends == ()
    drive.restart()
    assert drive.open() == []


def test_an_answer_that_covers_too_little_promises_nothing() -> None:
    """She is told neither that she has it, nor anybody else that she has."""
    drive = Drive()
    drive.glucose(60)
    drive.until(1)
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    assert calls_of(drive, "mia-1", Purpose.HANDED_OVER) == []
    assert drive.events("alert.acknowledged") == []


def test_when_the_only_carer_refuses_she_is_asked_again_at_once() -> None:
    drive = Drive(home(ana=(PUSH,), steps=(Step(("ana",)),)))
    drive.glucose(50)
    drive.until(1)
    drive.answer("ana", "mia-1", accepted=False)
    assert calls_of(drive, "mia-1")[-1] == (1, "ana/push")
    assert drive.sends[-1][1].alert.cause == "everybody refused"


def test_what_cannot_be_true_ends_no_silence_and_stretches_no_limit() -> None:
    """It fell, then nothing for twelve minutes; then a value of tomorrow, and rising."""
    drive = Drive()
    drive.until(4.5)
    drive.glucose(190, trend=Trend.FALLING)
    drive.until(17)
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"]
    drive.glucose(200, at=drive.now + timedelta(days=1), trend=Trend.RISING)
    drive.until(18)
    assert [c for c, _, _ in drive.open()] == ["glucose.silent"]
    assert drive.now == NOON + minutes(18)


def test_a_carer_whose_every_route_failed_is_said_to_the_others() -> None:
    """She is on a plane, and nobody knows that nobody reaches her (L7)."""
    drive = Drive(home(steps=(Step(("ana", "tom")),)))
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/3"):
        drive.report(attempt, FAILED, Failure.UNREACHABLE)
    assert [(a.condition.value, a.about) for a in drive.engine.open_alerts(None)] == [
        ("relay.carer_unreachable", "ana")
    ]
    drive.until(3)
    drive.report(drive.last("ana").id, DELIVERED)
    assert drive.open(None) == []


def test_with_every_route_dead_it_goes_on_trying_for_ever() -> None:
    drive = Drive()
    drive.glucose(50)
    for _ in range(120):
        fail_all(drive)
        drive.until(drive.minute + 1)
    begun = [minute for minute, _ in calls_of(drive, "mia-1")]
    assert begun[-1] > 115
    assert len(begun) > 100


@pytest.mark.parametrize(
    ("call", "by", "proven"),
    [
        (FAILED, "text", "text"),
        (FAILED, "call", "call"),
        (FAILED, "link", "call"),
        (FAILED, "push", "push"),
        (FAILED, "late", None),
        (DELIVERED, "text", "call"),
        (SENT, "text", "call"),
    ],
)
@pytest.mark.parametrize("accepted", [True, False])
def test_a_text_proves_no_call_that_failed(
    call: Dissemination, by: str, proven: str | None, *, accepted: bool
) -> None:
    """The call failed and her "1" came by text: counted as an answered call, it would hide that."""
    drive = Drive(home(ana=(TEXT, CALL, PUSH, Route("late", "webhook"))))
    drive.glucose(50)
    drive.report("mia-1/1", DELIVERED)
    drive.until(0.4)
    called = next(send.attempt for _, send in drive.sends if send.attempt.channel == "call")
    failed = call is FAILED
    drive.report(called.id, call, Failure.UNREACHABLE if failed else None)
    made = [who for _, who in calls_of(drive, "mia-1")]
    assert made == ["ana/text", "ana/call", *(["ana/push"] if failed else [])]
    drive.tell(Answered("mia-1", "ana", accepted, called.id, by))
    booked = [
        attempt.channel
        for attempt in drive.engine.attempts("mia-1")
        if attempt.status in (Dissemination.ACCEPTED, Dissemination.REJECTED)
    ]
    assert booked == ([] if proven is None else [proven])
    assert (drive.open()[0][2] == "acknowledged") is accepted, "it is an answer all the same"
