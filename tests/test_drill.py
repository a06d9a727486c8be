"""One drill in the test's own process: kept apart from the relay that calls for real."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from files import SOUND

from relayd.answers import AnswerDesk
from relayd.channels import Message, Outcome, Reply
from relayd.clock import Clock
from relayd.config import Config, parse
from relayd.domain.delivery import Attempt, Dissemination
from relayd.domain.engine import Engine
from relayd.domain.event import Answered, Kept
from relayd.drill import Drills, Refused
from relayd.outbox_wires import AT_ONCE_BY_PRIORITY, Lane, Wire
from relayd.paths import Paths
from relayd.store import Store
from relayd.tokens import Signer

TEXT = SOUND.replace("[paths.broadband]", "[paths.broadband]\nnetwork = 'bt-broadband-uk'")
WITHIN_S = 20.0


class Heard:
    """A channel that takes everything and remembers it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: list[Message] = []

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        del session
        self.messages.append(message)
        return Outcome(Dissemination.SENT)

    async def follow(self, receipt: str, session: aiohttp.ClientSession) -> Any:
        del receipt, session
        for outcome in list[Outcome]():
            yield outcome

    async def replies(self, session: aiohttp.ClientSession) -> Any:
        del session
        for reply in list[Reply]():
            yield reply

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        del receipt, session


class Daemon:
    """As much of a daemon as drills need; *broken*: it knows no way out, and raises."""

    def __init__(self, folder: Path, *, broken: bool = False) -> None:
        self.config: Config = parse(TEXT, base=folder)
        household = self.config.household
        self.store = Store(
            folder / "relayd.db", loop=asyncio.get_running_loop(), on_state=lambda *_: None
        )
        self.store.open()
        self.clock = Clock()
        self.engine = Engine(household, Kept(), self.clock.now())
        self.signer = Signer(b"sixteen bytes at least")
        self._broken = broken
        self.heard = {name: Heard(name) for name in self.config.channels}
        lanes = {priority: Lane(most) for priority, most in AT_ONCE_BY_PRIORITY.items()}
        self.wires = {name: Wire(each, (), lanes) for name, each in self.heard.items()}
        self.paths = Paths({})
        self.withdrawn: list[Attempt] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.drills = Drills(self)
        self.answers = AnswerDesk(household, self.signer, self.drills.attempt)
        self.listens = 0

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine, name=name)
        self.tasks.append(task)
        return task

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        del paths
        if self._broken:
            raise RuntimeError("relayd has a fault of its own")
        return (None,)

    def withdraw(self, attempts: Sequence[Attempt]) -> None:
        self.withdrawn.extend(attempts)

    def listen(self) -> None:
        self.listens += 1

    async def over(self) -> None:
        """Wait until all that was begun has come to its end; none of it may fail."""
        async with asyncio.timeout(WITHIN_S):
            ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        assert [one for one in ended if isinstance(one, Exception)] == []
        await self.paths.close()
        self.store.close()


async def until_sent(daemon: Daemon, channel: str) -> Message:
    """The first message on *channel*."""
    async with asyncio.timeout(WITHIN_S):
        while not daemon.heard[channel].messages:  # noqa: ASYNC110 - the channel is no event
            await asyncio.sleep(0.004)
    return daemon.heard[channel].messages[0]


async def test_a_drill_that_breaks_breaks_nothing_else(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, broken=True)
    daemon.paths.open()
    drill = daemon.drills.drill((), timedelta(seconds=WITHIN_S), None)
    await daemon.over()
    assert drill.state == "broken"
    assert not daemon.engine.anything_open


async def test_every_message_is_marked_and_carries_no_value(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    daemon.drills.drill((), timedelta(seconds=WITHIN_S), None)
    message = await until_sent(daemon, "text")
    assert (message.type, message.title[:4], message.text[:4]) == ("test", "TEST", "TEST")
    assert (message.document["value"], message.document["name"]) == (None, "TEST")
    assert len(message.text) <= 160, "one text message"
    assert daemon.listens == 1
    daemon.drills.stop()
    await daemon.over()


async def test_an_answer_with_the_drills_token_reaches_the_drill_alone(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    drill = daemon.drills.drill((), timedelta(seconds=WITHIN_S), None)
    message = await until_sent(daemon, "push")
    answer = daemon.answers.by_token(message.token, "push", accepted=True)
    assert answer is not None
    assert daemon.drills.by_token(message.token) is drill
    assert daemon.drills.take(answer)
    assert not daemon.drills.take(Answered("mia-1", "ana", accepted=True))
    alert = drill.progress.alert
    assert alert is not None
    assert alert.acknowledged_by == "ana"
    (told,) = (attempt for attempt in drill.progress.calls() if attempt.carer == "tom")
    assert daemon.drills.take(Answered(drill.id, "tom", accepted=False, attempt=told.id))
    await daemon.over()
    assert drill.state == "ended", "everybody has answered"


async def test_once_lifted_nothing_is_sent_and_what_rings_is_stopped(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    drill = daemon.drills.drill((), timedelta(seconds=WITHIN_S), None)
    await until_sent(daemon, "text")
    daemon.drills.lift("mia-1")
    sent = {name: len(heard.messages) for name, heard in daemon.heard.items()}
    assert (drill.state, drill.lifted_by) == ("lifted", "mia-1")
    assert daemon.withdrawn
    drill.take(Answered(drill.id, "ana", accepted=False))
    await daemon.over()
    assert sent == {name: len(heard.messages) for name, heard in daemon.heard.items()}
    story = drill.story()
    assert story is not None
    assert (story.lifted_by, story.kept_promise) == ("mia-1", None)


async def test_lifted_before_it_began_it_says_nothing_at_all(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    drill = daemon.drills.drill(("dongle",), timedelta(seconds=WITHIN_S), None)
    daemon.drills.lift("mia-1")
    await daemon.over()
    assert all(heard.messages == [] for heard in daemon.heard.values())
    story = drill.story()
    assert story is not None
    assert (story.alerts, story.kept_promise, story.lifted_by) == ((), None, "mia-1")


async def test_one_at_a_time_and_none_for_who_is_not_there(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    daemon.drills.test("ana", None, None)
    with pytest.raises(Refused, match="running already"):
        daemon.drills.drill((), None, None)
    daemon.drills.stop()
    with pytest.raises(Refused, match=r'no wearer "mai"\. Did you mean "mia"') as caught:
        daemon.drills.drill((), None, "mai")
    assert caught.value.wrong
    await daemon.over()


async def test_a_dead_far_end_is_taken_and_never_said(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.paths.open()
    drill = daemon.drills.drill(("carer:ana",), timedelta(seconds=WITHIN_S), None)
    await until_sent(daemon, "text")
    assert [message.carer for message in daemon.heard["text"].messages] == ["tom"]
    assert daemon.heard["push"].messages == []
    (push, *_) = (attempt for attempt in drill.progress.calls() if attempt.channel == "push")
    assert push.status is Dissemination.SENT
    daemon.drills.stop()
    await daemon.over()
    story = drill.story()
    assert story is not None
    assert story.outages[0].words == "the phones of Ana held dead"
    assert "ana" in story.unreached
