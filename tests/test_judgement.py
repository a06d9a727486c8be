"""Who was told, by what, and whether in time: read from a timeline alone."""

import pytest
from houses import CALL, PUSH, SIREN, TEXT, home

from relayd.domain.judgement import Judgement, kept_promise
from relayd.domain.story import AlertTold, Line, Reached

RAISED = Line(
    10.0,
    "alert.raised",
    {"alert": "mia-1", "wearer": "mia", "condition": "glucose.urgent_low", "priority": "high"},
)


def begun(t: float, number: int, channel: str, *, carer: str = "ana", reason: str = "") -> Line:
    attempt = f"mia-1/{number}"
    fields = {"alert": "mia-1", "attempt": attempt, "carer": carer, "channel": channel}
    return Line(t, "attempt.begun", {**fields, "path": None, "reason": reason or "first call"})


def said(t: float, word: str, number: int, **more: str) -> Line:
    return Line(t, f"attempt.{word}", {"attempt": f"mia-1/{number}", **more})


def stands(t: float, word: str, condition: str, priority: str) -> Line:
    fields = {"alert": "mia-1", "wearer": "mia", "condition": condition, "priority": priority}
    return Line(t, f"alert.{word}", fields)


def acknowledged(t: float, carer: str = "ana") -> Line:
    return Line(t, "alert.acknowledged", {"alert": "mia-1", "carer": carer, "by": "push"})


def judge(*lines: Line, until: float = float("inf")) -> tuple[AlertTold, tuple[str, ...]]:
    house = home(ana=(PUSH, SIREN, TEXT, CALL))
    judgement = Judgement(house).read(lines)
    (alert,) = judgement.alerts(until=until)
    return alert, judgement.unreached()


def test_proof_in_time_keeps_the_promise() -> None:
    alert, unreached = judge(RAISED, begun(10, 1, "text"), said(44, "delivered", 1))
    assert alert.delivered == Reached("ana", 34.0, "text")
    assert alert.kept is True
    assert unreached == ()


def test_the_first_telling_counts_from_the_raising_whatever_the_priority() -> None:
    """Told as medium, and high a quarter of an hour later: they knew of it since the first."""
    alert, _ = judge(
        stands(10, "raised", "glucose.low", "medium"),
        begun(10, 1, "text"),
        said(40, "delivered", 1),
        stands(910, "worsened", "glucose.low", "high"),
        begun(910, 2, "text"),
        said(930, "delivered", 2),
    )
    assert alert.first == Reached("ana", 30.0, "text")
    assert alert.delivered == Reached("ana", 20.0, "text")


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((begun(10, 1, "push"), said(11, "sent", 1)), "a gateway's word is no proof"),
        ((begun(10, 1, "siren"), said(11, "delivered", 1)), "a sounder is a place"),
        ((begun(10, 1, "text"), said(131, "delivered", 1)), "too late"),
        ((begun(10, 1, "text", reason="told once"), said(12, "delivered", 1)), "a quiet line"),
        ((begun(10, 1, "text"), said(12, "undeliverable", 1, failure="path down")), "failed"),
        ((), "nobody was even called"),
    ],
)
def test_nothing_less_keeps_it(lines: tuple[Line, ...], what: str) -> None:
    alert, _ = judge(RAISED, *lines)
    assert alert.kept is False, what


def test_an_answer_is_proof_whatever_carried_it() -> None:
    alert, unreached = judge(RAISED, begun(10, 1, "push"), acknowledged(60))
    assert alert.delivered == Reached("ana", 50.0, None)
    assert alert.acknowledged == Reached("ana", 50.0)
    assert (alert.kept, unreached) == (True, ())


def test_who_was_called_in_vain_is_unreached_and_who_was_spared_is_not() -> None:
    lines = [
        RAISED,
        begun(10, 1, "text"),
        said(12, "undeliverable", 1, failure="path down"),
        begun(10, 2, "text", carer="tom"),
        said(13, "delivered", 2),
        begun(13, 3, "call"),
        said(13, "undeliverable", 3, failure="overtaken"),
    ]
    assert judge(*lines)[1] == ("ana",)
    assert (
        judge(RAISED, begun(10, 1, "text"), said(12, "undeliverable", 1, failure="overtaken"))[1]
        == ()
    )


def test_a_medium_alert_is_not_judged_until_it_becomes_high() -> None:
    """The promise counts from there, and what was proven before does not keep it."""
    low = stands(10, "raised", "glucose.low", "medium")
    early = [low, begun(10, 1, "text"), said(12, "delivered", 1)]
    assert judge(*early)[0].kept is None
    worse = stands(900, "worsened", "glucose.urgent_low", "high")
    assert judge(*early, worse)[0].kept is False
    kept = judge(*early, worse, begun(900, 2, "text"), said(910, "delivered", 2))[0]
    assert kept.kept is True
    assert (kept.called_s, kept.raised_s, kept.condition) == (900, 10, "glucose.urgent_low")
    assert kept.delivered == Reached("ana", 10.0, "text")


def test_an_answer_covers_what_becomes_high_again_while_it_stands() -> None:
    lines = [
        RAISED,
        begun(10, 1, "push"),
        acknowledged(40),
        stands(1500, "eased", "glucose.low", "medium"),
        stands(1600, "worsened", "glucose.low", "high"),
    ]
    assert judge(*lines)[0].kept is True
    again = Line(1550, "alert.escalated", {"alert": "mia-1", "reason": "reminder unanswered"})
    assert judge(*lines[:4], again, lines[4])[0].kept is False


def test_what_is_over_in_time_needed_nobody() -> None:
    assert judge(RAISED, stands(90, "cleared", "glucose.urgent_low", "high"))[0].kept is True


def test_what_the_timeline_does_not_reach_is_not_judged() -> None:
    assert judge(RAISED, until=100)[0].kept is None
    assert judge(RAISED, until=131)[0].kept is False


def test_time_in_which_the_relay_was_dead_is_added() -> None:
    house = home(ana=(TEXT,))
    lines = [RAISED, begun(10, 1, "text"), said(140, "delivered", 1)]
    judgement = Judgement(house).read(lines)
    assert [a.kept for a in judgement.alerts()] == [False]
    assert [a.kept for a in judgement.alerts(down=[(20, 35)])] == [True]


def test_one_broken_promise_breaks_the_whole() -> None:
    kept = judge(RAISED, acknowledged(20))[0]
    broken = judge(RAISED)[0]
    assert kept_promise([kept, broken]) is False
    assert kept_promise([kept]) is True
    assert kept_promise([]) is None
