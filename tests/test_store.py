"""Rows go in, commits are shared, and who waits is told when the disk has them."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Generator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from store_doubles import Hands, a_disk, connecting
from stores import (
    Shop,
    a_line,
    a_reading,
    an_alert,
    an_attempt,
    at,
    ids,
    on_disk,
    steps,
    until,
    write,
)

from relayd.domain.alert import Presence
from relayd.domain.event import HARMLESS_WITHIN, NOTED_WITHIN, Happened, Row
from relayd.store import Store
from relayd.store.schema import PAGE_BYTES


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "state" / "relayd.db")
    yield place
    place.close()


async def test_a_new_database_is_made_with_its_directory_and_is_empty(shop: Shop) -> None:
    store = shop.open()
    assert (shop.kept.alerts, shop.kept.readings, shop.kept.latest) == ((), (), None)
    assert (shop.lost, store.last_seq, shop.states.said) == (False, 0, [])


async def test_only_its_owner_may_read_the_database(shop: Shop) -> None:
    """It holds a child's health, and the secret that signs answers."""
    await write(shop.open(), an_alert())
    files = [shop.path, shop.path.with_name(f"{shop.path.name}-wal")]
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]


async def test_what_gathers_while_one_commit_runs_makes_the_next(shop: Shop) -> None:
    """A thousand alerts at once must not cost a thousand waits for a slow card."""
    disk = a_disk()
    store = shop.open(connect_to=connecting(disk))
    disk.answers.clear()
    disk.reached.clear()
    first = asyncio.create_task(write(store, an_alert("mia-1")))
    await until(disk.reached.is_set)
    rest = [asyncio.create_task(write(store, an_alert(f"mia-{n}"))) for n in range(2, 502)]
    await until(lambda: store.waiting == 500)
    disk.answers.set()
    await asyncio.gather(first, *rest)
    assert store.commits == 2


async def test_what_one_turn_of_the_loop_brings_shares_a_commit(shop: Shop) -> None:
    store = shop.open()
    await asyncio.gather(*(write(store, an_alert(f"mia-{n}")) for n in range(1, 100)))
    assert store.commits == 1


async def test_done_means_that_a_power_cut_would_not_lose_it(shop: Shop) -> None:
    store = shop.open()
    seen: list[tuple[set[str], int]] = []
    for number in range(1, 20):
        await write(store, an_alert(f"mia-{number}"), a_line(number))
        found = on_disk(shop.path)
        seen.append((ids(found.kept.alerts), found.last_seq))
    expected = [({f"mia-{n}" for n in range(1, last + 1)}, last) for last in range(1, 20)]
    assert seen == expected


async def test_harmless_readings_wait_for_company_a_minute_at_most(shop: Shop) -> None:
    hands, done = Hands(), list[int]()
    store = shop.open(loop=hands.loop)
    for number in range(3):
        store.write([a_reading(number)], HARMLESS_WITHIN, partial(done.append, number))
        hands.turn(10)
        await steps()
    assert (store.waiting, store.commits, done) == (3, 0, [])
    hands.turn(31)
    await until(lambda: len(done) == 3)
    assert (store.waiting, store.commits, done) == (0, 1, [0, 1, 2])
    hands.turn(1000)
    await steps()
    assert store.commits == 1


@pytest.mark.parametrize("way", ["urgent", "hurry", "note", "close"])
async def test_what_waits_goes_with_whatever_goes_first(shop: Shop, way: str) -> None:
    hands, done = Hands(), list[str]()
    store = shop.open(loop=hands.loop)
    store.write([a_reading()], HARMLESS_WITHIN, lambda: done.append("reading"))
    if way == "urgent":
        store.write([an_alert()], done=lambda: done.append("alert"))
    if way == "hurry":
        store.hurry()
    if way == "note":
        store.write([an_attempt()], NOTED_WITHIN, lambda: done.append("note"))
        hands.turn(0.2)
    if way == "close":
        shop.close()
    await until(lambda: "reading" in done)
    assert (store.waiting, len(on_disk(shop.path).readings)) == (0, 1)
    assert store.commits <= 1


async def test_who_writes_nothing_waits_for_what_was_written_before(shop: Shop) -> None:
    """A repeated reading is acknowledged only once the first is safe, and hurries nobody."""
    hands, done = Hands(), list[str]()
    store = shop.open(loop=hands.loop)
    store.write([a_reading()], HARMLESS_WITHIN, lambda: done.append("first"))
    store.write([], done=lambda: done.append("repeat"))
    await steps()
    assert (done, store.commits) == ([], 0)
    hands.turn(60)
    await until(lambda: len(done) == 2)
    assert done == ["first", "repeat"]
    store.write([], done=lambda: done.append("nothing before it"))
    await until(lambda: len(done) == 3)


