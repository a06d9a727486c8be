"""The engine as a whole: ids, independence, what it costs, and relayd's own faults."""

from dataclasses import replace

import pytest
from houses import NOON, Drive, calls_of, home, minutes

from relayd.domain.alert import Alert, Code
from relayd.domain.belief import PathState
from relayd.domain.delivery import Attempt
from relayd.domain.engine import Engine
from relayd.domain.event import (
    Happened,
    Kept,
    PathReported,
    PayloadRejected,
    ReadingsReceived,
    Started,
    TechnicalReported,
    Woke,
)
from relayd.domain.household import GlucoseLimits, Household, SeizureLimits, Wearer
from relayd.domain.reading import GlucoseReading, Unit, WatchState


def crowd(number: int) -> Household:
    """So many wearers with a sensor each."""
    wearers = {
        f"w{n}": Wearer(f"w{n}", f"W{n}", Unit.MG_DL, glucose=GlucoseLimits())
        for n in range(number)
    }
    return replace(home(), wearers=wearers)


def test_ids_are_derived_and_count_up() -> None:
    """`mia-1/2` is alert 1 of Mia, attempt 2: the same run gives the same ids."""
    runs = []
    for _ in range(2):
        drive = Drive()
        drive.glucose(50)
        drive.say_state(WatchState.ALARM)
        drive.tell(TechnicalReported(Code.STORAGE, present=True))
        drive.until(30)
        drive.glucose(110)
        drive.until(35)
        drive.glucose(110)
        drive.glucose(50)
        runs.append(sorted(drive.rows))
    assert runs[0] == runs[1]
    alerts = [key for key in runs[0] if "/" not in key]
    assert alerts == ["leo-1", "mia-1", "mia-2", "mia-3", "relay-1"]
    assert {"mia-1/1", "mia-1/2", "leo-1/1", "relay-1/1"} <= set(runs[0])


def test_numbers_go_on_after_those_on_disk() -> None:
    """An old answer, or a reply to an old SMS, must never meet a new alert of the same name."""
    engine = Engine(home(), Kept(numbers={"mia": 41}), NOON)
    engine.handle(Started(), NOON)
    engine.handle(ReadingsReceived((GlucoseReading("mia", 50, NOON),)), NOON)
    assert [alert.id for alert in engine.open_alerts("mia")] == ["mia-42"]
    lost = Engine(home(), Kept(), NOON, first_number=1000)
    lost.handle(ReadingsReceived((GlucoseReading("mia", 50, NOON),)), NOON)
    assert [alert.id for alert in lost.open_alerts("mia")] == ["mia-1001"]


def test_alerts_of_many_wearers_do_not_touch_each_other() -> None:
    """An answer, an end or a fall of one changes no other."""
    engine = Engine(crowd(50), Kept(), NOON)
    for n in range(50):
        engine.handle(ReadingsReceived((GlucoseReading(f"w{n}", 50 + n / 2, NOON),)), NOON)
    before = {n: engine.open_alerts(f"w{n}") for n in range(50)}
    turn = engine.handle(
        ReadingsReceived((GlucoseReading("w7", 40, NOON + minutes(2)),)), NOON + minutes(2)
    )
    touched = {row.wearer for row in turn.rows if isinstance(row, Alert | Attempt)}
    assert touched <= {"w7"}
    assert all(engine.open_alerts(f"w{n}") == before[n] for n in range(50) if n != 7)


