"""Two ways out of one Pi, and each way to lose one: the alert leaves by the other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from live import far_night
from live_relay import RELAYD, until
from nets import WEB_PORT, Net, PiRelay, Side, built

pytestmark = pytest.mark.live
PROMISE_S = 120.0
FLAP_S = 10.0

HOUSE = """
[home]
timezone = "UTC"
state = "state"
night = "{night}"
[mqtt]
broker = "mqtt://127.0.0.1:1883"
[web]
listen = "127.0.0.1:{port}"
token = "sesame"
[paths.wifi]
interface = "wlan0"
nameservers = ["203.0.113.10"]
probe = ["http://probe.example/generate_204"]
[paths.dongle]
interface = "wwan0"
network = "three-uk"
nameservers = ["203.0.113.10"]
probe = ["http://probe.example/generate_204"]
[channels.siren]
kind = "webhook"
url = "http://siren.example/alert"
receipt = "echo"
paths = ["{first}", "{second}"]
[wearers.mia]
name = "Mia"
[wearers.mia.glucose]
[wearers.leo]
name = "Leo"
[wearers.leo.glucose]
[carers.ana]
name = "Ana"
routes = [{{ channel = "siren" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""


@dataclass
class Home:
    """The Pi, its daemon, and when something was last cut."""

    net: Net
    relay: PiRelay
    measured: Callable[[str], None]
    cut_at: float = 0.0
    counted: dict[str, int] = field(default_factory=dict)

    async def start(self, first: str = "wifi", second: str = "dongle") -> None:
        """Start the daemon, and wait until both ways are proved."""
        text = HOUSE.format(night=far_night(), port=WEB_PORT, first=first, second=second)
        self.relay.file.write_text(text)
        await self.relay.start()
        for path in ("wifi", "dongle"):
            await self.net.until_path(path, "up")

    def cut(self) -> None:
        """Note the moment from which all is counted, time and packets."""
        self.cut_at = asyncio.get_running_loop().time()
        self.counted = {side.interface: side.packets() for side in self.sides}

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both ways out."""
        return self.net.wifi, self.net.dongle

    def took_s(self) -> float:
        """How long it is since the cut."""
        return asyncio.get_running_loop().time() - self.cut_at

    def came_by(self, side: Side) -> int:
        """How many packets of the Pi came by that link since the cut."""
        return side.packets() - self.counted[side.interface]

    async def low(self, wearer: str = "mia") -> None:
        """Publish a reading that is an emergency."""
        reading = {"value": 2.4, "at": datetime.now(UTC).isoformat()}
        document = msgspec.json.encode(reading).decode()
        assert await self.net.told(f"publish relayd/{wearer}/glucose {document}") == "done\n"

    async def delivered(self, side: Side, case: str, wearer: str = "mia") -> float:
        """Wait until the far side of *side* has the alert about *wearer*; say how long it took."""
        await until(
            lambda: any(key.startswith(f"{wearer}-") for key in side.heard("alerts")),
            PROMISE_S,
            self.relay.text,
        )
        took_s = self.took_s()
        counted = ", ".join(f"{each.interface} {self.came_by(each)}" for each in self.sides)
        self.measured(
            f"{case}: {took_s:.1f} s from the cut to delivery by {side.interface} "
            f"(packets that came since: {counted})"
        )
        assert took_s < PROMISE_S
        assert self.came_by(side) > 0, "packets went by the way that is left"
        return took_s


@pytest.fixture
async def home(tmp_path: Path, measured: Callable[[str], None]) -> AsyncIterator[Home]:
    with built(tmp_path) as net:
        home = Home(net, PiRelay(tmp_path / "relayd.toml", [*net.within, *RELAYD]), measured)
        try:
            yield home
        finally:
            await home.relay.kill()


CUTS = {
    "link down": (Side.down, "down", "no link: wlan0 is switched off"),
    "black hole": (Side.drop_both_ways, "down", "no"),
    "one-way loss, questions": (Side.drop, "down", "no"),
    "one-way loss, answers": (lambda side: side.drop(answers_only=True), "down", "no"),
    "names dead": (lambda side: side.drop("udp dport 53"), "down", "could not be looked up"),
    "captive portal": (Side.portal, "unproven", "a captive portal?"),
}


@pytest.mark.parametrize("case", CUTS)
async def test_an_alert_leaves_by_the_way_that_is_left(home: Home, case: str) -> None:
    """The cut comes with the emergency: nothing is known of it yet when the call is made."""
    act, state, words = CUTS[case]
    await home.start()
    net = home.net
    act(net.wifi)
    home.cut()
    await home.low()
    await home.delivered(net.dongle, case)
    if "answers" not in case:  # what is sent there may well arrive, and nobody can know
        assert net.wifi.heard("alerts") == []
    if case == "link down":
        assert home.came_by(net.wifi) == 0, "not one packet left by it"
    assert words in await net.until_path("wifi", state)


async def test_a_link_that_goes_down_carries_nothing_and_is_known_at_once(home: Home) -> None:
    """Known before the call is made, a lost way costs the call no time."""
    await home.start()
    home.net.wifi.down()
    home.cut()
    await home.net.until_path("wifi", "down")
    home.measured(f"link down: known after {home.took_s():.1f} s")
    home.cut()
    await home.low()
    await home.delivered(home.net.dongle, "link known to be down")
    assert home.came_by(home.net.wifi) == 0, "not one packet left by it"


async def test_a_link_that_flaps_neither_holds_an_alert_nor_is_trusted_at_once(home: Home) -> None:
    await home.start()
    for _ in range(3):
        home.net.wifi.down()
        await home.net.until_path("wifi", "down")
        home.net.wifi.up()
        await home.net.until_path("wifi", "up")
    home.net.wifi.down()
    home.cut()
    await home.low()
    await home.delivered(home.net.dongle, "flapping")
    await home.net.until_path("wifi", "down")
    home.net.wifi.up()
    before = len(home.net.wifi.heard("probes"))
    await home.net.until_path("wifi", "up")
    assert len(home.net.wifi.heard("probes")) >= before + 2, "one proof is not enough now"


async def test_a_link_that_flaps_every_ten_seconds_delays_no_alert(home: Home) -> None:
    """Ten seconds there, ten seconds gone, and again: one alert as it goes, one as it returns."""
    await home.start()
    wifi = home.net.wifi
    async with asyncio.TaskGroup() as group:
        flapping = group.create_task(flap(wifi))
        await home.net.until_path("wifi", "down")
        home.cut()
        await home.low("mia")
        await home.delivered(home.net.dongle, "flapping every 10 s, as it goes", "mia")
        await home.net.until_path("wifi", "up")
        await home.net.until_path("wifi", "down")
        home.cut()
        await home.low("leo")
        await home.delivered(home.net.dongle, "flapping every 10 s, gone again", "leo")
        flapping.cancel()


async def flap(side: Side) -> None:
    """Switch it off and on for ever."""
    while True:
        side.down()
        await asyncio.sleep(FLAP_S)
        side.up()
        await asyncio.sleep(FLAP_S)


async def test_a_dongle_may_be_unplugged_and_come_back(home: Home) -> None:
    """What comes back is another interface of the same name: old sockets lead nowhere."""
    await home.start(first="dongle", second="wifi")
    home.net.dongle.unplug()
    home.cut()
    await home.low()
    await home.delivered(home.net.wifi, "unplugged")
    assert "there is no interface" in await home.net.until_path("dongle", "down")
    home.net.dongle.plug_in()
    home.cut()
    await home.net.until_path("dongle", "up")
    home.measured(f"plugged in: proved after {home.took_s():.1f} s")
    home.net.wifi.down()
    home.cut()
    await home.low("leo")
    await home.delivered(home.net.dongle, "back again", "leo")
    assert not any(key.startswith("leo-") for key in home.net.wifi.heard("alerts"))


async def test_with_both_ways_lost_an_alert_leaves_by_the_first_that_returns(home: Home) -> None:
    await home.start()
    home.net.wifi.down()
    home.net.dongle.drop()
    await home.low()
    await home.relay.until_said("path.lost", path="dongle")
    await home.relay.until_said("attempt.undeliverable")
    assert home.net.wifi.heard("alerts") == home.net.dongle.heard("alerts") == []
    home.cut()  # before: it may come through while one counts
    home.net.dongle.let_through()
    await home.delivered(home.net.dongle, "both lost, one back")
    home.net.wifi.up()
    await home.net.until_path("wifi", "up")
    await home.net.until_path("dongle", "up")
