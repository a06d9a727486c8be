"""The Pi, its disk, its clock, its broker and its sources fail: nothing may be lost by it."""

import pytest
from worlds import lines, told, world

from relayd.simulate.fault import Fault, Kind
from relayd.simulate.trace import RelayDied, Trace, Written


@pytest.mark.parametrize("aim", ["onset", "commit", "handoff", "answer", "restart"])
def test_a_crash_at_any_transition_delays_and_loses_nothing(aim: str) -> None:
    """Kill -9 at the worst moments: what was written goes on, what was not comes again."""
    trace = Trace()
    crash = [Fault(component="pi", kind=Kind.CRASH, aim=aim, begins=0.0)]
    if aim == "restart":
        crash.append(Fault(component="pi", kind=Kind.CRASH, begins=8.0))
    made = world(*crash, trace=trace)
    died = [e.t for e in trace.entries if isinstance(e, RelayDied) and not e.back]
    assert len(died) == len(crash)
    assert told(made).kept is True


def test_what_was_not_on_disk_is_gone_and_is_brought_again() -> None:
    trace = Trace()
    made = world(Fault(component="pi", kind=Kind.CRASH, aim="onset"), trace=trace)
    raised = lines(made, "alert.raised")
    assert len(raised) == 1
    (died,) = [e.t for e in trace.entries if isinstance(e, RelayDied) and not e.back]
    assert raised[0][0] > died


def test_a_full_disk_does_not_make_the_relay_deaf() -> None:
    trace = Trace()
    made = world(Fault(component="disk", kind=Kind.FULL, begins=-60.0, ends=300.0), trace=trace)
    assert told(made).kept is True
    written = [entry for entry in trace.entries if isinstance(entry, Written)]
    assert any(not entry.durable for entry in written if entry.t < 300)
    assert all(entry.durable for entry in written if entry.t > 302)


def test_what_happens_while_the_disk_is_full_is_in_the_story_all_the_same() -> None:
    """It stays full to the end: a report without a word of the low would say that none was."""
    made = world(Fault(component="disk", kind=Kind.FULL, begins=-60.0), until=300.0)
    assert told(made).kept is True
    moments = [t for t, _ in made.timeline]
    assert moments == sorted(moments)


def test_a_broker_that_is_away_is_told_and_brings_what_it_kept() -> None:
    made = world(Fault(component="broker", begins=-10.0, ends=60.0))
    raised = {fields["condition"]: t for t, fields in lines(made, "alert.raised")}
    assert 15 < raised["relay.broker_lost"] < 60
    assert 60 < raised["glucose.urgent_low"] < 70


@pytest.mark.parametrize("kind", [Kind.SILENT, Kind.DOWN, Kind.REPEATS, Kind.GARBAGE, Kind.FUTURE])
def test_a_source_that_says_nothing_true_is_silent(kind: Kind) -> None:
    """Repeats, nonsense and stamps that cannot be true feed no silence timer."""
    fault = Fault(component="source:mia", kind=kind, by=3600.0)
    made = world(fault, onsets=(), until=1800.0)
    silent = [t for t, f in lines(made, "alert.raised") if f["condition"] == "glucose.silent"]
    assert len(silent) == 1
    assert 600 < silent[0] <= 980


def test_a_network_cuts_a_wearer_who_is_away_and_not_one_at_home() -> None:
    fault = Fault(component="network:o2-uk:data")
    at_home = world(fault, until=1300.0)
    away = world(fault, until=1300.0, away=[("mia", 0.0, 1e6)])
    conditions = {f["condition"] for _, f in lines(away, "alert.raised")}
    assert [f["condition"] for _, f in lines(at_home, "alert.raised")] == ["glucose.urgent_low"]
    assert conditions == {"glucose.silent"}


def test_readings_that_come_late_all_at_once_raise_no_flood() -> None:
    fault = Fault(component="source:mia", kind=Kind.BACKFILL, begins=0.0, ends=7200.0)
    made = world(fault, onsets=(), until=9000.0)
    assert [f["condition"] for _, f in lines(made, "alert.raised")] == ["glucose.silent"]
    assert len(lines(made, "alert.cleared")) == 1


@pytest.mark.parametrize("by", [-7200.0, 300.0])
def test_a_clock_that_jumps_neither_raises_nor_delays(by: float) -> None:
    fault = Fault(component="clock", kind=Kind.STEP, begins=-100.0, ends=3000.0, by=by)
    plain, jumped = told(world()), told(world(fault))
    assert jumped.kept is True
    assert jumped.raised_s == pytest.approx(plain.raised_s, abs=1.0)


def test_a_clock_that_is_a_day_ahead_makes_readings_history_and_that_is_told() -> None:
    """A clock that claims to be right, and is not: what then seems old may not clear, nor raise."""
    fault = Fault(component="clock", kind=Kind.STEP, begins=-100.0, by=86400.0)
    made = world(fault, until=1300.0)
    assert {f["condition"] for _, f in lines(made, "alert.raised")} == {"glucose.silent"}


def test_a_boot_without_the_time_watches_all_the_same() -> None:
    faults = [
        Fault(component="pi.power", begins=-600.0, ends=-500.0),
        Fault(component="clock", kind=Kind.UNSYNCHRONISED, begins=-700.0, ends=500.0, by=-1e9),
    ]
    assert told(world(*faults)).kept is True


def test_a_world_that_begins_in_a_power_cut_begins_without_the_relay() -> None:
    trace = Trace()
    dead = [Fault(component="pi.power", begins=-3600.0, ends=100.0)]
    made = world(*dead, trace=trace)
    back = [e.t for e in trace.entries if isinstance(e, RelayDied) and e.back]
    assert len(back) == 1
    assert 100 < back[0] < 150
    assert told(made).raised_s > back[0]


def test_a_broker_that_comes_and_goes_is_found_again_each_time() -> None:
    fault = Fault(
        component="broker", kind=Kind.FLAP, begins=-900.0, ends=900.0, period=300.0, duty=0.2
    )
    made = world(fault, until=1200.0)
    lost = [t for t, f in lines(made, "alert.raised") if f["condition"] == "relay.broker_lost"]
    assert len(lost) == 6  # a minute each, of which half is let pass
    assert told(made).kept is True
