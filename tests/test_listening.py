"""A channel whose answers cannot be read: a carer's "I have it" would be lost, so it is said."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import aiohttp
import pytest
from houses import NOON
from webs import TurnedClock

from relayd import listening
from relayd.channels import Reply, ReplyError
from relayd.clock import Clock
from relayd.domain.alert import Code
from relayd.domain.event import Event, TechnicalReported
from relayd.listening import Listening
from relayd.outbox_wires import Wire
from relayd.paths import Paths


class Broken:
    """A channel that fails as often as it is told, then stays quiet and well."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.left = failures
        self._error = error
        self.well = asyncio.Event()

    async def replies(self, _: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        if self.left:
            self.left -= 1
            raise self._error
        self.well.set()
        await asyncio.Event().wait()
        yield Reply("never", "", NOON, sender="")


class House:
    """As much of a daemon as listening needs; each try takes a minute of its clock."""

    def __init__(self, channel: Broken, *, awaited: bool = True) -> None:
        self.clock: Clock = TurnedClock()
        self.taken: list[Event] = []
        self._awaited = awaited
        self.tasks: set[asyncio.Task[None]] = set()
        wire = Wire(cast("Any", channel), (None,), cast("Any", {}))
        wires: Mapping[str, Wire] = {"text": wire}
        self.listening = Listening(self, self, wires, cast("Paths", self), self.spawn)

    def awaited(self) -> bool:
        return self._awaited

    def hear(self, channel: str, reply: Reply) -> None:
        raise AssertionError((channel, reply))

    def take(self, event: Event) -> None:
        self.taken.append(event)

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        assert isinstance(self.clock, TurnedClock)
        self.clock.ahead += timedelta(minutes=1)
        return paths

    def session(self, _: str | None) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", None)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self.tasks.add(task)
        return task

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def told(self) -> list[bool]:
        """What was said of the channel's answers, oldest first."""
        events = [event for event in self.taken if isinstance(event, TechnicalReported)]
        assert {(event.condition, event.about) for event in events} <= {(Code.ANSWERS_LOST, "text")}
        return [event.present for event in events]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for what the clock alone decides."""
    monkeypatch.setattr(listening, "AGAIN_FIRST_S", 0.001)
    monkeypatch.setattr(listening, "AGAIN_AT_MOST_S", 0.001)
    monkeypatch.setattr(listening, "READ_AFTER_S", 0.05)


LOST = ReplyError("no answer came back")
ODD = TypeError("can't compare offset-naive and offset-aware datetimes")


async def listened(failures: int, *, awaited: bool = True, error: Exception = LOST) -> list[bool]:
    channel = Broken(failures, error)
    house = House(channel, awaited=awaited)
    house.listening.begin()
    async with asyncio.timeout(30):
        await channel.well.wait()
        while False not in house.told():  # noqa: ASYNC110 - nobody tells a test
            await asyncio.sleep(0.01)
    await house.end()
    return house.told()


@pytest.mark.parametrize("error", [LOST, ODD], ids=lambda error: type(error).__name__)
async def test_trouble_that_lasts_is_told_once_and_lifted_when_answers_are_read_again(
    error: Exception,
) -> None:
    """What nobody foresaw in a service's answer is trouble too, and no end of the listening."""
    assert await listened(8, error=error) == [True, False]


async def test_trouble_of_a_moment_is_told_to_nobody() -> None:
    assert await listened(2) == [False]


async def test_nobody_is_told_while_no_answer_is_awaited() -> None:
    assert await listened(8, awaited=False) == [False]


@pytest.mark.parametrize(("failures", "warned"), [(1, 0), (2, 1), (9, 1)])
async def test_one_trouble_is_one_warning(
    failures: int, warned: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line every ten seconds teaches nobody anything."""
    await listened(failures)
    said = [line for line in capsys.readouterr().out.splitlines() if "replies.lost" in line]
    assert sum("[warning" in line for line in said) == warned
    assert len(said) == min(failures, 2)
