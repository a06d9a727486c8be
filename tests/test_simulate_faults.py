"""Faults hit components, and routes inherit them: each kind, as the carers feel it."""

import pytest
from worlds import NIGHT, home, lines, proven, told, world

from relayd.simulate.fault import Fault, Kind
from relayd.simulate.trace import Aired, CarerSaid, Shown, Trace


def test_without_faults_somebody_answers_within_the_promise() -> None:
    alert = told(world())
    assert alert.kept is True
    assert alert.acknowledged is not None
    assert alert.acknowledged.after_s < 120


@pytest.mark.parametrize(
    ("component", "kind", "dead"),
    [
        ("network:ee-uk", Kind.DOWN, {"loud", "sim", "call"}),
        ("network:ee-uk:data", Kind.DOWN, {"loud"}),
        ("network:ee-uk:sms", Kind.DOWN, {"sim"}),
        ("network:ee-uk:voice", Kind.DOWN, {"call"}),
        ("network:ee-uk:voice", Kind.BUSY, {"call"}),
        ("group:bt-group-uk", Kind.DOWN, {"loud", "sim", "call"}),
        ("ran:mbnl-uk", Kind.DOWN, {"loud", "sim", "call"}),
        ("handset:tom", Kind.DOWN, {"loud", "sim", "call"}),
        ("service:api.pushover.net", Kind.DOWN, {"loud"}),
        ("service:api.pushover.net", Kind.LOSES, {"loud"}),
        ("account:text", Kind.REFUSES_US, {"call"}),
        ("channel:call", Kind.RATE_LIMITED, {"call"}),
        ("path:broadband", Kind.DOWN, set()),
        ("network:sky-broadband-uk", Kind.DOWN, set()),
        ("carer:tom", Kind.ABSENT, {"call"}),
    ],
)
def test_a_component_takes_with_it_what_hangs_on_it(
    component: str, kind: Kind, dead: set[str]
) -> None:
    """Nobody answers here, so that every route to Tom is tried."""
    nobody = [Fault(component=f"carer:{c}", kind=Kind.LATE, by=900.0) for c in ("ana", "tom")]
    made = world(Fault(component=component, kind=kind), *nobody, unlucky=True)
    left = {channel for carer, channel in proven(made) if carer == "tom"}
    assert left == {"loud", "sim", "call"} - dead


def test_a_path_that_swallows_everything_costs_seconds_and_no_more() -> None:
    """The next path begins beside one that does not answer."""
    hole = Fault(component="path:broadband", kind=Kind.BLACK_HOLE)
    alert = told(world(hole))
    assert alert.delivered is not None
    assert alert.delivered.after_s < 15


def test_the_siren_needs_no_world() -> None:
    trace = Trace()
    nobody = [Fault(component=f"carer:{c}", kind=Kind.ABSENT) for c in ("ana", "tom")]
    world(Fault(component="path:wifi", kind=Kind.DNS_DEAD), *nobody, trace=trace)
    aired = [e for e in trace.entries if isinstance(e, Aired) and e.channel == "siren"]
    assert aired
    assert {entry.path for entry in aired} == {"wifi"}


@pytest.mark.parametrize(
    ("kind", "event"),
    [(Kind.DOWN, 1.0), (Kind.BLACK_HOLE, 60.0), (Kind.DNS_DEAD, 60.0), (Kind.CAPTIVE_PORTAL, None)],
)
def test_a_lost_path_is_known_as_soon_as_the_prober_promises(
    kind: Kind, event: float | None
) -> None:
    fault = Fault(component="path:dongle", kind=kind, begins=100.0, ends=400.0)
    made = world(fault, onsets=())
    lost = [t for t, fields in lines(made, "path.lost") if fields["path"] == "dongle"]
    restored = [t for t, fields in lines(made, "path.restored") if fields["path"] == "dongle"]
    if event is None:
        assert not lost  # a stranger's answer is no loss: it is no proof either
    else:
        assert [100.0 < t <= 100.0 + event for t in lost] == [True]
        assert [400.0 < t <= 436.0 for t in restored] == [True]


