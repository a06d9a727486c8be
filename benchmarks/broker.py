"""A mosquitto of our own, and a publisher that costs next to nothing."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

Message = tuple[str, bytes]
"""Topic and payload."""

SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
log_type error
"""
STARTS_WITHIN_S = 10.0
IN_FLIGHT = 2000
CHUNK = 200
PUBACK_BYTES = 4


def free_port() -> int:
    """Give a port of the loopback interface that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run mosquitto while the block runs; gives its port, which is ready."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("mosquitto is not installed. On Debian: apt-get install mosquitto")
    port = free_port()
    file = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    file.write_text(user + SETTINGS.format(port=port))
    process = subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("mosquitto did not start") from None
            time.sleep(0.02)
        else:
            return


class Publisher:
    """Publishes at QoS 1, as fast as the broker takes it; MQTT 3.1.1, written by hand."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sent = 0
        self._confirmed = 0
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        name = b"bench"
        head = b"\0\4MQTT\4\2\0\0" + len(name).to_bytes(2, "big") + name
        self._writer.write(b"\x10" + bytes([len(head)]) + head)
        greeting = await self._reader.readexactly(4)
        if greeting[3] != 0:
            raise RuntimeError(f"the broker refuses us: code {greeting[3]}")
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.cancel()
        self._writer.close()

    async def publish(self, messages: Iterable[Message]) -> None:
        """Publish all of *messages*; returns once the broker has confirmed them."""
        gathered = bytearray()
        for message in messages:
            gathered += self._packet(*message)
            if self._sent % CHUNK == 0:
                self._writer.write(gathered)
                gathered.clear()
                await self._until_open(IN_FLIGHT)
        self._writer.write(gathered)
        await self._until_open(0)

    def post(self, message: Message) -> None:
        """Publish one message without waiting."""
        self._writer.write(self._packet(*message))

    def _packet(self, topic: str, payload: bytes) -> bytes:
        self._sent += 1
        name = topic.encode()
        packet_id = (self._sent - 1) % 0xFFFF + 1
        body = b"%b%b%b%b" % (
            len(name).to_bytes(2, "big"),
            name,
            packet_id.to_bytes(2, "big"),
            payload,
        )
        low, high = len(body) & 0x7F, len(body) >> 7
        return b"\x32" + (bytes([low | 0x80, high]) if high else bytes([low])) + body

    async def _until_open(self, most: int) -> None:
        while self._sent - self._confirmed > most:
            self._news.clear()
            await self._news.wait()

    async def _listen(self) -> None:
        rest = 0
        while data := await self._reader.read(65536):
            confirmed, rest = divmod(rest + len(data), PUBACK_BYTES)
            self._confirmed += confirmed
            self._news.set()
