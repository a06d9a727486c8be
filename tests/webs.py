"""A running page for tests: the real engine and store, a clock to turn, and nothing sent."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from aiohttp import ClientSession, CookieJar, TCPConnector
from houses import home, minutes

from relayd.answers import AnswerDesk
from relayd.clock import Clock
from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.engine import Engine
from relayd.domain.event import AttemptReported, Event, ReadingsReceived, Started
from relayd.domain.household import Household
from relayd.domain.reading import Bound, GlucoseReading, SeizureReading, Trend, WatchState
from relayd.domain.secret import Secret
from relayd.modems import Modem
from relayd.pulse import Pulse
from relayd.store import Store
from relayd.tokens import Signer
from relayd.web import Web

WITHIN_S = 30.0
TOKEN = "a long word that nobody guesses"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class TurnedClock(Clock):
    """A clock that can be turned on."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        """Steady time, and what it was turned on by."""
        return super().now() + self.ahead


@dataclass
class Settings:
    """What the page is told of the household file."""

    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    token: Secret | None = field(default_factory=lambda: Secret(TOKEN))
    metrics: bool = True
    name: str = "home"
    paths: tuple[str, ...] = ("broadband", "dongle")
    watcher: object | None = None

    @property
    def web(self) -> Self:
        """It is its own ``[web]``."""
        return self


class Relay:
    """As much of a daemon as the page needs. Nothing it decides is sent anywhere."""

    def __init__(self, folder: Path, household: Household | None = None) -> None:
        self.store = Store(
            folder / "relayd.db",
            loop=asyncio.get_running_loop(),
            on_state=lambda _well, _why: None,
        )
        kept, _ = self.store.open()
        self.clock: Clock = TurnedClock()
        self.engine = Engine(household or home(), kept, self.clock.now())
        self.signer = Signer(b"sixteen bytes at least")
        self.answers = AnswerDesk(self.engine.household, self.signer, self.engine.attempt)
        self.pulse = Pulse(self)
        self.modems: list[Modem] = []
        self.taken: list[Event] = []
        self.take(Started())

    def take(self, event: Event, done: Callable[[], None] | None = None) -> None:
        """Hand *event* to the engine, as the daemon does."""
        self.taken.append(event)
        turn = self.engine.handle(event, self.clock.now())
        if turn.rows:
            self.store.write(turn.rows, turn.within, done)
        elif done is not None:
            done()

    def later(self, by_minutes: float) -> None:
        """Turn the clock on; the engine is not woken by it."""
        assert isinstance(self.clock, TurnedClock)
        self.clock.ahead += minutes(by_minutes)

    def read(
        self, mg_dl: float, ago: float = 0, trend: Trend | None = None, bound: Bound = Bound.WITHIN
    ) -> None:
        """Mia's sensor says *mg_dl*, stamped *ago* minutes before now."""
        at = self.clock.now() - minutes(ago)
        self.take(ReadingsReceived((GlucoseReading("mia", mg_dl, at, trend, bound),)))

    def watch(self, state: WatchState) -> None:
        """Leo's watch says *state*."""
        self.take(ReadingsReceived((SeizureReading("leo", state, self.clock.now()),)))

    def report(self, attempt: str, status: Dissemination, failure: Failure | None = None) -> None:
        """A channel says how far *attempt* got."""
        self.take(AttemptReported(attempt, status, failure))

    def alert(self, alert: str = "mia-1") -> Alert:
        """One alert as it stands."""
        case = self.engine.desk.case_of(alert)
        assert case is not None
        return case.alert

    def attempt(self, carer: str = "ana", alert: str = "mia-1") -> Attempt:
        """The newest attempt to reach *carer*."""
        return [a for a in self.engine.attempts(alert) if a.carer == carer][-1]

    def link(self, carer: str = "ana", alert: str = "mia-1") -> str:
        """The link in the newest message to *carer*."""
        return f"/a/{self.signer.token(self.attempt(carer, alert).id)}"

    async def happened(self, event: str) -> int:
        """How many lines of this kind the timeline on disk has."""
        return sum(line.event == event for _, line in await self.store.timeline(0, 10_000))


class Site:
    """A page that is open, and a browser's view of it."""

    def __init__(self, relay: Relay, settings: Settings | None = None) -> None:
        self.relay = relay
        self.web = Web(relay, settings or Settings())
        self.client: ClientSession

    async def __aenter__(self) -> Self:
        await self.web.open()
        base = f"http://127.0.0.1:{self.web.port}"
        jar = CookieJar(unsafe=True)
        self.client = ClientSession(base, cookie_jar=jar, connector=TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        await self.web.close()
        self.relay.store.close()

    async def settled(self) -> None:
        """Wait until everything so far is on disk, and told to those who count."""
        written = asyncio.Event()
        self.relay.store.write((), done=written.set)
        async with asyncio.timeout(WITHIN_S):
            await written.wait()

    async def get(self, path: str, *, signed_in: bool = True) -> str:
        """The text of one page, which must be there."""
        async with self.client.get(path, headers=BEARER if signed_in else {}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()


def words(page: str) -> str:
    """What a person reads on *page*."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
