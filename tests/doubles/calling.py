"""A channel of calls through Twilio against its double."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp

from doubles.speaking import DEADLINE_S, PATIENT
from doubles.voice import VoiceDouble
from relayd.channels import Outcome
from relayd.channels.http import Limits
from relayd.channels.twilio_voice import Config, Pace, TwilioVoice
from relayd.domain.secret import Secret

ANA = "+447700900123"
MS = timedelta(milliseconds=1)
QUICK = Pace(5 * MS, 5 * MS, 60 * MS)


def caller(double: VoiceDouble, limits: Limits = PATIENT, url: str = "") -> TwilioVoice:
    config = Config(double.account_sid, Secret(double.auth_token), double.number, url or double.url)
    return TwilioVoice("call", config, limits, QUICK)


@asynccontextmanager
async def opened(
    double: VoiceDouble, limits: Limits = PATIENT
) -> AsyncIterator[tuple[TwilioVoice, aiohttp.ClientSession]]:
    async with double, aiohttp.ClientSession() as session:
        yield caller(double, limits), session


async def fate(
    channel: TwilioVoice, receipt: str | None, session: aiohttp.ClientSession
) -> list[Outcome]:
    async with asyncio.timeout(DEADLINE_S):
        return [outcome async for outcome in channel.follow(receipt or "", session)]
