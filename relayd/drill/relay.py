"""What drills ask of the running relay."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from relayd.answers import AnswerDesk
from relayd.clock import Clock
from relayd.config import Config
from relayd.domain.delivery import Attempt
from relayd.domain.engine import Engine
from relayd.outbox_wires import Wire
from relayd.paths import Paths
from relayd.proofs import Keeper
from relayd.tokens import Signer


class Relay(Protocol):
    """The daemon. A drill hands it no event, and writes no row of its store."""

    config: Config
    engine: Engine
    clock: Clock
    answers: AnswerDesk
    signer: Signer
    wires: dict[str, Wire]
    paths: Paths

    @property
    def store(self) -> Keeper:
        """Where small things are kept."""
        ...

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start a task that ends with the daemon."""
        ...

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first."""
        ...

    def withdraw(self, attempts: Sequence[Attempt]) -> None:
        """Stop what still rings of *attempts*."""
        ...

    def listen(self) -> None:
        """Begin to hear answers."""
        ...
