"""Hears what carers send back, on every channel that brings answers, while some alert is open.

A channel whose answers cannot be read is said: a carer's "I have it" would be lost.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import aiohttp

from relayd.channels import Channel, Reply, ReplyError
from relayd.clock import Clock
from relayd.domain.alert import Code
from relayd.domain.event import Event, TechnicalReported
from relayd.log import get_logger, where
from relayd.outbox import Spawn
from relayd.outbox_wires import Wire
from relayd.paths import Paths

AGAIN_FIRST_S = 1.0
AGAIN_AT_MOST_S = 15.0
WARNED_AT = 2  # tries in a row
READ_AFTER_S = 30.0  # so long without an error, and what comes back can be read
LOST_AFTER = timedelta(minutes=2)
STUMBLED = "relayd stumbled over what came back"
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

    clock: Clock

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first."""
        ...


@dataclass(slots=True)
class Trouble:
    """Answers that cannot be read: since when, and how often it was tried."""

    since: datetime
    tries: int = 0
    told: bool = False


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
        self._troubles: dict[str, Trouble] = {}

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
                        self._lost(name, str(error))
                    else:
                        return
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, AGAIN_AT_MOST_S)
        finally:
            self._running.discard(name)

    async def _hear(self, name: str, channel: Channel, session: aiohttp.ClientSession) -> None:
        read = asyncio.get_running_loop().call_later(READ_AFTER_S, self._read, name)
        try:
            async for reply in channel.replies(session):
                self._read(name)
                self._replies.hear(name, reply)
        except ReplyError:
            raise
        except Exception as error:  # noqa: BLE001 - one odd answer ends neither the daemon nor the listening
            log.log(40, "channel.failed", channel=name, why=where(error))
            raise ReplyError(STUMBLED) from None
        finally:
            read.cancel()

    def _lost(self, name: str, why: str) -> None:
        """Once is an accident; what goes on is warned of once, and told once it has lasted."""
        now = self._relay.clock.now()
        trouble = self._troubles.setdefault(name, Trouble(now))
        trouble.tries += 1
        if trouble.tries <= WARNED_AT:
            log.log(30 if trouble.tries == WARNED_AT else 20, "replies.lost", channel=name, why=why)
        if not trouble.told and now - trouble.since >= LOST_AFTER and self._replies.awaited():
            trouble.told = True
            self._report(name, f"those by {name}: {why}", lost=True)

    def _read(self, name: str) -> None:
        """What comes back by *name* can be read: a trouble is over, one before a restart too."""
        trouble = self._troubles.pop(name, None)
        if trouble is not None and trouble.tries >= WARNED_AT:
            log.info("replies.read", channel=name)
        self._report(name, "", lost=False)

    def _report(self, name: str, detail: str, *, lost: bool) -> None:
        self._relay.take(TechnicalReported(Code.ANSWERS_LOST, lost, name, detail))
