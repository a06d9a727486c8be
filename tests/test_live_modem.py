"""The Pi's own SIM, live: the daemon, the real ModemManager, and an emulated modem on a bus."""

from pathlib import Path

import aiohttp
import pytest
from doubles.at_modem import AtModem, deliver, status_report
from live import ANA, living
from live_relay import until
from modems import manager, private_bus

pytestmark = pytest.mark.live

PEOPLE = f"""
[paths.second]
interface = "lo"
[channels.sim]
kind = "modem-sms"
network = "three-uk"
[carers.ana]
name = "Ana"
routes = [{{ channel = "sim", to = "{ANA}" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""


async def test_a_low_goes_out_by_the_sim_is_proven_and_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that works with the house's internet dead: one text, though there are two paths."""
    async with (
        private_bus(tmp_path) as address,
        manager(address, tmp_path) as running,
        AtModem(f"relayd-live-{tmp_path.name}") as modem,
        living(tmp_path, PEOPLE) as house,
    ):
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        await running.plug_in(modem)
        await house.start()
        await house.relay.until_said("modem.reported", modem="sim", up="True")
        await house.outsider.glucose(2.6)
        await until(lambda: modem.sent, what=house.relay.text)
        await house.relay.until_said("attempt.sent", attempt="mia-1/1")
        modem.report(status_report(1, ANA, 0))
        await house.relay.until_said("attempt.delivered", attempt="mia-1/1")
        await until(lambda: house.outsider.alert().get("presence") == "on")

        modem.receive(3, deliver(ANA, "1"))
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
        await until(lambda: len(modem.sent) == 2, what=house.relay.text)  # "you have it"
        (begun,) = house.relay.said("attempt.begun", attempt="mia-1/1")
        assert "path" not in begun, "the SIM is a way of its own"


async def test_the_daemon_says_that_its_modem_is_gone_and_shows_who_serves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead SIM is known before it is needed."""
    async with private_bus(tmp_path) as address, living(tmp_path, PEOPLE) as house:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        await house.start()
        await house.relay.until_said("modem.reported", modem="sim", up="False")
        web = house.relay.file.read_text().partition('listen = "')[2].partition('"')[0]
        signed_in = aiohttp.ClientSession(headers={"Authorization": "Bearer sesame"})
        async with signed_in as session, session.get(f"http://{web}/api/state") as answer:
            (sim,) = (await answer.json())["modems"]
        assert (sim["channel"], sim["state"], sim["network"]) == ("sim", "down", "three-uk")
        assert "ModemManager" in sim["evidence"]
        assert house.relay.status is None


async def test_without_its_package_the_others_still_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence in the log, and no traceback: the push goes out all the same."""
    hidden = tmp_path / "hidden" / "dbus_fast"
    hidden.parent.mkdir()
    (hidden.parent / "sitecustomize.py").write_text(HIDE)
    monkeypatch.setenv("PYTHONPATH", str(hidden.parent))
    push = '{ channel = "push", to = "relayd-ana-k3f9x" }, { channel = "sim"'
    async with living(tmp_path, PEOPLE.replace('{ channel = "sim"', push)) as house:
        await house.start()
        await house.relay.until_said("modem.reported", modem="sim", up="False")
        assert "relayd[modem]" in house.relay.text()
        await house.outsider.glucose(2.6)
        await until(lambda: house.push.pushed("relayd-ana-k3f9x"), what=house.relay.text)
        assert "Traceback" not in house.relay.text()


HIDE = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name == "dbus_fast" else real(name, package)
)
"""
