"""What a drill holds dead, and how a send over it fails: as it would if it were truly dead."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from errno import ENETUNREACH

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from relayd.channels import Channel, Message, Outcome, Reply
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.fate import Components
from relayd.outbox_receipts import Sessions
from relayd.outbox_wires import AT_ONCE_BY_PRIORITY, Lane, Wire

WHY = "held dead for a drill"
UNSENT = "held dead"  # the receipt of a call that was never made
GIVEN_UP_AFTER_S = 8.0  # so long a network looks for a phone that is off; from experience


@dataclass(frozen=True, slots=True)
class Outage:
    """One thing that is held dead: *component* as a story names it, and in words."""

    component: str
    words: str


@dataclass(frozen=True, slots=True)
class Held:
    """All that a drill holds dead.

    *paths* carry nothing. *channels* have a service that does not answer, whatever path is taken.
    *far* are routes, as carer, channel and address, whose end is dead: the service takes what is
    sent, and nothing ever proves it; over *calling* channels the call is given up. *doubtful* are
    routes held dead only because nobody knows which network they ride on. *components* are what
    was named, for a rehearsal of the same.
    """

    outages: tuple[Outage, ...] = ()
    paths: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    far: frozenset[tuple[str, str, str]] = frozenset()
    calling: frozenset[str] = frozenset()
    doubtful: tuple[str, ...] = ()
    components: Components = frozenset()


class Nowhere(AbstractResolver):
    """Finds no name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Fail, as a line that is dead does."""
        del host, port, family
        raise OSError(ENETUNREACH, WHY)

    async def close(self) -> None:
        """Nothing is open."""


def _no_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    del address
    raise OSError(ENETUNREACH, WHY)


def dead_session() -> aiohttp.ClientSession:
    """A session that reaches nobody. Close it."""
    connector = aiohttp.TCPConnector(
        resolver=Nowhere(), socket_factory=_no_socket, use_dns_cache=False
    )
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


class HeldPaths:
    """The real paths, but those that are held dead lead nowhere."""

    def __init__(self, paths: Sessions, held: Held, dead: aiohttp.ClientSession) -> None:
        self._paths = paths
        self._held = held
        self._dead = dead

    def session(self, path: str | None) -> aiohttp.ClientSession:
        """The session that leaves by *path*, or a dead one."""
        return self._dead if path in self._held.paths else self._paths.session(path)


class HeldChannel:
    """A real channel, but what is held dead of it is dead."""

    def __init__(
        self,
        channel: Channel,
        held: Held,
        dead: aiohttp.ClientSession,
        given_up_after_s: float = GIVEN_UP_AFTER_S,
    ) -> None:
        self._given_up_after_s = given_up_after_s
        self.name = channel.name
        self._channel = channel
        self._held = held
        self._dead = dead

    def _over(self, session: aiohttp.ClientSession) -> aiohttp.ClientSession:
        return self._dead if self.name in self._held.channels else session

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Say *message* once; to a far end that is held dead it is not said at all."""
        over = self._over(session)
        far = (message.carer, self.name, message.to) in self._held.far
        if far and over is not self._dead:
            calls = self.name in self._held.calling
            return Outcome(Dissemination.SENT, receipt=UNSENT if calls else None)
        return await self._channel.send(message, over)

    def follow(self, receipt: str, session: aiohttp.ClientSession) -> AsyncIterator[Outcome]:
        """What becomes of a message; of a call to a phone that is held dead, what would."""
        if receipt == UNSENT:
            return _given_up(self._given_up_after_s)
        return self._channel.follow(receipt, self._over(session))

    def replies(self, session: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        """What carers send back."""
        return self._channel.replies(self._over(session))

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Stop what still rings; that is never held back."""
        if receipt != UNSENT:
            await self._channel.withdraw(receipt, session)


async def _given_up(after_s: float) -> AsyncGenerator[Outcome, None]:
    await asyncio.sleep(after_s)
    yield Outcome(Dissemination.UNDELIVERABLE, Failure.UNREACHABLE, words=WHY)


def held_wires(
    wires: Mapping[str, Wire], held: Held, dead: aiohttp.ClientSession
) -> dict[str, Wire]:
    """The channels of a drill: the real ones behind what is held dead, in lanes of their own."""
    return {
        name: Wire(
            HeldChannel(wired.channel, held, dead),
            wired.paths,
            {priority: Lane(most) for priority, most in AT_ONCE_BY_PRIORITY.items()},
        )
        for name, wired in wires.items()
    }
