"""Real people's traces on disk: what the engine decided over weeks comes back whole."""

import asyncio
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from replays import read, replay

from relayd.domain.alert import Alert
from relayd.domain.event import Happened, KeptReading
from relayd.store import Store

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "cgm"
FILES = sorted(DATA.glob("*.csv"))
FOR_EVER = timedelta(days=36500)

needs_data = pytest.mark.skipif(not FILES, reason=f"the real data is not here: {DATA}")


def opened(path: Path) -> Store:
    return Store(path, loop=asyncio.get_running_loop(), on_state=lambda *_: None, keep=FOR_EVER)


@needs_data
@pytest.mark.parametrize("file", FILES or [DATA], ids=lambda file: file.stem)
async def test_what_a_trace_came_to_is_on_disk_whole(file: Path, tmp_path: Path) -> None:
    """Decoder, engine and store: alerts, readings and the timeline, after weeks, from the file."""
    drive = replay(read(file)).drive
    rows = list(chain.from_iterable(turn.rows for turn in drive.turns))
    store = opened(tmp_path / "relayd.db")
    store.open()
    written = asyncio.Event()
    for turn in drive.turns:
        store.write(turn.rows, turn.within)
    store.write((), done=written.set)
    store.hurry()
    await written.wait()
    assert store.close()

    again = opened(tmp_path / "relayd.db")
    kept, lost = again.open()
    assert not lost
    alerts = [row for row in drive.rows.values() if isinstance(row, Alert)]
    assert {alert.id: alert for alert in kept.alerts} == {a.id: a for a in alerts if a.open}
    assert kept.numbers["mia"] == sum(alert.wearer == "mia" for alert in alerts)
    readings = [row for row in rows if isinstance(row, KeptReading)]
    found = await again.readings("mia", drive.start)
    assert len(found) == len(set(readings))
    assert [reading.mg_dl for reading in found[:50]] == [r.mg_dl for r in readings[:50]]
    lines = await again.timeline(0, len(rows))
    assert [line.event for _, line in lines] == [r.event for r in rows if isinstance(r, Happened)]
    again.close()
