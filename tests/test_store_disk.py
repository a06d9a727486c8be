"""A disk that is full, read-only or gone: relayd goes on in memory, and says so."""

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
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


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "state" / "relayd.db")
    yield place
    place.close()


class Card:
    """A small disk of memory, mounted for the test."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def remount(self, options: str) -> None:
        """Change its size or its mind."""
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.place)], check=True)


@pytest.fixture
def card(tmp_path: Path) -> Generator[Card, None, None]:
    place = tmp_path / "card"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command, and so no small disk to fill")
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk to fill")
    yield Card(place)
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_is_said_and_what_came_meanwhile_is_written_later(card: Card) -> None:
    """A full card must not make relayd deaf: every write is done, and nothing is forgotten."""
    shop = Shop(card.place / "relayd.db")
    store = shop.open(patience=IMPATIENT)
    number = 0
    while shop.states.well:
        number += 1
        await write(store, an_alert(f"mia-{number}"), an_attempt(f"mia-{number}"), a_line(number))
    for _ in range(20):
        number += 1
        await write(store, an_alert(f"mia-{number}"), an_attempt(f"mia-{number}"), a_line(number))
    assert shop.states.said == [(False, f"the disk is full: free some space in {card.place}")]
    assert number in [seq for seq, _ in await store.timeline(number - 1, 9)]
    assert f"mia-{number}" in ids(await store.alerts(1000))
    assert [a.id for a in await store.attempts(f"mia-{number}")] == [f"mia-{number}/1"]
    card.remount("size=20m")
    await until(lambda: shop.states.well)
    assert shop.states.said[1:] == [(True, "")]
    shop.open()
    assert ids(shop.kept.alerts) == {f"mia-{n}" for n in range(1, number + 1)}
    assert shop.store is not None
    lines = await shop.store.timeline(0, 10_000)
    assert lines == [(n, a_line(n)) for n in range(1, number + 1)]
    shop.close()


async def test_a_read_only_disk_still_gives_back_what_it_holds(card: Card) -> None:
    """A worn-out card turns read-only: alerts go on after a restart all the same."""
    shop = Shop(card.place / "relayd.db")
    await write(shop.open(), an_alert("mia-1"), an_attempt("mia-1"), a_reading())
    shop.close()
    card.remount("ro")
    store = shop.open(patience=IMPATIENT)
    assert (ids(shop.kept.alerts), ids(shop.kept.attempts)) == ({"mia-1"}, {"mia-1/1"})
    assert not shop.lost
    await until(lambda: not shop.states.well)
    await write(store, an_alert("mia-1", presence=Presence.ACKNOWLEDGED), an_alert("mia-2"))
    card.remount("rw")
    await until(lambda: shop.states.well)
    shop.open()
    assert [(a.id, a.presence.value) for a in shop.kept.alerts] == [
        ("mia-1", "acknowledged"),
        ("mia-2", "on"),
    ]
    shop.close()


async def test_a_directory_that_cannot_be_made_is_said_and_tried_again(shop: Shop) -> None:
    shop.path.parent.write_text("a file stands where the directory should be")
    store = shop.open(patience=IMPATIENT)
    await until(lambda: not shop.states.well)
    await write(store, an_alert("mia-1"), a_line(1))
    store.set_meta("secret", "0123")
    assert [seq for seq, _ in await store.timeline(0, 9)] == [1]
    shop.path.parent.unlink()
    await until(lambda: shop.states.well)
    store = shop.open()
    assert (ids(shop.kept.alerts), store.meta("secret")) == ({"mia-1"}, "0123")


@pytest.mark.parametrize("gone", ["database", "log", "directory"])
async def test_files_removed_under_a_running_relayd_are_made_again(shop: Shop, gone: str) -> None:
    """SQLite goes on writing into a file without a name, and all of it would be lost."""
    store = shop.open(patience=IMPATIENT)
    await write(store, an_alert("mia-1"), an_attempt("mia-1"), a_reading(), a_line(1))
    store.set_meta("secret", "0123")
    await write(store, an_alert("leo-7", "leo", presence=Presence.OFF, ended_at=at(1)))
    if gone == "directory":
        shutil.rmtree(shop.path.parent)
    else:
        shop.path.with_name("relayd.db-wal" if gone == "log" else "relayd.db").unlink()
    await write(store, an_alert("mia-2"), a_line(2))
    await until(lambda: shop.states.said and shop.states.well)
    await write(store, a_line(3))
    found = on_disk(shop.path)
    assert ids(found.kept.alerts) == {"mia-1", "mia-2"}
    assert ids(found.kept.attempts) == {"mia-1/1"}
    assert found.kept.readings == (a_reading(),)
    assert found.kept.numbers == {"mia": 2, "leo": 7}
    assert (found.mirror.meta, found.last_seq) == ({"secret": "0123"}, 3)


async def test_another_file_put_in_its_place_is_filled_with_what_is_open(
    shop: Shop, tmp_path: Path
) -> None:
    other = Shop(tmp_path / "other.db")
    await write(other.open(), an_alert("mia-1", reminded=9), an_alert("mia-8"), a_reading(3))
    other.close()
    store = shop.open(patience=IMPATIENT)
    await write(store, an_alert("mia-1"), an_alert("mia-2"))
    other.path.rename(shop.path)
    await write(store, an_alert("mia-3"))
    await until(lambda: shop.states.said and shop.states.well)
    shop.open()
    assert {a.id: a.reminded for a in shop.kept.alerts} == dict.fromkeys(
        ("mia-1", "mia-2", "mia-3", "mia-8"), 0
    )


async def test_two_relays_on_one_database_do_not_mix(shop: Shop) -> None:
    """Whoever comes second says who is in the way, and takes over once it has gone."""
    await write(shop.open(), an_alert("mia-1"))
    second = Shop(shop.path)
    store = second.open(patience=IMPATIENT)
    assert ids(second.kept.alerts) == {"mia-1"}
    await until(lambda: not second.states.well)
    assert "another program holds" in second.states.said[0][1]
    await write(store, an_alert("mia-2"))
    shop.close()
    await until(lambda: second.states.well)
    second.open()
    assert ids(second.kept.alerts) == {"mia-1", "mia-2"}
    second.close()
