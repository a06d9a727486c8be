"""kill -9 at any instruction: whatever was called done is there afterwards."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from stores import DEADLINE_S, an_attempt, on_disk

VICTIM = """
import asyncio, os, sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from relayd.store import Store
from stores import a_line, a_reading, an_alert, an_attempt

async def run(path, first):
    store = Store(path, loop=asyncio.get_running_loop(), on_state=lambda *_: os._exit(3))
    kept, lost = store.open()
    assert not lost and len(kept.alerts) >= first - 1
    number = first
    while True:
        alert = an_alert(f"mia-{number}")
        rows = [alert, an_attempt(alert.id), a_line(number), a_reading(number)]
        within = timedelta(milliseconds=number % 3)
        store.write(rows, within, partial(os.write, 1, f"{number}\\n".encode()))
        if number % 7 == 0:
            await asyncio.sleep(0.001)
        number += 1

asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
"""


async def killed_after(path: Path, first: int, lines: int, delay_s: float) -> list[int]:
    """Run the victim until it has said *lines* numbers, and a little longer; return all it said."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        VICTIM,
        str(path),
        str(first),
        stdout=PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert victim.stdout is not None
    said = [int(await victim.stdout.readline()) for _ in range(lines)]
    await asyncio.sleep(delay_s)  # no synchronisation: the moment of death is to be any moment
    victim.kill()
    rest = await victim.stdout.read()
    await victim.wait()
    complete = rest[: rest.rfind(b"\n") + 1]
    return said + [int(line) for line in complete.split()]


@pytest.mark.parametrize("seed", range(10))
async def test_what_was_called_done_survives_kill_9(tmp_path: Path, seed: int) -> None:
    """Three deaths on one file, each at a moment of its own."""
    rng, path, first = random.Random(seed), tmp_path / "relayd.db", 1
    for _ in range(3):
        async with asyncio.timeout(DEADLINE_S):
            lines, delay_s = rng.randrange(1, 60), rng.uniform(0, 0.02)
            said = await killed_after(path, first, lines, delay_s)
        assert said == list(range(first, first + len(said)))
        found = on_disk(path)
        kept = [int(alert.id.removeprefix("mia-")) for alert in found.kept.alerts]
        assert kept == list(range(1, len(kept) + 1)), "what survives has no gaps"
        assert len(kept) >= said[-1]
        assert set(found.kept.attempts) == {an_attempt(f"mia-{number}") for number in kept}
        assert found.last_seq >= said[-1]
        assert not found.bad
        first = len(kept) + 1
