"""What relayd says to a broker, packet by packet, and what it makes of the answers."""

import asyncio
import socket
from pathlib import Path

import pytest
import structlog.testing
from brokers import Ears, Mosquitto, Settings, free_port, running
from mqtt_wire import (
    CONNACK,
    CONNECT,
    PUBACK,
    PUBLISH,
    SUBACK,
    SUBSCRIBE,
    Packet,
    Wire,
    peer,
    publish,
    scripted,
)
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from relayd import mqtt_socket
from relayd.mqtt import Delivery, Link
from relayd.mqtt_socket import Client, Pipe

GLUCOSE = "relayd/mia/glucose"


@pytest.fixture
def ears() -> Ears:
    return Ears()


async def test_the_greeting_asks_for_the_old_session_and_a_wide_window(ears: Ears) -> None:
    """Paho's own default throws the session away whenever the daemon starts."""
    greetings: list[Packet] = []

    async def greet(wire: Wire) -> None:
        greetings.append(await wire.welcome())
        await wire.read_kind(0)

    async with scripted(greet) as port, running(ears.link(Settings(port))):
        await ears.until(lambda: ears.up)
    assert greetings[0].protocol == 5
    assert not greetings[0].clean
    assert b"\x11" + (86400).to_bytes(4) in greetings[0].body  # session expiry
    assert b"\x21" + (1000).to_bytes(2) in greetings[0].body  # receive maximum


async def test_no_acknowledgement_leaves_before_it_is_given(ears: Ears) -> None:
    sent: asyncio.Queue[Packet] = asyncio.Queue()

    async def three(wire: Wire) -> None:
        await wire.welcome()
        await wire.write(*(publish(GLUCOSE, b"%d" % mid, mid) for mid in (7, 8, 9)))
        while True:
            await sent.put(await wire.read())

    async with scripted(three) as port:
        link = ears.link(Settings(port))
        async with running(link):
            await ears.until(lambda: len(ears.deliveries) == 3)
            link.publish("relayd/alert", b"between")
            link.acknowledge(ears.deliveries[1].token)
            packets = [await asyncio.wait_for(sent.get(), 30) for _ in range(3)]
    assert [packet.kind for packet in packets] == [PUBLISH, PUBLISH, PUBACK]
    assert packets[2].mid == 8


class Stumbler:
    """A daemon with a fault: it fails over every message that says ``poison``."""

    def __init__(self, ears: Ears, settings: Settings) -> None:
        self.ears = ears
        self.link = Link(
            settings,
            topics=("relayd/+/glucose",),
            on_delivery=self._delivery,
            on_state=ears.state,
        )

    def _delivery(self, delivery: Delivery) -> None:
        self.ears.delivery(delivery)
        if delivery.payload == b"poison":
            raise LookupError("a fault of relayd")
        self.link.acknowledge(delivery.token)

    async def hear(self, port: int, payload: bytes) -> list[bytes]:
        """Run until *payload* is heard, and say what was heard."""
        start = len(self.ears.deliveries)
        async with running(self.link), peer(port, name="other") as bridge:
            await self.ears.until(lambda: self.ears.up)
            await bridge.publish(GLUCOSE, payload)
            await self.ears.until(lambda: payload in self.ears.payloads[start:])
            await bridge.ping()
        return self.ears.payloads[start:]


async def test_a_poisonous_message_neither_goes_round_nor_vanishes(
    tmp_path: Path, ears: Ears
) -> None:
    """A fault met once is tried again with the next connection; met twice it is given up aloud."""
    async with Mosquitto(tmp_path) as broker:
        stumbler = Stumbler(ears, Settings(broker.port))
        async with peer(broker.port) as bridge:
            assert await stumbler.hear(broker.port, b"before") == [b"before"]
            await bridge.publish(GLUCOSE, b"poison")
        assert await stumbler.hear(broker.port, b"first") == [b"poison", b"first"]
        with structlog.testing.capture_logs() as lines:
            assert await stumbler.hear(broker.port, b"second") == [b"poison", b"second"]
        assert await stumbler.hear(broker.port, b"third") == [b"third"]
    assert any(up and "stumbled over it (LookupError)" in words for up, words in ears.states)
    assert {"delivery.failed", "delivery.abandoned"} <= {line["event"] for line in lines}


