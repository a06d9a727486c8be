"""What programs ask: the timeline, events as they happen, and to acknowledge an alert."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from houses import PUSH, home
from webs import BEARER, Relay, Site

from relayd.domain.event import Answered, Happened
from relayd.domain.household import Carer
from relayd.domain.reading import WatchState
from relayd.web.events import QUEUE

WITHIN_S = 30.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page, with nothing read yet."""
    async with Site(Relay(tmp_path)) as site:
        yield site


async def post(site: Site, body: object, alert: str = "mia-1") -> tuple[int, dict[str, Any]]:
    url = f"/api/alerts/{alert}/acknowledge"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with site.client.post(url, data=data, headers=BEARER) as answer:
        return answer.status, await answer.json()


# Timeline and events -------------------------------------------------------------------


async def test_the_timeline_is_one_object_a_line_from_where_one_asks(site: Site) -> None:
    site.relay.read(45)
    await site.settled()
    text = await site.get("/api/timeline")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines[:3]] == [
        "relay.started",
        "alert.raised",
        "attempt.begun",
    ]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[1]["alert"] == "mia-1"
    assert len(lines[1]["at"]) == len("2026-11-22T03:10:04.120Z")
    later = await site.get(f"/api/timeline?since={lines[1]['seq']}&limit=1")
    assert json.loads(later)["event"] == "attempt.begun"


@pytest.mark.parametrize("query", ["since=-1", "since=x", "limit=1e3", "since=9" * 40, "limit=٣"])
async def test_a_timeline_asked_for_badly_says_how(site: Site, query: str) -> None:
    async with site.client.get(f"/api/timeline?{query}", headers=BEARER) as answer:
        assert answer.status == 400
        assert "whole number" in await answer.text()


async def sequence(site: Site, last: str | None, number: int) -> list[tuple[int, str]]:
    """The first *number* events that a page hears."""
    headers = BEARER | ({"Last-Event-ID": last} if last is not None else {})
    heard: list[tuple[int, str]] = []
    async with asyncio.timeout(WITHIN_S):
        async with site.client.get("/api/events", headers=headers) as answer:
            assert answer.content_type == "text/event-stream"
            seq = 0
            async for raw in answer.content:
                line = raw.decode()
                if line.startswith("retry: "):
                    site.relay.watch(WatchState.ALARM)
                if line.startswith("id: "):
                    seq = int(line[4:])
                if line.startswith("data: "):
                    heard.append((seq, json.loads(line[6:])["event"]))
                    if len(heard) == number:
                        break
    return heard


async def test_a_page_hears_what_happens_as_it_happens(site: Site) -> None:
    await site.settled()
    heard = await sequence(site, None, 2)
    assert [event for _, event in heard] == ["alert.raised", "attempt.begun"]


async def test_a_page_that_comes_back_hears_what_it_missed_first(site: Site) -> None:
    site.relay.read(45)
    await site.settled()
    before = site.relay.store.last_seq
    heard = await sequence(site, "1", before + 1)
    assert [seq for seq, _ in heard] == list(range(2, before + 3))


async def test_open_pages_do_not_hold_up_the_end(tmp_path: Path) -> None:
    """A restart must not wait for every phone in the house."""
    async with Site(Relay(tmp_path)) as site:
        pages = [await site.client.get("/api/events", headers=BEARER) for _ in range(20)]
        loop = asyncio.get_running_loop()
        began = loop.time()
        await site.web.close()
        assert loop.time() - began < 5
        for page in pages:
            async with asyncio.timeout(WITHIN_S):
                await page.content.read()


async def test_a_page_that_does_not_keep_up_is_let_go_and_nobody_waits_for_it(
    tmp_path: Path,
) -> None:
    relay = Relay(tmp_path)
    async with Site(relay) as site:
        slow = await site.client.get("/api/events", headers=BEARER)
        line = Happened(relay.clock.now(), "path.lost", {"path": "dongle"})
        call = relay.store.on_happened
        assert call is not None
        for seq in range(1000, 1000 + 2 * QUEUE):
            call(seq, line)
        async with asyncio.timeout(WITHIN_S):
            text = await slow.content.read()
        assert text.count(b"id: ") < 2 * QUEUE


