"""A damaged file: nothing in it is believed that cannot be proved, and what was lost is said."""

import random
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from stores import ALERTS, Shop, a_reading, an_alert, filled, ids, still_works, until

from relayd.domain.event import KeptReading

SIDES = ("", "-wal")


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "relayd.db")
    yield place
    place.close()


def copied(shop: Shop, to: Path) -> Shop:
    """The same files elsewhere, as a power cut would leave them."""
    to.mkdir()
    for side in SIDES:
        source = shop.path.with_name(shop.path.name + side)
        if source.exists():
            shutil.copyfile(source, to / source.name)
    return Shop(to / shop.path.name)


def all_true(readings: tuple[KeptReading, ...]) -> bool:
    return set(readings) <= {a_reading(number) for number in range(1, ALERTS + 1)}


def complete(shop: Shop, last: int = ALERTS) -> bool:
    """Whether everything up to the alert numbered *last* came back, and nothing else."""
    kept = shop.kept
    return (
        list(kept.alerts) == [an_alert(f"mia-{n}") for n in range(1, last + 1)]
        and ids(kept.attempts) == {f"mia-{n}/{m}" for n in range(1, last + 1) for m in (1, 2, 3)}
        and list(kept.readings) == [a_reading(n) for n in range(1, last + 1)]
        and kept.numbers == ({"mia": last} if last else {})
    )


@pytest.mark.parametrize("seed", range(20))
async def test_a_torn_log_gives_back_all_commits_before_the_tear(
    shop: Shop, tmp_path: Path, seed: int
) -> None:
    """Power fails in the middle of a write: what had been done before is whole."""
    await filled(shop)
    rng = random.Random(seed)
    for case in range(5):
        torn = copied(shop, tmp_path / f"{case}")
        log = torn.path.with_name(f"{torn.path.name}-wal")
        with log.open("r+b") as file:
            file.truncate(rng.randrange(log.stat().st_size))
        torn.open()
        assert any(complete(torn, last) for last in range(ALERTS + 1))
        await still_works(torn)
        torn.close()


@pytest.mark.parametrize("seed", range(10))
async def test_a_flipped_bit_in_the_log_costs_what_came_after_at_most(
    shop: Shop, tmp_path: Path, seed: int
) -> None:
    await filled(shop)
    rng = random.Random(seed)
    for case in range(5):
        flipped = copied(shop, tmp_path / f"{case}")
        log = flipped.path.with_name(f"{flipped.path.name}-wal")
        data = bytearray(log.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        log.write_bytes(data)
        flipped.open()
        assert any(complete(flipped, last) for last in range(ALERTS + 1))
        await still_works(flipped)
        flipped.close()


@pytest.mark.parametrize("seed", range(20))
async def test_a_truncated_database_is_lost_or_whole_and_says_which(
    shop: Shop, tmp_path: Path, seed: int
) -> None:
    await filled(shop)
    shop.close()
    rng = random.Random(seed)
    for case in range(5):
        torn = copied(shop, tmp_path / f"{case}")
        with torn.path.open("r+b") as file:
            file.truncate(rng.randrange(1, torn.path.stat().st_size))
        torn.open()
        assert torn.lost or complete(torn)
        assert set(torn.kept.alerts) <= {an_alert(f"mia-{n}") for n in range(1, ALERTS + 1)}
        if torn.lost:
            await until(lambda states=torn.states: states.said)  # type: ignore[misc]
        await still_works(torn)
        torn.close()


@pytest.mark.parametrize("seed", range(30))
async def test_a_flipped_bit_changes_nothing_unnoticed(
    shop: Shop, tmp_path: Path, seed: int
) -> None:
    """An alert that silently became another one is worse than one that is known to be lost."""
    await filled(shop)
    shop.close()
    rng = random.Random(seed)
    for case in range(10):
        flipped = copied(shop, tmp_path / f"{case}")
        data = bytearray(flipped.path.read_bytes())
        place, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        data[place] ^= bit
        flipped.path.write_bytes(data)
        flipped.open()
        assert flipped.lost or complete(flipped), f"byte {place}, bit {bit}"
        assert set(flipped.kept.alerts) <= {an_alert(f"mia-{n}") for n in range(1, ALERTS + 1)}
        assert all_true(flipped.kept.readings)
        await still_works(flipped)
        flipped.close()


async def test_open_alerts_are_saved_from_a_damaged_file(shop: Shop) -> None:
    """One bad page among the old must not end a call that is going on."""
    await filled(shop)
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool:
        (root,) = tool.execute("SELECT rootpage FROM sqlite_schema WHERE name='meta'").fetchone()
        (size,) = tool.execute("PRAGMA page_size").fetchone()
    data = bytearray(shop.path.read_bytes())
    data[(root - 1) * size : root * size] = b"\xff" * size
    shop.path.write_bytes(data)
    shop.open()
    assert (shop.lost, complete(shop)) == (True, True)
    await still_works(shop)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("alert", "priority = 1"),
        ("alert", "presence = 'acknowledged'"),
        ("alert", "rest = '{'"),
        ("attempt", "status = 'delivered'"),
        ("attempt", "rest = replace(rest, 'SM', 'SN')"),
        ("reading_pack", "until = until + 1"),
        ("reading_pack", "body = x'00'"),
    ],
)
async def test_a_spoilt_row_is_set_apart_and_the_rest_goes_on(
    shop: Shop, table: str, change: str
) -> None:
    await filled(shop)
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool, tool:
        tool.execute(f"UPDATE {table} SET {change} WHERE key = (SELECT max(key) FROM {table})")
    store = shop.open()
    assert (shop.lost, store.bad_rows, complete(shop)) == (True, 1, False)
    assert shop.kept.numbers == {"mia": ALERTS}
    await until(lambda: shop.states.said)
    assert "1 rows of the database were damaged" in shop.states.said[0][1]
    await still_works(shop)
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool:
        assert tool.execute("SELECT source FROM quarantine").fetchall() == [(table,)]


async def test_a_spoilt_line_is_left_out_of_the_timeline(shop: Shop) -> None:
    await filled(shop)
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool, tool:
        tool.execute("UPDATE timeline_pack SET at = at + 1 WHERE key = 5")
    store = shop.open()
    seqs = [seq for seq, _ in await store.timeline(0, 99)]
    assert seqs == [n for n in range(1, ALERTS + 1) if n != 5]


async def test_a_spoilt_secret_is_not_used(shop: Shop) -> None:
    shop.open().set_meta("secret", "0123")
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool, tool:
        tool.execute("UPDATE meta SET value = '0124' WHERE key = 'secret'")
    store = shop.open()
    assert (store.meta("secret"), store.bad_rows) == (None, 1)
