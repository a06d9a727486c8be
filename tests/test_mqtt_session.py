"""The session with a real broker: nothing is lost, whichever side falls over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from brokers import Ears, Mosquitto, Settings, running
from mqtt_wire import peer

GLUCOSE = "relayd/mia/glucose"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with Mosquitto(tmp_path, persistent=True) as broker:
        yield broker


@pytest.fixture
def ears() -> Ears:
    return Ears()


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


async def marked(broker: Mosquitto, settings: Settings) -> list[bytes]:
    """What a new run of the same link is brought, up to a message that is published now."""
    ears = Ears()
    async with running(ears.link(settings)):
        await ears.until(lambda: ears.up)
        async with peer(broker.port) as bridge:
            await bridge.publish(GLUCOSE, b"mark")
        await ears.until(lambda: b"mark" in ears.payloads)
    return [payload for payload in ears.payloads if payload != b"mark"]


async def test_what_is_published_arrives_with_its_topic(broker: Mosquitto, ears: Ears) -> None:
    link = ears.link(Settings(broker.port), "relayd/+/glucose", "bridge/#")
    async with running(link), peer(broker.port) as bridge:
        await ears.until(lambda: ears.up)
        assert link.connected
        await bridge.publish(GLUCOSE, b"1")
        await bridge.publish("bridge/a/b", b"2")
        await ears.until(lambda: len(ears.deliveries) == 2)
    came = {(d.topic, d.payload, d.retained, d.duplicate, d.token.qos) for d in ears.deliveries}
    assert came == {(GLUCOSE, b"1", False, False, 1), ("bridge/a/b", b"2", False, False, 1)}
    assert not link.connected


async def test_a_message_at_qos_0_arrives_and_needs_no_acknowledgement(
    broker: Mosquitto, ears: Ears
) -> None:
    link = ears.link(Settings(broker.port))
    async with running(link), peer(broker.port) as bridge:
        await ears.until(lambda: ears.up)
        await bridge.publish_unconfirmed(GLUCOSE, b"1")
        await ears.until(lambda: ears.deliveries)
        link.acknowledge(ears.deliveries[0].token)
        await bridge.publish(GLUCOSE, b"2")
        await ears.until(lambda: len(ears.deliveries) == 2)
    assert ears.deliveries[0].token.qos == 0


async def test_the_broker_is_killed_and_brings_everything_unacknowledged_again(
    broker: Mosquitto, ears: Ears
) -> None:
    """A power cut takes the broker and the house both; no reading may be among the damage."""
    async with running(ears.link(Settings(broker.port))):
        await ears.until(lambda: ears.up)
        async with peer(broker.port) as bridge:
            await bridge.publish(GLUCOSE, *numbered(9))
            await ears.until(lambda: len(ears.deliveries) == 9)
            await broker.save()
            await bridge.ping()
        await broker.kill()
        await ears.until(lambda: not ears.up)
        await broker.start()
        await ears.until(lambda: len(ears.deliveries) == 18)
    again = ears.deliveries[9:]
    assert {d.payload for d in again} == set(numbered(9))
    assert all(d.duplicate for d in again)


async def test_what_comes_while_relayd_is_down_waits_for_it(broker: Mosquitto, ears: Ears) -> None:
    settings = Settings(broker.port)
    async with running(ears.link(settings)):
        await ears.until(lambda: ears.up)
    async with peer(broker.port) as bridge:
        await bridge.publish(GLUCOSE, *numbered(3))
        await broker.save()
        await bridge.ping()
    await broker.kill()
    await broker.start()
    assert await marked(broker, settings) == numbered(3)


async def test_only_what_was_acknowledged_stays_away(broker: Mosquitto, ears: Ears) -> None:
    """The broker holds a reading until relayd has it on disk, and not a moment less."""
    settings = Settings(broker.port)
    link = ears.link(settings)
    async with running(link):
        await ears.until(lambda: ears.up)
        async with peer(broker.port) as bridge:
            await bridge.publish(GLUCOSE, *numbered(4))
        await ears.until(lambda: len(ears.deliveries) == 4)
        link.acknowledge(ears.deliveries[0].token)
        link.acknowledge(ears.deliveries[2].token)
        await link.close()
    assert await marked(broker, settings) == [b"1", b"3"]


async def test_a_full_window_waits_for_acknowledgements(tmp_path: Path, ears: Ears) -> None:
    async with Mosquitto(tmp_path) as broker:
        link = ears.link(Settings(broker.port))
        async with running(link), peer(broker.port) as bridge:
            await ears.until(lambda: ears.up)
            await bridge.publish(GLUCOSE, *numbered(1200))
            await ears.until(lambda: len(ears.deliveries) == 1000)
            await bridge.ping()
            assert ears.payloads == numbered(1000)
            for delivery in ears.deliveries[:1000]:
                link.acknowledge(delivery.token)
            await ears.until(lambda: len(ears.deliveries) == 1200)


async def test_a_stale_acknowledgement_releases_nothing(tmp_path: Path, ears: Ears) -> None:
    """A broker that lost its memory counts packet ids from 1 again: the old 1 is not the new 1."""
    async with Mosquitto(tmp_path) as broker:
        settings = Settings(broker.port)
        link = ears.link(settings)
        async with running(link):
            await ears.until(lambda: ears.up)
            async with peer(broker.port) as bridge:
                await bridge.publish(GLUCOSE, b"old")
            await ears.until(lambda: len(ears.deliveries) == 1)
            await broker.kill()
            await ears.until(lambda: not ears.up)
            link.acknowledge(ears.deliveries[0].token)
            await broker.start()
            await ears.until(lambda: ears.up)
            async with peer(broker.port) as bridge:
                await bridge.publish(GLUCOSE, b"new")
            await ears.until(lambda: len(ears.deliveries) == 2)
            old, new = (delivery.token for delivery in ears.deliveries)
            assert old.mid == new.mid
            link.acknowledge(old)
            await link.close()
        assert await marked(broker, settings) == [b"new"]


async def test_a_burst_of_5000_arrives_whole_and_is_acknowledged_whole(
    tmp_path: Path, ears: Ears
) -> None:
    async with Mosquitto(tmp_path) as broker:
        settings = Settings(broker.port)
        link = ears.link(settings)
        async with running(link), peer(broker.port) as bridge:
            await ears.until(lambda: ears.up)
            sending = asyncio.create_task(bridge.publish(GLUCOSE, *numbered(5000)))
            done = 0
            while done < 5000:
                await ears.until(lambda: len(ears.deliveries) > done)  # noqa: B023 -- asked at once
                for delivery in ears.deliveries[done:]:
                    link.acknowledge(delivery.token)
                done = len(ears.deliveries)
            await sending
            await link.close()
        assert ears.payloads == numbered(5000)
        assert await marked(broker, settings) == []


async def test_a_retained_message_is_known_as_such_and_not_repeated(
    broker: Mosquitto, ears: Ears
) -> None:
    """A reconnect must not bring yesterday's value again, or every outage ends with old news."""
    settings = Settings(broker.port)
    async with peer(broker.port) as bridge:
        await bridge.publish(GLUCOSE, b"kept", retain=True)
    link = ears.link(settings)
    async with running(link):
        await ears.until(lambda: ears.deliveries)
        assert ears.deliveries[0].retained
        link.acknowledge(ears.deliveries[0].token)
        await link.close()
    assert await marked(broker, settings) == []