def test_who_sleeps_is_woken_by_what_rings_and_by_nothing_else() -> None:
    trace = Trace()
    silent = [
        Fault(component="service:api.pushover.net"),
        Fault(component="channel:call"),
    ]
    made = world(*silent, starts=NIGHT, trace=trace)
    assert told(made).delivered is not None  # a text stands on the phone beside the bed
    assert told(made).acknowledged is None
    assert not any(entry.woke for entry in trace.entries if isinstance(entry, Shown))


def test_a_carer_who_cannot_says_so_and_the_others_go_on() -> None:
    trace = Trace()
    made = world(Fault(component="carer:ana", kind=Kind.REFUSES), trace=trace)
    said = {e.carer: e.accepted for e in trace.entries if isinstance(e, CarerSaid)}
    assert said.get("ana", False) is False
    acknowledged = told(made).acknowledged
    assert acknowledged is not None
    assert acknowledged.carer != "ana"


def test_luck_is_drawn_and_bad_luck_can_be_assumed() -> None:
    """Of many texts a share is lost; a promise must not hang on which."""
    fault = Fault(component="network:ee-uk:sms", kind=Kind.LOSS, p=0.5)
    luck = world().setting.luck
    lost = [fault.bites(1.0, luck, f"mia-1/{n}", "tom", unlucky=False) for n in range(400)]
    assert 150 < sum(lost) < 250
    assert fault.bites(1.0, luck, "mia-1/1", "tom", unlucky=True)


def test_a_ramp_lets_phones_back_one_by_one() -> None:
    """A phone that is back stays back."""
    fault = Fault(
        component="network:ee-uk", kind=Kind.PARTIAL, begins=0.0, ends=1000.0, p=1.0, p_to=0.0
    )
    luck = world().setting.luck
    moments = range(0, 1000, 50)
    for phone in ("ana", "tom", "gran"):
        dead = [fault.bites(float(t), luck, "x", phone, unlucky=False) for t in moments]
        assert dead == sorted(dead, reverse=True)
        assert dead[0]


def test_a_flap_is_there_for_its_part_of_every_period() -> None:
    fault = Fault(
        component="path:dongle", kind=Kind.FLAP, begins=10.0, ends=100.0, period=20.0, duty=0.25
    )
    assert [t for t in range(0, 120, 5) if fault.stands(float(t))] == [10, 30, 50, 70, 90]
    edges = [fault.next_edge(t) for t in (0.0, 10.0, 15.0, 99.0)]
    assert edges == pytest.approx([10.0, 15.0, 30.0, 100.0], abs=1e-5)
    assert list(fault.spans(60.0)) == [(10.0, 15.0), (30.0, 35.0), (50.0, 55.0)]


def test_the_world_can_be_asked_afterwards_what_worked() -> None:
    fault = Fault(component="network:ee-uk:sms", begins=100.0, ends=200.0)
    made = world(fault)
    text = next(road.index for road in home().roads["tom"] if road.channel == "sim")
    assert made.works("tom", text, 0.0, 99.0)
    assert not made.works("tom", text, 50.0, 150.0)
    assert not made.works("tom", text, 120.0, 130.0)
    assert not made.works("tom", text, 0.0, 300.0)
    assert made.works("tom", text, 200.0, 300.0)
    assert made.works("ana", text, 0.0, 300.0)


def test_who_answered_at_night_is_still_up_when_asked_again() -> None:
    """A quarter of an hour later the reminder needs no second waking."""
    trace = Trace()
    made = world(starts=NIGHT, trace=trace, until=1300.0)
    reminded = lines(made, "alert.reminded")
    assert len(reminded) == 1
    said = [e for e in trace.entries if isinstance(e, CarerSaid) and e.t > reminded[0][0]]
    assert said
    assert not lines(made, "alert.escalated")