async def test_many_poisonous_messages_do_not_stop_the_flow(tmp_path: Path, ears: Ears) -> None:
    """Each that stays unacknowledged takes a place in the window of a thousand."""
    async with Mosquitto(tmp_path) as broker:
        stumbler = Stumbler(ears, Settings(broker.port))
        assert await stumbler.hear(broker.port, b"before") == [b"before"]
        async with peer(broker.port) as bridge:
            await bridge.publish(GLUCOSE, *[b"poison"] * 1100)
        heard = await stumbler.hear(broker.port, b"good")
    assert heard.count(b"poison") == 1100


async def test_bytes_that_are_not_mqtt_end_the_connection(ears: Ears) -> None:
    """Paho would be handed the same packet for ever."""

    async def babble(wire: Wire) -> None:
        await wire.welcome()
        await wire.write(Packet(PUBLISH, 2, b"\0\1a\0\1\x7f\x7f\x7f"), Packet(15, 0, b"?"))
        await wire.read_kind(0)

    async with scripted(babble) as port, running(ears.link(Settings(port))) as link:
        await ears.until(lambda: len(ears.states) == 2)
        assert not link.connected
    assert not ears.up


class Choking(Client):
    """A client that an unforeseen packet makes fail."""

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Fail as paho does over a packet that nobody foresaw."""
        raise IndexError


async def test_a_packet_that_nobody_foresaw_ends_the_connection_at_once() -> None:
    """Left alone, the loop would offer it again and again, at full speed."""
    near, far = socket.socketpair()
    near.settimeout(0)
    said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    pipe = Pipe(near)
    mqtt_socket.Wire(Choking(CallbackAPIVersion.VERSION2), pipe, said.set_result)
    with far:
        far.send(b"?")
        assert await asyncio.wait_for(said, 30) == "it sent something that is not MQTT"
    assert pipe.closed


async def test_a_refused_topic_is_named_and_the_rest_still_flows(ears: Ears) -> None:
    async def half(wire: Wire) -> None:
        await wire.read_kind(CONNECT)
        await wire.write(Packet(CONNACK, 0, b"\0\0\0"))
        asked = await wire.read_kind(SUBSCRIBE)
        await wire.write(Packet(SUBACK, 0, asked.body[:2] + b"\0\1\x87"))
        await wire.write(publish(GLUCOSE, b"1", 1))
        await wire.read_kind(0)

    async with scripted(half) as port:
        link = ears.link(Settings(port, username="relayd"), "relayd/+/glucose", "cgm/data")
        async with running(link):
            await ears.until(lambda: ears.deliveries)
            assert link.connected
    assert len(ears.states) == 1
    assert not ears.up
    assert "does not let relayd read cgm/data (Not authorized)" in ears.states[0][1]


async def test_what_does_not_fit_into_the_socket_follows_later(ears: Ears) -> None:
    """A broker that is slow to read must get every byte in the end, and in order."""
    open_up = asyncio.Event()
    payloads = [bytes([65 + number]) * 1_000_000 for number in range(16)]
    came: list[bytes] = []
    everything = asyncio.Event()

    async def slow(wire: Wire) -> None:
        await wire.welcome()
        await open_up.wait()
        while len(came) < len(payloads):
            packet = await wire.read_kind(PUBLISH)
            if packet.topic != "relayd/status":
                came.append(packet.body[-1_000_000:])
        everything.set()
        await wire.read_kind(0)

    async with scripted(slow) as port, running(ears.link(Settings(port))) as link:
        await ears.until(lambda: ears.up)
        for number, payload in enumerate(payloads):
            link.publish(f"relayd/{number}/alert", payload)
        await asyncio.sleep(0)
        open_up.set()
        async with asyncio.timeout(60):
            await everything.wait()
    assert came == payloads


async def test_of_what_was_published_while_away_only_the_last_is_sent(ears: Ears) -> None:
    port = free_port()
    sent: list[bytes] = []

    async def listen(wire: Wire) -> None:
        await wire.welcome()
        while True:
            packet = await wire.read_kind(PUBLISH)
            sent.append(packet.body)
            await wire.write(Packet(PUBACK, 0, packet.mid.to_bytes(2)))

    link = ears.link(Settings(port))
    for number in range(10):
        link.publish("relayd/alert", b"state-%d" % number)
    async with scripted(listen, port=port), running(link):
        await ears.until(lambda: ears.up)
        await link.close()
    alerts = [body for body in sent if b"relayd/alert" in body]
    assert [body[-7:] for body in alerts] == [b"state-9"]
