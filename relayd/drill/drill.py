"""One drill: an engine of its own, unchanged, whose sends are real and whose alert is not."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from relayd.channels import Message
from relayd.compose import Composer
from relayd.domain.alert import Alert
from relayd.domain.belief import PathState
from relayd.domain.delivery import Attempt
from relayd.domain.engine import Engine
from relayd.domain.event import (
    ClockReported,
    Event,
    Happened,
    Kept,
    PathReported,
    ReadingsReceived,
    Send,
    Turn,
    Woke,
)
from relayd.domain.reading import GlucoseReading
from relayd.domain.story import Story
from relayd.drill.copy import AS_LOW_AS, Copy
from relayd.drill.held import WHY, Held, HeldPaths, dead_session, held_wires
from relayd.drill.progress import Left, Progress
from relayd.drill.relay import Relay
from relayd.drill.story import told
from relayd.drill.timeline import Timeline
from relayd.drill.words import marked
from relayd.log import get_logger
from relayd.outbox import Outbox
from relayd.proofs import PROVES
from relayd.waker import Waker

PROOFS_WITHIN_S = 20.0  # somebody has it: so long is waited for what else was under way

log = get_logger()


Proved = Callable[[str, int], None]
"""Hears that a carer was reached, or answered, by a route: its place in the real ladder."""


class Drill:
    """One drill, from its reading to its end. *state*: running, ended, lifted or broken.

    It lives in memory alone: a crash ends it. Its moments are the engine's steady time.
    """

    def __init__(
        self,
        relay: Relay,
        copy: Copy,
        number: int,
        *,
        held: Held,
        lasts: timedelta,
        proved: Proved,
    ) -> None:
        self.id = f"{copy.wearer}-{number}"
        self.copy = copy
        self.held = held
        self.lasts = lasts
        self.state = "running"
        self.lifted_by: str | None = None
        self.clock = relay.clock
        self.answers = relay.answers
        self.began = self.ended = relay.clock.now()
        self.timeline = Timeline(self.began + relay.engine.offset)
        kept = Kept(numbers={copy.wearer: number - 1})
        self.engine = Engine(copy.household, kept, self.began)
        self.progress = Progress(self.engine, self.id, copy, held)
        self._relay = relay
        self._proved = proved
        self._composer = Composer(copy.household, relay.signer, relay.config.web.public_url)
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waker = Waker(relay.clock, self._woken)
        self._outbox: Outbox | None = None

    # Life ---------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"

    async def run(self) -> None:
        """Begin, and see it through to its end."""
        with self.apart():
            await self._live()

    async def _live(self) -> None:
        async with dead_session() as dead:
            wires = held_wires(self._relay.wires, self.held, dead)
            paths = HeldPaths(self._relay.paths, self.held, dead)
            self._outbox = Outbox(self, wires, paths, self.spawn, lambda _path, _outcome: None)
            self._begin()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.lasts.total_seconds()):
                    await self._over.wait()
            self.end("ended")

    def _begin(self) -> None:
        if not self.running:  # lifted before it began
            return
        real = self._relay.engine
        belief, known = self.engine.desk.belief, real.desk.belief
        belief.refused.update(known.refused)
        belief.suspected.update(known.suspected)
        for outage in self.held.outages:
            self.timeline.add(self.people, "outage.began", outage=outage.component)
        self.take(ClockReported(real.offset, real.observer.synchronised))
        for path, stands in known.paths.items():
            if path not in self.held.paths:
                self.take(PathReported(path, stands.state, stands.evidence))
        for path in sorted(self.held.paths):
            self.take(PathReported(path, PathState.DOWN, WHY))
        low = GlucoseReading(self.copy.wearer, AS_LOW_AS, None)
        self.take(ReadingsReceived((low,), source=self.id))

    def end(self, state: str, lifted_by: str | None = None) -> None:
        """End it now: nothing more is sent, and what still rings is stopped."""
        if not self.running:
            return
        self.state, self.lifted_by, self.ended = state, lifted_by, self.clock.now()
        for outage in self.held.outages:
            self.timeline.add(self.people, "outage.ended", outage=outage.component)
        self._over.set()
        self._waker.cancel()
        for task in self._tasks:
            task.cancel()
        self._relay.withdraw(self.engine.attempts(self.id))
        log.info("drill.ended", drill=self.id, state=state, lifted_by=lifted_by)

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Whatever breaks in here ends the drill, and nothing else."""
        try:
            yield
        except Exception:  # the relay that calls for real must not fall with a drill
            log.exception("drill.broken", drill=self.id)
            self.end("broken")

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start a task that ends with the drill."""

        async def kept_apart() -> None:
            with self.apart():
                await coroutine

        task = self._relay.spawn(kept_apart(), f"{self.id}: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: coroutine.close())
        return task

    # The inbox ------------------------------------------------------------------

    def take(self, event: Event, done: Callable[[], None] | None = None) -> None:
        """Hand *event* to the drill's own engine. Nothing is written to disk."""
        if done is not None:
            done()
        if not self.running:
            return
        turn = self.engine.handle(event, self.clock.now())
        self._note(turn)
        sends = [send for send in turn.sends if self.progress.goes(send.attempt)]
        if sends and self._outbox is not None:
            self._outbox.begin(sends)
        self._waker.set(self.engine.next_deadline())
        left = self.progress.left()
        if left is Left.NOTHING:
            self._over.set()
        elif left is Left.PROOFS:
            self._loop.call_later(PROOFS_WITHIN_S, self._over.set)

    def _note(self, turn: Turn) -> None:
        for row in turn.rows:
            if isinstance(row, Happened):
                self.timeline.happened(row)
            elif isinstance(row, Attempt) and row.status in PROVES:
                self._proved(row.carer, self.copy.real(row.carer, row.route))
            elif isinstance(row, Alert) and not row.calling and not self.copy.test:
                self._relay.withdraw(self.engine.attempts(row.id))

    def _woken(self) -> None:
        with self.apart():
            self.take(Woke())

    # What others ask --------------------------------------------------------------

    @property
    def people(self) -> datetime:
        """Now, as people's clocks say."""
        return self.clock.now() + self._relay.engine.offset

    def compose(self, send: Send) -> Message:
        """Put an attempt into words that begin with TEST."""
        message = self._composer.compose(send, 1, self.clock.now(), self.engine.offset)
        alert = self.progress.alert
        holder = alert.acknowledged_by if alert is not None else None
        return marked(message, send.attempt, self.copy.household, holder, test=self.copy.test)

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first, as things truly stand."""
        return self._relay.ways(paths)

    def routes(self) -> list[dict[str, Any]]:
        """How each route that was tried stands."""
        said = {
            line.fields.get("attempt") or "": line.fields.get("words") or ""
            for line in self.timeline.lines
        }
        return self.progress.routes(self.began, said)

    def story(self) -> Story | None:
        """What it came to; None while it runs."""
        if self.running:
            return None
        household, lasts = self.copy.household, self.ended - self.began
        story = told(self.id, household, self.timeline, self.held, lasts)
        return replace(story, lifted_by=self.lifted_by)