# Acknowledging --------------------------------------------------------------------------


async def test_an_acknowledgement_is_on_disk_when_it_is_answered(site: Site) -> None:
    site.relay.read(45)
    status, document = await post(site, {"carer": "ana"})
    assert status == 200
    assert (document["presence"], document["acknowledged_by"]) == ("acknowledged", "ana")
    assert await site.relay.happened("alert.acknowledged") == 1


async def test_a_hundred_presses_at_once_are_one_acknowledgement(site: Site) -> None:
    site.relay.read(45)
    told = await asyncio.gather(*(post(site, {"carer": "ana"}) for _ in range(100)))
    assert {status for status, _ in told} == {200}
    assert await site.relay.happened("alert.acknowledged") == 1


async def test_of_two_carers_at_once_one_has_it_and_both_hear_who(site: Site) -> None:
    site.relay.read(45)
    told = await asyncio.gather(*(post(site, {"carer": name}) for name in ("tom", "ana")))
    assert {document["acknowledged_by"] for _, document in told} in ({"tom"}, {"ana"})
    assert await site.relay.happened("alert.acknowledged") == 1


async def test_i_cannot_is_an_answer_too(site: Site) -> None:
    site.relay.read(45)
    status, document = await post(site, {"carer": "ana", "accepted": False})
    assert (status, document["presence"]) == (200, "on")
    assert site.relay.alert().refused_by == ("ana",)


@pytest.mark.parametrize(
    ("body", "alert", "status", "says"),
    [
        ({"carer": "ana"}, "mia-9", 404, "mia-1"),
        ({"carer": "ana"}, "nobody", 404, "mia-1"),
        ({"carer": "ana"}, "mia-1/1", 404, "mia-1"),
        ({"carer": "ana"}, "mia-²", 404, "mia-1"),
        ({"carer": "ana"}, "leo-1", 409, "over"),
        ({"carer": "nobody"}, "mia-1", 400, "ana (Ana), tom (Tom)"),
        ({"carer": "tom"}, "relay-1", 404, "mia-1"),
        ({}, "mia-1", 400, "ana, tom"),
        ({"carer": 5}, "mia-1", 400, "ana, tom"),
        ({"carer": "ana", "acepted": False}, "mia-1", 400, "ana, tom"),
        (b"", "mia-1", 400, "ana, tom"),
        (b"\xff\xfe", "mia-1", 400, "ana, tom"),
        (b"carer=ana", "mia-1", 400, "ana, tom"),
    ],
)
async def test_a_refusal_says_what_would_be_right(
    site: Site, body: object, alert: str, status: int, says: str
) -> None:
    site.relay.watch(WatchState.FAULT)
    site.relay.take(Answered("leo-1", "ana", accepted=True))
    site.relay.watch(WatchState.ALARM)
    site.relay.take(Answered("leo-1", "ana", accepted=True))
    site.relay.watch(WatchState.OK)
    site.relay.read(45)
    quoted = alert.replace("/", "%2F")
    told, document = await post(site, body, quoted)
    assert told == status
    assert says in document["error"]
    assert site.relay.alert().acknowledged_by is None


async def test_a_carer_outside_the_plan_is_not_heard(tmp_path: Path) -> None:
    house = home()
    carers = {**house.carers, "eve": Carer("eve", "Eve", (PUSH,))}
    relay = Relay(tmp_path, replace(house, carers=carers))
    relay.read(45)
    async with Site(relay) as site:
        status, document = await post(site, {"carer": "eve"})
        assert status == 403
        assert "ana" in document["error"]
    assert relay.alert().acknowledged_by is None
