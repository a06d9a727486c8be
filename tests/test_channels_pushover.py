"""What is peculiar to Pushover: emergencies that ring until somebody taps, and their receipts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from doubles import behaviours
from doubles.adapters import PUSHOVER_TOKEN as TOKEN
from doubles.adapters import PUSHOVER_USER as ANA
from doubles.base import Behaviour
from doubles.pushover import PushoverDouble
from doubles.speaking import DEADLINE_S, PATIENT, TEXT, message, say

from relayd.channels import Message, Outcome
from relayd.channels.pushover import Config, Pace, Pushover, check_to, faults
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

QUICK_S = 0.01
QUICK = Pace(timedelta(seconds=QUICK_S), timedelta(seconds=QUICK_S * 4))
FIVE, HOUR = timedelta(seconds=5), timedelta(hours=1)
DELIVERED = (Dissemination.DELIVERED, None)
ACCEPTED = (Dissemination.ACCEPTED, None)
EXPIRED = (Dissemination.UNDELIVERABLE, Failure.EXPIRED)


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
    asks: bool,
    sent_as: str,
    receipt: bool,  # noqa: FBT001
) -> None:
    """A quiet line must wake nobody, and only an emergency can prove that it arrived."""
    double = service()
    async with opened(double, sound="siren") as (channel, session):
        outcome = await say(channel, replace(message(ANA), priority=priority, asks=asks), session)
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
        said: Message = replace(message(ANA), **change)  # type: ignore[arg-type]
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
            (["deliver", "deliver", "acknowledge", "acknowledge"], [DELIVERED, ACCEPTED]),
        ],
        ids=" ".join,
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
                seen = len(double.seen)
                await double.until(lambda seen=seen: len(double.seen) > seen + 1)
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
        assert any("refused" not in seen.path for seen in double.seen)

    def test_the_pace_is_what_pushover_allows(self) -> None:
        assert Pace().every >= FIVE


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


class TestRefusals:
    """Pushover says 400 to everything; what must be done about it differs."""

    async def test_an_unknown_carer_is_refused_and_not_the_whole_channel(self) -> None:
        double = service()
        double.tolerate(400)
        async with opened(double) as (channel, session):
            outcome = await say(channel, message("x" * 30), session)
        assert outcome.failure is Failure.REFUSED
        assert "user identifier is not a valid user" in outcome.words

    async def test_an_unknown_application_is_the_whole_channel(self) -> None:
        double = service()
        double.tolerate(400)
        async with opened(double) as (_, session):
            channel = Pushover("p", Config(Secret("b" * 30), double.url), PATIENT, QUICK)
            outcome = await say(channel, message(ANA), session)
        assert outcome.failure is Failure.CREDENTIALS
        assert "application token is invalid" in outcome.words

    async def test_an_empty_account_is_said_in_words(self) -> None:
        """Nobody can guess from "429" that the month's messages are used up."""
        double = service(left=0)
        async with opened(double) as (channel, session):
            outcome = await say(channel, message(ANA), session)
        assert outcome.failure is Failure.BUSY
        assert "this month's messages are used up" in outcome.words

    async def test_an_account_that_runs_empty_is_said_before_it_is(self) -> None:
        double = service(left=501)
        async with opened(double) as (channel, session):
            words = [(await say(channel, message(ANA), session)).words for _ in range(2)]
        assert words == [
            f"only {left} of this month's 10000 messages are left" for left in (500, 499)
        ]

    async def test_a_receipt_that_is_none_is_not_asked_for(self) -> None:
        """It would become a part of an address."""
        double = service()
        async with opened(double) as (channel, session):
            double.will(behaviours.answer('{"status": 1, "receipt": "../x?"}'))
            outcome = await say(channel, message(ANA), session)
        assert (outcome.status, outcome.receipt) == (Dissemination.SENT, None)

    async def test_in_doubt_it_is_sent_again(self) -> None:
        """There is no key that would make it once: rather twice than never."""
        double = service()
        async with opened(double) as (channel, session):
            double.will(behaviours.drop())
            outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
        assert [one.status for one in outcomes][1] is Dissemination.SENT
        assert len(double.pushes) == 2


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        (Config(Secret(TOKEN)), []),
        (Config(Secret("short")), ["token"]),
        (Config(Secret(TOKEN), "nowhere"), ["api"]),
        (Config(Secret(TOKEN), retry=timedelta(seconds=29)), ["retry"]),
        (Config(Secret(TOKEN), expire=3 * HOUR), []),
        (Config(Secret(TOKEN), expire=3 * HOUR + FIVE), ["expire"]),
        (Config(Secret(TOKEN), retry=2 * HOUR), ["expire"]),
    ],
)
def test_faults_name_the_key(config: Config, keys: list[str]) -> None:
    assert [key for key, _, _ in faults(config)] == keys
    assert TOKEN not in repr(config)


@pytest.mark.parametrize(
    "to", ["", "ana@example.com", "u" * 29, "u" * 31, "ü" * 30, "u" * 29 + "\n"]
)
def test_a_carers_key_has_thirty_letters_and_digits(to: str) -> None:
    assert "30 letters and digits" in (check_to(to) or "")
