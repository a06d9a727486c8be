"""Paths, networks and carers: what is believed of them reorders tries, and never forbids one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from houses import CALL, PUSH, TEXT, Drive, home

from relayd.domain.belief import PathState
from relayd.domain.delivery import Dissemination, Failure, Purpose
from relayd.domain.event import PathReported
from relayd.domain.household import Route, Step
from relayd.domain.words import Telling, words_of

UNREACHABLE = Failure.UNREACHABLE
LOST = Dissemination.UNDELIVERABLE

O2_TEXT = replace(TEXT, core="o2-uk", network="tesco-mobile-uk")
EE_CALL = replace(CALL, core="ee-uk", network="ee-uk")


def begun(drive: Drive, carer: str) -> list[tuple[str | None, str | None]]:
    """Every call of *carer* in the timeline, and why that route."""
    lines = (row.fields for _, row in drive.events("attempt.begun"))
    return [(each["channel"], each["reason"]) for each in lines if each["carer"] == carer]


def two_carers(*routes: Route) -> Drive:
    return Drive(home(ana=routes, tom=routes, steps=(Step(("ana", "tom")),)))


def test_a_lost_path_is_tried_last_and_still_tried() -> None:
    """A link believed down may be up: it waits for the others, and is then tried."""
    dongle = replace(PUSH, paths=("dongle",))
    drive = Drive(home(ana=(dongle, TEXT)))
    drive.tell(PathReported("dongle", PathState.DOWN, "no carrier"))
    drive.glucose(50)
    drive.until(1)
    assert [channel for _, channel in drive.calls("ana")] == ["text", "push"]
    first = drive.events("attempt.begun")[0][1].fields
    assert first["passed_over"] == "push: dongle down"


@pytest.mark.parametrize("state", [PathState.UP, PathState.UNPROVEN])
def test_a_route_with_one_path_left_is_not_dead(state: PathState) -> None:
    """Two ways out, one of them lost: the route still works."""
    both = replace(PUSH, paths=("dongle", "broadband"))
    drive = Drive(home(ana=(both, TEXT)))
    drive.tell(PathReported("dongle", PathState.DOWN, "no carrier"))
    drive.tell(PathReported("broadband", state, "probe"))
    drive.glucose(50)
    assert drive.calls("ana") == [(0, "push")]


def test_a_link_that_returns_is_lost_no_more_where_nobody_can_say_better() -> None:
    """Nobody probes that path: else it would be called lost until the next emergency."""
    drive = Drive()
    drive.tell(PathReported("wifi", PathState.DOWN, "no carrier"))
    drive.tell(PathReported("wifi", PathState.UNPROVEN, "its link is back"))
    drive.until(60)
    assert [send for _, send in drive.sends if send.alert.wearer is None] == []


def test_a_path_that_stays_lost_is_told_once_and_its_return_too() -> None:
    """Low-key, and never a nag."""
    drive = Drive()
    drive.tell(PathReported("dongle", PathState.DOWN, "no carrier"))
    drive.until(1)
    assert drive.sends == [], "a link that flaps is not worth a word"
    drive.until(60)
    told = [send for _, send in drive.sends if send.alert.wearer is None]
    assert [(s.attempt.carer, s.attempt.channel) for s in told] == [
        ("ana", "push"),
        ("tom", "push"),
    ]
    drive.tell(PathReported("dongle", PathState.UP, "204"))
    assert [row.event for _, row in drive.timeline if row.event.startswith("path.")] == [
        "path.lost",
        "path.restored",
    ]
    assert drive.sends[-1][1].attempt.purpose is Purpose.CLEARED


def test_a_captive_portal_that_stays_is_told_with_what_to_do() -> None:
    """The link is up, and somebody answers in the world's place: no message leaves by it."""
    drive = Drive()
    drive.tell(PathReported("wifi", PathState.UP, "204"))
    portal = PathReported(
        "wifi", PathState.UNPROVEN, "a captive portal? (HTTP 200 in place of 204)", stranger=True
    )
    drive.tell(portal)
    drive.until(1.9)
    assert drive.sends == [], "a portal that goes away again is not worth a word"
    drive.until(60)
    told = [send for _, send in drive.sends if send.alert.wearer is None]
    assert [(s.attempt.carer, s.attempt.channel) for s in told] == [
        ("ana", "push"),
        ("tom", "push"),
    ]
    words = words_of(
        Telling(drive.household, told[0].alert, told[0].attempt, drive.now, timedelta(0))
    )
    assert words.text == (
        "relayd home: a way out of the house is down (wifi: a captive portal? (HTTP 200 in "
        "place of 204). Sign in to that network with a browser, or have the Pi join another)."
    )
    drive.tell(PathReported("wifi", PathState.UP, "204"))
    assert drive.open(None) == []
    assert [row.event for _, row in drive.timeline if row.event.startswith("path.")] == [
        "path.lost",
        "path.restored",
    ]


