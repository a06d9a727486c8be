"""The heartbeat to the watcher outside: over any way, of the engine's progress, never a lie."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from health_checks import HealthChecks
from houses import Drive
from live import living
from live_relay import until

from relayd.clock import Clock
from relayd.config import PathSettings, WatcherSettings
from relayd.domain.engine import Engine
from relayd.domain.event import Event, Woke
from relayd.domain.secret import Secret
from relayd.paths import Paths
from relayd.pulse import Pulse
from relayd.watcher import Heartbeat

HOME, GONE = PathSettings("home", "lo"), PathSettings("gone", "nosuch0")


class HeldClock(Clock):
    """A clock that can be turned on."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        """Steady time, and what it was turned on by."""
        return super().now() + self.ahead


@dataclass
class Relay:
    """As much of a daemon as the heartbeat asks for; its engine is real."""

    paths: Paths
    engine: Engine = field(default_factory=lambda: Drive(start=Clock().now()).engine)
    clock: Clock = field(default_factory=Clock)
    order: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.pulse = Pulse(self)

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        self.engine.handle(event, self.clock.now())

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths in the order of the test."""
        return self.order or self.paths.names(paths)

    def progressing(self) -> bool:
        """Whether the engine keeps up, as the daemon's own pulse says it."""
        return self.pulse.progressing()


@contextlib.asynccontextmanager
async def beating(
    url: str, *ways: PathSettings, every_s: float = 0.01
) -> AsyncIterator[tuple[Relay, Heartbeat, "asyncio.Task[None]"]]:
    """A heart that beats a hundred times a second."""
    paths = Paths({way.name: way for way in ways})
    paths.open()
    relay = Relay(paths, order=[way.name for way in ways])
    heart = Heartbeat(relay, WatcherSettings(Secret(url), timedelta(seconds=every_s)))
    task = asyncio.create_task(heart.run())
    try:
        yield relay, heart, task
        assert not task.done(), "the heart never stops by itself"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await paths.close()


@pytest.mark.parametrize("ways", [(), (HOME,), (GONE, HOME), (HOME, GONE)], ids=str)
async def test_it_beats_over_any_way_that_is_left(ways: tuple[PathSettings, ...]) -> None:
    """The first path is gone: the watcher must not raise the alarm for a Pi that is well."""
    async with HealthChecks() as checks, beating(checks.url, *ways) as (_, heart, _task):
        await until(lambda: len(checks.pings) > 3)
        assert heart.heard


async def test_with_every_way_gone_nothing_is_heard_until_one_is_back() -> None:
    async with HealthChecks() as checks, beating(checks.url, HOME, GONE) as (relay, heart, _):
        relay.order = ["gone"]
        await until(lambda: heart.heard is False)
        assert checks.pings == []
        relay.order = ["gone", "home"]
        await until(lambda: heart.heard is True)


async def test_an_engine_that_hangs_stops_the_heart_though_the_process_lives() -> None:
    """It is behind its own deadline: nobody would be called, and the watcher must say so."""
    async with HealthChecks() as checks, beating(checks.url, HOME) as (relay, _, _task):
        await until(lambda: len(checks.pings) > 3)
        due = relay.engine.next_deadline()
        assert due is not None
        clock = HeldClock()
        clock.ahead = due - clock.now() + timedelta(seconds=11)
        relay.clock = clock
        count = await settled(checks)
        checks.now += timedelta(minutes=5)
        await asyncio.sleep(0.1)  # ten beats, if it beat
        assert len(checks.pings) == count
        assert checks.raised
        relay.engine.handle(Woke(), relay.clock.now())
        await until(lambda: len(checks.pings) > count)
        assert not checks.raised


async def settled(checks: HealthChecks) -> int:
    """How many pings there are once none is under way."""
    count = -1
    while count != len(checks.pings):
        count = len(checks.pings)
        await asyncio.sleep(0.1)
    return count


async def test_a_relay_that_dies_at_every_start_does_not_pass_for_one_that_is_well() -> None:
    """Started again every few seconds it calls nobody; a beat at each start would hide that."""
    async with HealthChecks() as doomed, HealthChecks() as well, beating(well.url, HOME):
        for start in range(1, 4):
            async with beating(doomed.url, HOME, every_s=60):
                await until(lambda start=start: len(well.pings) > 4 * start)  # type: ignore[misc]
        doomed.now += timedelta(minutes=5)
        assert doomed.pings == []


@pytest.mark.parametrize("status", [503, 404, 429, 302])
async def test_what_the_watcher_refuses_is_not_heard(status: int) -> None:
    """A redirect is no ear either: it may be a captive portal."""
    async with HealthChecks(status=status) as checks, beating(checks.url, HOME) as (_, heart, _t):
        await until(lambda: heart.heard is False)
        checks.status = 200
        await until(lambda: heart.heard is True)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/ping", "http://no such host/", "hc.example/ping", "http://[::1/"]
)
async def test_a_bad_address_ends_neither_the_heart_nor_the_daemon(url: str) -> None:
    async with beating(url, HOME) as (_, heart, task):
        await until(lambda: heart.heard is False)
        await asyncio.sleep(0.05)
        assert not task.done()


async def test_a_watcher_that_hangs_is_given_up() -> None:
    """It takes the request and never answers."""
    async with (
        HealthChecks(held=asyncio.Event()) as checks,
        beating(checks.url, HOME) as (_, heart, _task),
    ):
        await until(lambda: heart.heard is False)
        assert checks.pings == []


WATCHED = """
[watcher]
heartbeat = "{url}"
every = "1 s"
[carers.ana]
name = "Ana"
routes = [{{ channel = "pager" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""


@pytest.mark.live
async def test_the_real_daemon_killed_is_told_of_within_five_minutes(tmp_path: Path) -> None:
    """SAFETY L8: power gone, or the process: somebody outside the house notices."""
    async with (
        HealthChecks() as checks,
        living(tmp_path, WATCHED.format(url=checks.url)) as house,
    ):
        await house.start()
        await until(lambda: len(checks.pings) > 1, what=house.relay.text)
        checks.now += timedelta(minutes=1)
        count = len(checks.pings)
        await until(lambda: len(checks.pings) > count, what=house.relay.text)
        assert not checks.raised
        assert checks.url.rpartition("/")[2] not in house.relay.text(), "who knows it can feign us"
        await house.relay.kill()
        died_at = checks.now
        checks.now = died_at + timedelta(minutes=3)
        assert not checks.raised, "a restart is not yet worth a call"
        checks.now = died_at + timedelta(minutes=5)
        assert checks.raised
        await house.start()
        count = len(checks.pings)
        await until(lambda: len(checks.pings) > count, what=house.relay.text)
        assert not checks.raised, "it is back"
