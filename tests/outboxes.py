"""The real engine, outbox and listening over one real channel, and a crash to order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from doubles.adapters import ADAPTERS
from houses import TEXT, Drive, home

from relayd.answers import AnswerDesk
from relayd.channels import Channel, Message, Reply, module_of
from relayd.clock import Clock
from relayd.compose import Composer
from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt, Dissemination
from relayd.domain.engine import Engine
from relayd.domain.event import Answered, Event, Send
from relayd.domain.household import Step
from relayd.listening import Listening
from relayd.listening_replies import Replies
from relayd.outbox import Outbox
from relayd.outbox_wires import AT_ONCE_BY_PRIORITY, Lane, Wire
from relayd.paths import Paths, PathSettings
from relayd.tokens import Signer

WITHIN_S = 30.0
SIGNER = Signer(b"sixteen bytes at least")


class Forgetful:
    """A crash forgets the replies here; the disk is not what these tests are about."""

    def set_meta(self, key: str, value: str) -> None:
        """Keep nothing."""


class NoDrill:
    """Nobody rehearses here."""

    running = False

    def add_asked(
        self, told: dict[str, list[tuple[Alert, Attempt]]], channel: str, reply: Reply
    ) -> None:
        """Nothing was asked."""

    def take(self, answer: Answered) -> bool:
        """No answer is a drill's."""
        del answer
        return False


class Phone:
    """One carer on one channel, an alert about to be told, and a process that may die."""

    def __init__(
        self, kind: str, to: str, open_channel: Callable[[], Channel], paths: Paths
    ) -> None:
        self.clock = Clock()
        self.store = Forgetful()
        self.drills = NoDrill()
        self.clock = Clock()
        self._kind = kind
        self._open = open_channel
        self._paths = paths
        route = replace(TEXT, channel="only", kind=kind, to=to)
        self.drive = Drive(home(ana=(route,), steps=(Step(("ana",)),)), watch_well=False)
        self.answered: list[Answered] = []
        self.tried: list[str | None] = []
        self._composer = Composer(self.drive.household, SIGNER, None)
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._begin()

    def _begin(self) -> None:
        lanes = {priority: Lane(n) for priority, n in AT_ONCE_BY_PRIORITY.items()}
        config = ADAPTERS[self._kind].example
        own_way = module_of(self._kind).traits(config).own_way
        wires = {"only": Wire(self._open(), (None,) if own_way else (), lanes)}
        self.engine: Engine = self.drive.engine
        self.answers = AnswerDesk(self.drive.household, SIGNER, self.engine.attempt)
        used: Callable[..., None] = lambda path, _: self.tried.append(path)  # noqa: E731
        self.outbox = Outbox(self, wires, self._paths, self.spawn, used)
        self._listening = Listening(self, Replies(self), wires, self._paths, self.spawn)

    # What the outbox and listening ask of the daemon ------------------------------

    def take(self, event: Event) -> None:
        if isinstance(event, Answered):
            self.answered.append(event)
        self.drive.tell(event)
        self._news.set()

    def compose(self, send: Send) -> Message:
        offset = datetime.now(UTC) - self.drive.now  # gateways look at their clocks
        return self._composer.compose(send, self.engine.desk.open, self.drive.now, offset)

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        return self._paths.names(paths)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # What happens -----------------------------------------------------------------

    def alarm(self) -> Attempt:
        """Mia is urgently low: Ana is called."""
        (send,) = self.drive.glucose(45).sends
        self.outbox.begin([send])
        return send.attempt

    def listen(self) -> None:
        """Hear what carers send back."""
        self._listening.begin()

    async def crash(self) -> None:
        """Lose everything but what was on disk, and begin again."""
        await self.end()
        sends = len(self.drive.sends)
        self.drive.restart()
        self._begin()
        self.outbox.begin([send for _, send in self.drive.sends[sends:]])

    async def end(self) -> None:
        """Stop whatever is under way."""
        ending = [*self._tasks]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for something that an event brings about."""
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def status(self, attempt: str) -> Dissemination:
        """How far *attempt* got, as the engine has it."""
        found = self.engine.attempt(attempt)
        assert found is not None
        return found.status


@contextlib.asynccontextmanager
async def phone(
    kind: str,
    to: str,
    open_channel: Callable[[], Channel],
    paths: Mapping[str, PathSettings] | None = None,
) -> AsyncIterator[Phone]:
    """Make one; *paths* are those of the file, none by default."""
    ways = Paths(paths or {})
    ways.open()
    made = Phone(kind, to, open_channel, ways)
    try:
        yield made
    finally:
        await made.end()
        await ways.close()
