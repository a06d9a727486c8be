"""A disk that fails or does not answer: nobody waits for it, and nothing is forgotten."""

import asyncio
import sqlite3
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
from store_doubles import a_disk, connecting
from stores import (
    IMPATIENT,
    Shop,
    a_line,
    a_reading,
    an_alert,
    an_attempt,
    at,
    ids,
    on_disk,
    until,
    write,
)

from relayd.domain.alert import Presence
from relayd.domain.event import HARMLESS_WITHIN, Happened
from relayd.store import Patience

JUMPY = Patience(
    retry_every=timedelta(milliseconds=20),
    hung_after=timedelta(milliseconds=100),
    open_within=timedelta(milliseconds=300),
)


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "state" / "relayd.db")
    yield place
    place.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_IOERR_FSYNC, "the disk reports an error"),
        (sqlite3.SQLITE_READONLY, "the disk is read-only"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"),
        (sqlite3.SQLITE_BUSY, "another program holds"),
        (sqlite3.SQLITE_NOMEM, "cannot be written: as the test wants it"),
    ],
)
async def test_a_failing_commit_is_said_once_and_made_good(
    shop: Shop, fault: int, words: str
) -> None:
    disk = a_disk()
    store = shop.open(connect_to=connecting(disk), patience=IMPATIENT)
    told = list[int]()
    store.on_happened = lambda seq, _: told.append(seq)
    await write(store, an_alert("mia-1"), a_line(1))
    disk.fault = fault
    await asyncio.gather(*(write(store, an_alert(f"mia-{n}"), a_line(n)) for n in range(2, 9)))
    disk.reached.clear()
    await until(disk.reached.is_set)  # it was tried again, in vain
    assert [well for well, _ in shop.states.said] == [False]
    assert words in shop.states.said[0][1]
    disk.fault = None
    await until(lambda: shop.states.well)
    assert told == list(range(1, 9))
    found = on_disk(shop.path)
    assert (len(found.kept.alerts), found.last_seq) == (8, 8)


async def test_a_disk_that_does_not_answer_stops_nobody(shop: Shop) -> None:
    """A dying card hangs for minutes: carers are called meanwhile."""
    disk = a_disk()
    store = shop.open(connect_to=connecting(disk), patience=JUMPY)
    told = list[int]()
    store.on_happened = lambda seq, _: told.append(seq)
    await write(store, a_line(1))
    disk.answers.clear()
    await asyncio.gather(write(store, an_alert("mia-1"), a_line(2)), write(store, a_line(3)))
    assert shop.states.said[0][0] is False
    assert "does not answer" in shop.states.said[0][1]
    await write(store, an_alert("mia-2"), a_line(4), a_reading(), within=HARMLESS_WITHIN)
    assert [seq for seq, _ in await store.timeline(0, 9)] == [2, 3, 4]
    assert ids(await store.alerts(9)) == {"mia-1", "mia-2"}
    assert await store.readings("mia", at(-1)) == [a_reading()]
    disk.answers.set()
    await until(lambda: shop.states.well)
    await write(store, a_line(5))
    assert told == [1, 2, 3, 4, 5]
    assert await store.timeline(0, 99) == [(n, a_line(n)) for n in range(1, 6)]
    assert ids(on_disk(shop.path).kept.alerts) == {"mia-1", "mia-2"}


async def test_a_disk_that_hangs_and_then_fails_loses_nothing(shop: Shop) -> None:
    disk = a_disk()
    store = shop.open(connect_to=connecting(disk), patience=JUMPY)
    disk.answers.clear()
    await write(store, an_alert("mia-1"), a_line(1))
    await write(store, an_alert("mia-2"), a_line(2))
    disk.fault = sqlite3.SQLITE_IOERR
    disk.answers.set()
    await until(lambda: len(shop.states.said) > 1)
    assert "the disk reports an error" in shop.states.said[1][1]
    disk.fault = None
    await until(lambda: shop.states.well)
    shop.open()
    assert ids(shop.kept.alerts) == {"mia-1", "mia-2"}
    assert shop.store is not None
    assert await shop.store.timeline(0, 9) == [(1, a_line(1)), (2, a_line(2))]


async def test_a_disk_that_hangs_at_start_does_not_keep_relayd_from_starting(shop: Shop) -> None:
    disk = a_disk()
    disk.answers.clear()
    store = shop.open(connect_to=connecting(disk), patience=JUMPY)
    assert (shop.lost, shop.kept.alerts) == (True, ())
    await write(store, an_alert("mia-1"))
    assert "does not answer" in shop.states.said[0][1]
    disk.answers.set()
    await until(lambda: shop.states.well)
    shop.open()
    assert ids(shop.kept.alerts) == {"mia-1"}


async def test_memory_has_an_end_but_not_for_open_alerts(shop: Shop) -> None:
    """A disk that is lost for weeks must not end in a machine without memory."""
    disk = a_disk()
    patience = Patience(retry_every=timedelta(days=1), most=10)
    store = shop.open(connect_to=connecting(disk), patience=patience)
    disk.fault = sqlite3.SQLITE_FULL
    for n in range(1, 51):
        over = an_alert(f"leo-{n}", "leo", presence=Presence.OFF, ended_at=at(n))
        await write(store, an_alert(f"mia-{n}"), over, an_attempt(f"mia-{n}"), a_line(n))
        await write(store, a_reading(n))
    assert [seq for seq, _ in await store.timeline(0, 99)] == list(range(41, 51))
    assert await store.readings("mia", at(-1)) == [a_reading(n) for n in range(41, 51)]
    assert len(await store.attempts("mia-50")) == 1
    assert len(await store.attempts("mia-40")) == 0
    kept = ids(await store.alerts(999))
    assert kept == {f"mia-{n}" for n in range(1, 51)} | {f"leo-{n}" for n in range(41, 51)}
    disk.fault = None


async def test_closing_makes_a_last_try(shop: Shop) -> None:
    disk = a_disk()
    store = shop.open(connect_to=connecting(disk), patience=Patience(retry_every=timedelta(1)))
    disk.fault = sqlite3.SQLITE_FULL
    await write(store, an_alert("mia-1"), Happened(at(0), "alert.raised", {}))
    disk.fault = None
    shop.open()
    assert ids(shop.kept.alerts) == {"mia-1"}
