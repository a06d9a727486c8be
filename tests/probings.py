"""A prober at work in a test: interfaces out of files, a world on the loopback, what it told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from houses import Drive
from live_relay import until

from relayd.clock import Clock
from relayd.config import PathSettings, Probe
from relayd.domain.belief import PathState
from relayd.domain.engine import Engine
from relayd.domain.event import Event, PathReported
from relayd.networks import NetworkTable
from relayd.paths import Paths
from relayd.probing import Prober
from relayd.probing_watch import Timing

FAST = Timing(glance_s=0.01, idle_s=0.05, metered_s=0.05, again_s=0.01, within_s=5, apart_s=0.01)
SELDOM = Timing(glance_s=0.01, idle_s=3600, metered_s=3600, again_s=3600, alert_s=3600, apart_s=0)


class Interfaces:
    """A folder like /sys/class/net with the one interface ``lo``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lo = folder / "lo"
        self.plug_in()

    def plug_in(self, index: int = 1) -> None:
        """Put it there, up and well."""
        made = self.folder / f"made-{index}"
        made.mkdir()
        for name, text in (("ifindex", index), ("flags", "0x9"), ("carrier", 1)):
            (made / name).write_text(f"{text}\n")
        (made / "operstate").write_text("unknown\n")
        made.rename(self._lo)

    def unplug(self) -> None:
        """Take it away."""
        self._lo.rename(self.folder / f"away-{len(list(self.folder.iterdir()))}")

    def set(self, name: str, text: str) -> None:
        """Have the kernel say something else of it."""
        fresh = self._lo / "fresh"
        fresh.write_text(f"{text}\n")
        fresh.rename(self._lo / name)


@dataclass
class World:
    """A server that answers as it is told to; without a status it hangs up."""

    status: int | None = 204
    body: str = ""
    asked: int = 0
    connections: set[object] = field(default_factory=set)
    port: int = 0
    held: asyncio.Event | None = None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one question."""
        self.asked += 1
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername"))
        if self.held is not None:
            await self.held.wait()
        if self.status is None:
            request.transport.abort()
        headers = {"Location": "/login"} if self.status == 302 else {}
        return web.Response(status=self.status or 200, text=self.body, headers=headers)


@dataclass
class Pi:
    """What the prober sees of the daemon, and what it told."""

    engine: Engine
    paths: Paths
    clock: Clock = field(default_factory=Clock)
    told: list[tuple[PathState, str]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Keep what was told."""
        assert isinstance(event, PathReported)
        self.told.append((event.state, event.evidence))

    @property
    def states(self) -> list[PathState]:
        """The states told, in order."""
        return [state for state, _ in self.told]

    async def until(self, *states: PathState) -> None:
        """Wait until exactly *states* were told."""
        await until(lambda: self.states == list(states), what=lambda: str(self.told))


@contextlib.asynccontextmanager
async def probing(
    interfaces: Interfaces,
    *probes: Probe,
    timing: Timing = FAST,
    drive: Drive | None = None,
    network: str | None = None,
) -> AsyncIterator[tuple[Pi, Prober]]:
    """A prober at work on the path ``home``."""
    settings = {"home": PathSettings("home", "lo", network, (), probes)}
    pi = Pi((drive or Drive()).engine, Paths(settings))
    pi.paths.open()
    prober = Prober(pi, settings, NetworkTable(), timing, interfaces.folder)
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: object, name: str) -> asyncio.Task[None]:
        assert asyncio.iscoroutine(work)
        tasks.append(asyncio.create_task(work, name=name))
        return tasks[-1]

    prober.begin(spawn)
    try:
        yield pi, prober
        assert not any(task.done() for task in tasks), "the watch never ends by itself"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await pi.paths.close()


def at(world: World, status: int = 204, body: str | None = None) -> Probe:
    return Probe(f"http://127.0.0.1:{world.port}/generate_204", status, body)
