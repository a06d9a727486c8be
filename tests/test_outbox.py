"""A text without words ends no other call."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from live_relay import until
from test_mishap import FILE

from relayd.channels import Message
from relayd.config import load
from relayd.daemon import Daemon
from relayd.domain.delivery import Failure
from relayd.domain.event import ReadingsReceived, Send
from relayd.domain.reading import GlucoseReading


class Speechless(Daemon):
    """Finds no words for Mia."""

    def compose(self, send: Send) -> Message:
        """Put an attempt into words, or fail."""
        if send.alert.wearer == "mia":
            raise ZeroDivisionError("Mia is at 45")
        return super().compose(send)


async def test_words_that_cannot_be_found_for_one_do_not_end_the_calling_for_another(
    tmp_path: Path, capfd: Any
) -> None:
    """What has no words counts as failed, and the relay lives on to call for Leo."""
    file = tmp_path / "relayd.toml"
    leo = '[wearers.leo]\nname = "Leo"\n[wearers.leo.glucose]\n'
    file.write_text(FILE.replace("[channels", f"{leo}[channels", 1))
    daemon, begun = Speechless(load(file)), asyncio.Event()

    async def service(_: Daemon) -> None:
        begun.set()

    running = asyncio.create_task(daemon.run([service]))
    await begun.wait()
    try:
        for wearer in ("mia", "leo"):
            daemon.take(ReadingsReceived((GlucoseReading(wearer, 45.0, None),)))
            await until(partial(has_failed, daemon, f"{wearer}-1/1"))
        assert not running.done()
    finally:
        daemon.stop()
        await running
    said = "".join(capfd.readouterr())
    assert "message.failed" in said
    assert "45" not in said.partition("message.failed")[2].partition("\n")[0]


def has_failed(daemon: Daemon, attempt: str) -> bool:
    known = daemon.engine.attempt(attempt)
    return known is not None and known.failure is Failure.PATH_DOWN
