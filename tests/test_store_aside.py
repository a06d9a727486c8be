"""A file that is of no use is put aside, and a new one is begun."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from stores import IMPATIENT, Shop, filled, still_works, until

from relayd.store.schema import VERSION


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "relayd.db")
    yield place
    place.close()


@pytest.mark.parametrize(
    "what", [b"this is not a database " * 99, b"SQLite format 3\0" + b"x" * 99]
)
async def test_what_is_no_database_is_put_aside_and_said(shop: Shop, what: bytes) -> None:
    shop.path.write_bytes(what)
    shop.open(patience=IMPATIENT)
    assert shop.lost
    assert shop.path.with_name("relayd.db.corrupt-1").read_bytes() == what
    await until(lambda: shop.states.said)
    well, why = shop.states.said[0]
    assert not well
    assert why.startswith("the database was damaged and put aside as relayd.db.corrupt-1;")
    await until(lambda: shop.states.well)
    await still_works(shop)
    shop.close()
    shop.path.write_bytes(what)
    shop.open()
    assert shop.path.with_name("relayd.db.corrupt-2").exists()


async def test_a_database_of_a_newer_relayd_is_put_aside_untouched(shop: Shop) -> None:
    """Going back to an older version must not eat what the newer one wrote."""
    await filled(shop)
    shop.close()
    with closing(sqlite3.connect(shop.path)) as tool:
        tool.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = shop.path.read_bytes()
    shop.open()
    assert (shop.lost, shop.kept.alerts) == (True, ())
    assert shop.path.with_name("relayd.db.newer-1").read_bytes() == before
    await until(lambda: shop.states.said)
    assert "is of a newer relayd and was put aside" in shop.states.said[0][1]
    await still_works(shop)


async def test_an_empty_file_is_a_new_database(shop: Shop) -> None:
    shop.path.touch()
    shop.open()
    assert (shop.lost, shop.states.said) == (False, [])
    await still_works(shop)


async def test_another_programs_database_is_put_aside(shop: Shop) -> None:
    with closing(sqlite3.connect(shop.path)) as tool, tool:
        tool.execute("CREATE TABLE alert (something TEXT)")
    shop.open()
    assert shop.lost
    assert shop.path.with_name("relayd.db.corrupt-1").exists()
    await still_works(shop)
