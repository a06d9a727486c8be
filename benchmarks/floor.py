"""What relayd is measured against: the least code that relays and loses nothing.

paho on the asyncio loop, one comparison, a row on disk before each alert is sent and before the
broker may forget the reading (what gathers during one commit makes the next), aiohttp. It knows
nobody, calls once, and keeps no reading.
"""

import argparse
import asyncio
import json
import signal
import sqlite3
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

import aiohttp
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

LOW_MG_DL = 70
NOTED_WITHIN_S = 0.2
AGAIN_AFTER_S = 0.5


class Descriptor(Protocol):
    """Anything that the loop can watch."""

    def fileno(self) -> int: ...  # noqa: D102


class Book:
    """Alerts on disk, written by one thread; a crash finds those not yet noted as sent."""

    def __init__(self, relay: "Relay", path: str) -> None:
        self._relay = relay
        self._loop = asyncio.get_running_loop()
        self._notes: SimpleQueue[tuple[int, bytes] | int] = SimpleQueue()
        self._disk = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._disk.execute("PRAGMA journal_mode = WAL")
        self._disk.execute("CREATE TABLE IF NOT EXISTS alert (key INTEGER PRIMARY KEY, body BLOB)")
        self.left: list[tuple[int, bytes]] = self._disk.execute("SELECT * FROM alert").fetchall()
        Thread(target=self._write, daemon=True).start()

    def store(self, message_id: int, body: bytes) -> None:
        """Write an alert, then have it sent."""
        self._notes.put((message_id, body))

    def sent(self, key: int) -> None:
        """Strike an alert out, some time soon."""
        self._notes.put(key)

    def _write(self) -> None:
        gone: list[tuple[int]] = []
        while True:
            fresh = self._gather(gone)
            durable = "FULL" if fresh else "NORMAL"
            self._disk.execute(f"PRAGMA synchronous = {durable}")
            self._disk.execute("BEGIN")
            self._disk.executemany("DELETE FROM alert WHERE key = ?", gone)
            stored = [(message_id, self._insert(body), body) for message_id, body in fresh]
            self._disk.execute("COMMIT")
            gone.clear()
            self._loop.call_soon_threadsafe(self._relay.stored, stored)

    def _insert(self, body: bytes) -> int:
        key = self._disk.execute("INSERT INTO alert (body) VALUES (?)", (body,)).lastrowid
        assert key is not None
        return key

    def _gather(self, gone: list[tuple[int]]) -> list[tuple[int, bytes]]:
        """Wait for alerts, or for nothing but notes to have waited long enough."""
        fresh: list[tuple[int, bytes]] = []
        while True:
            try:
                note = self._notes.get(timeout=NOTED_WITHIN_S if gone and not fresh else None)
                while True:
                    if isinstance(note, int):
                        gone.append((note,))
                    else:
                        fresh.append(note)
                    note = self._notes.get_nowait()
            except Empty:
                if fresh or gone:
                    return fresh


class Relay:
    """Readings in, alerts out."""

    def __init__(self, port: int, sink: str, database: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._sink = sink
        self._tasks: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession()
        self._book = Book(self, database)
        client = Client(CallbackAPIVersion.VERSION2, "floor", clean_session=False, manual_ack=True)
        client.on_connect = self._subscribe
        client.on_message = self._read
        client.on_socket_open = self._watch
        client.on_socket_close = self._unwatch
        client.on_socket_register_write = self._want
        client.on_socket_unregister_write = self._enough
        self._client, self._port = client, port

    async def run(self) -> None:
        """Relay for ever."""
        for key, body in self._book.left:
            self._begin(key, body)
        self._client.connect("127.0.0.1", self._port)
        while True:
            self._client.loop_misc()
            await asyncio.sleep(1)

    def _subscribe(self, client: Client, *_: object) -> None:
        client.subscribe("relayd/+/glucose", qos=1)

    def _watch(self, client: Client, _: object, sock: Descriptor) -> None:
        self._loop.add_reader(sock.fileno(), client.loop_read)

    def _unwatch(self, _c: object, _u: object, sock: Descriptor) -> None:
        self._loop.remove_reader(sock.fileno())

    def _want(self, client: Client, _: object, sock: Descriptor) -> None:
        self._loop.add_writer(sock.fileno(), client.loop_write)

    def _enough(self, _c: object, _u: object, sock: Descriptor) -> None:
        self._loop.remove_writer(sock.fileno())

    def _read(self, _c: object, _u: object, message: MQTTMessage) -> None:
        reading = json.loads(message.payload)
        if reading["value"] >= LOW_MG_DL:
            self._client.ack(message.mid, 1)
            return
        alert = {"wearer": message.topic.split("/")[1], "mg_dl": reading["value"], "text": "low"}
        self._book.store(message.mid, json.dumps(alert).encode())

    def stored(self, alerts: list[tuple[int, int, bytes]]) -> None:
        """What is on disk may be forgotten by the broker, and be sent."""
        for message_id, key, body in alerts:
            self._client.ack(message_id, 1)
            self._begin(key, body)

    def _begin(self, key: int, body: bytes) -> None:
        task = self._loop.create_task(self._send(key, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, key: int, body: bytes) -> None:
        if await self._post(body):
            self._book.sent(key)
        else:
            self._loop.call_later(AGAIN_AFTER_S, self._begin, key, body)

    async def _post(self, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.post(self._sink, data=body, headers=headers) as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False


async def main() -> None:
    """Relay until a signal ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    relay = Relay(options.port, options.sink, options.database)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    await relay.run()


if __name__ == "__main__":
    asyncio.run(main())
