"""The Pi's own SIMs while nothing is sent: what is asked, what is told, and what is shown."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Variant
from doubles.modem_manager import ManagerDouble
from houses import NOON
from rich.console import Console
from webs import BEARER, Site, words
from webs import Relay as WebRelay

from relayd.channels.modem_sms import Config, ModemSms
from relayd.clock import Clock
from relayd.domain.alert import Code
from relayd.domain.event import Event, SimServed, TechnicalReported
from relayd.modems import Modem, Modems
from relayd.networks import NetworkTable
from relayd.outbox_wires import Wire
from relayd.overview import show

WITHIN = timedelta(seconds=30)
LOCKED = {"State": Variant("i", 2), "UnlockRequired": Variant("u", 2)}


@dataclass(frozen=True)
class Named:
    """What the file says of the channel."""

    network: str | None = "three-uk"


@dataclass
class Relay:
    """As much of a daemon as the watch needs."""

    wires: Mapping[str, Wire]
    clock: Clock = field(default_factory=Clock)
    taken: list[Event] = field(default_factory=list)

    def take(self, event: Event) -> None:
        self.taken.append(event)

    @property
    def faults(self) -> dict[Code, str]:
        """What is out of order now."""
        found: dict[Code, str] = {}
        for event in self.taken:
            if isinstance(event, SimServed):
                continue
            assert isinstance(event, TechnicalReported)
            assert event.about == "modem sim"
            found.pop(event.condition, None)
            if event.present:
                found[event.condition] = event.detail
        return found


@pytest.fixture
async def double() -> AsyncIterator[ManagerDouble]:
    """A modem that EE serves, whoever sold its SIM."""
    async with ManagerDouble() as double:
        yield double


def watch(double: ManagerDouble, network: str | None = "three-uk") -> tuple[Relay, Modems]:
    channel = ModemSms("sim", Config(), WITHIN, double.url)
    relay = Relay({"sim": Wire(channel, (None,), {})})
    return relay, Modems(relay, {"sim": Named(network)}, NetworkTable())


async def test_what_the_modem_says_of_its_network_beats_the_file(double: ManagerDouble) -> None:
    """The SIM may roam, or the brand may have moved: what serves it is what can fail."""
    relay, modems = watch(double)
    assert [each.state for each in modems] == ["unproven"]
    await modems.ask("sim")
    (sim,) = modems
    assert (sim.state, sim.network, sim.operator, sim.elsewhere) == ("up", "ee-uk", "23430", True)
    assert (sim.evidence, sim.signal) == ("served by EE (23430)", 67)
    assert relay.faults == {}
    assert SimServed("sim", "ee-uk") in relay.taken


@pytest.mark.parametrize(
    ("network", "elsewhere"), [("1pmobile-uk", False), ("o2-uk", True), (None, False), ("x", False)]
)
async def test_a_brand_on_the_core_that_serves_it_is_at_home(
    double: ManagerDouble, network: str | None, *, elsewhere: bool
) -> None:
    _, modems = watch(double, network)
    await modems.ask("sim")
    assert [(sim.network, sim.elsewhere) for sim in modems] == [("ee-uk", elsewhere)]


async def test_a_locked_sim_is_a_fault_for_people_and_ends_when_it_can_send(
    double: ManagerDouble,
) -> None:
    relay, modems = watch(double)
    well = dict(double.modem)
    double.modem.update(LOCKED)
    await modems.ask("sim")
    assert "PIN" in relay.faults[Code.CHANNEL_REFUSED]
    assert [sim.state for sim in modems] == ["down"]
    double.modem.update(well)
    await modems.ask("sim")
    assert relay.faults == {}


async def test_a_modem_that_is_gone_is_a_way_out_that_is_lost(double: ManagerDouble) -> None:
    relay, modems = watch(double)
    await modems.ask("sim")
    await double.vanish()
    await modems.ask("sim")
    assert relay.faults[Code.PATH_LOST].startswith("sim: ModemManager does not run")
    (lost,) = modems
    await modems.ask("sim")
    assert [(sim.state, sim.since) for sim in modems] == [("down", lost.since)]
    await double.appear()
    await modems.ask("sim")
    assert relay.faults == {}


@pytest.mark.parametrize("odd", [Variant("s", "ready"), Variant("as", []), Variant("d", 0.5)])
async def test_a_modem_manager_that_talks_nonsense_ends_nothing(
    double: ManagerDouble, odd: Variant
) -> None:
    """The watch runs as long as relayd does: what it is told must not end both."""
    relay, modems = watch(double)
    double.modem.update(dict.fromkeys(("State", "EquipmentIdentifier", "SignalQuality"), odd))
    await modems.ask("sim")
    assert [sim.state for sim in modems] == ["down"]
    assert set(relay.faults) == {Code.PATH_LOST}


async def test_a_locked_sim_that_is_pulled_out_stays_locked(double: ManagerDouble) -> None:
    """Only a modem that can send proves that its SIM is well."""
    relay, modems = watch(double)
    double.modem.update(LOCKED)
    await modems.ask("sim")
    await double.vanish()
    await modems.ask("sim")
    assert set(relay.faults) == {Code.CHANNEL_REFUSED, Code.PATH_LOST}


async def test_it_asks_again_and_again(
    double: ManagerDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relayd.modems.EVERY_S", 0.01)
    relay, modems = watch(double)
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []

        def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
            tasks.append(group.create_task(work, name=name))
            return tasks[-1]

        modems.begin(spawn)
        async with asyncio.timeout(30):
            while len(relay.taken) < 6:  # noqa: ASYNC110 - it is told by a bus
                await asyncio.sleep(0.005)
        for task in tasks:
            task.cancel()


DOWN = Modem("sim", up=False, since=NOON, evidence="the modem is gone", network="three-uk")
AWAY = Modem(
    "sim", up=True, since=NOON, evidence="served by EE (23430)", network="ee-uk", elsewhere=True
)
HOME = Modem("sim", up=True, since=NOON, evidence="served by Three (23420)", network="three-uk")


@pytest.mark.parametrize(
    ("modem", "on_the_page", "at_a_terminal"),
    [
        (DOWN, "The SIM of sim cannot send: the modem is gone.", True),
        (AWAY, "served by EE (23430), unlike the household file has it.", True),
        (HOME, "The SIM of sim is served by Three (23420).", False),
        (Modem("sim"), "The SIM of sim was not asked yet.", False),
    ],
)
async def test_people_see_how_it_stands(
    tmp_path: Path, modem: Modem, on_the_page: str, *, at_a_terminal: bool
) -> None:
    relay = WebRelay(tmp_path)
    relay.modems.append(modem)
    async with Site(relay) as site:
        assert on_the_page in words(await site.get("/"))
        async with site.client.get("/api/state", headers=BEARER) as answer:
            document = await answer.json()
    (told,) = document["modems"]
    assert (told["channel"], told["state"]) == ("sim", modem.state)
    assert (told["network"], told["elsewhere"]) == (modem.network, modem.elsewhere)
    console = Console(file=StringIO(), width=200)
    show(document, console)
    assert isinstance(console.file, StringIO)
    assert ("The SIM of sim" in console.file.getvalue()) is at_a_terminal
