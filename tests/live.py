"""The real daemon in a house of its own: a real broker, doubles of the services, real sockets."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec
import paho.mqtt.client as paho
from brokers import Mosquitto, free_port
from doubles.base import Behaviour, Call
from doubles.ntfy import NtfyDouble
from doubles.twilio import TwilioDouble
from doubles.webhook import WebhookDouble
from live_relay import Relay, until
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from relayd.domain.event import Kept
from relayd.store import Store

ANA, TOM = "+447700900123", "+447700900456"
ANA_TOPIC, TOM_TOPIC = "relayd-ana-k3f9x", "relayd-tom-7hq2m"
Document = dict[str, Any]

MIA = """
[wearers.mia]
name = "Mia"
[wearers.mia.glucose]
"""


def far_night() -> str:
    """Hours of quiet that are not now: what is low is then told at once."""
    start = datetime.now(UTC) + timedelta(hours=12)
    return f"{start:%H:%M}-{start + timedelta(minutes=1):%H:%M}"


class Outsider:
    """What is on the broker besides relayd: sends readings, and sees what is published."""

    def __init__(self, port: int, username: str = "", password: str = "") -> None:
        self.seen: list[tuple[str, bytes]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_message = lambda _c, _u, m: self.seen.append((m.topic, bytes(m.payload)))
        self._client.on_connect = self._subscribe
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)

    def _subscribe(
        self, client: paho.Client, _u: object, _f: object, code: ReasonCode, _p: Properties | None
    ) -> None:
        client.subscribe([("relayd/status", 1), ("relayd/alert", 1), ("relayd/+/alert", 1)])

    def __enter__(self) -> Self:
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    async def send(self, topic: str, document: object) -> None:
        """Publish at QoS 1 and wait until the broker has it."""
        await self.send_all({topic: document})

    async def send_all(self, documents: Mapping[str, object]) -> None:
        """Publish one document a topic at QoS 1, and wait until the broker has them."""
        await until(self._client.is_connected)
        sent = [
            self._client.publish(topic, msgspec.json.encode(document), qos=1)
            for topic, document in documents.items()
        ]
        await until(lambda: all(one.is_published() for one in sent))

    async def glucose(
        self, value: float, minutes_ago: float = 0.0, wearer: str = "mia"
    ) -> datetime:
        """Send a reading in mmol/L stamped so long ago; returns its stamp."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        await self.send(f"relayd/{wearer}/glucose", {"value": value, "at": at.isoformat()})
        return at

    def last(self, topic: str) -> bytes | None:
        """The newest payload of *topic*."""
        return next((payload for name, payload in reversed(self.seen) if name == topic), None)

    def alerts(self, wearer: str | None = "mia") -> list[Document]:
        """The open alerts, as the retained topic has them now."""
        payload = self.last(f"relayd/{wearer}/alert" if wearer else "relayd/alert")
        if payload is None:
            return []
        alerts: list[Document] = msgspec.json.decode(payload)["alerts"]
        return alerts

    def alert(self, wearer: str | None = "mia") -> Document:
        """The one open alert; empty where there is none."""
        alerts = self.alerts(wearer)
        assert len(alerts) < 2, alerts
        return alerts[0] if alerts else {}


class Gate:
    """Holds what comes to a double: the requests are there, and the answers are not."""

    def __init__(self) -> None:
        self.arrived = 0
        self._opened = asyncio.Event()

    def open(self) -> None:
        """Let every answer go."""
        self._opened.set()

    @property
    def behaviour(self) -> Behaviour:
        """For ``double.will`` and ``double.always``."""
        return Behaviour("held", self._hold)

    async def _hold(self, call: Call) -> aiohttp.web.StreamResponse:
        response = await call.accept(call)
        self.arrived += 1
        await self._opened.wait()
        return response


@dataclass
class House:
    """Everything around one daemon. ``async with living(...) as house:``."""

    folder: Path
    broker: Mosquitto
    push: NtfyDouble
    text: TwilioDouble
    pager: WebhookDouble
    outsider: Outsider
    relay: Relay

    def write(self, people: str, wearers: str = MIA, broker: str = "") -> None:
        """Write the household file: *people* are its carers and plan."""
        self.relay.file.write_text(
            f"""
[home]
timezone = "UTC"
state = "state"
night = "{far_night()}"
[mqtt]
broker = "mqtt://127.0.0.1:{self.broker.port}"
{broker}
[web]
listen = "127.0.0.1:{free_port()}"
token = "sesame"
[paths.home]
interface = "lo"
[channels.push]
kind = "ntfy"
server = "{self.push.url}"
[channels.text]
kind = "twilio-sms"
account_sid = "{self.text.account_sid}"
auth_token = "{self.text.auth_token}"
from = "{self.text.number}"
api = "{self.text.url}"
[channels.pager]
kind = "webhook"
url = "{self.pager.endpoint}"
receipt = "echo"
{wearers}
{people}
"""
        )

    async def start(self) -> None:
        """Start the daemon and wait until the broker keeps readings for it."""
        before = len(self.relay.said("broker.reported", up="True"))
        await self.relay.start()
        await until(
            lambda: len(self.relay.said("broker.reported", up="True")) > before,
            what=self.relay.text,
        )

    async def kept(self) -> Kept:
        """What is on disk now, read from a copy: the daemon holds the file for itself."""
        copy = self.folder / "copy"
        shutil.copytree(self.folder / "state", copy)
        store = Store(copy / "relayd.db", loop=asyncio.get_running_loop(), on_state=lambda *_: None)
        kept, lost = store.open()
        store.close()
        shutil.rmtree(copy)
        assert not lost, "rows on disk are damaged"
        return kept


@contextlib.asynccontextmanager
async def living(folder: Path, people: str, wearers: str = MIA) -> AsyncIterator[House]:
    """A house whose broker runs; its daemon is still to be started, and is killed at the end."""
    async with (
        Mosquitto(folder) as broker,
        NtfyDouble(burst=1_000_000) as push,
        TwilioDouble() as text,
        WebhookDouble(echo="header") as pager,
    ):
        with Outsider(broker.port) as outsider:
            relay = Relay(folder / "relayd.toml")
            house = House(folder, broker, push, text, pager, outsider, relay)
            house.write(people, wearers)
            try:
                yield house
            finally:
                await relay.kill()
