"""paho's client, with far less work for each packet: read in bulk, and taken apart here."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Literal

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_READ_BYTES = 65536
MORE = 0x80  # of a length: another byte follows; of a reason code: a failure
CONFIRMED = ReasonCode(PacketTypes.PUBACK)
NO_PROPERTIES = Properties(PacketTypes.PUBACK)  # type: ignore[no-untyped-call]


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