async def test_lines_are_told_once_they_are_on_disk_and_in_order(shop: Shop) -> None:
    store, told = shop.open(), list[tuple[int, Happened, int]]()
    store.on_happened = lambda seq, line: told.append((seq, line, on_disk(shop.path).last_seq))
    lines = [a_line(n) for n in range(1, 7)]
    store.write(lines[:2], NOTED_WITHIN)
    await write(store, *lines[2:4])
    await write(store, *lines[4:])
    assert [(seq, line) for seq, line, _ in told] == list(enumerate(lines, 1))
    assert all(seq <= safe for seq, _, safe in told)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_the_timeline_is_paged_without_gap_or_repeat(shop: Shop, limit: int) -> None:
    store, expected = shop.open(), list[tuple[int, Happened]]()
    for size in (1, 4, 0, 2, 9, 1, 1):
        lines = [a_line(len(expected) + n) for n in range(size)]
        expected += enumerate(lines, len(expected) + 1)
        await write(store, an_alert(), *lines)
    store = shop.open()
    assert store.last_seq == len(expected)
    pages, since = list[tuple[int, Happened]](), 0
    while page := await store.timeline(since, limit):
        assert len(page) <= limit
        pages, since = pages + page, page[-1][0]
    assert pages == expected
    await write(store, a_line(99))
    assert await store.timeline(since, 9) == [(since + 1, a_line(99))]


async def test_what_is_older_than_kept_goes_and_the_rest_stays(shop: Shop) -> None:
    day = 86400
    off: dict[str, Any] = {"presence": Presence.OFF}
    rows: list[Row] = [
        an_alert("mia-1", ended_at=at(60), **off),
        an_attempt("mia-1"),
        an_alert("mia-2"),
        an_attempt("mia-2"),
        an_alert("mia-3", ended_at=at(20 * day), **off),
        an_attempt("mia-3", begun_at=at(20 * day)),
        a_reading(0),
        a_reading(0, "leo"),
        a_line(1),
    ]
    store = shop.open(keep=timedelta(days=30))
    await write(store, *rows)
    for number in (20, 31, 32):
        await write(store, a_reading(number * day), a_line(number, number * day))
        await write(store, a_reading(number * day + 600), within=timedelta(microseconds=1))
    assert ids(await store.alerts(9)) == {"mia-2", "mia-3"}
    assert [len(await store.attempts(f"mia-{n}")) for n in (1, 2, 3)] == [0, 1, 1]
    assert [seq for seq, _ in await store.timeline(0, 9)] == [2, 3, 4]
    assert len(await store.readings("mia", at(-1))) == 6
    store = shop.open()
    assert shop.kept.numbers == {"mia": 3}
    assert a_reading(0, "leo") in shop.kept.readings, "a last reading is never forgotten"


async def test_pruning_comes_in_bites_and_catches_up(shop: Shop) -> None:
    store = shop.open(keep=timedelta(hours=1))
    for number in range(450):
        await write(store, a_reading(number))
    soon = timedelta(microseconds=1)
    lengths = list[int]()
    for number in range(4):
        await write(store, a_reading(9000 + number), within=soon)
        lengths.append(len(await store.readings("mia", at(-1))))
    assert lengths == [251, 52, 3, 4]


async def test_the_sqlite3_tool_can_read_what_was_kept(shop: Shop) -> None:
    """A family's helper has that tool, and nothing else, when something looks wrong."""
    store = shop.open()
    await write(store, *(a_reading(n, mg_dl=3.4 * 18.0182) for n in range(50)), a_line(1))
    await write(store, an_alert(), a_reading(99), a_line(2))
    shop.close()
    query = (
        "SELECT count(*), min(mg_dl_or_mmol_l_text), max(arrived_at) FROM reading;"
        "SELECT seq, at, event, fields FROM timeline; SELECT id, presence FROM alert"
    )
    try:
        tool = await asyncio.create_subprocess_exec(
            "sqlite3", str(shop.path), query, stdout=PIPE, stderr=STDOUT
        )
    except FileNotFoundError:
        pytest.skip("the sqlite3 tool is not installed")
    said, _ = await tool.communicate()
    assert said.decode().splitlines() == [
        "51|104|2026-11-22T03:11:39Z",
        '1|2026-11-22T03:10:00Z|attempt.sent|{"attempt":"mia-1/1"}',
        '2|2026-11-22T03:10:00Z|attempt.sent|{"attempt":"mia-1/2"}',
        "mia-1|on",
    ]


async def test_small_pages_keep_a_lone_commit_small(shop: Shop) -> None:
    """Every commit writes whole pages, and a card wears out by what is written."""
    store = shop.open()
    await write(store, an_alert("mia-1"), an_attempt(), a_line(1), a_reading())
    log = shop.path.with_name(f"{shop.path.name}-wal")
    before = log.stat().st_size
    await write(store, an_alert("mia-2"), an_attempt("mia-2"), a_line(2), a_reading(1))
    assert log.stat().st_size - before <= 5 * (PAGE_BYTES + 24)
    assert isinstance(store, Store)
