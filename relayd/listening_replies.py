"""What carers send back, brought to what it answers: a real alert, or a drill."""

from typing import Protocol

import msgspec

from relayd.answers import CLOCKS_APART, AnswerDesk, asked_of
from relayd.channels import Reply
from relayd.clock import Clock
from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.engine import Engine
from relayd.domain.event import Answered, Event
from relayd.log import get_logger

log = get_logger()


class Store(Protocol):
    """Keeps small things."""

    def set_meta(self, key: str, value: str) -> None:
        """Keep *value* under *key*."""
        ...


class Drills(Protocol):
    """The drill that runs, if one does."""

    @property
    def running(self) -> bool:
        """Whether one goes on."""
        ...

    def add_asked(
        self, told: dict[str, list[tuple[Alert, Attempt]]], channel: str, reply: Reply
    ) -> None:
        """Add what a drill asked to what *reply* may answer."""
        ...

    def take(self, answer: Answered) -> bool:
        """Book *answer* if it answers a drill."""
        ...


class Relay(Protocol):
    """What replies ask of the daemon."""

    engine: Engine
    answers: AnswerDesk
    clock: Clock

    @property
    def drills(self) -> Drills: ...  # noqa: D102
    @property
    def store(self) -> Store: ...  # noqa: D102

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...


class Replies:
    """Reads replies, and books each where it belongs."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def awaited(self) -> bool:
        """Whether something is open that may be answered."""
        return self._relay.engine.anything_open or self._relay.drills.running

    def hear(self, channel: str, reply: Reply) -> None:
        """Take in *reply*; which were read is kept, for none may count again for another alert."""
        relay = self._relay
        now = relay.clock.now() + relay.engine.offset
        if reply.lay and reply.at > now + CLOCKS_APART:  # the network's clock is wrong: it is older
            log.info("reply.passed_over", channel=channel, why="its stamp is yet to come")
            return
        told = asked_of(relay.engine.told())
        relay.drills.add_asked(told, channel, reply)
        answer = relay.answers.read(channel, reply, told)
        if answer is not None:
            seen = msgspec.json.encode(relay.answers.seen).decode()
            relay.store.set_meta("replies", seen)
            if not relay.drills.take(answer):
                relay.take(answer)
