"""A Pushover channel against its double."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp

from doubles.adapters import PUSHOVER_TOKEN as TOKEN
from doubles.adapters import PUSHOVER_USER as ANA
from doubles.pushover import PushoverDouble
from doubles.speaking import DEADLINE_S, PATIENT
from relayd.channels import Outcome
from relayd.channels.pushover import Config, Pace, Pushover
from relayd.domain.secret import Secret

QUICK_S = 0.01
QUICK = Pace(timedelta(seconds=QUICK_S), timedelta(seconds=QUICK_S * 4))


def service(*, left: int = 10_000) -> PushoverDouble:
    """As strict as the real one about how often it is asked, on a shorter clock."""
    return PushoverDouble(token=TOKEN, users=(ANA,), asked_every_s=QUICK_S, left=left)


@asynccontextmanager
async def opened(
    double: PushoverDouble, pace: Pace = QUICK, sound: str | None = None
) -> AsyncIterator[tuple[Pushover, aiohttp.ClientSession]]:
    async with double, aiohttp.ClientSession() as session:
        config = Config(Secret(TOKEN), double.url, sound)
        yield Pushover("emergency", config, PATIENT, pace), session


async def fate(
    channel: Pushover, receipt: str | None, session: aiohttp.ClientSession
) -> list[Outcome]:
    async with asyncio.timeout(DEADLINE_S):
        return [outcome async for outcome in channel.follow(receipt or "", session)]