def test_the_cost_does_not_grow_with_time() -> None:
    """A day of readings leaves no more in the heap of wakes than there are wards."""
    engine = Engine(crowd(20), Kept(), NOON)
    engine.handle(Started(), NOON)
    most = 0
    for minute in range(0, 24 * 60, 5):
        now = NOON + minutes(minute)
        while (due := engine.next_deadline()) is not None and due <= now:
            engine.handle(Woke(), max(due, now))
        for n in range(20):
            value = 60.0 if (minute // 60 + n) % 6 == 0 else 110 + minute % 7
            engine.handle(ReadingsReceived((GlucoseReading(f"w{n}", value, now),)), now)
        most = max(most, len(engine._wakes))
    assert most <= len(engine.wards) * 2 + 5
    assert len(engine.desk._cases) <= engine.desk.open + len(engine.desk._closed)
    assert engine.desk.open <= 20 * 2


def test_a_flapping_broker_fills_no_heap() -> None:
    """A fault that comes and goes all night, while a little thing waits for the morning."""
    drive = Drive(start=NOON.replace(hour=22))
    drive.tell(TechnicalReported(Code.STORAGE, present=True))
    for number in range(480):
        drive.until(number)
        drive.tell(TechnicalReported(Code.BROKER_LOST, present=True))
        drive.until(number + 0.75)
        drive.tell(TechnicalReported(Code.BROKER_LOST, present=False))
    assert len(drive.engine._wakes) <= len(drive.engine.wards) + 5


def test_closed_alerts_are_forgotten_after_an_hour() -> None:
    drive = Drive().series(50, 110, 110)
    assert drive.engine.attempt("mia-1/1") is not None, "a late receipt still finds it"
    drive.until(100)
    drive.glucose(110)
    drive.until(200)
    assert drive.engine.attempt("mia-1/1") is None


def test_a_thousand_that_wake_together_come_in_portions() -> None:
    """One turn must not hold up the one that alarms."""
    engine = Engine(crowd(1000), Kept(), NOON)
    engine.handle(Started(), NOON)
    now = NOON + minutes(16)
    turn = engine.handle(Woke(), now)
    raised = [r for r in turn.rows if isinstance(r, Happened) and r.event == "alert.raised"]
    assert 0 < len(raised) <= 100
    turns = 1
    while (due := engine.next_deadline()) is not None and due <= now:
        engine.handle(Woke(), now)
        turns += 1
    assert all(engine.open_alerts(f"w{n}") for n in range(1000))
    assert turns < 30


def test_a_wearer_may_wear_both() -> None:
    both = Wearer("mia", "Mia", Unit.MG_DL, GlucoseLimits(), SeizureLimits())
    drive = Drive(replace(home(), wearers={"mia": both}), watch_well=False)
    drive.glucose(50)
    drive.until(2)
    assert [c for c, _, _ in drive.open()] == ["glucose.urgent_low", "seizure.silent"]


# Faults of the relay itself --------------------------------------------------


def test_three_in_a_row_that_nobody_can_read_are_said_and_one_good_ends_it() -> None:
    drive = Drive()
    for _ in range(2):
        drive.tell(PayloadRejected("mia/glucose", "it is no JSON"))
    drive.glucose(110)
    for _ in range(2):
        drive.tell(PayloadRejected("mia/glucose", "it is no JSON"))
    assert drive.open(None) == []
    drive.tell(PayloadRejected("mia/glucose", "it is no JSON"))
    assert drive.open(None) == [("relay.bad_payload", "low", "on")]
    drive.until(1)
    drive.glucose(111)
    assert drive.open(None) == []


def test_a_flood_of_garbage_fills_neither_the_timeline_nor_the_memory() -> None:
    drive = Drive()
    for number in range(3000):
        drive.tell(PayloadRejected(f"topic/{number}", "nonsense"))
        drive.tell(PayloadRejected("mia/glucose", "nonsense"))
    said = [row.fields["count"] for _, row in drive.events("payload.rejected")]
    assert len([count for count in said if count != "1"]) < 30
    assert len(drive.engine.rejected) <= 1001


@pytest.mark.parametrize(
    ("code", "after"), [(Code.BROKER_LOST, 0.5), (Code.STORAGE, 0), (Code.CHANNEL_REFUSED, 0)]
)
def test_a_fault_of_the_relay_is_an_alert_until_it_is_mended(code: Code, after: float) -> None:
    drive = Drive()
    drive.tell(TechnicalReported(code, present=True, about="x", detail="it broke"))
    if after and not code.value.endswith("broker_lost"):
        drive.until(after)
    drive.until(1)
    (alert,) = drive.engine.open_alerts(None)
    assert (alert.condition, alert.about, alert.evidence.detail) == (code, "x", "it broke")
    assert calls_of(drive, alert.id)[0][1] == "ana/push"
    drive.tell(TechnicalReported(code, present=False, about="x"))
    assert drive.open(None) == []


def test_faults_of_two_things_are_two_alerts() -> None:
    drive = Drive()
    for about in ("push", "text", "push"):
        drive.tell(TechnicalReported(Code.CHANNEL_REFUSED, present=True, about=about))
    assert [a.about for a in drive.engine.open_alerts(None)] == ["push", "text"]


def test_a_path_that_stays_lost_is_told_and_one_that_flaps_is_not() -> None:
    drive = Drive()
    for number in range(10):
        drive.tell(PathReported("dongle", PathState.DOWN, "no answer"))
        drive.until(number + 0.5)
        drive.tell(PathReported("dongle", PathState.UP, "204"))
        drive.until(number + 1)
    assert drive.open(None) == []
    drive.tell(PathReported("dongle", PathState.DOWN, "no answer"))
    drive.until(12.1)
    assert drive.open(None) == [("relay.path_lost", "low", "on")]
