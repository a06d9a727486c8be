"""What the outbox puts into words: too early, too late, or not at all."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from houses import CALL, PUSH, TEXT, Drive, home
from live_relay import until
from outboxes import SIGNER
from test_mishap import FILE

from relayd.channels import Message
from relayd.compose import Composer
from relayd.config import load
from relayd.daemon import Daemon
from relayd.domain.delivery import Failure
from relayd.domain.engine import Engine
from relayd.domain.event import Event, ReadingsReceived, Send
from relayd.domain.household import Step
from relayd.domain.reading import GlucoseReading
from relayd.outbox import PREPARED_AT_MOST, PREPARED_HOLDS_S, Outbox
from relayd.paths import Paths


class Desk:
    """As much of a daemon as an outbox needs to find words."""

    def __init__(self, drive: Drive) -> None:
        self.engine: Engine = drive.engine
        self.composed: list[str] = []
        self._drive = drive
        self._composer = Composer(drive.household, SIGNER, None)

    def take(self, event: Event) -> None:
        """Nothing is reported here."""

    def compose(self, send: Send) -> Message:
        """Put an attempt into words."""
        self.composed.append(send.attempt.id)
        return self._composer.compose(send, 1, self._drive.now, timedelta(0))

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """Every path."""
        return paths


def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)


async def test_words_that_nobody_took_do_not_keep_out_those_that_come_later() -> None:
    """After a disk that hung, what was said meanwhile is put into words once more, for nobody."""
    routes = (PUSH, TEXT, CALL)
    drive = Drive(home(ana=routes, tom=routes, steps=(Step(("ana", "tom")),)), watch_well=False)
    drive.glucose(45)
    drive.until(2)
    sends = [send for _, send in drive.sends]
    assert len(sends) > PREPARED_AT_MOST
    desk = Desk(drive)
    outbox = Outbox(desk, {}, Paths({}), spawn, lambda _path, _outcome: None)
    outbox.prepare(sends[:PREPARED_AT_MOST])
    outbox.prepare(sends[PREPARED_AT_MOST:][:1])
    assert len(desk.composed) == PREPARED_AT_MOST, "a burst gains nothing"
    await asyncio.sleep(PREPARED_HOLDS_S + 0.05)
    outbox.prepare(sends[PREPARED_AT_MOST:][:1])
    assert desk.composed[-1] == sends[PREPARED_AT_MOST].attempt.id


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
