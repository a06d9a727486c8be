"""A text that lay on the SIM before anybody listened: whether it answers what came after it."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import aiohttp
import pytest
from dbus_fast import Variant
from doubles.modem_manager import ManagerDouble
from houses import TEXT, Drive, home, minutes
from outboxes import SIGNER, Forgetful, NoDrill

from relayd.answers import AnswerDesk
from relayd.channels.modem_sms import Config, ModemSms
from relayd.clock import Clock
from relayd.domain.delivery import Dissemination
from relayd.domain.engine import Engine
from relayd.domain.event import Event
from relayd.listening_replies import Replies

ANA = TEXT.to
UNUSED = cast("aiohttp.ClientSession", None)  # a SIM is a path of its own
WITHIN_S = 30.0


class Relay:
    """Mia is urgently low since a moment ago, and Ana was sent a text by the SIM."""

    def __init__(self) -> None:
        self.clock = Clock()
        route = replace(TEXT, channel="sim", kind="modem-sms")
        self.drive = Drive(home(ana=(route,)), start=self.clock.now(), watch_well=False)
        self.drive.glucose(45)
        self.drive.report(self.drive.last("ana").id, Dissemination.SENT)
        self.engine: Engine = self.drive.engine
        self.answers = AnswerDesk(self.drive.household, SIGNER, self.engine.attempt)
        self.drills, self.store = NoDrill(), Forgetful()

    def take(self, event: Event) -> None:
        """Hand over *event*."""
        self.drive.tell(event)

    @property
    def holder(self) -> str | None:
        """Who has it."""
        (alert,) = self.engine.open_alerts("mia")
        return alert.acknowledged_by


def come_in(double: ManagerDouble, at: datetime) -> None:
    """A "1" of Ana's comes in, with that stamp."""
    said = {"Number": Variant("s", ANA), "Text": Variant("s", "1")}
    stamp = Variant("s", at.isoformat())
    double.receive(PduType=Variant("u", 1), Timestamp=stamp, **said)


@pytest.mark.parametrize(("ahead", "holder"), [(0.0, "ana"), (30.0, None)])
async def test_what_lay_there_with_a_stamp_yet_to_come_answers_nothing(
    ahead: float, holder: str | None
) -> None:
    """It answered a TEST of half an hour ago, on a network whose clock is an hour ahead."""
    async with ManagerDouble() as double:
        relay = Relay()
        come_in(double, datetime.now(UTC) + minutes(ahead))
        await hear(relay, double)
        assert relay.holder == holder


async def test_what_comes_in_while_somebody_listens_counts_whatever_its_stamp() -> None:
    """Then the network's clock is wrong, and the answer is new all the same."""
    async with ManagerDouble() as double:
        relay, ahead = Relay(), datetime.now(UTC) + minutes(30)
        come_in(double, ahead)
        await hear(relay, double, ahead + minutes(30))
        assert relay.holder == "ana"


async def hear(relay: Relay, double: ManagerDouble, *later: datetime) -> None:
    """Listen until all that lay there was heard, and then what comes in *later*."""
    channel = ModemSms("sim", Config(), bus=double.url)
    replies, stamps = Replies(relay), iter(later)
    async with asyncio.timeout(WITHIN_S), aclosing(channel.replies(UNUSED)) as heard:
        async for reply in heard:
            replies.hear("sim", reply)
            stamp = next(stamps, None)
            if stamp is None:
                return
            come_in(double, stamp)
