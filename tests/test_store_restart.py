"""What comes out after a start is what went in."""

import random
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from stores import (
    Shop,
    a_reading,
    an_alert,
    an_attempt,
    any_row,
    at,
    ids,
    write,
)

from relayd.domain.alert import Alert, Presence
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.event import Happened, KeptReading
from relayd.domain.reading import Bound, Trend, WatchState


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop, None, None]:
    place = Shop(tmp_path / "state" / "relayd.db")
    yield place
    place.close()


@pytest.mark.parametrize("seed", range(40))
async def test_every_field_of_an_alert_and_its_attempts_survives(shop: Shop, seed: int) -> None:
    """A field that is lost is an alert that goes on differently after a crash."""
    rng = random.Random(seed)
    alert = any_row(Alert, rng, id="mia-7", wearer="mia", presence=Presence.ON)
    attempts = [any_row(Attempt, rng, id=f"mia-7/{n}", alert="mia-7", number=n) for n in (1, 2)]
    await write(shop.open(), alert, *attempts)
    store = shop.open()
    assert shop.kept.alerts == (alert,)
    assert shop.kept.attempts == tuple(attempts)
    assert await store.alerts(10) == [alert]
    assert await store.attempts("mia-7") == attempts


@pytest.mark.parametrize("seed", range(40))
async def test_every_field_of_readings_and_lines_survives(shop: Shop, seed: int) -> None:
    """Slopes and silences are found from what was kept."""
    rng = random.Random(seed)
    readings = [any_row(KeptReading, rng, wearer="mia", arrived_at=at(n)) for n in range(5)]
    lines = [any_row(Happened, rng) for _ in range(3)]
    await write(shop.open(), *readings, *lines)
    store = shop.open()
    assert list(shop.kept.readings) == readings
    assert await store.timeline(0, 10) == list(enumerate(lines, 1))
    assert await store.readings("mia", at(-1)) == readings


@pytest.mark.parametrize(
    "reading",
    [
        a_reading(mg_dl=104.0),
        a_reading(mg_dl=3.4 * 18.0182),
        a_reading(mg_dl=61.26188),
        a_reading(mg_dl=0.1 + 0.2, trend=Trend.FALLING_FAST),
        a_reading(mg_dl=39.0, bound=Bound.LOW),
        a_reading(mg_dl=None, state=WatchState.NET_FAULT, acceptable=False),
    ],
    ids=lambda reading: str(reading.mg_dl),
)
async def test_a_value_is_kept_to_the_last_bit(shop: Shop, reading: KeptReading) -> None:
    await write(shop.open(), reading)
    shop.open()
    assert shop.kept.readings == (reading,)


@pytest.mark.parametrize("odd", ["half \ud83d of one", "NUL \0 inside", "both \ud800\0"])
async def test_text_that_no_database_can_hold_loses_that_character_only(
    shop: Shop, odd: str
) -> None:
    """A gateway's nonsense must not keep an alert off the disk."""
    await write(
        shop.open(),
        an_alert(about=odd),
        an_attempt(receipt=odd, path=odd),
        Happened(at(0), "attempt.undeliverable", {"words": odd}),
    )
    store = shop.open()
    assert (len(shop.kept.alerts), len(shop.kept.attempts), store.bad_rows) == (1, 1, 0)
    ((_, line),) = await store.timeline(0, 1)
    assert len(line.fields["words"] or "") == len(odd)


async def test_only_open_alerts_and_their_attempts_come_back(shop: Shop) -> None:
    store = shop.open()
    over = an_alert("mia-1", presence=Presence.OFF, ended_at=at(9))
    await write(store, over, an_attempt("mia-1"), an_alert("mia-2"), an_attempt("mia-2"))
    store = shop.open()
    assert (ids(shop.kept.alerts), ids(shop.kept.attempts)) == ({"mia-2"}, {"mia-2/1"})
    assert ids(await store.alerts(10)) == {"mia-1", "mia-2"}