async def test_the_status_topic_tells_online_and_offline(broker: Mosquitto, ears: Ears) -> None:
    link = ears.link(Settings(broker.port))
    async with peer(broker.port) as page:
        await page.subscribe("relayd/status")
        async with running(link):
            assert await page.heard() == ("relayd/status", b"online")
            await link.close()
        assert await page.heard() == ("relayd/status", b"offline")
    async with peer(broker.port) as late:
        await late.subscribe("relayd/status")
        assert await late.heard() == ("relayd/status", b"offline")


async def test_run_ends_by_itself_after_close(broker: Mosquitto, ears: Ears) -> None:
    link = ears.link(Settings(broker.port))
    async with running(link):
        await ears.until(lambda: ears.up)
        await link.close()
    states = list(ears.states)
    await link.run()
    assert ears.states == states
    assert all(up for up, _ in states)


async def test_the_last_will_speaks_when_relayd_is_cut_off(broker: Mosquitto, ears: Ears) -> None:
    async with peer(broker.port) as page:
        await page.subscribe("relayd/status")
        async with running(ears.link(Settings(broker.port))):
            assert await page.heard() == ("relayd/status", b"online")
        assert await page.heard() == ("relayd/status", b"offline")


async def test_what_was_published_while_away_is_sent_on_return(
    broker: Mosquitto, ears: Ears
) -> None:
    link = ears.link(Settings(broker.port))
    link.publish("relayd/alert", b"first")
    link.publish("relayd/alert", b"last")
    link.publish("relayd/mia/alert", b"passing", retain=False)
    async with peer(broker.port) as page:
        await page.subscribe("relayd/#")
        async with running(link):
            heard = [await page.heard() for _ in range(3)]
    assert sorted(heard) == [
        ("relayd/alert", b"last"),
        ("relayd/mia/alert", b"passing"),
        ("relayd/status", b"online"),
    ]
