"""Hears what carers send back, on every channel that brings answers, while some alert is open."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import aiohttp

from relayd.channels import Channel, Reply, ReplyError
from relayd.log import get_logger
from relayd.outbox import Spawn
from relayd.outbox_wires import Wire
from relayd.paths import Paths

AGAIN_FIRST_S = 1.0
AGAIN_AT_MOST_S = 15.0
STRETCH_S = 120.0  # after the last alert is off, "I have it" may still be under way for so long

log = get_logger()


class Replies(Protocol):
    """Takes in what carers send back; see :class:`relayd.listening_replies.Replies`."""

    def awaited(self) -> bool:
        """Whether something is open that may be answered."""
        ...

    def hear(self, channel: str, reply: Reply) -> None:
        """Take in *reply*."""
        ...


class Relay(Protocol):
    """What listening asks of the daemon."""

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first."""
        ...


class Listening:
    """One task for each channel, begun with the first alert and ended after the last."""

    def __init__(
        self,
        relay: Relay,
        replies: Replies,
        wires: Mapping[str, Wire],
        paths: Paths,
        spawn: Spawn,
    ) -> None:
        self._relay = relay
        self._replies = replies
        self._wires = wires
        self._paths = paths
        self._spawn = spawn
        self._running: set[str] = set()
        self._mute: set[str] = set()

    def begin(self) -> None:
        """Listen on every channel that brings answers and is not listened to yet."""
        for name, wired in self._wires.items():
            if name not in self._running and name not in self._mute:
                self._running.add(name)
                self._spawn(self._listen(name, wired), f"listen {name}")

    async def _listen(self, name: str, wired: Wire) -> None:
        pause_s = AGAIN_FIRST_S
        try:
            while name not in self._mute:
                for path in self._relay.ways(wired.paths):
                    session = self._paths.session(path)
                    try:
                        async with asyncio.timeout(STRETCH_S):
                            await self._hear(name, wired.channel, session)
                        self._mute.add(name)
                    except TimeoutError:
                        pause_s = AGAIN_FIRST_S
                        if not self._replies.awaited():
                            return
                    except ReplyError as error:
                        log.info("replies.lost", channel=name, why=str(error))
                    else:
                        return
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, AGAIN_AT_MOST_S)
        finally:
            self._running.discard(name)

    async def _hear(self, name: str, channel: Channel, session: aiohttp.ClientSession) -> None:
        async for reply in channel.replies(session):
            self._replies.hear(name, reply)
