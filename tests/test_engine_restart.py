"""Restarted in every state: it goes on as if it had never stopped."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from houses import NOON, Drive, minutes

from relayd.domain.alert import NO_EVIDENCE, Alert, Code
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.event import TechnicalReported
from relayd.domain.reading import WatchState

SENT, DELIVERED = Dissemination.SENT, Dissemination.DELIVERED
FAILED = Dissemination.UNDELIVERABLE


def calm(drive: Drive) -> None:
    drive.series(110, 112)


def never_heard(drive: Drive) -> None:
    drive._last_ok += timedelta(days=1)
    drive.until(17)


def impossible(drive: Drive) -> None:
    drive.series(110, 112)
    drive.until(6)
    drive.glucose(45, at=drive.now + timedelta(hours=3))


def since_1970(drive: Drive) -> None:
    drive.series(110, 112)
    drive.until(6)
    drive.glucose(45, at=NOON - timedelta(days=20_000))


def on(drive: Drive) -> None:
    drive.glucose(50)


def sent(drive: Drive) -> None:
    drive.glucose(50)
    drive.report("mia-1/1", SENT)


def delivered(drive: Drive) -> None:
    drive.glucose(60)
    drive.report("mia-1/1", DELIVERED)


def failed(drive: Drive) -> None:
    drive.glucose(50)
    for number in (1, 2):
        drive.report(f"mia-1/{number}", FAILED, Failure.PATH_DOWN)


def laps(drive: Drive) -> None:
    drive.glucose(50)
    drive.until(11)


def escalated(drive: Drive) -> None:
    drive.glucose(50)
    drive.until(6)


def acknowledged(drive: Drive) -> None:
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")


def reminding(drive: Drive) -> None:
    drive.glucose(50)
    drive.answer("ana", "mia-1", attempt="mia-1/1")
    for minute in (5, 10, 15):
        drive.until(minute)
        drive.glucose(50 + minute / 100)


def refused(drive: Drive) -> None:
    drive.glucose(50)
    drive.answer("ana", "mia-1", accepted=False, attempt="mia-1/1")


def handed_back(drive: Drive) -> None:
    acknowledged(drive)
    drive.answer("ana", "mia-1", accepted=False, attempt="mia-1/1")


def eased(drive: Drive) -> None:
    drive.series(50, 60, 60, every=3)


def risen(drive: Drive) -> None:
    drive.series(65, 66, 65, 66)


def latched(drive: Drive) -> None:
    drive.say_state(WatchState.ALARM)
    drive.say_state(WatchState.OK)


def seizing(drive: Drive) -> None:
    drive.say_state(WatchState.ALARM)


def muted(drive: Drive) -> None:
    drive.glucose(110)
    drive.say_state(WatchState.MUTED)
    drive._last_ok += minutes(1)
    drive.until(0.5)


def silent(drive: Drive) -> None:
    drive.glucose(110)
    drive.until(17)


def silent_after_low(drive: Drive) -> None:
    drive.glucose(60)
    drive.until(13)


def high(drive: Drive) -> None:
    drive.glucose(270)


def technical(drive: Drive) -> None:
    drive.tell(TechnicalReported(Code.STORAGE, present=True, about="disk", detail="read-only"))


STATES: tuple[Callable[[Drive], None], ...] = (
    *(calm, never_heard, impossible, since_1970, on, sent, delivered, failed, laps, escalated),
    *(acknowledged, reminding, refused, handed_back, eased, risen, latched, seizing, muted),
    *(silent, silent_after_low, high, technical),
)


def alerts(drive: Drive) -> list[Alert]:
    return [a for wearer in drive.engine.wards for a in drive.engine.open_alerts(wearer)]


def bare(alert: Alert) -> Alert:
    """What was last read is restored with the readings: it is compared by what is done then."""
    return alert._replace(evidence=NO_EVIDENCE)


def begun(drive: Drive, since: float) -> list[tuple[str, str, float]]:
    """Every attempt begun after *since*, each once."""
    found: dict[str, tuple[str, str, float]] = {}
    for minute, send in drive.sends:
        a = send.attempt
        found.setdefault(a.id, (a.id, f"{a.carer}/{a.channel}/{a.purpose}", round(minute, 3)))
    return sorted(call for call in found.values() if call[2] > since)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_after_a_restart_everything_stands_as_it_stood(state: Callable[[Drive], None]) -> None:
    """Open alerts, who has them, what they cover, and how long the quiet lasts."""
    drive = Drive()
    state(drive)
    before, attempts = alerts(drive), {a.id: drive.engine.attempts(a.id) for a in alerts(drive)}
    drive.restart()
    assert [bare(a) for a in alerts(drive)] == [bare(a) for a in before]
    assert {a.id: drive.engine.attempts(a.id) for a in alerts(drive)} == attempts


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_restart_sends_only_what_was_being_sent(state: Callable[[Drive], None]) -> None:
    """What was sent or delivered waits for its answer; only the unconfirmed goes out again."""
    drive = Drive()
    state(drive)
    sending = {
        row.id
        for row in drive.rows.values()
        if isinstance(row, Attempt)
        and row.status is Dissemination.SENDING
        and drive.engine.wanted(row.id)
    }
    known, number = set(drive.rows), len(drive.sends)
    drive.restart()
    assert {send.attempt.id for _, send in drive.sends[number:]} == sending
    assert set(drive.rows) == known, "and nothing new begins"


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_what_follows_is_what_would_have_followed(state: Callable[[Drive], None]) -> None:
    """Two relays, one of them restarted: for two hours they do the same."""
    drives = (Drive(), Drive())
    for number, drive in enumerate(drives):
        state(drive)
        if number:
            drive.restart()
    moment = drives[0].minute
    for drive in drives:
        drive.until(moment + 120)
    assert begun(drives[1], moment) == begun(drives[0], moment)
    assert [bare(a) for a in alerts(drives[1])] == [bare(a) for a in alerts(drives[0])]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_ten_restarts_are_as_good_as_one(state: Callable[[Drive], None]) -> None:
    drives = (Drive(), Drive())
    for number, drive in enumerate(drives):
        state(drive)
        for _ in range(10 if number else 1):
            drive.restart()
    assert alerts(drives[1]) == alerts(drives[0])
    ids = [row.id for row in drives[1].rows.values()]
    assert len(ids) == len(set(ids))


def test_after_a_restart_too_a_watch_s_older_ok_ends_no_fault() -> None:
    """The broker brings again what it was not told to forget: an OK from before the fault."""
    drive = Drive(watch_well=False)
    older = drive.now
    drive.say_state(WatchState.OK, at=older)
    for minute in (0.5, 1.0, 1.6):
        drive.until(minute)
        drive.say_state(WatchState.FAULT, at=drive.now)
    stands = drive.open("leo")
    assert [code for code, _, _ in stands] == [Code.SEIZURE_FAULT]
    drive.restart(after=0.1)
    drive.say_state(WatchState.OK, at=older + timedelta(seconds=1))
    drive.say_state(WatchState.OK, at=drive.now - timedelta(seconds=7))
    assert drive.open("leo") == stands
    drive.say_state(WatchState.OK, at=drive.now)
    assert not drive.open("leo")


def test_a_restart_does_not_begin_the_blind_minute_anew() -> None:
    """Muted, in fault, muted: nobody watched all that time, whatever the daemon did meanwhile."""
    drive = Drive(watch_well=False)
    for minute, state in (
        (0.0, WatchState.MUTED),
        (0.3, WatchState.FAULT),
        (0.6, WatchState.MUTED),
    ):
        drive.until(minute)
        drive.say_state(state)
    drive.restart(after=0.1)
    assert drive.open("leo") == []
    drive.until(1)
    assert drive.open("leo") == [("seizure.fault", "medium", "on")]
