"""What becomes of a message that a gateway took: followed to its proof, or called back."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Protocol

import aiohttp

from relayd.channels import Outcome
from relayd.domain.delivery import Attempt
from relayd.log import get_logger, where
from relayd.outbox_wires import Wire

FOLLOWED_FOR = timedelta(hours=3)
LEG_S = 60.0
"""So long one path is asked before the next has its turn; a call is judged well within that."""

AGAIN_S = 5.0

log = get_logger()


class Desk(Protocol):
    """What following asks of the daemon."""

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first: what is believed lost comes last."""
        ...


class Sessions(Protocol):
    """Gives the session of a path; see :class:`relayd.paths.Paths`."""

    def session(self, path: str | None) -> aiohttp.ClientSession:
        """The session that leaves by *path* and no other."""
        ...


class Receipts:
    """Asks for proof over whatever path answers; *report* hears each outcome."""

    def __init__(
        self, desk: Desk, paths: Sessions, report: Callable[[Attempt, Outcome], None]
    ) -> None:
        self._desk = desk
        self._paths = paths
        self._report = report

    async def follow(self, wired: Wire, attempt: Attempt, receipt: str) -> None:
        """Ask what became of a message until it is known."""
        try:
            async with asyncio.timeout(FOLLOWED_FOR.total_seconds()):
                for leg in count():
                    if await self._ask(wired, attempt, receipt, leg):
                        return
        except TimeoutError:
            log.info("attempt.unfollowed", attempt=attempt.id)

    async def _ask(self, wired: Wire, attempt: Attempt, receipt: str, leg: int) -> bool:
        """Ask for a while over one path; say whether the end is known.

        Every second leg goes by the path that is thought best then, the others take turns.
        """
        ways = self._desk.ways(wired.paths)
        best, others = ways[:1], ways[1:]
        way = others[leg // 2 % len(others)] if leg % 2 and others else best[0]
        try:
            async with asyncio.timeout(LEG_S if others else None):
                async for outcome in wired.channel.follow(receipt, self._paths.session(way)):
                    self._report(attempt, outcome)
        except TimeoutError:
            return False
        except Exception as error:  # noqa: BLE001 - a gateway may say what nobody foresaw
            log.log(40, "channel.failed", channel=wired.channel.name, why=where(error))
            await asyncio.sleep(AGAIN_S * min(leg + 1, 12))
            return False
        return True

    async def withdraw(self, wired: Wire, receipt: str) -> None:
        """Stop what still rings of a message."""
        way = self._desk.ways(wired.paths)[0]
        await wired.channel.withdraw(receipt, self._paths.session(way))
