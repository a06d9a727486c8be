"""From a turn's sends to the air: each on its channel, over its paths, within its time."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from relayd.channels import Message, Outcome
from relayd.domain.alert import Priority
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.engine import Engine
from relayd.domain.event import Answered, AttemptReported, Event, Send
from relayd.log import get_logger, where
from relayd.outbox_receipts import Receipts, Sessions
from relayd.outbox_wires import Lane, Wire

WITHDRAWN_KEPT = 1000
HEDGE_S = 3.0
"""A path that has not answered for so long is not waited for: the next begins beside it."""

CROWD = 16
BOOKED_WITHIN_S = 0.25
"""While a crowd waits to leave, what is known of those that left is booked so much later."""

FAULTY = Outcome(Dissemination.UNDELIVERABLE, Failure.PATH_DOWN, words="relayd failed to send it")

log = get_logger()

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
Used = Callable[[str | None, Outcome | None], None]
"""Hears what a send over a path came to; None: another path was faster than any answer."""


class Desk(Protocol):
    """What the outbox asks of the daemon."""

    engine: Engine

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...

    def compose(self, send: Send) -> Message:
        """Put an attempt into words."""
        ...

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first: what is believed lost comes last."""
        ...


class Outbox:
    """Sends attempts and follows them to proof, many at once, none behind a lesser one."""

    def __init__(
        self, desk: Desk, wires: Mapping[str, Wire], paths: Sessions, spawn: Spawn, used: Used
    ) -> None:
        self._desk = desk
        self._wires = wires
        self._paths = paths
        self._spawn = spawn
        self._receipts = Receipts(desk, paths, partial(self._report, path=None))
        self._withdrawn: dict[str, None] = {}
        self.expected = 0  # turns on their way to the disk that will send something
        self._unbooked: list[AttemptReported] = []
        self._booking: asyncio.TimerHandle | None = None
        self._used = used
        self._log = log.bind()  # bound once: a line that nobody wants costs nothing

    def busy(self) -> bool:
        """Whether any send is under way, or about to be once it is on disk."""
        lanes = (lane for wired in self._wires.values() for lane in wired.lanes.values())
        return self.expected > 0 or any(lane.under_way for lane in lanes)

    def begin(self, sends: Sequence[Send]) -> None:
        """Start every one of *sends*; they are on disk."""
        for send in sends:
            wired = self._wires[send.attempt.channel]
            lane = wired.lanes[send.attempt.priority]
            lane.waiting.append(send)
            if lane.under_way < lane.most:
                lane.under_way += 1
                self._spawn(self._clear(wired, lane), f"send by {wired.channel.name}")

    def resume(self, attempts: Iterable[Attempt]) -> None:
        """Follow to proof, once more, what was under way when the relay stopped."""
        for attempt in attempts:
            wired = self._wires.get(attempt.channel)
            if wired is not None and attempt.receipt and attempt.status is Dissemination.SENT:
                follow = self._receipts.follow(wired, attempt, attempt.receipt)
                self._spawn(follow, f"follow {attempt.id}")

    async def _clear(self, wired: Wire, lane: Lane) -> None:
        try:
            while lane.waiting:
                await self._carry(wired, lane.waiting.popleft())
        finally:
            lane.under_way -= 1

    async def _carry(self, wired: Wire, send: Send) -> None:
        attempt = send.attempt
        if not self._desk.engine.wanted(attempt.id):
            status = Dissemination.UNDELIVERABLE
            self._desk.take(AttemptReported(attempt.id, status, Failure.OVERTAKEN))
            return
        message = self._worded(send)
        outcome, path = await self._send(wired, message) if message else (FAULTY, None)
        self._log.debug("attempt.reported", attempt=attempt.id, status=outcome.status.value)
        self._report(attempt, outcome, path)
        if outcome.status is Dissemination.SENT and outcome.receipt:
            follow = self._receipts.follow(wired, attempt, outcome.receipt)
            self._spawn(follow, f"follow {attempt.id}")

    def _worded(self, send: Send) -> Message | None:
        """Put *send* into words; None where that fails, which ends no other call."""
        try:
            return self._desk.compose(send)
        except Exception as error:  # noqa: BLE001 - a fault in one text is no end of the relay
            self._log.error("message.failed", attempt=send.attempt.id, why=where(error))
            return None

    async def _send(self, wired: Wire, message: Message) -> tuple[Outcome, str | None]:
        """Try each path until one leads somewhere; one that does not answer is overtaken.

        The key is the same on every path, so a service that honours keys says it once.
        """
        choice = self._desk.ways(wired.paths)
        if len(choice) == 1:
            return await self._try(wired, message, choice[0]), choice[0]
        ways = iter(choice)
        hedge_s = HEDGE_S if message.priority > Priority.LOW else None
        under_way: dict[asyncio.Task[Outcome], str | None] = {}
        last: tuple[Outcome, str | None] = (FAULTY, None)
        try:
            while True:
                way = next(ways, None)
                if way is not None:
                    under_way[self._start(wired, message, way)] = way
                elif not under_way:
                    return last
                done, _ = await asyncio.wait(
                    under_way,
                    timeout=hedge_s if way is not None else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in done:
                    last = task.result(), under_way.pop(task)
                    if last[0].failure is not Failure.PATH_DOWN:
                        return last
        finally:
            for task, way in under_way.items():
                task.cancel()
                self._used(way, None)

    def _start(self, wired: Wire, message: Message, path: str | None) -> asyncio.Task[Outcome]:
        return asyncio.create_task(self._try(wired, message, path), name=f"try {message.key}")

    async def _try(self, wired: Wire, message: Message, path: str | None) -> Outcome:
        try:
            outcome = await wired.channel.send(message, self._paths.session(path))
        except Exception:
            log.exception("channel.failed", channel=wired.channel.name)
            return FAULTY
        self._used(path, outcome)
        return outcome

    def withdraw(self, attempts: Iterable[Attempt]) -> None:
        """Stop what still rings of *attempts*, once: somebody has it, or it is over."""
        for attempt in attempts:
            ringing = attempt.status in (Dissemination.SENT, Dissemination.DELIVERED)
            asked = ringing and not attempt.purpose.quiet and attempt.id not in self._withdrawn
            if asked and attempt.receipt:
                self._withdrawn[attempt.id] = None
                if len(self._withdrawn) > WITHDRAWN_KEPT:
                    del self._withdrawn[next(iter(self._withdrawn))]
                wired = self._wires.get(attempt.channel)
                if wired is not None:
                    stop = self._receipts.withdraw(wired, attempt.receipt)
                    self._spawn(stop, f"withdraw {attempt.id}")

    def _report(self, attempt: Attempt, outcome: Outcome, path: str | None) -> None:
        if outcome.status in (Dissemination.ACCEPTED, Dissemination.REJECTED):
            accepted = outcome.status is Dissemination.ACCEPTED
            by = attempt.channel
            self._desk.take(Answered(attempt.alert, attempt.carer, accepted, attempt.id, by))
            return
        report = AttemptReported(
            attempt.id, outcome.status, outcome.failure, outcome.receipt, path, outcome.words
        )
        if outcome.status is Dissemination.SENT and not outcome.receipt and self._crowded():
            self._unbooked.append(report)
            if self._booking is None:
                loop = asyncio.get_running_loop()
                self._booking = loop.call_later(BOOKED_WITHIN_S, self.book)
        else:
            self._desk.take(report)

    def _crowded(self) -> bool:
        lanes = (lane for wired in self._wires.values() for lane in wired.lanes.values())
        return any(len(lane.waiting) > CROWD for lane in lanes)

    def book(self) -> None:
        """Hand over what waited while calls were leaving."""
        if self._booking is not None:
            self._booking.cancel()
            self._booking = None
        reports, self._unbooked = self._unbooked, []
        for report in reports:
            self._desk.take(report)
