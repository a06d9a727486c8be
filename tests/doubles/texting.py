"""An SMS channel through Twilio against its double."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp

from doubles.speaking import DEADLINE_S, PATIENT
from doubles.twilio import TwilioDouble
from relayd.channels import Outcome
from relayd.channels.http import Limits
from relayd.channels.twilio_sms import Config, Pace, TwilioSms
from relayd.domain.secret import Secret

ANA = "+447700900123"
QUICK = Pace(*[timedelta(milliseconds=5)] * 3)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def texter(double: TwilioDouble, limits: Limits = PATIENT, url: str = "") -> TwilioSms:
    config = Config(double.account_sid, Secret(double.auth_token), double.number, url or double.url)
    return TwilioSms("text", config, limits, QUICK)


@asynccontextmanager
async def opened(
    double: TwilioDouble, limits: Limits = PATIENT
) -> AsyncIterator[tuple[TwilioSms, aiohttp.ClientSession]]:
    async with double, aiohttp.ClientSession() as session:
        yield texter(double, limits), session


async def fate(channel: TwilioSms, receipt: str, session: aiohttp.ClientSession) -> list[Outcome]:
    async with asyncio.timeout(DEADLINE_S):
        return [outcome async for outcome in channel.follow(receipt, session)]
