"""The Pi's own ways out. What is sent over a path leaves by its interface, or fails."""

import contextlib
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import AsyncResolver

DNS_TIMEOUT_S = 1.0
DNS_TRIES = 2
UNACKNOWLEDGED_MS = 8000  # TCP gives up on data that nobody acknowledges
KEEP_ALIVE_S = 60.0
INTERFACES = Path("/sys/class/net")
MADE_FOR = "relayd"


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
    """

    def __init__(self, interface: str, nameservers: Sequence[str]) -> None:
        self._interface = interface
        self._nameservers = list(nameservers)
        self._resolver: AsyncResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look *host* up over this interface."""
        if not (INTERFACES / self._interface).exists():
            raise OSError(19, f"there is no interface {self._interface}")
        if self._resolver is None:
            self._resolver = AsyncResolver(
                nameservers=self._nameservers or None,
                local_dev=self._interface,
                timeout=DNS_TIMEOUT_S,
                tries=DNS_TRIES,
            )
        return await self._resolver.resolve(host, port, family)

    async def close(self) -> None:
        """Let go of the resolver's sockets and thread; the next name asked for makes it anew."""
        resolver, self._resolver = self._resolver, None
        if resolver is not None:
            await resolver.close()


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
            resolver = BoundResolver(path.interface, path.nameservers)
            sockets = BoundSockets(path.interface)
            self._bound[name] = resolver, sockets
            self._sessions[name] = _session(
                aiohttp.TCPConnector(
                    limit=0,
                    keepalive_timeout=KEEP_ALIVE_S,
                    use_dns_cache=False,
                    resolver=resolver,
                    socket_factory=sockets,
                )
            )
        if not self._sessions:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
            self._sessions[None] = _session(connector)

    async def renew(self, path: str, *, cut: bool) -> None:
        """Begin anew on *path*, whose link came or went: name servers may have changed with it.

        *cut*: its interface is or was gone, and what is connected will never hear anything again.
        """
        resolver, sockets = self._bound[path]
        await resolver.close()
        if cut:
            sockets.cut()

    async def close(self) -> None:
        """Close every session."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def names(self, wanted: Sequence[str]) -> tuple[str | None, ...]:
        """*wanted*, or every path where it names none; (None,) where the file has no paths."""
        return tuple(wanted) or tuple(self._settings) or (None,)

    def session(self, path: str | None) -> aiohttp.ClientSession:
        """The session that leaves by *path* and no other."""
        return self._sessions[path]


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": MADE_FOR},
    )
