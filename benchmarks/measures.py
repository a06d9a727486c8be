"""What is measured of a running program. Each gives figures by name."""

import asyncio
import signal
import sqlite3
import statistics
import time
from contextlib import closing

from stage import STEADY, Stage, name, running, stage
from subjects import RELAYD, Subject

from relayd.store.packs import Pack, unpack_readings
from relayd.store.restore import READING_PACKS

Figures = dict[str, float]

LONE, LONE_EVERY_S = 200, 0.04
TRIAL, DRAINED_S, DRAINED_AT_MOST = 4000, 3.0, 60_000
CROWD = 1000
KILLED_AT, SLOW_SINK_S = 300, 0.05
OUTAGE, DOWN_S = 200, 5.0
LOAD, LOAD_EVERY_S, IDLE_S = 1000, 0.005, 15.0
NOTED_S = 1.5  # by then what was sent is noted


async def latency(subject: Subject) -> Figures:
    """One low reading at a time: from publishing it to its alert at the sink."""
    async with running(subject, LONE) as on:
        published: dict[str, float] = {}
        for wearer in on.low(LONE):
            published[wearer] = time.monotonic()
            on.publisher.post(on.reading(wearer, 50))
            await asyncio.sleep(LONE_EVERY_S)
        lost = await on.sink.missing(published)
        took = [on.sink.first[w] - at for w, at in published.items() if w in on.sink.first]
    centiles = statistics.quantiles(took, n=100)
    return {
        "latency_p50_ms": centiles[49] * 1e3,
        "latency_p95_ms": centiles[94] * 1e3,
        "latency_lost": lost,
    }


async def readings(subject: Subject) -> Figures:
    """Readings that alarm nobody, as fast as they go; a low one at the end shows it got there."""
    async with running(subject, 2) as on:
        trial = await _drain(on, TRIAL)
        count = min(DRAINED_AT_MOST, int(trial * DRAINED_S))
        before = on.usage()
        rate = await _drain(on, count)
        await asyncio.sleep(NOTED_S)
        spent = on.usage().since(before)
        on.end()
        figures = {
            "readings_per_s": rate,
            "reading_cpu_us": spent.cpu_s / count * 1e6,
            "reading_bytes": spent.written_bytes / count * 1e3,
        }
        if subject is RELAYD:
            figures["readings_missing"] = on.fine_sent - _kept(on)
    return figures


async def _drain(on: Stage, count: int) -> float:
    """Readings per second."""
    begun_at = time.monotonic()
    await on.publisher.publish(on.fine(count))
    last = on.low(1)
    await on.publisher.publish(last.values())
    if await on.sink.missing(last, quiet_s=120):
        raise RuntimeError("it never got through the readings")
    return count / (on.sink.last_at - begun_at)


def _kept(on: Stage) -> int:
    """How many readings of steady wearers stand in relayd's database."""
    with closing(sqlite3.connect(on.place.database)) as database:
        packs = [Pack(*columns) for columns in database.execute(READING_PACKS)]
    return sum(kept.wearer < name(STEADY) for pack in packs for kept in unpack_readings(pack))


async def burst(subject: Subject) -> Figures:
    """A thousand wearers low at once: until the last alert came."""
    async with running(subject, CROWD) as on:
        crowd = on.low(CROWD)
        before, begun_at = on.usage(), time.monotonic()
        await on.publisher.publish(crowd.values())
        lost = await on.sink.missing(crowd)
        took = on.sink.last_at - begun_at
        await asyncio.sleep(NOTED_S)
        spent = on.usage().since(before)
    return {
        "burst_s": took,
        "burst_lost": lost,
        "burst_cpu_s": spent.cpu_s,
        "burst_bytes": spent.written_bytes,
    }


async def crash(subject: Subject) -> Figures:
    """Such a burst, kill -9 in the middle, a restart at once: what never came, what came twice.

    The sink takes 50 ms to answer, so that many alerts are under way.
    """
    async with running(subject, CROWD) as on:
        crowd = on.low(CROWD)
        killed = asyncio.Event()

        def look() -> None:
            if len(on.sink.first) >= KILLED_AT and not killed.is_set():
                killed.set()
                on.end(signal.SIGKILL)

        on.sink.delay_s, on.sink.on_alert = SLOW_SINK_S, look
        await on.publisher.publish(crowd.values())
        await asyncio.wait_for(killed.wait(), 60)
        on.start()
        lost = await on.sink.missing(crowd)
        await on.sink.quiet(NOTED_S)
        return {"crash_lost": lost, "crash_doubled": on.sink.arrived - len(on.sink.first)}


async def outage(subject: Subject, *, killed: bool = False) -> Figures:
    """Alerts while the sink answers 503 for some seconds; what never came, and how soon the rest.

    *killed*: with kill -9 and a restart meanwhile.
    """
    async with running(subject, OUTAGE) as on:
        crowd = on.low(OUTAGE)
        on.sink.down = True
        await on.publisher.publish(crowd.values())
        await asyncio.sleep(DOWN_S / 2)
        if killed:
            on.end(signal.SIGKILL)
            on.start()
        await asyncio.sleep(DOWN_S / 2)
        on.sink.down, up_at = False, time.monotonic()
        lost = await on.sink.missing(crowd, quiet_s=60)
        kind = "outage_killed" if killed else "outage"
        return {f"{kind}_lost": lost, f"{kind}_after_s": max(on.sink.first.values()) - up_at}


async def outage_killed(subject: Subject) -> Figures:
    """The same, with kill -9 and a restart while the sink is down."""
    return await outage(subject, killed=True)


async def small(subject: Subject) -> Figures:
    """A house with two wearers: from start to the first alert, memory after load, idle."""
    async with stage(subject, alarms=1, steady=1) as on:
        await on.first_alert(name(STEADY))
        for message in on.fine(LOAD):
            on.publisher.post(message)
            await asyncio.sleep(LOAD_EVERY_S)
        await asyncio.sleep(NOTED_S)
        before, begun_at = on.usage(), time.monotonic()
        await asyncio.sleep(IDLE_S)
        idle = on.usage().since(before)
        elapsed_s = time.monotonic() - begun_at
    return {
        "start_s": on.start_s,
        "rss_mib": idle.rss_bytes / 2**20,
        "idle_percent": idle.cpu_s / elapsed_s * 100,
    }
