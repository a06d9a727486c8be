"""Thousands of short random lives: whatever happens in whatever order, some things never do."""

from datetime import timedelta
from random import Random

import pytest
from houses import CALL, NOON, PUSH, SIREN, TEXT, Drive, home, minutes

from relayd.domain.alert import Alert, Code, Presence, Priority
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import (
    ClockReported,
    Happened,
    PayloadRejected,
    ReadingsReceived,
    TechnicalReported,
    Turn,
)
from relayd.domain.household import Step
from relayd.domain.reading import Bound, DeviceReading, Trend, WatchState

LIVES, STEPS = 2000, 15
VALUES = (39.0, 40, 45, 52, 53.5, 60, 66, 69, 70, 74, 75, 76, 90, 110, 180, 251, 305, 401)
LEGAL = {
    None: {Presence.ON},
    Presence.ON: {Presence.ON, Presence.LATCHED, Presence.ACKNOWLEDGED, Presence.OFF},
    Presence.LATCHED: {Presence.ON, Presence.LATCHED, Presence.OFF},
    Presence.ACKNOWLEDGED: {Presence.ON, Presence.ACKNOWLEDGED, Presence.OFF},
    Presence.OFF: set[Presence](),
}
WEARERS = ("mia", "leo", None)


class Life:
    """One random life. All lots are drawn from its seed."""

    def __init__(self, seed: int) -> None:
        self.lots = Random(seed)
        lots = self.lots
        ladders = ((PUSH, TEXT), (SIREN, PUSH, CALL), (TEXT,), (PUSH,))
        steps = lots.choice((None, (Step(("ana", "tom")),), (Step(("tom",)),)))
        house = home(ana=lots.choice(ladders), tom=lots.choice(ladders), steps=steps)
        self.start = NOON + timedelta(hours=lots.randrange(24))
        self.drive = Drive(house, start=self.start, watch_well=lots.random() < 0.8)
        self.presence: dict[str, Presence] = {}
        self.begun: set[str] = set()
        self.seen = 0

    def step(self) -> None:
        """One thing happens, and then everything is as it must be."""
        lots = self.lots
        drive = self.drive
        before = self.high_alerts()
        rows = len(drive.timeline)
        kind = lots.choices(
            ("time", "glucose", "watch", "report", "answer", "other", "restart"),
            (30, 30, 8, 15, 10, 5, 4),
        )[0]
        if kind == "time":
            drive.until(drive.minute + lots.choice((0.1, 0.5, 1, 3, 5, 5, 12, 16, 31)))
        elif kind == "glucose":
            self.glucose()
        elif kind == "watch":
            age = lots.choice((0, 0, 1, 11, 70, -5))
            at = lots.choice((None, drive.now - minutes(age)))
            drive.say_state(lots.choice(list(WatchState)), at)
        elif kind == "report":
            self.report()
        elif kind == "answer":
            self.answer()
        elif kind == "restart":
            self.restart()
        else:
            self.other()
        self.judge(rows)
        if kind in ("time", "report", "other", "restart"):
            assert before <= self.high_alerts(), f"{kind} ended a high alert"

    def high_alerts(self) -> set[str]:
        """Those of Mia, to whom nothing is fed in passing, as Leo's watch is while time goes by."""
        alerts = self.drive.engine.open_alerts("mia")
        return {alert.id for alert in alerts if alert.priority is Priority.HIGH}

    def glucose(self) -> None:
        lots, drive = self.lots, self.drive
        for _ in range(lots.choice((1, 1, 1, 3))):
            value = lots.choice(VALUES)
            bound = Bound.LOW if value == 39 else Bound.HIGH if value == 401 else Bound.WITHIN
            age = lots.choice((0, 0, 0, 0.5, 4, 9, 12, 90, -1, -30, 24 * 400 * 60))
            at = lots.choice((drive.now - minutes(age), drive.now, None))
            drive.glucose(
                value, at=at, bound=bound, retained=lots.random() < 0.1,
                trend=lots.choice((None, *Trend)),
            )  # fmt: skip

    def report(self) -> None:
        lots, drive = self.lots, self.drive
        attempts = [row.id for row in drive.rows.values() if isinstance(row, Attempt)]
        for _ in range(lots.choice((1, 2, 4))):
            if attempts:
                status = lots.choice(list(Dissemination)[1:3] + [Dissemination.UNDELIVERABLE] * 2)
                failed = status is Dissemination.UNDELIVERABLE
                failure = lots.choice(list(Failure)) if failed else None
                drive.report(lots.choice(attempts[-6:]), status, failure)

    def answer(self) -> None:
        lots, drive = self.lots, self.drive
        alerts = [row.id for row in drive.rows.values() if isinstance(row, Alert)]
        attempts = [row for row in drive.rows.values() if isinstance(row, Attempt)]
        accepted = lots.random() < 0.6
        if attempts and lots.random() < 0.7:
            attempt = lots.choice(attempts[-6:])
            drive.answer(attempt.carer, attempt.alert, accepted=accepted, attempt=attempt.id)
        elif alerts:
            drive.answer(lots.choice(("ana", "tom", "eve")), lots.choice(alerts), accepted=accepted)

    def other(self) -> None:
        lots, drive = self.lots, self.drive
        which = lots.randrange(4)
        if which == 0:
            code = lots.choice((Code.BROKER_LOST, Code.STORAGE, Code.PATH_LOST))
            drive.tell(TechnicalReported(code, lots.random() < 0.5, "x"))
        elif which == 1:
            hours = timedelta(hours=lots.choice((-400, -1, 0, 0, 1, 9000)))
            drive.tell(ClockReported(hours, synchronised=lots.random() < 0.7))
        elif which == 2:
            drive.tell(PayloadRejected("leo/seizure", "it is no JSON"))
        else:
            percent = lots.choice((5.0, 22, 80))
            drive.tell(ReadingsReceived((DeviceReading("leo", percent, None),)))

    def restart(self) -> None:
        """At a random point: the same alerts stand, as they stood."""
        drive = self.drive
        offset, synchronised = drive.engine.offset, drive.engine.observer.synchronised
        before = self.standing()
        drive.restart()
        assert before.items() <= self.standing().items()
        drive.tell(ClockReported(offset, synchronised))

    def standing(self) -> dict[str, tuple[object, ...]]:
        return {
            a.id: (a.condition, a.priority, a.presence, a.acknowledged_by, a.covered,
                   a.quiet_until, a.refused_by, a.raised_at)
            for wearer in WEARERS
            for a in self.drive.engine.open_alerts(wearer)
        }  # fmt: skip

    def judge(self, rows: int) -> None:
        """What must hold after everything that may happen."""
        engine, now = self.drive.engine, self.drive.now
        due = engine.next_deadline()
        assert due is None or due > now, "what is due has been done"
        for wearer in WEARERS:
            ward = engine.wards[wearer]
            for alert in engine.open_alerts(wearer):
                if alert.calling and alert.priority > Priority.LOW:
                    assert ward.wake_at is not None, f"{alert.id} calls nobody, for ever"
                if alert.presence is Presence.ACKNOWLEDGED and alert.priority > Priority.LOW:
                    assert alert.quiet_until is not None or alert.reminded_at is not None
                    assert ward.wake_at is not None, "every quiet has an end"
        assert len(engine._wakes) <= len(engine.wards) + 12
        self.judge_events([row for _, row in self.drive.timeline[rows:]])

    def judge_events(self, happened: list[Happened]) -> None:
        ids = [row.fields["attempt"] for row in happened if row.event == "attempt.begun"]
        assert len(ids) == len(set(ids))
        assert not self.begun & set(ids), "an attempt's id is used once"
        self.begun |= {attempt for attempt in ids if attempt is not None}

    def watch(self) -> None:
        """Look over the shoulder of the engine: every row it writes is a legal move."""
        tell = self.drive.engine.handle

        def handle(event: object, now: object) -> Turn:
            turn = tell(event, now)  # type: ignore[arg-type]  # handed through as it came
            for row in turn.rows:
                if isinstance(row, Alert):
                    stood = self.presence.get(row.id)
                    assert row.presence in LEGAL[stood], f"{row.id}: {stood} to {row.presence}"
                    self.presence[row.id] = row.presence
            return turn

        self.drive.engine.handle = handle  # type: ignore[method-assign]  # a test looks on


@pytest.mark.parametrize("block", range(20))
def test_random_lives(block: int) -> None:
    for seed in range(block * LIVES // 20, (block + 1) * LIVES // 20):
        life = Life(seed)
        try:
            for _ in range(STEPS):
                life.step()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, minute {life.drive.minute}: {error}") from error
