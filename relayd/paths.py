"""The Pi's own ways out. What is sent over a path leaves by its interface, or fails."""

import asyncio
import contextlib
import math
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

import aiohttp
from aiodns.error import (
    ARES_ECANCELLED,
    ARES_ECONNREFUSED,
    ARES_EREFUSED,
    ARES_ESERVFAIL,
    ARES_ETIMEOUT,
    DNSError,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import AsyncResolver

from relayd.log import get_logger
from relayd.paths_given import given

DNS_TIMEOUT_S = 1.0
DNS_TRIES = 2
NAMES_GOOD_FOR_S = 24 * 3600.0
NAMES_KEPT = 200
UNANSWERED = frozenset(
    {ARES_ETIMEOUT, ARES_ECONNREFUSED, ARES_ESERVFAIL, ARES_EREFUSED, ARES_ECANCELLED}
)
UNACKNOWLEDGED_MS = 8000  # TCP gives up on data that nobody acknowledges
KEEP_ALIVE_S = 60.0
INTERFACES = Path("/sys/class/net")
MADE_FOR = "relayd"
NOWHERE = "no interface"  # a name that none can have: it has a space

_Question = tuple[str, int, socket.AddressFamily]
_FRESH: ContextVar[bool] = ContextVar("fresh_names", default=False)
log = get_logger()


class PathSettings(Protocol):
    """What a path is made of; the configuration's own type fits."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def interface(self) -> str: ...  # noqa: D102
    @property
    def nameservers(self) -> tuple[str, ...]: ...  # noqa: D102


class BoundResolver(AbstractResolver):
    """Asks for names over one interface only; a missing interface is a failure, not a way round.

    The library beneath ignores an interface that is not there and asks over the default route.
    Where no name server answers, a name is where it was last found, for a day: services seldom
    move, and who answers there must still show the right certificate. That a name does not exist
    is an answer; and who asks within :func:`fresh_names` gets nothing but the truth of now.
    """

    def __init__(
        self, interface: str, nameservers: Sequence[str], interfaces: Path = INTERFACES
    ) -> None:
        self._interface = interface
        self._folder = interfaces / interface
        self._nameservers = list(nameservers)
        self._resolver: AsyncResolver | None = None
        self._last_good: dict[_Question, tuple[float, list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look *host* up over this interface."""
        if not self._folder.exists():
            raise OSError(19, f"there is no interface {self._interface}")
        question = host, port, family
        try:
            found = await (await self._asker()).resolve(host, port, family)
        except OSError as error:
            kept = self._kept(question)
            if not _unanswered(error) or not kept or _FRESH.get():
                raise
            log.warning("name.unanswered", host=host, interface=self._interface)
            return kept
        if len(self._last_good) >= NAMES_KEPT and question not in self._last_good:
            del self._last_good[next(iter(self._last_good))]
        self._last_good[question] = asyncio.get_running_loop().time(), found
        return found

    async def _asker(self) -> AsyncResolver:
        if self._resolver is None:
            servers = self._nameservers
            if not servers:
                index = (self._folder / "ifindex").read_text().strip()
                servers = list(await given(self._interface, index))
            if self._resolver is None:
                self._resolver = AsyncResolver(
                    nameservers=servers or None,
                    local_dev=self._interface,
                    timeout=DNS_TIMEOUT_S,
                    tries=DNS_TRIES,
                )
        return self._resolver

    def _kept(self, question: _Question) -> list[ResolveResult]:
        found_at_s, found = self._last_good.get(question, (-math.inf, []))
        age_s = asyncio.get_running_loop().time() - found_at_s
        return found if age_s < NAMES_GOOD_FOR_S else []

    def forget(self) -> None:
        """It is another network now: names may mean others there."""
        self._last_good.clear()

    async def close(self) -> None:
        """Let go of the resolver's sockets and thread; the next name asked for makes it anew."""
        resolver, self._resolver = self._resolver, None
        if resolver is not None:
            await resolver.close()


def _unanswered(error: OSError) -> bool:
    cause = error.__cause__
    return isinstance(cause, DNSError) and bool(cause.args) and cause.args[0] in UNANSWERED


@contextlib.contextmanager
def fresh_names() -> Iterator[None]:
    """Within it names must be answered for now: what proves a path must prove all of it."""
    token = _FRESH.set(True)
    try:
        yield
    finally:
        _FRESH.reset(token)


class BoundSockets:
    """Makes sockets that can leave by one interface alone (Linux, no privilege needed)."""

    def __init__(self, interface: str) -> None:
        self._interface = interface.encode() + b"\0"
        self._made: WeakSet[socket.socket] = WeakSet()

    def __call__(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """Make one; raises ``OSError`` where the interface is not there."""
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        try:
            made.setblocking(False)  # noqa: FBT003 - the signature of every socket
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._interface)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
        except BaseException:
            made.close()
            raise
        self._made.add(made)
        return made

    def cut(self) -> None:
        """End every connection: whoever waits on one is told now, and not after its time limit."""
        for made in tuple(self._made):
            with contextlib.suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)
        self._made.clear()


class Paths:
    """One HTTP session for each path; where the file names none, one that is bound to nothing."""

    def __init__(self, settings: Mapping[str, PathSettings]) -> None:
        self._settings = settings
        self._sessions: dict[str | None, aiohttp.ClientSession] = {}
        self._bound: dict[str, tuple[BoundResolver, BoundSockets]] = {}

    def open(self) -> None:
        """Make the sessions; on the running loop."""
        for name, path in self._settings.items():
            self._bound[name] = (
                BoundResolver(path.interface, path.nameservers),
                BoundSockets(path.interface),
            )
            self._sessions[name] = _bound_session(*self._bound[name])
        if self._settings:
            nowhere = BoundResolver(NOWHERE, ()), BoundSockets(NOWHERE)
            self._sessions[None] = _bound_session(*nowhere)
        else:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
            self._sessions[None] = _session(connector)

    async def renew(self, path: str, *, cut: bool) -> None:
        """Begin anew on *path*, whose link came or went: name servers may have changed with it.

        *cut*: its interface is or was gone, and what is connected will never hear anything again.
        """
        resolver, sockets = self._bound[path]
        await resolver.close()
        if cut:
            resolver.forget()
            sockets.cut()

    async def close(self) -> None:
        """Close every session."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def names(self, wanted: Sequence[str | None]) -> tuple[str | None, ...]:
        """*wanted*, or every path where it names none; (None,) where the file has no paths."""
        return tuple(wanted) or tuple(self._settings) or (None,)

    def session(self, path: str | None) -> aiohttp.ClientSession:
        """The session that leaves by *path* and no other.

        None is no path: where the file names some, what is sent over it goes nowhere.
        """
        return self._sessions[path]


def _bound_session(resolver: BoundResolver, sockets: BoundSockets) -> aiohttp.ClientSession:
    return _session(
        aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=KEEP_ALIVE_S,
            use_dns_cache=False,
            resolver=resolver,
            socket_factory=sockets,
        )
    )


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": MADE_FOR},
    )
