"""What every test of a channel says, and what it may never hear back."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import aiohttp

from doubles.adapters import Verdict
from relayd.channels import Channel, Message, Outcome, Reply
from relayd.channels.http import Limits
from relayd.domain.alert import Priority

PATIENT = Limits(timedelta(seconds=30), timedelta(seconds=30))
HASTY = Limits(timedelta(seconds=0.3), timedelta(seconds=0.3))
DEADLINE_S = 20.0  # Many times what HASTY allows: for a machine with other work.

TEXT = "Mia 2.9 mmol/L and falling. Reply 1 if you have it, 2 if you cannot."
TOKEN = "v1.bWlhLTEvMg.kKb2bUo9"


def message(to: str, key: str = "mia-1/2") -> Message:
    return Message(
        key=key,
        alert="mia-1",
        carer="ana",
        to=to,
        type="alert.raised",
        title="Mia: urgent low",
        text=TEXT,
        priority=Priority.HIGH,
        at=datetime.now(UTC),
        valid_for=timedelta(minutes=5),
        asks=True,
        token=TOKEN,
        answer_url="http://relayd.local:8480/a/x",
        tag="rotating_light",
        document={"alert": "mia-1", "text": TEXT, "value": 2.9},
    )


def verdict(outcome: Outcome) -> Verdict:
    return (outcome.status, outcome.failure)


def dead_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


async def say(channel: Channel, said: Message, session: aiohttp.ClientSession) -> Outcome:
    async with asyncio.timeout(DEADLINE_S):
        return await channel.send(said, session)


def assert_discreet(outcome: Outcome, *secrets: str) -> None:
    shown = repr(outcome)
    for secret in (TEXT, TOKEN, *secrets):
        assert not secret or secret not in shown
    assert len(outcome.words) <= 240
    assert outcome.words.isprintable()


async def some(stream: AsyncGenerator[Reply, None], count: int) -> list[Reply]:
    """The first *count* replies, each handed back before the next is asked for."""
    found: list[Reply] = []
    async with asyncio.timeout(DEADLINE_S):
        async for reply in stream:
            found.append(reply)
            if len(found) == count:
                break
    return found
