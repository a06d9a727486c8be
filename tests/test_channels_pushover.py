"""Pushover's emergencies: they ring until somebody taps, and their receipts say so."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest
from doubles import behaviours
from doubles.adapters import PUSHOVER_USER as ANA
from doubles.base import Behaviour
from doubles.pushover import PushoverDouble
from doubles.speaking import TEXT, message, say
from doubles.tapping import QUICK_S, fate, opened, service

from relayd.channels import Message
from relayd.channels.pushover import Pace
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure

DELIVERED = (Dissemination.DELIVERED, None)
ACCEPTED = (Dissemination.ACCEPTED, None)
EXPIRED = (Dissemination.UNDELIVERABLE, Failure.EXPIRED)


async def asked_again(double: PushoverDouble) -> None:
    """Wait until the receipt as it stands now has been asked for."""
    seen = len(double.seen)
    await double.until(lambda: len(double.seen) > seen + 1)


@pytest.mark.parametrize(
    ("priority", "asks", "sent_as", "receipt"),
    [
        (Priority.HIGH, True, "2", True),
        (Priority.MEDIUM, True, "1", False),
        (Priority.LOW, True, "-1", False),
        (Priority.LOW, False, "-1", False),
        (Priority.HIGH, False, "-1", False),
    ],
)
async def test_only_an_urgent_alert_rings_until_somebody_taps(
    priority: Priority,
    asks: bool,  # noqa: FBT001
    sent_as: str,
    receipt: bool,  # noqa: FBT001
) -> None:
    """A quiet line must wake nobody, and only an emergency can prove that it arrived."""
    double = service()
    async with opened(double, sound="siren") as (channel, session):
        outcome = await say(channel, message(ANA)._replace(priority=priority, asks=asks), session)
    (push,) = double.pushes
    assert (push.form["priority"], outcome.receipt is not None) == (sent_as, receipt)
    assert ("retry" in push.form, "expire" in push.form) == (receipt, receipt)
    assert ("sound" in push.form) == (sent_as != "-1")


async def test_it_carries_the_text_the_title_and_the_link() -> None:
    double = service()
    async with opened(double) as (channel, session):
        await say(channel, message(ANA), session)
    form = double.pushes[0].form
    assert (form["message"], form["title"]) == (TEXT, "Mia: urgent low")
    assert form["url"] == "http://relayd.local:8480/a/x"
    assert (form["retry"], form["expire"]) == ("30", "3600")


@pytest.mark.parametrize(
    "change",
    [{"text": "é" * 5000}, {"title": "x" * 400}, {"answer_url": "http://h/" + "x" * 600}],
    ids=lambda change: next(iter(change)),
)
async def test_whatever_is_too_long_is_cut_and_goes_out(change: dict[str, str]) -> None:
    """The double refuses what Pushover would refuse."""
    double = service()
    async with opened(double) as (channel, session):
        said: Message = message(ANA)._replace(**change)  # type: ignore[arg-type]
        outcome = await say(channel, said, session)
    assert outcome.status is Dissemination.SENT


class TestReceipts:
    """Delivered is what the receipt says, accepted is a tap, and each is told once."""

    @pytest.mark.parametrize(
        ("steps", "becomes"),
        [
            (["deliver", "acknowledge"], [DELIVERED, ACCEPTED]),
            (["acknowledge"], [ACCEPTED]),
            (["deliver", "expire"], [DELIVERED]),
            (["expire"], [EXPIRED]),
            (["deliver", "deliver", "acknowledge"], [DELIVERED, ACCEPTED]),
        ],
    )
    async def test_a_receipt_is_followed_to_its_end(
        self, steps: list[str], becomes: list[tuple[Dissemination, Failure | None]]
    ) -> None:
        """Nothing is said until the phone has it, and nobody asks for ever."""
        double = service()
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            following = asyncio.create_task(fate(channel, sent.receipt, session))
            for step in steps:
                await asked_again(double)
                getattr(double, step)(sent.receipt)
            outcomes = await following
        assert [(one.status, one.failure) for one in outcomes] == becomes
        assert ANA not in repr(outcomes)

    async def test_a_push_that_is_lost_stays_unproven(self) -> None:
        """Sent is not delivered: the ladder goes on."""
        double = service()
        async with opened(double) as (channel, session):
            double.will(behaviours.lose())
            sent = await say(channel, message(ANA), session)
            double.deliver(sent.receipt)
            following = asyncio.create_task(fate(channel, sent.receipt, session))
            await double.until(lambda: len(double.seen) > 6)
            assert not following.done()
            following.cancel()

    async def test_failed_look_ups_are_no_outcome(self) -> None:
        """Only Pushover's own word counts; it is asked again, with more patience."""
        trouble = (
            *(behaviours.refuse(503), behaviours.drop(), behaviours.portal(), behaviours.busy()),
            *(behaviours.answer("{"), behaviours.answer('{"acknowledged": 1}')),
            *(behaviours.answer('{"status": 1, "acknowledged": "1"}'), behaviours.refuse(404)),
        )
        double = service()
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            double.deliver(sent.receipt)
            double.will(*trouble, on="fetch")
            async with aclosing(channel.follow(sent.receipt or "", session)) as outcomes:
                first = await anext(outcomes)
        assert first.status is Dissemination.DELIVERED

    async def test_asking_too_often_is_refused_and_then_mended_by_patience(self) -> None:
        """Pushover blocks who asks for a receipt more than once in 5 s."""
        double = service()
        double.asked_every_s = QUICK_S * 3
        double.tolerate(429)
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            double.acknowledge(sent.receipt)
            double.push(sent.receipt).asked_at_s = float("inf")
            outcomes = await fate(channel, sent.receipt, session)
        assert [one.status for one in outcomes] == [Dissemination.ACCEPTED]
        assert [seen.method for seen in double.seen[:3]] == ["POST", "GET", "GET"]

    def test_the_pace_is_what_pushover_allows(self) -> None:
        assert Pace().every >= timedelta(seconds=5)


class TestWithdraw:
    """Somebody has answered: the other phones stop ringing."""

    async def test_it_stops_the_ringing(self) -> None:
        double = service()
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            assert double.push(sent.receipt).ringing
            await channel.withdraw(sent.receipt or "", session)
        assert not double.push(sent.receipt).ringing

    @pytest.mark.parametrize(
        "behaviour",
        [behaviours.drop(), behaviours.refuse(503), behaviours.portal(), behaviours.refuse(404)],
        ids=lambda behaviour: behaviour.name,
    )
    async def test_trouble_with_it_is_no_trouble(self, behaviour: Behaviour) -> None:
        """It stops by itself when it expires; relayd goes on."""
        double = service()
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            double.will(behaviour, on="cancel")
            await channel.withdraw(sent.receipt or "", session)
            await channel.withdraw(sent.receipt or "", session)
        assert not double.push(sent.receipt).ringing
