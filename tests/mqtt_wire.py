"""MQTT packet by packet: a broker that follows a script, and a client that shares no code."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

WITHIN_S = 30.0

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 12, 13, 14


@dataclass(frozen=True, slots=True)
class Packet:
    """One MQTT packet: its kind, its flags, and what follows its length."""

    kind: int
    flags: int
    body: bytes

    @property
    def bytes(self) -> bytes:
        """As it goes over the wire."""
        length, out = len(self.body), bytearray([self.kind << 4 | self.flags])
        while True:
            length, digit = length // 128, length % 128
            out.append(digit | (0x80 if length else 0))
            if not length:
                return bytes(out) + self.body

    @property
    def topic(self) -> str:
        """The topic of a PUBLISH."""
        return self.body[2 : 2 + int.from_bytes(self.body[:2])].decode()

    @property
    def mid(self) -> int:
        """The packet id."""
        start = 2 + len(self.topic.encode()) if self.kind == PUBLISH else 0
        return int.from_bytes(self.body[start : start + 2])

    @property
    def protocol(self) -> int:
        """The protocol level of a CONNECT: 4 is MQTT 3.1.1, 5 is MQTT 5."""
        return self.body[6]

    @property
    def clean(self) -> bool:
        """Whether a CONNECT asks for the old session to be thrown away."""
        return bool(self.body[7] & 2)


def publish(topic: str, payload: bytes, mid: int, *, modern: bool = True, flags: int = 2) -> Packet:
    """Make a PUBLISH at QoS 1."""
    name = topic.encode()
    properties = b"\0" if modern else b""
    body = len(name).to_bytes(2) + name + mid.to_bytes(2) + properties + payload
    return Packet(PUBLISH, flags, body)


class Wire:
    """One side of an MQTT connection, packet by packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> Packet:
        """Read the next packet; ``IncompleteReadError`` when there will be none."""
        async with asyncio.timeout(WITHIN_S):
            first = (await self._reader.readexactly(1))[0]
            length = shift = 0
            while True:
                digit = (await self._reader.readexactly(1))[0]
                length |= (digit & 0x7F) << shift
                shift += 7
                if not digit & 0x80:
                    break
            return Packet(first >> 4, first & 0x0F, await self._reader.readexactly(length))

    async def read_kind(self, kind: int) -> Packet:
        """Read on to the next packet of that kind."""
        while True:
            packet = await self.read()
            if packet.kind == kind:
                return packet

    async def write(self, *packets: Packet) -> None:
        """Send packets in one go."""
        self._writer.write(b"".join(packet.bytes for packet in packets))
        await self._writer.drain()

    async def welcome(self, *, granted: int = 1, present: bool = False) -> Packet:
        """Answer an MQTT 5 greeting and the subscription after it, and give the greeting."""
        greeting = await self.read_kind(CONNECT)
        await self.write(Packet(CONNACK, 0, bytes([present, 0, 0])))
        await self.grant(granted)
        return greeting

    async def grant(self, code: int) -> None:
        """Answer the next SUBSCRIBE of one topic."""
        asked = await self.read_kind(SUBSCRIBE)
        await self.write(Packet(SUBACK, 0, asked.body[:2] + b"\0" + bytes([code])))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


@contextlib.asynccontextmanager
async def scripted(
    script: Callable[[Wire], Awaitable[None]],
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Serve every connection by *script* for the length of the block, and give the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(Wire(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def peer(port: int, *, name: str = "peer") -> AsyncIterator["Peer"]:
    """Connect a plain MQTT 3.1.1 client that shares no code with relayd."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        someone = Peer(Wire(reader, writer))
        await someone.greet(name)
        yield someone
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class Peer:
    """A bridge or a page at the other side of the broker."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._mid = 0

    async def greet(self, name: str) -> None:
        """Connect with a clean session."""
        client_id = name.encode()
        body = b"\0\4MQTT\4\2\0\0" + len(client_id).to_bytes(2) + client_id
        await self._wire.write(Packet(CONNECT, 0, body))
        assert (await self._wire.read()).body == b"\0\0"

    async def publish(self, topic: str, *payloads: bytes, retain: bool = False) -> None:
        """Publish at QoS 1, and wait until the broker has taken all of it."""
        packets = []
        for payload in payloads:
            self._mid = self._mid % 65535 + 1
            flags = 2 | retain
            packets.append(publish(topic, payload, self._mid, modern=False, flags=flags))
        sending = asyncio.create_task(self._wire.write(*packets))
        for _ in packets:
            await self._wire.read_kind(PUBACK)
        await sending

    async def publish_unconfirmed(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 0."""
        name = topic.encode()
        await self._wire.write(Packet(PUBLISH, 0, len(name).to_bytes(2) + name + payload))

    async def ping(self) -> None:
        """Go once to the broker and back: what it had to do before, it has done."""
        await self._wire.write(Packet(PINGREQ, 0, b""))
        await self._wire.read_kind(PINGRESP)

    async def subscribe(self, topic: str) -> None:
        """Ask for a topic at QoS 0."""
        name = topic.encode()
        body = b"\0\1" + len(name).to_bytes(2) + name + b"\0"
        await self._wire.write(Packet(SUBSCRIBE, 2, body))
        await self._wire.read_kind(SUBACK)

    async def heard(self) -> tuple[str, bytes]:
        """Wait for the next message: its topic and payload."""
        packet = await self._wire.read_kind(PUBLISH)
        return packet.topic, packet.body[2 + len(packet.topic.encode()) :]
