"""The Pi's own ways out. What is sent over a path leaves by its interface, or fails."""

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

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
        """Let go of the resolver's socket and thread."""
        if self._resolver is not None:
            await self._resolver.close()


class Paths:
    """One HTTP session for each path; where the file names none, one that is bound to nothing."""

    def __init__(self, settings: Mapping[str, PathSettings]) -> None:
        self._settings = settings
        self._sessions: dict[str | None, aiohttp.ClientSession] = {}

    def open(self) -> None:
        """Make the sessions; on the running loop."""
        for name, path in self._settings.items():
            self._sessions[name] = _session(path)
        if not self._sessions:
            self._sessions[None] = _session(None)

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


def _session(path: PathSettings | None) -> aiohttp.ClientSession:
    connector = (
        aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
        if path is None
        else aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=KEEP_ALIVE_S,
            use_dns_cache=False,
            resolver=BoundResolver(path.interface, path.nameservers),
            socket_factory=_bound_to(path.interface),
        )
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": MADE_FOR},
    )


def _bound_to(interface: str) -> aiohttp.SocketFactoryType:
    """A maker of sockets that can leave by *interface* alone (Linux, no privilege needed)."""

    def make(address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        try:
            made.setblocking(False)  # noqa: FBT003 - the signature of every socket
            name = interface.encode() + b"\0"
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
        except BaseException:
            made.close()
            raise
        return made

    return make
