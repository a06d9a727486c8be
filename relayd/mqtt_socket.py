"""The broker's socket on the asyncio loop: opened without blocking, read and written in bulk."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from relayd.log import get_logger
from relayd.mqtt_client import Client, Pipe

__all__ = ["Client", "Pipe", "Wire", "open_socket", "trust"]


CONNECT_WITHIN_S = 5.0  # one address: TCP and TLS together
PACKETS_AT_ONCE = 200  # then the rest of the daemon has its turn

_log = get_logger()


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the household's own authority if there is one, otherwise the system's. Reads files."""
    context = ssl.create_default_context(cafile=ca_file)
    context.options |= ssl.OP_NO_RENEGOTIATION  # a read never has to write, nor a write to read
    return context


async def open_socket(host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    """Connect to the first address of *host* that answers, and shake hands.

    Raises the ``OSError`` of the last address tried; ``ssl.SSLError`` is one of them.
    """
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure = OSError(f"the name {host} has no address")
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            return await _open_one(sock, address, host, context)
        except OSError as error:
            failure = error
    raise failure


async def _open_one(
    sock: socket.socket,
    address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes],
    host: str,
    context: ssl.SSLContext | None,
) -> socket.socket:
    with contextlib.ExitStack() as closing:
        closing.enter_context(sock)
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await asyncio.get_running_loop().sock_connect(sock, address)
            if context is not None:
                sock = closing.enter_context(
                    context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
                )
                await _shake_hands(sock)
        closing.pop_all()
        return sock


async def _shake_hands(sock: ssl.SSLSocket) -> None:
    loop = asyncio.get_running_loop()
    while True:
        ready: asyncio.Future[None] = loop.create_future()
        try:
            return sock.do_handshake()
        except ssl.SSLWantReadError:
            watch, unwatch = loop.add_reader, loop.remove_reader
        except ssl.SSLWantWriteError:
            watch, unwatch = loop.add_writer, loop.remove_writer
        watch(sock, _mark, ready)
        try:
            await ready
        finally:
            unwatch(sock)


def _mark(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class Wire:
    """Moves one client's bytes on the running loop until the connection ends.

    *on_fault* is told, in words, when it ends by a fault that paho itself does not report.
    """

    def __init__(self, client: Client, pipe: Pipe, on_fault: Callable[[str], None]) -> None:
        client.pipe = pipe
        client.on_socket_register_write = self._wanted
        client.on_socket_close = lambda *_: self._unwatch()
        self._client, self._pipe, self._on_fault = client, pipe, on_fault
        self._loop = asyncio.get_running_loop()
        self._fd = pipe.fileno()
        self._loop.add_reader(self._fd, self._readable)
        self._tick()

    def drop(self) -> None:
        """Close at once, whatever is under way. May be called twice."""
        self._unwatch()
        self._pipe.close()

    def _unwatch(self) -> None:
        self._ticking.cancel()
        if not self._pipe.closed:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)

    def _tick(self) -> None:
        self._ticking = self._loop.call_later(min(self._client.keepalive / 4, 5), self._tick)
        if self._client.socket() is not None:
            self._client.loop_misc()

    def _readable(self) -> None:
        try:
            for _ in range(PACKETS_AT_ONCE):
                if self._pipe.closed:
                    return
                self._client.loop_read()
                if not self._pipe.holding:
                    return
        except Exception as error:  # noqa: BLE001 -- paho would be handed the same bytes for ever
            _log.error("packet.unreadable", error=type(error).__name__)
            self.drop()
            self._on_fault("it sent something that is not MQTT")
        else:
            self._loop.call_soon(self._readable)

    def _wanted(self, *_: object) -> None:
        self._loop.call_soon(self._write)

    def _write(self) -> None:
        if not self._pipe.closed:
            self._client.loop_write()
            self._flush()

    def _flush(self) -> None:
        if self._pipe.closed:
            return
        try:
            done = self._pipe.flush()
        except OSError as error:
            self.drop()
            self._on_fault(error.strerror or type(error).__name__)
            return
        if done:
            self._loop.remove_writer(self._fd)
        else:
            self._loop.add_writer(self._fd, self._flush)
