"""The prober: links it sees come and go, questions it asks, and what it tells the engine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from houses import Drive
from live_relay import until
from probings import SELDOM, Interfaces, World, at, probing

from relayd.channels import Outcome
from relayd.config import Probe
from relayd.domain.belief import PathState
from relayd.domain.delivery import Dissemination, Failure
from relayd.networks import NetworkTable
from relayd.probing import metered
from relayd.probing_link import look

UP, DOWN, UNPROVEN = PathState.UP, PathState.DOWN, PathState.UNPROVEN
SENT = Outcome(Dissemination.SENT)
UNANSWERED = Outcome(Dissemination.UNDELIVERABLE, Failure.PATH_DOWN)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    runner = web.ServerRunner(web.Server(world.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.port = runner.addresses[0][1]
    yield world
    await runner.cleanup()


@pytest.fixture
def interfaces(tmp_path: Path) -> Interfaces:
    return Interfaces(tmp_path)


async def test_what_changes_is_told_once(interfaces: Interfaces, world: World) -> None:
    async with probing(interfaces, at(world)) as (pi, _):
        await pi.until(UP)
        assert pi.told[0][1] == "127.0.0.1 answered HTTP 204 as expected"
        asked = world.asked
        await until(lambda: world.asked > asked + 2)
        world.status = None
        await pi.until(UP, DOWN)
        world.status = 204
        await pi.until(UP, DOWN, UP)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<html>Welcome", "HTTP 200 in place of 204"),
        (302, "", "redirected, HTTP 302"),
        (511, "", "HTTP 511 in place of 204"),
    ],
)
async def test_whoever_answers_otherwise_proves_nothing(
    interfaces: Interfaces, world: World, status: int, body: str, words: str
) -> None:
    """A captive portal answers everything, and carries nothing."""
    async with probing(interfaces, at(world)) as (pi, _):
        await pi.until(UP)
        world.status, world.body = status, body
        await pi.until(UP, UNPROVEN)
        assert "something answered that was not expected: a captive portal?" in pi.told[1][1]
        assert words in pi.told[1][1]


async def test_the_body_must_be_the_expected_one(interfaces: Interfaces, world: World) -> None:
    world.status, world.body = 200, "fine"
    async with probing(interfaces, at(world, 200, "ok")) as (pi, _):
        await pi.until(UNPROVEN)
        assert "other words" in pi.told[0][1]
        world.body = "ok\n"
        await pi.until(UNPROVEN, UP)


async def test_a_certificate_nobody_vouches_for_is_a_stranger_s(
    interfaces: Interfaces, tmp_path: Path
) -> None:
    from brokers import Certificates  # noqa: PLC0415 -- it skips where there is no openssl

    certificates = Certificates.make(tmp_path / "keys")
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=certificates.server()
    )
    port = server.sockets[0].getsockname()[1]
    async with server, probing(interfaces, Probe(f"https://127.0.0.1:{port}/")) as (pi, _):
        await pi.until(UNPROVEN)
        assert "certificate" in pi.told[0][1]


async def test_any_one_probe_as_expected_is_enough(interfaces: Interfaces, world: World) -> None:
    dead = Probe("http://127.0.0.1:1/")
    async with probing(interfaces, dead, at(world, 200), at(world)) as (pi, _):
        await pi.until(UP)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("flags", "0x8", "switched off"),
        ("carrier", "0", "no carrier"),
        ("operstate", "lowerlayerdown", "no carrier"),
    ],
)
async def test_a_lost_link_is_seen_without_a_question(
    interfaces: Interfaces, world: World, name: str, text: str, words: str
) -> None:
    async with probing(interfaces, at(world), timing=SELDOM) as (pi, _):
        await pi.until(UP)
        before = look(interfaces.folder, "lo")
        assert before.fault is None
        interfaces.set(name, text)
        await pi.until(UP, DOWN)
        assert words in pi.told[1][1]
        interfaces.set(name, {"flags": "0x9", "carrier": "1", "operstate": "up"}[name])
        await pi.until(UP, DOWN, UP)


async def test_an_interface_may_vanish_and_come_back(interfaces: Interfaces, world: World) -> None:
    async with probing(interfaces, at(world), timing=SELDOM) as (pi, _):
        await pi.until(UP)
        interfaces.unplug()
        await pi.until(UP, DOWN)
        assert pi.told[1][1] == "no link: there is no interface lo"
        interfaces.plug_in(7)
        await pi.until(UP, DOWN, UP)


async def test_a_driver_that_claims_no_carrier_and_carries_is_not_believed(
    interfaces: Interfaces, world: World
) -> None:
    """Some modems never say that they have a carrier."""
    interfaces.set("carrier", "0")
    async with probing(interfaces, at(world)) as (pi, _):
        await until(lambda: pi.states and pi.states[-1] is UP)
        asked = world.asked
        await until(lambda: world.asked > asked + 5)
        assert pi.states[-1] is UP


async def test_what_it_was_told_of_sends_counts_where_nothing_is_probed(
    interfaces: Interfaces,
) -> None:
    async with probing(interfaces) as (pi, prober):
        prober.used("home", SENT)
        prober.used("home", UNANSWERED)
        prober.used("home", SENT)
        prober.used("home", None)
        prober.used(None, SENT)
        assert pi.states == [UP, UNPROVEN, UP, UNPROVEN]
        interfaces.unplug()
        await pi.until(UP, UNPROVEN, UP, UNPROVEN, DOWN)


async def test_a_send_without_an_answer_has_the_world_asked_at_once(
    interfaces: Interfaces, world: World
) -> None:
    """And while a carer is being called, one failure is enough."""
    drive = Drive()
    async with probing(interfaces, at(world), timing=SELDOM, drive=drive) as (pi, prober):
        await pi.until(UP)
        drive.glucose(50)
        await until(lambda: world.asked == 2)
        world.status = None
        prober.used("home", UNANSWERED)
        await pi.until(UP, DOWN)


async def test_where_bytes_cost_money_connections_are_kept(
    interfaces: Interfaces, world: World
) -> None:
    async with probing(interfaces, at(world), network="three-uk") as (_, _prober):
        await until(lambda: world.asked >= 20)
        assert len(world.connections) <= world.asked // 5 + 2


@pytest.mark.parametrize(
    ("network", "costs"),
    [(None, False), ("bt-broadband-uk", False), ("three-uk", True), ("nobody-knows-it", True)],
)
def test_bytes_are_counted_on_all_but_lines(network: str | None, costs: bool) -> None:  # noqa: FBT001
    assert metered(NetworkTable(), network) is costs


async def test_a_path_that_is_lost_or_answered_by_a_stranger_comes_later(
    interfaces: Interfaces, world: World
) -> None:
    async with probing(interfaces, at(world)) as (pi, prober):
        assert prober.doubts("home") == 0
        await pi.until(UP)
        assert prober.doubts("home") == prober.doubts(None) == 0
        world.status = 200
        await pi.until(UP, UNPROVEN)
        assert prober.doubts("home") == 1
        interfaces.unplug()
        await pi.until(UP, UNPROVEN, DOWN)
        assert prober.doubts("home") == 2


async def test_who_waits_on_an_interface_that_is_gone_is_told_now(
    interfaces: Interfaces, world: World
) -> None:
    """The next way out need not wait for a time limit."""
    async with probing(interfaces) as (pi, _):
        world.held = asyncio.Event()
        url = f"http://127.0.0.1:{world.port}/"
        waiting = asyncio.create_task(pi.paths.session("home").post(url))
        await until(lambda: world.asked)
        interfaces.unplug()
        with pytest.raises(aiohttp.ClientError):
            await asyncio.wait_for(waiting, 30)
        world.held.set()
