"""The broker's socket on the asyncio loop: opened without blocking, read and written in bulk."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from relayd.log import get_logger

CONNECT_WITHIN_S = 5.0  # one address: TCP and TLS together
PACKETS_AT_ONCE = 200  # then the rest of the daemon has its turn
_READ_BYTES = 65536
MORE = 0x80  # of a length: another byte follows; of a reason code: a failure
CONFIRMED = ReasonCode(PacketTypes.PUBACK)
NO_PROPERTIES = Properties(PacketTypes.PUBACK)  # type: ignore[no-untyped-call]

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


class Pipe:
    """A socket as paho uses one, with far fewer system calls.

    paho reads a packet in three steps and writes every acknowledgement by itself. Here one read
    serves hundreds of packets, and what is sent gathers until :meth:`flush`.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None
        self._in = b""
        self._at = 0
        self._out = bytearray()
        self.closed = False

    @property
    def holding(self) -> bool:
        """Whether bytes have arrived of which the operating system will give no further sign."""
        if self._at < len(self._in):
            return True
        return self._tls is not None and not self.closed and self._tls.pending() > 0

    def recv(self, buffer_size: int) -> bytes:
        """Give up to *buffer_size* bytes; raises ``BlockingIOError`` or its TLS kin if none."""
        start = self._at
        if start == len(self._in):
            self._in, start = self._sock.recv(_READ_BYTES), 0
            # A broker with Nagle's algorithm holds the next message until this is confirmed.
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = self._in[start : start + buffer_size]
        self._at = start + len(data)
        return data

    def send(self, buffer: bytes | bytearray) -> int:
        """Take everything; it leaves with the next :meth:`flush`."""
        self._out += buffer
        return len(buffer)

    def flush(self) -> bool:
        """Send what has gathered, as far as it goes, and say whether nothing is left."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            while self._out:
                del self._out[: self._sock.send(self._out)]
        return not self._out

    def close(self) -> None:
        """Send what has gathered if that is still possible, and close. May be called twice."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(OSError):
            self.flush()
        self._sock.close()

    def fileno(self) -> int:
        """Return the descriptor by which the loop watches it; -1 once closed."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 -- the signature of every socket
        """As every socket has it; paho calls it with False."""
        self._sock.setblocking(flag)


class Client(paho.Client):
    """paho's client over a pipe that is already open: its own way to open one would block."""

    pipe: Pipe
    on_publication: Callable[[bytes, bytes, int, int], None]

    def _handle_publish(self) -> MQTTErrorCode:
        """Take a message apart here: paho makes a table of all properties for each.

        ``on_publication`` gets topic, payload, packet id and the first byte's flags.
        """
        flags, packet = self._in_packet["command"], bytes(self._in_packet["packet"])
        at = 2 + int.from_bytes(packet[:2], "big")
        topic, mid = packet[2:at], 0
        if flags & 6:
            mid = int.from_bytes(packet[at : at + 2], "big")
            at += 2
        if self._protocol == MQTTProtocolVersion.MQTTv5:
            at = _past_properties(packet, at)
        if at > len(packet):
            raise MalformedPacket("PUBLISH is shorter than it says")
        self.on_publication(topic, packet[at:], mid, flags)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        """The same for what the broker confirms; a refusal goes paho's own way."""
        packet = self._in_packet["packet"]
        if cmd != "PUBACK" or any(code & MORE for code in packet[2:3]):
            return super()._handle_pubackcomp(cmd)
        mid = int.from_bytes(packet[:2], "big")
        if mid not in self._out_messages:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        return self._do_on_publish(mid, CONFIRMED, NO_PROPERTIES)

    def _create_socket(self) -> Pipe:
        return self.pipe


def _past_properties(packet: bytes, at: int) -> int:
    length = shift = 0
    for byte in packet[at : at + 4]:
        length |= (byte & ~MORE) << shift
        shift += 7
        at += 1
        if not byte & MORE:
            return at + length
    raise MalformedPacket("the length of the properties never ends")


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
