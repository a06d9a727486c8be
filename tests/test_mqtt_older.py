"""Brokers that speak no MQTT 5 are spoken to in 3.1.1, and lose nothing by it."""

import pytest
from amqtt.broker import Broker
from brokers import Ears, Settings, free_port, running
from mqtt_wire import (
    CONNACK,
    CONNECT,
    PUBLISH,
    SUBACK,
    SUBSCRIBE,
    Packet,
    Wire,
    peer,
    publish,
    scripted,
)

from relayd.mqtt import Link

GLUCOSE = "relayd/mia/glucose"


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.mark.parametrize(
    "answer",
    [Packet(CONNACK, 0, b"\0\1"), Packet(CONNACK, 0, b"\0\x84\0"), None],
    ids=["an old refusal", "a new refusal", "no answer"],
)
async def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1(
    ears: Ears, answer: Packet | None
) -> None:
    greetings: list[Packet] = []

    async def old(wire: Wire) -> None:
        greetings.append(await wire.read_kind(CONNECT))
        if greetings[-1].protocol == 5:
            if answer is not None:
                await wire.write(answer)
            return
        await wire.write(Packet(CONNACK, 0, b"\0\0"))
        asked = await wire.read_kind(SUBSCRIBE)
        await wire.write(Packet(SUBACK, 0, asked.body[:2] + b"\1"))
        await wire.write(publish(GLUCOSE, b"1", 1, modern=False))

    async with scripted(old) as port, running(ears.link(Settings(port))):
        await ears.until(lambda: len(ears.deliveries) == 2)
    assert [greeting.protocol for greeting in greetings[:3]] == [5, 4, 4]
    assert not any(greeting.clean for greeting in greetings)
    assert ears.states[0][0]


async def test_a_broker_that_is_known_to_be_old_is_never_asked_for_mqtt_5(ears: Ears) -> None:
    greetings: list[int] = []

    async def old(wire: Wire) -> None:
        greetings.append((await wire.read_kind(CONNECT)).protocol)

    async with scripted(old) as port:
        link = Link(
            Settings(port),
            topics=("a",),
            on_delivery=ears.delivery,
            on_state=ears.state,
            mqtt_5=False,
        )
        async with running(link):
            await ears.until(lambda: ears.states)
    assert greetings == [4]


async def test_in_3_1_1_a_kept_session_is_not_subscribed_to_again(ears: Ears) -> None:
    """Subscribing anew would repeat every retained message after every short outage."""
    subscribed: list[bool] = []

    async def old(wire: Wire) -> None:
        if (await wire.read_kind(CONNECT)).protocol == 5:
            return
        subscribed.append(False)
        await wire.write(Packet(CONNACK, 0, bytes([len(subscribed) > 1, 0])))
        while (packet := await wire.read()).kind != PUBLISH:
            if packet.kind == SUBSCRIBE:
                subscribed[-1] = True
                await wire.write(Packet(SUBACK, 0, packet.body[:2] + b"\1"))

    async with scripted(old) as port, running(ears.link(Settings(port))):
        await ears.until(lambda: len(subscribed) == 3)
    assert subscribed[:2] == [True, False]


async def test_the_embedded_broker_of_the_demo_is_spoken_to_in_3_1_1(ears: Ears) -> None:
    port = free_port()
    listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": listeners, "plugins": anonymous})
    await broker.start()
    try:
        link = ears.link(Settings(port))
        async with running(link):
            await ears.until(lambda: ears.up)
            async with peer(port) as bridge:
                await bridge.publish(GLUCOSE, b"1")
                await ears.until(lambda: ears.deliveries)
            link.acknowledge(ears.deliveries[0].token)
            await link.close()
    finally:
        await broker.shutdown()
    assert ears.payloads == [b"1"]
