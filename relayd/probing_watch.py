"""The watch over one path: its link, the world behind it, and what messages show."""

import asyncio
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from relayd.clock import Clock
from relayd.domain.alert import Priority
from relayd.domain.belief import PathState
from relayd.domain.engine import Engine
from relayd.domain.event import Event, PathReported
from relayd.paths import Paths
from relayd.probing_link import Sight, look
from relayd.probing_question import Probe, Proof, Verdict, inquire
from relayd.probing_standing import Standing


@dataclass(frozen=True, slots=True)
class Timing:
    """How often links are looked at and the world is asked, in seconds.

    A lost link is known within *glance_s*. In quiet hours a black hole is known within a minute:
    *idle_s* or *metered_s*, two rounds of *within_s*, *again_s* and two rounds more. While somebody
    is being called one failure is enough, and a question is asked every *alert_s*. Where bytes cost
    money it is *metered_s*, and only each *fresh_every*-th question pays for its own connection.

    Measured with Ethernet headers and name look-ups, all is well: 1.1 KB a question over HTTP and
    4.8 KB over HTTPS, 2.6 or 12 MB a day; where bytes cost money 0.5 and 1.3 KB, 1.1 or 3 MB.
    """

    glance_s: float = 0.5
    idle_s: float = 35.0
    metered_s: float = 38.0
    again_s: float = 4.0
    alert_s: float = 10.0
    within_s: float = 4.0
    apart_s: float = 1.0
    fresh_every: int = 5


class Settings(Protocol):
    """What the prober must know of a path; the configuration's own type fits."""

    @property
    def interface(self) -> str: ...  # noqa: D102
    @property
    def network(self) -> str | None: ...  # noqa: D102
    @property
    def probe(self) -> Sequence[Probe]: ...  # noqa: D102


class Relay(Protocol):
    """What the prober asks of the daemon."""

    clock: Clock
    engine: Engine
    paths: Paths

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...


class Watch:
    """The watch over one path. What changes is posted once, as it changes."""

    def __init__(
        self,
        relay: Relay,
        name: str,
        settings: Settings,
        timing: Timing,
        *,
        metered: bool,
        interfaces: Path,
    ) -> None:
        self._relay = relay
        self._name = name
        self._interface = settings.interface
        self._probes = settings.probe
        self._metered = metered
        self._timing = timing
        self._interfaces = interfaces
        self.standing = Standing(relay.clock.now(), probed=self.probed)
        self._told: PathState | None = None
        self._sight = Sight()
        self._asked_at = -math.inf
        self._disbelieved = False
        self._calling = False
        self._asked = 0
        self._eager_s = timing.apart_s
        self._hurry = asyncio.Event()

    @property
    def probed(self) -> bool:
        """Whether anything is there to be asked."""
        return bool(self._probes)

    # The link -----------------------------------------------------------------

    async def keep_looking(self) -> None:
        """Look at the link until cancelled."""
        while True:
            await self._glance()
            before, self._calling = self._calling, calling(self._relay.engine)
            if self._calling and not before:
                self._hurry.set()
            await asyncio.sleep(self._timing.glance_s)

    async def _glance(self) -> None:
        before, sight = self._sight, look(self._interfaces, self._interface)
        if sight.fault is None:
            self._disbelieved = False
        elif not sight.gone and self._disbelieved:
            sight = Sight(index=sight.index)  # a driver that claims no carrier, and carries
        self._sight = sight
        first = before == Sight()
        replugged = before.index not in ("", sight.index)
        if sight == before or (first and sight.fault is None):
            return
        if sight.fault is not None:
            self.standing.link_lost(sight.fault, self._relay.clock.now())
        elif before.fault is not None or replugged:
            self.standing.link_returned(self._relay.clock.now())
            self._eager_s = self._timing.apart_s
            self._hurry.set()
        self._tell()
        await self._relay.paths.renew(self._name, cut=sight.gone or replugged)

    # The world ----------------------------------------------------------------

    async def keep_asking(self) -> None:
        """Ask until cancelled: at once where there is a reason, else after a pause."""
        while True:
            self._hurry.clear()
            if not self._sight.gone:
                await self._ask()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._hurry.wait()
            since_s = asyncio.get_running_loop().time() - self._asked_at
            await asyncio.sleep(self._timing.apart_s - since_s)

    async def _ask(self) -> None:
        self._asked += 1
        self._asked_at = asyncio.get_running_loop().time()
        sight = self._sight
        often = self._metered and not self._calling and self.standing.state is PathState.UP
        verdict = await inquire(
            self._relay.paths.session(self._name),
            self._probes,
            self._timing.within_s,
            fresh=not often or self._asked % self._timing.fresh_every == 0,
        )
        if self._sight.gone or self._sight.index != sight.index:
            return  # the answer speaks of a link that is no more
        self._weigh(verdict)
        self._tell()

    def _weigh(self, verdict: Verdict) -> None:
        now = self._relay.clock.now()
        match verdict.proof:
            case Proof.WORLD:
                self._disbelieved = self._disbelieved or self._sight.fault is not None
                self.standing.proved(verdict.evidence, now)
            case Proof.STRANGER:
                self.standing.met_a_stranger(verdict.evidence, now)
            case Proof.NOTHING:
                self.standing.failed(verdict.evidence, now, at_once=calling(self._relay.engine))

    def _pause_s(self) -> float:
        """How long nothing need be asked, unless something happens."""
        timing, standing = self._timing, self.standing
        usual_s = timing.metered_s if self._metered else timing.idle_s
        if calling(self._relay.engine):
            usual_s = timing.alert_s
        if standing.unsettled:
            return min(usual_s, timing.again_s)
        if standing.state is PathState.UP:
            self._eager_s = timing.apart_s
            return usual_s
        self._eager_s, eager_s = min(self._eager_s * 2, usual_s), self._eager_s
        return min(eager_s, usual_s)

    # What messages show -----------------------------------------------------------

    def carried(self) -> None:
        """A service answered over it; a path that was believed lost is asked at once."""
        self.standing.carried(self._relay.clock.now())
        if self.standing.state is not PathState.UP:
            self._hurry.set()
        self._tell()

    def doubted(self) -> None:
        """A message got no answer over it: ask now whose fault that is."""
        self.standing.doubted(self._relay.clock.now())
        self._hurry.set()
        self._tell()

    def _tell(self) -> None:
        if self.standing.state is self._told or not self.standing.known:
            return
        standing = self.standing
        self._told = standing.state
        report = PathReported(
            self._name, standing.state, standing.evidence, stranger=standing.estranged
        )
        self._relay.take(report)


def calling(engine: Engine) -> bool:
    """Whether an alert about a wearer is open that is no small matter: every second counts then."""
    return engine.anything_open and any(
        alert.priority > Priority.LOW
        for wearer in engine.wards
        if wearer is not None
        for alert in engine.open_alerts(wearer)
    )
