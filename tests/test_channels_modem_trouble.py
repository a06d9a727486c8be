"""The Pi's own SIM when things are strange: what a real modem can hardly be made to do."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import aiohttp
import pytest
from dbus_fast import Variant
from doubles import behaviours
from doubles.adapters import SENT
from doubles.modem_manager import IMEI, ManagerDouble
from doubles.speaking import HASTY, message, say, some, verdict

from relayd.channels import ReplyError, modem_sms
from relayd.channels.modem_receipts import mark
from relayd.channels.modem_sms import Config, ModemSms, faults
from relayd.channels.modem_terms import SENTENCES, fate, modem_trouble
from relayd.domain.delivery import Dissemination, Failure

ANA = "+447700900123"
WITHIN_S = 30.0
DELIVER, REPORT = Variant("u", 1), Variant("u", 3)


def opened(double: ManagerDouble, modem: str = "any") -> ModemSms:
    return ModemSms("sim", Config(modem), timedelta(seconds=WITHIN_S), double.url)


async def test_two_paths_that_send_the_same_attempt_say_it_once() -> None:
    """The outbox begins on the next path when one is slow; there is only one SIM."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.slow(0.05))
        channel = opened(double)
        outcomes = await asyncio.gather(*(say(channel, message(ANA), session) for _ in range(2)))
        assert outcomes[0] == outcomes[1]
        assert verdict(outcomes[0]) == SENT
        assert len(double.seen) == 1


async def test_a_text_that_left_after_all_is_not_sent_again() -> None:
    """ModemManager goes on with what nobody waits for any more."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.hang())
        channel = ModemSms("sim", Config(), timedelta(seconds=2), double.url)
        assert (await say(channel, message(ANA), session)).failure is Failure.PATH_DOWN
        assert verdict(await say(channel, message(ANA), session)) == SENT
        assert len(double.seen) == 1


async def test_a_text_that_did_not_leave_is_sent_again() -> None:
    """Rather twice than never."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.hang(accepted=False))
        channel = ModemSms("sim", Config(), timedelta(seconds=2), double.url)
        assert (await say(channel, message(ANA), session)).failure is Failure.PATH_DOWN
        assert verdict(await say(channel, message(ANA), session)) == SENT
        assert len(double.seen) == 2


async def test_nothing_of_ours_stays_on_the_sim() -> None:
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.OK, behaviours.refuse(400))
        channel = opened(double)
        for number in range(2):
            await say(channel, message(ANA, f"mia-1/{number}"), session)
        assert double.texts == {}


@pytest.mark.parametrize(
    ("modem", "failure", "words"),
    [
        ({"State": 2, "UnlockRequired": 2}, Failure.CREDENTIALS, "asks for its PIN"),
        ({"State": 2, "UnlockRequired": 4}, Failure.CREDENTIALS, "asks for its PUK"),
        ({"State": -1, "StateFailedReason": 2}, Failure.CREDENTIALS, "no SIM"),
        ({"State": -1, "StateFailedReason": 1}, Failure.PATH_DOWN, "has failed"),
    ],
)
async def test_a_modem_that_cannot_send_says_what_it_wants(
    modem: dict[str, int], failure: Failure, words: str
) -> None:
    kinds = {"State": "i"}
    table = {key: Variant(kinds.get(key, "u"), value) for key, value in modem.items()}
    async with ManagerDouble(table) as double, aiohttp.ClientSession() as session:
        channel = opened(double)
        if modem["State"] == -1 and failure is Failure.PATH_DOWN:
            channel = ModemSms("sim", Config(), HASTY.within, double.url)
            trouble = (await opened(double).state()).trouble
            assert trouble is not None
            assert (trouble.failure, words in str(trouble)) == (failure, True)
            return
        outcome = await say(channel, message(ANA), session)
        assert outcome.failure is failure
        assert words in outcome.words
        assert double.seen == []


