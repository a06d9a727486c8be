"""The oracle must see through a world that lies: else a broken rehearsal makes every relay good."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from oracle import INVARIANTS, Run, judge
from swarm.live import Lived
from swarm.schedule import Day

from relayd.domain.alert import Alert, Code
from relayd.domain.event import Row
from relayd.simulate.body import Onset
from relayd.simulate.disk import Disk
from relayd.simulate.fault import Fault, Kind
from relayd.simulate.people import People
from relayd.simulate.trace import (
    Aired,
    BrokerAcked,
    CarerSaid,
    Entry,
    Fed,
    RelayDied,
    Shown,
    Trace,
    Written,
)
from relayd.simulate.ways import Ways

LOW = Onset(t=7200.0, condition=Code.URGENT_LOW, wearer="mia")
SEIZURE = Onset(t=30000.0, condition=Code.SEIZURE_ALARM, wearer="leo")
CRASH = Fault(component="pi", kind=Kind.CRASH, begins=7100.0, ends=9000.0, aim="handoff", after=0.3)
DAY = Day(3, (LOW, SEIZURE), (CRASH,), (), "ana", 0)


def told(run: Run) -> set[str]:
    return {violation.invariant for violation in judge(run)}


def test_an_honest_world_and_the_engine_as_it_is_are_in_order() -> None:
    assert judge(Lived(DAY).run()) == []


def acks_early(entries: list[Entry]) -> list[Entry]:
    """The broker may forget what is not on disk."""
    early = [entry for entry in entries if isinstance(entry, BrokerAcked)]
    left = [entry for entry in entries if not isinstance(entry, BrokerAcked)]
    made: list[Entry] = []
    for entry in left:
        made.append(entry)
        if isinstance(entry, Fed) and early and entry.t > early[0].t - 61.0:
            made.append(replace(early.pop(0), t=entry.t))
    return made


def writes_nothing(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not isinstance(entry, Written)]


def shows_what_nobody_sent(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not isinstance(entry, Aired)]


def answers_what_nobody_saw(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not isinstance(entry, Shown)]


def answers_for_people(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not isinstance(entry, CarerSaid)]


def goes_on_when_dead(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if not (isinstance(entry, RelayDied) and entry.back)]


def goes_back_in_time(entries: list[Entry]) -> list[Entry]:
    return [*entries[100:], *entries[:100]]


@pytest.mark.parametrize(
    ("lie", "seen"),
    [
        (acks_early, "S1"),
        (writes_nothing, "S1"),
        (shows_what_nobody_sent, "W1"),
        (answers_what_nobody_saw, "W2"),
        (answers_for_people, "S7"),
        (goes_on_when_dead, "W3"),
        (goes_back_in_time, "W3"),
    ],
)
def test_a_trace_that_lies_is_seen(lie: Callable[[list[Entry]], list[Entry]], seen: str) -> None:
    run = Lived(DAY).run()
    assert seen in told(replace(run, trace=Trace(lie(run.trace.entries))))


def test_a_world_in_which_a_dead_phone_rings_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = Fault(component="handset:ana", kind=Kind.DOWN, begins=0.0, ends=86400.0)
    day = replace(DAY, faults=(dead,), carer="tom")
    assert judge(Lived(day).run()) == []
    monkeypatch.setattr(Ways, "blocked", lambda *_: [])
    assert "W1" in told(Lived(day).run())


def test_a_disk_that_loses_a_committed_alert_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Disk._keep

    def loses(disk: Disk, t: float, rows: tuple[Row, ...]) -> None:
        keep(disk, t, tuple(row for row in rows if not isinstance(row, Alert)))

    monkeypatch.setattr(Disk, "_keep", loses)
    assert told(Lived(DAY).run())


def test_carers_who_never_look_do_not_make_a_relay_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    """What relayd promises is to call, and to go on calling."""
    monkeypatch.setattr(People, "asleep", lambda *_: True)
    assert judge(Lived(DAY).run()) == []


def test_every_invariant_has_its_sentence() -> None:
    assert all((invariant.__doc__ or "").strip() for invariant in INVARIANTS)
