"""A fault in relayd's own rules: one event is passed over, and everybody else is still called."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

from houses import CALL, TEXT, Drive, home, minutes
from live_relay import WITHIN_S

from relayd.config import load
from relayd.daemon import Daemon
from relayd.domain.alert import Alert, Code
from relayd.domain.draft import Draft
from relayd.domain.event import Event, ReadingsReceived, Turn, Woke
from relayd.domain.household import Step
from relayd.domain.observe import Observer
from relayd.domain.reading import GlucoseReading, Reading
from relayd.domain.ward import Ward

CURSED = 66.6


class Stumbling(Observer):
    """Fails at one value, as a rule with a mistake in it would."""

    def take(self, ward: Ward, reading: Reading, draft: Draft, *, retained: bool) -> bool:
        """Take *reading* in, or fail."""
        if isinstance(reading, GlucoseReading) and reading.mg_dl == CURSED:
            raise ZeroDivisionError(f"{reading.mg_dl} mg/dL of Mia")
        return super().take(ward, reading, draft, retained=retained)


class Surviving(Drive):
    """Does what the daemon does where the engine fails."""

    def tell(self, event: Event) -> Turn:
        """Hand over one event; a fault passes it over."""
        try:
            return super().tell(event)
        except ZeroDivisionError:
            engine, now = self.engine, self.now
            turn = engine.survive(event, "ZeroDivisionError in observe, line 1", now)
            for row in turn.rows:
                if isinstance(row, Alert):
                    self.rows[row.id] = row
            self.sends.extend((self.minute, send) for send in turn.sends)
            return turn


class Broken(Ward):
    """A ward whose rules fail while *broken*."""

    __slots__ = ()
    broken = True

    def findings(self, now: datetime) -> Any:
        """Say what every rule says, or fail."""
        if self.broken:
            raise ZeroDivisionError
        return super().findings(now)


def test_what_cannot_be_handled_is_passed_over_and_told_once() -> None:
    drive = Surviving()
    drive.engine.observer = Stumbling()
    for _ in range(3):
        drive.glucose(CURSED)
        drive.until(drive.minute + 1)
    drive.until(30)
    told = [s for _, s in drive.sends if s.alert.wearer is None]
    assert {s.alert.condition for s in told} == {Code.MISHAP}
    assert [s.attempt.carer for s in told] == ["ana", "tom"], "once, and low-key"
    drive.glucose(50)
    assert ("glucose.urgent_low", "high", "on") in drive.open(), "the next reading counts"


def test_calling_for_one_wearer_goes_on_while_another_ones_rules_fail() -> None:
    """Leo's rules are broken: Mia's low must still climb, and Leo is looked at again and again."""
    drive = Surviving(home(ana=(TEXT, CALL), steps=(Step(("ana",)),)))
    drive.watch_well = False
    leo = drive.engine.wards["leo"]
    leo.__class__ = Broken
    drive.glucose(50)
    drive.until(4)
    assert [channel for _, channel in drive.calls("ana")][:2] == ["text", "call"]
    assert drive.open("leo") == []
    assert isinstance(leo, Broken)
    Broken.broken = False
    try:
        drive.until(5)
    finally:
        Broken.broken = True
    assert drive.open("leo") == [("seizure.silent", "medium", "on")]


def test_a_low_beside_what_cannot_be_handled_is_called_out_within_seconds() -> None:
    """One message brings a low and a reading that breaks a rule: the next one is far away."""
    drive = Surviving()
    drive.engine.observer = Stumbling()
    drive.glucose(100)
    drive.until(1)
    low, cursed = (GlucoseReading("mia", value, None) for value in (45.0, CURSED))
    drive.tell(ReadingsReceived((low, cursed), source="mia/glucose"))
    drive.until(1.5)
    assert ("glucose.urgent_low", "high", "on") in drive.open()
    assert [s.attempt.carer for _, s in drive.sends if s.alert.wearer == "mia"] == ["ana"]


def test_an_open_alert_climbs_on_though_a_rule_of_the_same_wearer_fails_for_good() -> None:
    """An open low has been called out once; from then on Mia's rules fail at every look."""
    drive = Surviving(home(ana=(TEXT, CALL), steps=(Step(("ana",)), Step(("tom",), minutes(5)))))
    drive.glucose(50)
    mia = drive.engine.wards["mia"]
    mia.__class__ = Broken
    drive.until(30)
    calls = drive.calls("ana")
    assert [channel for _, channel in calls][:2] == ["text", "call"]
    assert calls[1][0] <= 1, "within the promise"
    assert drive.calls("tom")
    assert drive.calls()[-1][0] > 15, "and again, until somebody answers"


def test_a_new_start_takes_it_back() -> None:
    drive = Surviving()
    drive.engine.observer = Stumbling()
    drive.glucose(CURSED)
    drive.until(1)
    assert drive.open(None) == [("relay.mishap", "low", "on")]
    drive.restart()
    assert drive.open(None) == []


FILE = """
[home]
timezone = "UTC"
state = "state"
[mqtt]
broker = "mqtt://127.0.0.1:1"
[wearers.mia]
name = "Mia"
unit = "mg/dL"
[wearers.mia.glucose]
[channels.siren]
kind = "webhook"
url = "http://127.0.0.1:1/"
[carers.ana]
name = "Ana"
routes = [{ channel = "siren" }]
[plan]
steps = [{ tell = ["ana"] }]
"""


async def test_the_daemon_goes_on_and_its_log_shows_no_value(tmp_path: Path, capfd: Any) -> None:
    """What broke is named by its place; the event is acknowledged, so that it never comes again."""
    file = tmp_path / "relayd.toml"
    file.write_text(FILE)
    acknowledged = asyncio.Event()

    async def visit(daemon: Daemon) -> None:
        daemon.engine.observer = Stumbling()
        reading = GlucoseReading("mia", CURSED, daemon.clock.now())
        daemon.take(ReadingsReceived((reading,)), acknowledged.set)
        await acknowledged.wait()
        daemon.take(Woke())
        assert daemon.engine.open_alerts(None)[0].condition is Code.MISHAP
        daemon.stop()

    async with asyncio.timeout(WITHIN_S):
        await Daemon(load(file)).run([visit])
    said = "".join(capfd.readouterr())
    assert "event.failed" in said
    assert "ZeroDivisionError in test_mishap" in said
    assert "66.6" not in said
