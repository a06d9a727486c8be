"""Twilio has no key that makes a second try harmless: in doubt the channel looks first."""

from datetime import timedelta

import aiohttp
import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.speaking import HASTY, dead_port, message, say
from doubles.texting import ANA, NOON, opened, texter
from doubles.twilio import TwilioDouble

from relayd.channels.http import Limits
from relayd.domain.delivery import Dissemination, Failure


async def test_a_failure_of_twilios_own_leaves_doubt_too() -> None:
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviours.fail_after(500))
        outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
    assert (outcomes[0].failure, outcomes[1].status) == (Failure.BUSY, Dissemination.SENT)
    assert len(double.sent(ANA)) == 1


@pytest.mark.parametrize("preamble", ["", "Sent from your Twilio trial account - "])
async def test_after_doubt_a_text_that_got_through_is_not_sent_again(preamble: str) -> None:
    """Twilio has no key for it: the channel looks before it sends a second time."""
    double = TwilioDouble(preamble=preamble)
    async with opened(double) as (channel, session):
        double.will(behaviours.drop())
        first = await say(channel, message(ANA), session)
        second = await say(channel, message(ANA), session)
    assert first.failure is Failure.PATH_DOWN
    assert (second.status, second.receipt) == (Dissemination.SENT, double.sent(ANA)[0].sid)
    assert len(double.sent(ANA)) == 1


async def test_after_doubt_over_one_path_it_looks_over_the_next() -> None:
    double = TwilioDouble()
    async with opened(double, HASTY) as (channel, session):
        double.will(behaviours.hang())
        await say(channel, message(ANA), session)
        async with aiohttp.ClientSession() as dongle:
            again = await say(channel, message(ANA), dongle)
    assert again.status is Dissemination.SENT
    assert len(double.sent(ANA)) == 1


@pytest.mark.parametrize(
    "behaviour",
    [behaviours.drop(accepted=False), behaviours.refuse(500), behaviours.answer("{}")],
    ids=lambda behaviour: behaviour.name,
)
async def test_after_doubt_a_text_that_was_lost_is_sent_again(behaviour: Behaviour) -> None:
    """Rather twice than never."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviour)
        outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
    assert outcomes[1].status is Dissemination.SENT
    assert len(double.sent(ANA)) == 1


async def test_the_same_words_of_another_attempt_do_not_stand_in_for_this_one() -> None:
    """Two attempts may say the same; each must reach the carer."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        await say(channel, message(ANA, "mia-1/1"), session)
        double.will(behaviours.drop(accepted=False))
        await say(channel, message(ANA, "mia-1/2"), session)
        again = await say(channel, message(ANA, "mia-1/2"), session)
    assert again.receipt == double.sent(ANA)[1].sid
    assert len(double.sent(ANA)) == 2


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
async def test_a_text_that_twilio_gave_up_does_not_count_as_sent(status: str) -> None:
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviours.drop())
        await say(channel, message(ANA), session)
        double.sent(ANA)[0].status = status
        await say(channel, message(ANA), session)
    assert len(double.sent(ANA)) == 2


async def test_the_same_words_of_earlier_today_do_not_count_as_sent() -> None:
    """After a restart the channel knows no receipts; the time still tells them apart."""
    now = [NOON]
    double = TwilioDouble(now=lambda: now[0])
    async with opened(double) as (channel, session):
        await say(channel, message(ANA), session)
        now[0] += timedelta(minutes=10)
        restarted = texter(double)
        double.will(behaviours.drop(accepted=False))
        await say(restarted, message(ANA), session)
        await say(restarted, message(ANA), session)
    assert len(double.sent(ANA)) == 2


@pytest.mark.parametrize(
    "behaviour",
    [behaviours.refuse(503), behaviours.portal(), behaviours.drop(), behaviours.answer("[]")],
    ids=lambda behaviour: behaviour.name,
)
async def test_when_the_look_fails_it_sends_all_the_same(behaviour: Behaviour) -> None:
    """Rather twice than never."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviours.drop())
        double.always(behaviour, on="list")
        outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
    assert outcomes[1].status is Dissemination.SENT
    assert len(double.sent(ANA)) == 2


async def test_a_look_that_hangs_leaves_time_to_send() -> None:
    double = TwilioDouble()
    limits = Limits(timedelta(seconds=4), timedelta(seconds=4))
    async with opened(double, limits) as (channel, session):
        double.will(behaviours.drop(accepted=False))
        double.will(behaviours.hang(), on="list")
        outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
    assert outcomes[1].status is Dissemination.SENT


async def test_what_never_left_needs_no_look() -> None:
    """A dead path is certain: looking would cost time in an emergency."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        dead = texter(double, url=f"http://127.0.0.1:{dead_port()}")
        await say(dead, message(ANA), session)
        double.will(behaviours.refuse(429))
        for _ in range(2):
            await say(channel, message(ANA), session)
    assert not dead._unsure
    assert [seen.method for seen in double.seen] == ["POST", "POST"]
