"""A drill beside a planned silence: nothing is wrong, so nothing is in the way, until it ends."""

from datetime import timedelta
from pathlib import Path

import pytest
from test_drill import WITHIN_S, Daemon

from relayd.domain.event import Happened, Paused, Woke
from relayd.drill import Refused


async def test_a_planned_silence_blocks_no_drill_and_its_end_does(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    now = daemon.clock.now()
    daemon.engine.handle(Paused("mia", timedelta(hours=1), by="ana"), now)
    drill = daemon.drills.drill((), timedelta(seconds=WITHIN_S), None)
    turn = daemon.engine.handle(Woke(), now + timedelta(minutes=59))
    for row in turn.rows:
        if isinstance(row, Happened):
            daemon.drills.hear(row)
    assert drill.running
    turn = daemon.engine.handle(Woke(), now + timedelta(minutes=61))
    for row in turn.rows:
        if isinstance(row, Happened):
            daemon.drills.hear(row)
    assert (drill.state, drill.lifted_by) == ("lifted", "mia-1")
    with pytest.raises(Refused, match="mia-1 is open"):
        daemon.drills.drill((), None, None)
    await daemon.over()
