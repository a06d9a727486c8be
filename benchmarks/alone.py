"""What is measured without a broker: the pure engine, and a day's writing to the store."""

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from os import getpid
from pathlib import Path

import proc
from stage import DISK, FINE_MG_DL, name

from relayd.domain.engine import Engine
from relayd.domain.event import Event, Kept, ReadingsReceived, Turn, Woke
from relayd.domain.household import Carer, GlucoseLimits, Household, Plan, Route, Step, Wearer
from relayd.domain.reading import GlucoseReading, Trend, Unit
from relayd.store import Store

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FEW, MANY = 10, 10_000
KNOWN, MEASURED = 3, 30_000
DAY = 24 * 60


def engine() -> dict[str, float]:
    """What one reading costs the engine, in a small house and in an enormous one."""
    few, many = _cost_us(FEW), _cost_us(MANY)
    return {"engine_few_us": few, "engine_many_us": many, "engine_growth": many / few}


def _cost_us(wearers: int) -> float:
    """Microseconds per reading; each wearer's come a minute apart, spread over that minute."""
    at = BEGIN
    relay = Engine(_household(wearers), Kept(), at)
    names = [name(n) for n in range(wearers)]
    step = MINUTE / wearers
    spent_s = 0.0
    for place in range(KNOWN * wearers + MEASURED):
        at += step
        event = _reading(names[place % wearers], at, place)
        begun_at = time.perf_counter()
        _tell(relay, event, at)
        if place >= KNOWN * wearers:
            spent_s += time.perf_counter() - begun_at
    return spent_s / MEASURED * 1e6


def _tell(relay: Engine, event: Event, at: datetime) -> Turn:
    while (due := relay.next_deadline()) is not None and due <= at:
        relay.handle(Woke(), at)
    return relay.handle(event, at)


def _reading(wearer: str, at: datetime, place: int) -> ReadingsReceived:
    reading = GlucoseReading(wearer, float(FINE_MG_DL + place % 20), at, Trend.STEADY)
    return ReadingsReceived((reading,), source=f"relayd/{wearer}/glucose")


def _household(wearers: int) -> Household:
    route = Route("hook", "webhook", sounder=True, quiet=True)
    return Household(
        name="bench",
        wearers={
            name(n): Wearer(name(n), name(n), Unit.MG_DL, GlucoseLimits()) for n in range(wearers)
        },
        carers={"ana": Carer("ana", "Ana", (route,))},
        plan=Plan((Step(("ana",)),)),
    )


def day() -> dict[str, float]:
    """What two wearers with a reading a minute each have written in a day, in a few seconds."""
    return asyncio.run(_day())


async def _day() -> dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="relayd-bench-", dir=DISK))
    store = Store(
        folder / "relayd.db", loop=asyncio.get_running_loop(), on_state=lambda _well, _why: None
    )
    kept, _ = store.open()
    try:
        relay = Engine(_household(2), kept, BEGIN)
        before = proc.usage(getpid()).written_bytes
        for minute in range(DAY):
            at = BEGIN + minute * MINUTE
            await _minute(store, relay, at, minute)
    finally:
        store.close()
        written = proc.usage(getpid()).written_bytes - before
        shutil.rmtree(folder)
    return {"day_bytes": written}


async def _minute(store: Store, relay: Engine, at: datetime, minute: int) -> None:
    """A reading of each, which wait for company until the minute is over."""
    on_disk = asyncio.Event()
    for number in range(2):
        turn = _tell(relay, _reading(name(number), at + number * MINUTE / 4, minute), at)
        store.write(turn.rows, turn.within, on_disk.set if number else None)
    store.hurry()
    await on_disk.wait()
