"""Two hundred power cuts in live alerts, each aimed at a moment of its own."""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from doubles.behaviours import OK
from doubles.ntfy import Pushed
from live import ANA_TOPIC, Gate, House, living
from live_relay import Nursery, until

pytestmark = pytest.mark.live

CONTINUES_WITHIN_S = 15.0
SETTLED_S = 0.5  # by then what was heard is on disk
NIGHTS, REMINDED = 18, 5
ENOUGH = 200

PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}, {{ channel = "pager" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
confirm_within = "1 s"
"""


@dataclass
class Storm:
    """Kills the daemon at aimed moments, starts it again, and counts."""

    house: House
    relay: Nursery
    chance: random.Random = field(default_factory=lambda: random.Random(20261122))
    struck: Counter[str] = field(default_factory=Counter)
    sent: set[datetime] = field(default_factory=set)

    async def strike(self, point: str, after_s: float | None = None) -> None:
        """Kill it a moment from now, with harmless readings under way, and start it again."""
        for _ in range(2):
            await self.reading(7.0, 0.05, "noa")
        if after_s is None:
            after_s = self.chance.choice((0.0, 0.001, 0.003, 0.006, 0.012, 0.025, 0.05, 0.12))
        await asyncio.sleep(after_s)  # the aim
        await self.relay.end(signal.SIGKILL)
        self.struck[point] += 1
        await self.relay.start()

    def pushed(self, wearer: str) -> list[Pushed]:
        """What the phone was sent about *wearer* and can be answered."""
        key = f"{wearer}-1_"
        messages = self.house.push.pushed(ANA_TOPIC)
        return [m for m in messages if m.actions and m.document["sequence_id"].startswith(key)]

    def paged(self, wearer: str) -> list[str]:
        """The attempts by pager that came about *wearer*."""
        return [key for key in self.house.pager.ids if key.startswith(f"{wearer}-1/")]

    async def goes_on(self, gate: Gate, calls: int = 1) -> None:
        """Wait until the calling goes on, as it must after every start."""
        await until(lambda: gate.arrived >= calls, CONTINUES_WITHIN_S, self.relay.text)

    async def reminds(self, wearer: str, times: int) -> None:
        """Wait until whoever has it was asked so often whether it is still in hand."""

        def asked() -> bool:
            titles = [message.document["title"] for message in self.pushed(wearer)]
            return sum("STILL" in title for title in titles) >= times

        await until(asked, CONTINUES_WITHIN_S, self.relay.text)

    async def reading(self, value: float, minutes_ago: float, wearer: str) -> None:
        """Send a reading that must not be lost."""
        self.sent.add(await self.house.outsider.glucose(value, minutes_ago, wearer))

    def published(self, wearer: str) -> int:
        """How often the wearer's alerts were published."""
        return sum(topic == f"relayd/{wearer}/alert" for topic, _ in self.house.outsider.seen)

    async def acknowledged(self, wearer: str) -> None:
        """Wait until the newest word on *wearer*'s topic, and a new one, is that Ana has it."""
        before = self.published(wearer)

        def has_it() -> bool:
            alert = self.house.outsider.alert(wearer)
            return self.published(wearer) > before and alert.get("acknowledged_by") == "ana"

        await until(has_it, CONTINUES_WITHIN_S, self.relay.text)

    async def over(self, wearer: str) -> None:
        """The value comes back, and the alert is off."""
        await self.reading(6.5, 3, wearer)
        await self.reading(6.6, 1, wearer)
        await self.strike("the readings that clear it")
        await until(lambda: not self.house.outsider.alerts(wearer), CONTINUES_WITHIN_S)


async def night(storm: Storm, wearer: str) -> None:
    """One alert from its reading to its end, with a power cut at every step."""
    house = storm.house
    pushing, paging = Gate(), Gate()
    house.push.always(pushing.behaviour)
    house.pager.always(paging.behaviour)
    await storm.reading(2.5, 6, wearer)
    await storm.strike("the reading")
    await storm.strike("the start")
    await storm.goes_on(pushing)
    await storm.strike("a send without its answer", 0.0)
    await storm.goes_on(pushing, 2)
    keys = {message.document["sequence_id"] for message in storm.pushed(wearer)}
    assert keys == {f"{wearer}-1_1"}, "the same key, so that the phone shows it once"
    pushing.open()
    await storm.strike("the gateway's answer")
    await storm.goes_on(paging)
    await storm.strike("a second route's send", 0.0)
    await storm.goes_on(paging, 2)
    paging.open()
    await storm.strike("the proof of delivery")
    await delivered(storm, wearer)
    await house.push.press(storm.pushed(wearer)[-1], 0)
    await storm.strike("the carer's answer")
    await storm.acknowledged(wearer)
    calls = len(storm.pushed(wearer)) + len(storm.paged(wearer))
    await storm.strike("nothing: somebody has it", 0.2)
    await storm.acknowledged(wearer)
    assert calls == len(storm.pushed(wearer)) + len(storm.paged(wearer)), "called again"
    await storm.over(wearer)


async def delivered(storm: Storm, wearer: str) -> None:
    """What was delivered, and is on disk, keeps waiting for its answer and is not sent anew."""
    attempt = storm.paged(wearer)[0]
    await storm.relay.until_said("attempt.delivered", CONTINUES_WITHIN_S, attempt=attempt)
    await asyncio.sleep(SETTLED_S)  # the aim
    paged, pushed = len(storm.paged(wearer)), len(storm.pushed(wearer))
    await storm.strike("a wait for the answer", 0.0)
    await storm.relay.until_said("alert.resumed", alert=f"{wearer}-1")
    assert len(storm.paged(wearer)) == paged
    assert len(storm.pushed(wearer)) == pushed


async def reminded(storm: Storm, wearer: str) -> None:
    """The same for who has it and is asked whether it is still in hand."""
    house = storm.house
    house.push.always(OK)
    await storm.reading(2.5, 6, wearer)
    await until(lambda: storm.pushed(wearer), CONTINUES_WITHIN_S, storm.relay.text)
    reminding = Gate()
    house.push.always(reminding.behaviour)
    await house.push.press(storm.pushed(wearer)[0], 0)
    await storm.strike("the carer's answer")
    await storm.reminds(wearer, 1)
    await storm.strike("a reminder without its answer", 0.0)
    await storm.reminds(wearer, 2)
    reminding.open()
    house.push.always(OK)
    await storm.strike("a reminder")
    await house.push.press(storm.pushed(wearer)[-1], 0)
    await storm.strike("the answer to a reminder")
    await storm.over(wearer)


async def test_two_hundred_power_cuts_lose_no_reading_and_no_alert(tmp_path: Path) -> None:
    """S1 and L5: nothing acknowledged to the broker is lost, and every open alert goes on."""
    nights = [f"w{number}" for number in range(NIGHTS)]
    reminders = [f"r{number}" for number in range(REMINDED)]
    wearers = "".join(f"[wearers.{w}]\n[wearers.{w}.glucose]\n" for w in [*nights, *reminders])
    wearers += "[wearers.noa]\n[wearers.noa.glucose]\n"
    plans = "".join(
        f'[plans.{w}]\nsteps = [{{ tell = ["ana"] }}]\nremind_every = "1 s"\n' for w in reminders
    )
    async with living(tmp_path, PEOPLE + plans, wearers) as house:
        with Nursery(house.relay.file) as relay:
            house.relay = relay
            await house.start()
            storm = Storm(house, relay)
            for wearer in nights:
                await night(storm, wearer)
            for wearer in reminders:
                await reminded(storm, wearer)
            assert storm.struck.total() >= ENOUGH, storm.struck
            await storm.reading(2.5, 0.05, "noa")  # whatever came before it has been read by then
            await until(lambda: storm.pushed("noa"), what=relay.text)
            await relay.end(signal.SIGTERM)
        kept = await house.kept()
        lost = storm.sent - {reading.stamp for reading in kept.readings}
        assert not lost, f"{len(lost)} of {len(storm.sent)} readings are lost: {sorted(lost)}"
        assert [alert.id for alert in kept.alerts if alert.open] == ["noa-1"]
        assert "Traceback" not in house.relay.text()
