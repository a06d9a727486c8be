"""What Twilio says later of a text: its delivery report, and what carers answer."""

import asyncio
from contextlib import aclosing
from datetime import datetime, timedelta

import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.speaking import DEADLINE_S, TEXT, message, say, some
from doubles.texting import ANA, NOON, fate, opened
from doubles.twilio import TwilioDouble

from relayd.channels import Reply, ReplyError
from relayd.domain.delivery import Dissemination, Failure


@pytest.mark.parametrize(
    ("steps", "status", "failure"),
    [
        (["accepted", "queued", "sending", "sent", "delivered"], Dissemination.DELIVERED, None),
        (["sent", "sent", "queued", "sent", "delivered"], Dissemination.DELIVERED, None),
        (["read"], Dissemination.DELIVERED, None),
        (["canceled"], Dissemination.UNDELIVERABLE, Failure.EXPIRED),
        (["sent", "undelivered:30003"], Dissemination.UNDELIVERABLE, Failure.UNREACHABLE),
        (["undelivered:30005"], Dissemination.UNDELIVERABLE, Failure.REFUSED),
        (["undelivered:30007"], Dissemination.UNDELIVERABLE, Failure.REFUSED),
        (["failed:30001"], Dissemination.UNDELIVERABLE, Failure.BUSY),
        (["failed:30002"], Dissemination.UNDELIVERABLE, Failure.CREDENTIALS),
        (["failed:30036"], Dissemination.UNDELIVERABLE, Failure.EXPIRED),
        (["failed:99999"], Dissemination.UNDELIVERABLE, Failure.UNREACHABLE),
        (["failed"], Dissemination.UNDELIVERABLE, Failure.UNREACHABLE),
    ],
)
async def test_a_delivery_report_is_followed_to_its_end(
    steps: list[str], status: Dissemination, failure: Failure | None
) -> None:
    """Each change once, then the stream ends: nobody asks for ever."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.fate(*steps)
        sent = await say(channel, message(ANA), session)
        outcomes = await fate(channel, sent.receipt or "", session)
    assert [(one.status, one.failure) for one in outcomes] == [(status, failure)]
    assert all(ANA not in repr(one) and TEXT not in repr(one) for one in outcomes)


async def test_failed_look_ups_are_no_outcome() -> None:
    """The text may be on the phone already: only Twilio's word counts."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        sent = await say(channel, message(ANA), session)
        trouble = (
            behaviours.refuse(503),
            behaviours.drop(),
            behaviours.portal(),
            behaviours.answer("{}"),
            behaviours.busy(),
        )
        double.will(*trouble, behaviours.refuse(404, 20404), on="fetch")
        outcomes = await fate(channel, sent.receipt or "", session)
    assert [one.status for one in outcomes] == [Dissemination.DELIVERED]


async def test_a_text_that_is_lost_on_the_way_stays_unproven() -> None:
    """Sent is not delivered: the ladder goes on."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviours.lose())
        sent = await say(channel, message(ANA), session)
        following = asyncio.create_task(fate(channel, sent.receipt or "", session))
        await double.until(lambda: len(double.seen) > 6)
        assert not following.done()
        following.cancel()


async def test_answers_come_with_their_number_oldest_first() -> None:
    """Over several pages, each once, and the new ones as they come."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        for number in range(120):
            double.reply(ANA, f"1 {number}")
        heard: list[Reply] = []
        async with aclosing(channel.replies(session)) as replies, asyncio.timeout(DEADLINE_S):
            async for reply in replies:
                heard.append(reply)
                if len(heard) == 120:
                    double.reply("+447700900456", "2")
                if len(heard) == 121:
                    break
    assert len({reply.id for reply in heard}) == 121
    assert {reply.text for reply in heard[:120]} == {f"1 {number}" for number in range(120)}
    assert (heard[-1].sender, heard[-1].text) == ("+447700900456", "2")
    newest_page = [reply.text for reply in heard[:50]]
    assert newest_page == [f"1 {number}" for number in range(70, 120)]


@pytest.mark.parametrize(
    ("at", "heard"),
    [
        (NOON, True),
        (NOON.replace(hour=0, minute=0), True),
        (NOON - timedelta(days=1, hours=11), True),
        (NOON - timedelta(days=1, hours=12, seconds=1), False),
        (NOON - timedelta(days=365), False),
    ],
)
async def test_answers_of_today_and_yesterday_are_read(at: datetime, heard: bool) -> None:  # noqa: FBT001
    """By Twilio's clock: a Pi without a clock of its own may think it is 1970."""
    double = TwilioDouble(now=lambda: NOON)
    async with opened(double) as (channel, session):
        double.reply(ANA, "old", at)
        double.reply(ANA, "new")
        found: list[str] = []
        async with aclosing(channel.replies(session)) as replies, asyncio.timeout(DEADLINE_S):
            async for reply in replies:
                found.append(reply.text)
                if reply.text == "new":
                    double.reply(ANA, "later")
                if reply.text == "later":
                    break
    assert found == (["old"] if heard else []) + ["new", "later"]


async def test_our_own_texts_are_no_answers() -> None:
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        await say(channel, message(ANA), session)
        double.reply(ANA, "1")
        assert [reply.text for reply in await some(channel.replies(session), 1)] == ["1"]


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.refuse(401, 20003),
        behaviours.busy(),
        behaviours.refuse(503),
        behaviours.portal(),
        behaviours.redirect(),
        behaviours.drop(),
        behaviours.answer("{"),
        behaviours.answer('{"messages": null}'),
        behaviours.answer('{"messages": [{"sid": 7}]}'),
        behaviours.answer('{"messages": [], "others": []}'),
        behaviours.answer('{"sid": "x"}'),
    ],
    ids=lambda behaviour: behaviour.name,
)
async def test_a_list_that_cannot_be_read_says_so(behaviour: Behaviour) -> None:
    """The caller goes to the next path."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.always(behaviour, on="list")
        with pytest.raises(ReplyError):
            await some(channel.replies(session), 1)