def test_two_failures_on_one_core_make_the_network_suspected() -> None:
    """Two phones of one network out of reach within minutes: it is not the phones."""
    drive = two_carers(O2_TEXT, EE_CALL)
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, LOST, UNREACHABLE)
    suspected = drive.events("network.suspected")
    assert [row.fields["network"] for _, row in suspected] == ["o2-uk"]
    drive.answer("ana", "mia-1")
    drive.until(5)
    drive.glucose(38)
    last = [(s.attempt.carer, s.attempt.channel) for _, s in drive.sends[-4:]]
    assert last == [("ana", "call"), ("ana", "text"), ("tom", "call"), ("tom", "text")]


def test_one_phone_that_is_off_is_a_phone_and_not_a_network() -> None:
    """A single failure must not cast doubt on millions of phones."""
    drive = two_carers(O2_TEXT, EE_CALL)
    drive.glucose(50)
    for _ in range(3):
        drive.report("mia-1/1", LOST, UNREACHABLE)
    assert drive.events("network.suspected") == []


def test_missing_proof_counts_as_doubt_and_only_proof_lifts_it() -> None:
    """Accepted and never delivered, on several routes of one core."""
    drive = two_carers(O2_TEXT, EE_CALL)
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, Dissemination.SENT)
    drive.until(2)
    assert [row.fields["network"] for _, row in drive.events("network.suspected")] == ["o2-uk"]
    drive.until(20)
    assert drive.events("network.restored") == [], "time alone restores nothing"
    drive.report("mia-1/1", Dissemination.DELIVERED)
    assert [row.fields["network"] for _, row in drive.events("network.restored")] == ["o2-uk"]


def test_a_suspected_network_is_not_waited_for_in_the_middle_of_a_climb() -> None:
    """Ana's text is under way when two others come back: her call begins now, not in 30 s."""
    drive = two_carers(O2_TEXT, replace(O2_TEXT, channel="second"), EE_CALL)
    drive.glucose(50)
    drive.report("mia-1/1", Dissemination.SENT)
    drive.until(0.05)
    drive.report("mia-1/2", LOST, UNREACHABLE)
    second = drive.last("tom")
    drive.report(second.id, LOST, UNREACHABLE)
    assert "o2-uk" in drive.engine.desk.belief.suspected
    assert begun(drive, "ana") == [
        ("text", "first call"),
        ("call", "the network of the last try seems to be down"),
        ("second", "its own turn, though its network seems to be down"),
    ]


def test_a_suspected_route_still_gets_its_own_turn() -> None:
    """Being wrong about a network must not delay a call by a second."""
    drive = two_carers(O2_TEXT, EE_CALL)
    drive.engine.desk.belief.suspected["o2-uk"] = drive.now
    drive.glucose(50)
    assert begun(drive, "ana") == [
        ("call", "first call"),
        ("text", "its own turn, though its network seems to be down"),
    ]
    first = drive.events("attempt.begun")[0][1].fields
    assert first["passed_over"] == "text: o2-uk is suspected"


def test_suspicion_never_means_fewer_tries() -> None:
    """A network that is only suspected may work: its turn comes, only later."""
    drive = two_carers(O2_TEXT, EE_CALL)
    drive.engine.desk.belief.suspected["o2-uk"] = drive.now
    drive.glucose(50)
    drive.until(1)
    assert [channel for _, channel in drive.calls("ana")] == ["call", "text"]


def test_a_carer_whose_every_route_fails_is_told_to_the_others() -> None:
    """Ana cannot be reached: Tom must know that he is the only one."""
    drive = Drive(home(steps=(Step(("ana", "tom")),)))
    drive.glucose(50)
    for attempt in list(drive.engine.attempts("mia-1")):
        if attempt.carer == "ana":
            drive.report(attempt.id, LOST, UNREACHABLE)
    drive.report(drive.last("ana").id, LOST, UNREACHABLE)
    assert [(c, p) for c, p, _ in drive.open(None)] == [("relay.carer_unreachable", "low")]
    told = [s for _, s in drive.sends if s.alert.wearer is None]
    assert "tom" in {send.attempt.carer for send in told}
    assert {send.attempt.channel for send in told} <= {"push"}, "no text and no call for it"


def test_when_nobody_can_be_reached_it_is_high() -> None:
    """Every carer out of reach: the calling goes on over whatever there is."""
    drive = Drive(home(ana=(TEXT,), tom=(TEXT,), steps=(Step(("ana", "tom")),)))
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, LOST, UNREACHABLE)
    assert ("relay.carer_unreachable", "high") in [(c, p) for c, p, _ in drive.open(None)]