async def test_words_of_one_moment_come_back_in_the_order_in_which_they_came(shop: Shop) -> None:
    """A watch's alarm and the fault after it, brought together: restored the other way round."""
    alarm = a_reading(3, "leo", mg_dl=None, state=WatchState.ALARM)
    fault = a_reading(3, "leo", mg_dl=None, state=WatchState.FAULT)
    await write(shop.open(), alarm, fault)
    shop.open()
    assert list(shop.kept.readings) == [alarm, fault]


async def test_the_latest_version_replaces_the_one_before(shop: Shop) -> None:
    store = shop.open()
    attempt = an_attempt()
    await write(store, an_alert(), attempt)
    for status in (Dissemination.SENT, Dissemination.DELIVERED):
        await write(store, attempt._replace(status=status))
    assert [a.status for a in await store.attempts("mia-1")] == [Dissemination.DELIVERED]
    store = shop.open()
    await write(store, an_alert(reminded=3), attempt._replace(status=Dissemination.ACCEPTED))
    shop.open()
    assert [a.reminded for a in shop.kept.alerts] == [3]
    assert [a.status for a in shop.kept.attempts] == [Dissemination.ACCEPTED]


async def test_a_late_report_on_an_ended_alert_makes_no_second_row(shop: Shop) -> None:
    """After a restart the store no longer knows where the rows of ended alerts are."""
    attempt = an_attempt()
    await write(shop.open(), an_alert(presence=Presence.OFF, ended_at=at(1)), attempt)
    store = shop.open()
    late = attempt._replace(status=Dissemination.DELIVERED)
    await write(store, late, an_alert(presence=Presence.OFF, ended_at=at(2)))
    assert await store.attempts("mia-1") == [late]
    assert [alert.ended_at for alert in await store.alerts(9)] == [at(2)]


async def test_numbers_are_the_highest_ever_given(shop: Shop) -> None:
    """A number that came twice would let an old link answer a new alert."""
    off: dict[str, Any] = {"presence": Presence.OFF, "ended_at": at(1)}
    rows = [
        an_alert("mia-9", **off),
        an_alert("mia-10", **off),
        an_alert("leo-b-3", "leo-b", **off),
        an_alert("relay-4", None, **off),
    ]
    await write(shop.open(), *rows)
    shop.open()
    assert shop.kept.numbers == {"mia": 10, "leo-b": 3, None: 4}


async def test_readings_of_three_hours_come_back_and_the_last_acceptable_of_everybody(
    shop: Shop,
) -> None:
    hour = 3600
    old = [a_reading(0), a_reading(1 * hour), a_reading(2 * hour, acceptable=False)]
    recent = [a_reading(n * hour, "leo") for n in (30, 31, 32, 33)]
    store = shop.open()
    for reading in (*old, a_reading(5 * hour, "leo"), *recent):
        await write(store, reading)
    shop.open()
    assert list(shop.kept.readings) == [old[1], *recent]
    assert shop.kept.latest == at(33 * hour)


async def test_the_latest_moment_is_never_one_that_is_yet_to_come(shop: Shop) -> None:
    """Time that starts in the future would hide a silence."""
    alert = an_alert(quiet_until=at(900), acknowledged_at=at(7))
    ahead = Happened(at(10**8), "path.lost", {})
    future = a_reading(3)._replace(stamp=at(10**7))
    await write(shop.open(), alert, ahead, future)
    shop.open()
    assert shop.kept.latest == at(7)


async def test_small_things_are_kept_too(shop: Shop) -> None:
    store = shop.open()
    store.set_meta("secret", "0123")
    store.set_meta("secret", "4567")
    assert store.meta("secret") == "4567"
    store = shop.open()
    assert (store.meta("secret"), store.meta("other")) == ("4567", None)


async def test_a_last_line_that_may_not_have_left_comes_back_with_its_alert(shop: Shop) -> None:
    """The power failed as somebody was to be told that it is over."""
    over = an_alert("mia-1", presence=Presence.OFF, ended_at=at(9))
    told = an_attempt("mia-1", purpose=Purpose.CLEARED)
    said = told._replace(id="mia-1/2", number=2, status=Dissemination.SENT)
    await write(shop.open(), over, told, said)
    shop.open()
    assert shop.kept.alerts == ()
    assert shop.kept.closing == (over,)
    assert shop.kept.attempts == (told,)
