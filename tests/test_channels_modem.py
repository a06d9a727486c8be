"""SMS through the Pi's own SIM, against the real ModemManager with an emulated modem."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from doubles.adapters import SENT
from doubles.at_modem import AtModem, deliver, status_report
from doubles.speaking import TEXT, message, some, verdict
from modems import Manager, manager, private_bus

from relayd.channels import Outcome, ReplyError
from relayd.channels.gsm7 import fit
from relayd.channels.modem_sms import Config, ModemSms
from relayd.domain.delivery import Dissemination, Failure

ANA = "+447700900123"
WITHIN_S = 60.0
REPORT_WANTED = 0x20


@dataclass
class House:
    """All that stands between relayd and the network."""

    manager: Manager
    modem: AtModem
    channel: ModemSms
    session: aiohttp.ClientSession

    async def say(self, key: str = "mia-1/2") -> Outcome:
        async with asyncio.timeout(WITHIN_S * 2):
            return await self.channel.send(message(ANA, key), self.session)

    async def until_in_trouble(self) -> None:
        async with asyncio.timeout(WITHIN_S):
            while True:
                if (await self.channel.state()).trouble is not None:
                    return
                await asyncio.sleep(0.05)

    def outcome_of(self, receipt: str | None) -> asyncio.Task[Outcome]:
        assert receipt is not None
        return asyncio.create_task(anext(self.channel.follow(receipt, self.session)))


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with (
        private_bus(folder) as address,
        manager(address, folder) as running,
        AtModem(f"relayd-{folder.name}") as modem,
        aiohttp.ClientSession() as session,
    ):
        await running.plug_in(modem)
        yield House(running, modem, ModemSms("sim", Config(), bus=address), session)


async def test_a_text_is_sent_proven_and_answered(tmp_path: Path) -> None:
    """The whole way: out, the network's report, and a carer's answer."""
    async with house(tmp_path) as home:
        outcome = await home.say()
        assert verdict(outcome) == SENT
        (pdu,) = home.modem.sent
        assert int(pdu[2:4], 16) & REPORT_WANTED, "without a report nothing is proven"
        proof = home.outcome_of(outcome.receipt)
        home.modem.report(status_report(1, ANA, 0))
        assert (await proof).status is Dissemination.DELIVERED
        async with aclosing(home.channel.replies(home.session)) as replies:
            home.modem.receive(3, deliver(ANA, "1 ab"))
            (reply,) = await some(replies, 1)
        assert (reply.text, reply.sender) == ("1 ab", ANA)


async def test_an_answer_is_deleted_once_it_was_taken_and_not_before(tmp_path: Path) -> None:
    """A SIM that is full takes no more answers; one deleted too early is lost in a crash."""
    async with house(tmp_path) as home:
        home.modem.stored[3] = deliver(ANA, "1")  # It came while relayd was away.
        async with aclosing(home.channel.replies(home.session)) as replies:
            assert (await anext(replies)).text == "1"
            assert set(home.modem.stored) == {3}
            home.modem.receive(4, deliver(ANA, "2"))
            assert (await anext(replies)).text == "2"
            assert set(home.modem.stored) == {4}


async def test_many_at_once_are_told_apart(tmp_path: Path) -> None:
    """One text cut into another is neither; references are used again after 256 messages."""
    async with house(tmp_path) as home:
        outcomes = await asyncio.gather(*(home.say(f"mia-1/{number}") for number in range(8)))
        assert {outcome.status for outcome in outcomes} == {Dissemination.SENT}
        assert len({outcome.receipt for outcome in outcomes}) == 8
        assert not home.modem.overlapped
        receipt = next(one.receipt for one in outcomes if (one.receipt or "").startswith("1:"))
        proof = home.outcome_of(receipt)
        home.modem.report(status_report(1, ANA, 0, age=timedelta(days=1)))
        home.modem.report(status_report(2, ANA, 0))
        home.modem.report(status_report(1, "+447700900999", 0))
        home.modem.report(status_report(1, ANA, 0x46))
        assert (await proof).failure is Failure.EXPIRED


REFUSALS = {
    "+CMS ERROR: 8": (Failure.REFUSED, "credit"),
    "+CMS ERROR: 310": (Failure.CREDENTIALS, "no SIM"),
    "+CMS ERROR: 311": (Failure.CREDENTIALS, "PIN"),
    "+CMS ERROR: 330": (Failure.CREDENTIALS, "message centre"),
    "+CMS ERROR: 331": (Failure.PATH_DOWN, "no network"),
    "+CMS ERROR: 332": (Failure.PATH_DOWN, "in time"),
}


async def test_a_refusal_says_what_to_do(tmp_path: Path) -> None:
    """A person can put in a SIM; the plan can only go on to the next route."""
    async with house(tmp_path) as home:
        for said, (failure, words) in REFUSALS.items():
            home.modem.refusal = said
            outcome = await home.say(said)
            assert outcome.failure is failure, said
            assert words in outcome.words


async def test_a_network_that_does_not_let_the_sim_in_is_said_in_the_middle_of_an_alert(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        assert verdict(await home.say()) == SENT
        assert (await home.channel.state()).operator == "23430"
        home.modem.lose_network()
        await home.until_in_trouble()
        outcome = await home.say("mia-1/3")
        assert outcome.failure is Failure.CREDENTIALS
        assert "does not let this SIM in" in outcome.words


async def test_a_modem_that_is_pulled_out_in_the_middle_of_a_text_and_comes_back(
    tmp_path: Path,
) -> None:
    """The text's fate is unknown, listening says so, and the next try works."""
    async with house(tmp_path) as home:
        home.modem.mute = True
        sending = asyncio.create_task(home.say())
        listening = asyncio.create_task(anext(home.channel.replies(home.session)))
        await asyncio.wait_for(home.modem.asked_to_send.wait(), WITHIN_S)
        home.modem.unplug()
        assert (await sending).failure is Failure.PATH_DOWN
        home.modem.mute = False
        await home.manager.plug_in(home.modem)
        with pytest.raises(ReplyError, match="gone"):
            await asyncio.wait_for(listening, WITHIN_S)
        await home.manager.until_modems(1)
        again = await home.say()
        assert verdict(again) == SENT, again.words


async def test_a_text_cannot_command_the_modem(tmp_path: Path) -> None:
    """A name in a household file goes into every text: it must stay a text."""
    said = "Mia low\r\n\x1aAT+CMGD=1,4\r\nAT+CFUN=0\r"
    async with house(tmp_path) as home:
        home.modem.stored[7] = deliver(ANA, "1")
        evil = message(ANA)._replace(text=said)
        async with asyncio.timeout(WITHIN_S):
            outcome = await home.channel.send(evil, home.session)
        assert verdict(outcome) == SENT, outcome.words
        assert len(home.modem.sent) == 1
        assert set(home.modem.stored) == {7}, "an answer that waits was not deleted"
        assert (await home.channel.state()).trouble is None


async def test_the_death_of_modem_manager_ends_listening_and_fails_the_path(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        listening = asyncio.create_task(anext(home.channel.replies(home.session)))
        assert verdict(await home.say()) == SENT
        await home.manager.kill()
        with pytest.raises(ReplyError, match="stopped"):
            await asyncio.wait_for(listening, WITHIN_S)
        outcome = await home.say("mia-1/3")
        assert outcome.failure is Failure.PATH_DOWN
        assert "ModemManager" in outcome.words


def test_what_is_said_here_fits_into_one_text() -> None:
    assert fit(TEXT) == TEXT
