"""Everything that can be wrong between relayd and its broker: said in words, and got over."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from brokers import Certificates, Ears, Mosquitto, Settings, running
from mqtt_wire import (
    CONNACK,
    CONNECT,
    DISCONNECT,
    Packet,
    Wire,
    publish,
    scripted,
)

from relayd.domain.secret import Secret

GLUCOSE = "relayd/mia/glucose"


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates.make(tmp_path / "tls")


async def test_a_wrong_password_is_said_once_and_the_right_one_is_tried_for_ever(
    tmp_path: Path, ears: Ears
) -> None:
    async with Mosquitto(tmp_path, users={"relayd": "old"}) as broker:
        settings = Settings(broker.port, username="relayd", password=Secret("new"))
        async with running(ears.link(settings)):
            await ears.until(lambda: ears.states)
            assert not ears.up
            broker.set_users({"relayd": "new"})
            await ears.until(lambda: ears.up)
    assert len(ears.states) == 2
    assert "refuses the user name or password of 'relayd'" in ears.states[0][1]
    assert "new" not in ears.states[0][1]


async def test_the_same_trouble_is_said_once_however_often_it_is_met(ears: Ears) -> None:
    greetings = 0
    third = asyncio.Event()

    async def refuse(wire: Wire) -> None:
        nonlocal greetings
        await wire.read_kind(CONNECT)
        greetings += 1
        if greetings == 3:
            third.set()
        await wire.write(Packet(CONNACK, 0, b"\0\x88\0"))

    async with scripted(refuse) as port, running(ears.link(Settings(port))):
        async with asyncio.timeout(60):
            await third.wait()
    assert ears.states == [
        (False, f"the broker at 127.0.0.1:{port} refuses relayd: Server unavailable")
    ]


async def test_nobody_listens_and_later_somebody_does(tmp_path: Path, ears: Ears) -> None:
    broker = Mosquitto(tmp_path)
    async with running(ears.link(Settings(broker.port))):
        await ears.until(lambda: ears.states)
        assert "nothing listens" in ears.states[0][1]
        async with broker:
            await ears.until(lambda: ears.up)


async def test_a_name_that_is_no_name_is_said(ears: Ears) -> None:
    async with running(ears.link(Settings(1883, host="no-such-broker.invalid"))):
        await ears.until(lambda: ears.states)
    assert "cannot be found" in ears.states[0][1]


async def test_tls_with_an_authority_of_ones_own(
    tmp_path: Path, certificates: Certificates, ears: Ears
) -> None:
    async with Mosquitto(tmp_path, certificates=certificates) as broker:
        settings = Settings(broker.port, tls=True, ca_file=certificates.ca)
        link = ears.link(settings)
        async with running(link):
            await ears.until(lambda: ears.up)
            bridge = Ears()
            async with running(bridge.link(replace(settings, client_id="bridge"))) as other:
                other.publish(GLUCOSE, b"x" * 300_000, retain=False)
                await ears.until(lambda: ears.deliveries)
            await link.close()
    assert ears.payloads == [b"x" * 300_000]


@pytest.mark.parametrize(
    ("ca_file", "says"),
    [(None, "is not to be trusted"), ("ca.key", "cannot be read"), ("absent", "cannot be read")],
)
async def test_a_certificate_that_cannot_be_trusted_is_said(
    certificates: Certificates, ears: Ears, ca_file: str | None, says: str
) -> None:
    """Nothing is sent, the password least of all, to a broker that is not who it should be."""

    async def unwanted(wire: Wire) -> None:
        await wire.read()
        pytest.fail("relayd spoke to a broker it cannot trust")

    home = certificates.ca.parent
    async with scripted(unwanted, tls=certificates.server()) as port:
        settings = Settings(port, tls=True, ca_file=home / ca_file if ca_file else None)
        async with running(ears.link(settings)):
            await ears.until(lambda: ears.states)
    assert says in ears.states[0][1]
    assert "ca_file" in ears.states[0][1] or ca_file is None


async def test_twenty_messages_in_one_tls_record_are_all_read(
    certificates: Certificates, ears: Ears
) -> None:
    """After a record is decrypted the socket falls silent: what is held back must be drained."""

    async def burst(wire: Wire) -> None:
        await wire.welcome()
        await wire.write(*(publish(GLUCOSE, b"%d" % mid, mid) for mid in range(1, 21)))
        await wire.read_kind(0)

    async with scripted(burst, tls=certificates.server()) as port:
        settings = Settings(port, tls=True, ca_file=certificates.ca)
        async with running(ears.link(settings)):
            await ears.until(lambda: len(ears.deliveries) == 20)
    assert ears.payloads == [b"%d" % mid for mid in range(1, 21)]


@pytest.mark.parametrize("tls", [True, False])
async def test_a_broker_that_never_answers_stops_nothing(ears: Ears, *, tls: bool) -> None:
    """The wearers' timers run on the same loop: it must not wait for anybody's handshake."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        async with running(ears.link(Settings(deaf.getsockname()[1], tls=tls))):
            for _ in range(20):
                await asyncio.sleep(0.02)
            assert ears.states == []


async def test_a_handshake_that_hangs_is_given_up(ears: Ears) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        async with running(ears.link(Settings(deaf.getsockname()[1], tls=True))):
            await ears.until(lambda: ears.states)
    assert "does not answer" in ears.states[0][1]


async def test_something_that_is_no_broker_is_said(ears: Ears) -> None:
    async def hang_up(wire: Wire) -> None:
        wire.close()

    async with scripted(hang_up) as port, running(ears.link(Settings(port))):
        await ears.until(lambda: ears.states)
    assert "takes the connection and gives no answer" in ears.states[0][1]


async def test_a_broker_that_falls_silent_is_noticed(ears: Ears) -> None:
    async def fall_silent(wire: Wire) -> None:
        await wire.welcome()
        while True:
            await wire.read()

    async with scripted(fall_silent) as port, running(ears.link(Settings(port, keepalive_s=1))):
        await ears.until(lambda: len(ears.states) == 2)
    assert "has stopped answering" in ears.states[1][1]


async def test_another_program_with_the_same_client_id_is_named_as_the_cause(ears: Ears) -> None:
    async def take_over(wire: Wire) -> None:
        await wire.welcome()
        await wire.write(Packet(DISCONNECT, 0, b"\x8e\0"))

    async with scripted(take_over) as port:
        link = ears.link(Settings(port, client_id="relayd-home"))
        async with running(link):
            await ears.until(lambda: len(ears.states) == 2)
    assert "another program" in ears.states[1][1]
    assert "'relayd-home'" in ears.states[1][1]
