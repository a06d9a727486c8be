"""What Pushover refuses, and what can be wrong with its keys before it is needed."""

from datetime import timedelta

import pytest
from doubles import behaviours
from doubles.adapters import PUSHOVER_TOKEN as TOKEN
from doubles.adapters import PUSHOVER_USER as ANA
from doubles.speaking import PATIENT, message, say
from doubles.tapping import QUICK, opened, service

from relayd.channels.pushover import Config, Pushover, check_to, faults
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

FIVE, HOUR = timedelta(seconds=5), timedelta(hours=1)


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
