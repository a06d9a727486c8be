"""``relayd test``, and what is remembered of every route: over real sockets, and over restarts."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from drills import PAGED, Command, asked, known_path, port_of, said
from live import ANA, ANA_TOPIC, TOM, House, living
from live_relay import until

from relayd.domain.household import Route
from relayd.proofs import META, Kept, key_of
from relayd.store import Store

pytestmark = pytest.mark.live

TWO_PHONES = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "text", to = "{ANA}" }}, {{ channel = "text", to = "{TOM}" }}]
when = "Mon-Sun 03:00-03:01"
[carers.tom]
name = "Tom"
routes = [{{ channel = "pager" }}]
[plan]
steps = [{{ tell = ["ana", "tom"] }}]
"""


async def start(house: House) -> None:
    known_path(house)
    await house.start()


async def routes(house: House) -> list[dict[str, Any]]:
    """What the API says of every route."""
    _, state = await asked(house, "/api/state")
    told: list[dict[str, Any]] = state["routes"]
    return told


async def test_each_route_gets_one_test_and_its_proof_is_printed(tmp_path: Path) -> None:
    """The pager proves by itself; the push is proved only when Ana answers."""
    async with living(tmp_path, PAGED) as house:
        await start(house)
        async with Command(house, "test", "ana") as command:
            await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)
            (message,) = house.push.pushed(ANA_TOPIC)
            assert message.document["message"].startswith("TEST")
            await house.push.press(message, 0)
            told = await command.said()
        assert told.status == 0, told
        lines = " ".join(told.out.split())
        assert "0 pager delivery, answer ✔ it arrived" in lines
        assert "1 push an answer only ✔ answered “I have it”" in lines
        (document,) = house.pager.documents
        assert document["type"] == "test"
        assert len(house.push.pushed(ANA_TOPIC)) == 1, "one message a route"
        kept = await house.kept()
        assert kept.alerts == ()


async def test_what_was_proved_is_known_after_a_restart(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        assert [route["proven_at"] for route in await routes(house)] == [None, None]
        told = await said(house, "test", "ana", "--route", "0", "--json")
        assert told.status == 0, told
        assert told.json["proved"] is True
        assert [route["channel"] for route in told.json["routes"]] == ["pager"]
        before = await routes(house)
        assert before[0]["proven_at"] is not None
        assert (before[0]["state"], before[1]["state"]) == ("proven", "unproven")
        await house.relay.kill()
        await house.start()
        assert await routes(house) == before


async def test_a_route_without_proof_is_bad_news(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        told = await said(house, "test", "ana", "--for", "2 s")
        assert told.status == 1
        lines = " ".join(told.out.split())
        assert "sent; nobody answered" in lines
        assert "1 of 2 routes gave no proof" in lines
        assert "Ana should answer the message" in lines


async def test_a_reply_proves_the_route_to_the_very_phone_it_came_from(tmp_path: Path) -> None:
    """Two routes, one channel; and a test asks at any hour, whatever the duty."""
    async with living(tmp_path, TWO_PHONES) as house:
        await start(house)
        house.text.fate("sent")
        house.text.fate("sent")
        async with Command(house, "test", "ana", "--for", "12 s", "--json") as command:
            await until(lambda: house.text.sent(ANA) and house.text.sent(TOM))
            house.text.reply(ANA, "1")
            told = await command.said()
        assert told.status == 1, "the other phone has not answered"
        assert [route["status"] for route in told.json["routes"]] == ["accepted", "sent"]


async def test_who_is_unknown_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        told = await said(house, "test", "anna")
        assert told.status == 2
        assert 'Did you mean "ana"?' in told.err
        told = await said(house, "test", "ana", "--route", "7")
        assert told.status == 2
        assert "The routes are: 0 (pager), 1 (push)" in told.err


async def test_a_real_alert_proves_a_route_too(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        await house.outsider.glucose(2.5)
        await until(lambda: house.pager.documents)
        await house.relay.until_said("attempt.delivered")
        await house.relay.stop()
        kept = book(house.folder)
        assert kept[key_of("ana", Route("pager", "webhook"))].proven_at is not None


async def test_a_route_without_proof_for_35_days_is_said_once_and_until_it_is_proved(
    tmp_path: Path,
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=36)
    pager, push = Route("pager", "webhook"), Route("push", "ntfy", to=ANA_TOPIC)
    async with living(tmp_path, PAGED) as house:
        lately = Kept(long_ago, long_ago + timedelta(days=20))
        keep(house.folder, {key_of("ana", pager): Kept(long_ago), key_of("ana", push): lately})
        await start(house)
        assert [route["unproven_days"] for route in await routes(house)] == [36, None]
        await house.relay.until_said("route.unproven", carer="ana", route="0")
        told = await said(house, "status")
        assert "nothing has proved it for 36 days" in " ".join(told.out.split())
        assert "not proved for 36 days: test it" in await page(house)
        assert (await said(house, "test", "ana", "--route", "0")).status == 0
        assert [route["unproven_days"] for route in await routes(house)] == [None, None]
        assert len(house.relay.said("route.unproven")) == 1


async def page(house: House) -> str:
    """The page, as a browser that has signed in sees it."""
    url = f"http://127.0.0.1:{port_of(house)}/"
    headers = {"Authorization": "Bearer sesame"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return await answer.text()


def keep(folder: Path, kept: dict[str, Kept]) -> None:
    """Put the book of proofs into the store, as an earlier run left it."""
    store = opened(folder)
    store.set_meta(META, msgspec.json.encode(kept).decode())
    store.close()


def book(folder: Path) -> dict[str, Kept]:
    """The book of proofs, as it is on disk."""
    store = opened(folder)
    kept = msgspec.json.decode(store.meta(META) or "{}", type=dict[str, Kept])
    store.close()
    return kept


def opened(folder: Path) -> Store:
    (folder / "state").mkdir(exist_ok=True)
    loop = asyncio.get_running_loop()
    store = Store(folder / "state" / "relayd.db", loop=loop, on_state=lambda *_: None)
    store.open()
    return store