async def test_another_modem_than_the_one_that_was_named_is_not_used() -> None:
    """Its SIM may be of the very network this route is to do without."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        outcome = await say(opened(double, "0" * 15), message(ANA), session)
        assert outcome.failure is Failure.PATH_DOWN
        assert "IMEI" in outcome.words
        assert verdict(await say(opened(double, IMEI), message(ANA), session)) == SENT


async def test_the_state_says_which_network_serves() -> None:
    """A SIM abroad rides on another network than its own."""
    async with ManagerDouble() as double:
        state = await opened(double).state()
    assert state.trouble is None
    assert (state.operator, state.home, state.roaming) == ("23430", "23415", True)
    assert state.signal == 67


async def test_an_answer_in_parts_is_read_when_it_is_whole() -> None:
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        replies = opened(double).replies(session)
        number = Variant("s", ANA)
        double.receive(PduType=DELIVER, Number=number, Text=Variant("s", "1"))
        assert (await anext(replies)).text == "1"
        half = {"State": Variant("u", 2), "Text": Variant("s", "")}
        path = double.receive(PduType=DELIVER, Number=number, **half)
        waiting = asyncio.create_task(anext(replies))
        double.change(path, State=Variant("u", 3), Text=Variant("s", "2 ab"))
        assert (await asyncio.wait_for(waiting, WITHIN_S)).text == "2 ab"
        await replies.aclose()


async def test_a_report_that_came_before_anybody_followed_is_found() -> None:
    """It may be faster than our own disk, or come while relayd starts anew."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        outcome = await say(opened(double), message(ANA), session)
        report = {"MessageReference": Variant("u", 1), "DeliveryState": Variant("u", 0)}
        double.receive(PduType=REPORT, Number=Variant("s", "07700900123"), **report)
        assert outcome.receipt is not None
        async with aclosing(opened(double).follow(outcome.receipt, session)) as fates:
            assert (await asyncio.wait_for(anext(fates), WITHIN_S)).status is (
                Dissemination.DELIVERED
            )
        assert double.texts == {}


async def test_following_outlives_the_death_of_modem_manager() -> None:
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        channel = opened(double)
        outcome = await say(channel, message(ANA), session)
        assert outcome.receipt is not None
        following = asyncio.create_task(anext(channel.follow(outcome.receipt, session)))
        listening = asyncio.create_task(anext(channel.replies(session)))
        double.receive(PduType=DELIVER, Number=Variant("s", ANA), Text=Variant("s", "1"))
        await asyncio.wait_for(listening, WITHIN_S)
        await double.vanish()
        await double.appear()
        report = {"MessageReference": Variant("u", 1), "DeliveryState": Variant("u", 0x61)}
        double.receive(PduType=REPORT, Number=Variant("s", ANA), **report)
        found = await asyncio.wait_for(following, WITHIN_S)
        assert found.failure is Failure.UNREACHABLE


async def test_listening_says_when_the_modem_is_gone() -> None:
    """Silence would look like a carer who does not answer."""
    async with ManagerDouble() as double, aiohttp.ClientSession() as session:
        stream = opened(double).replies(session)
        double.receive(PduType=DELIVER, Number=Variant("s", ANA), Text=Variant("s", "1"))
        await some(stream, 1)
        waiting = asyncio.create_task(anext(stream))
        await double.until(lambda: double.texts == {})
        double.unplug()
        with pytest.raises(ReplyError, match="gone"):
            await asyncio.wait_for(waiting, WITHIN_S)


@pytest.mark.parametrize(
    ("report", "failure"),
    [
        (0x41, Failure.REFUSED),
        (0x46, Failure.EXPIRED),
        (0x49, Failure.UNREACHABLE),
        (0x60, Failure.UNREACHABLE),
    ],
)
def test_what_the_network_reports_is_what_became_of_it(report: int, failure: Failure) -> None:
    found = fate(report)
    assert found is not None
    assert found.failure is failure
    assert found.words


@pytest.mark.parametrize("report", [0x20, 0x3F, 0x100])
def test_a_network_that_still_tries_leaves_the_end_open(report: int) -> None:
    assert fate(report) is None


@pytest.mark.parametrize("report", [0x01, 0x02])
def test_a_report_without_proof_proves_nothing(report: int) -> None:
    found = fate(report)
    assert found is not None
    assert found.status is Dissemination.SENT


@pytest.mark.parametrize("state", range(8, 12))
def test_a_modem_with_a_network_can_send(state: int) -> None:
    assert modem_trouble(state, 0, 3, 1) is None


def test_every_sentence_tells_a_person_something() -> None:
    assert all(words and words[0].islower() for _, words in SENTENCES.values())


async def test_without_its_package_the_kind_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is sound on machines that have no modem, too, and the others still call."""
    monkeypatch.setattr(modem_sms, "find_spec", lambda _: None)
    assert faults(Config()) == []
    assert "relayd[modem]" in (modem_sms.lacks() or "")
    channel = ModemSms("sim", Config())
    async with aiohttp.ClientSession() as session:
        outcome = await say(channel, message(ANA), session)
        assert outcome.failure is Failure.CREDENTIALS
        assert "relayd[modem]" in outcome.words
        assert str((await channel.state()).trouble) == outcome.words
        with pytest.raises(ReplyError, match="dbus-fast"):
            await anext(channel.replies(session))


@pytest.mark.parametrize("modem", ["", "any modem", "49015420323751", "49015420323751x"])
def test_what_is_no_imei_is_a_fault(modem: str) -> None:
    assert [key for key, _, _ in faults(Config(modem))] == ["modem"]


def test_a_number_in_the_national_form_is_the_same_number() -> None:
    assert mark("+447700900123") == mark("07700900123") != mark("+447700900124")
