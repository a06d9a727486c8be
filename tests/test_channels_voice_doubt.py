"""Calls have no key that makes a second try harmless: in doubt the channel looks first."""

from datetime import timedelta

import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.calling import ANA, caller, opened
from doubles.speaking import HASTY, dead_port, message, say
from doubles.texting import NOON
from doubles.voice import VoiceDouble

from relayd.domain.delivery import Dissemination


class TestAgain:
    """Twilio has no key that makes a second try harmless, and its calls do not say their words."""

    @pytest.mark.parametrize("first", [behaviours.drop(), behaviours.fail_after(500)])
    async def test_a_call_that_was_made_is_not_made_twice(self, first: Behaviour) -> None:
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.will(first)
            await say(channel, message(ANA), session)
            again = await say(channel, message(ANA), session)
        assert [call.sid for call in double.made(ANA)] == [again.receipt]

    @pytest.mark.parametrize("behaviour", [behaviours.drop(accepted=False), behaviours.refuse(500)])
    async def test_a_call_that_was_lost_is_made_again(self, behaviour: Behaviour) -> None:
        """Rather twice than never; and an earlier call does not stand in for this one."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            await say(channel, message(ANA, "mia-1/1"), session)
            double.will(behaviour)
            await say(channel, message(ANA), session)
            again = await say(channel, message(ANA), session)
        assert [call.sid for call in double.made(ANA)][1:] == [again.receipt]

    async def test_of_two_in_doubt_neither_is_taken_for_the_other(self) -> None:
        """One was made and one was not: calling for both again is the only safe guess."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.will(behaviours.drop(), behaviours.drop(accepted=False))
            both = (message(ANA, "mia-1/2"), message(ANA, "leo-1/1")._replace(text="Leo FALL"))
            for said in (*both, *both[::-1]):
                outcome = await say(channel, said, session)
                assert outcome.status in (Dissemination.SENT, Dissemination.UNDELIVERABLE)
        heard = [" ".join(call.spoken) for call in double.made(ANA)]
        assert any("Leo fall" in words for words in heard)
        assert any("Mia" in words for words in heard)

    async def test_a_call_of_earlier_today_does_not_count(self) -> None:
        """After a restart the channel knows no receipts; the time still tells them apart."""
        now = [NOON]
        double = VoiceDouble(now=lambda: now[0])
        async with opened(double) as (channel, session):
            await say(channel, message(ANA), session)
            now[0] += timedelta(minutes=10)
            restarted = caller(double)
            double.will(behaviours.drop(accepted=False))
            for _ in range(2):
                await say(restarted, message(ANA), session)
        assert len(double.made(ANA)) == 2

    @pytest.mark.parametrize("status", ["failed", "busy", "no-answer", "canceled"])
    async def test_a_call_that_came_to_nothing_does_not_count(self, status: str) -> None:
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.will(behaviours.drop())
            await say(channel, message(ANA), session)
            double.made(ANA)[0].status = status
            await say(channel, message(ANA), session)
        assert len(double.made(ANA)) == 2

    @pytest.mark.parametrize(
        "behaviour",
        [
            *(behaviours.refuse(503), behaviours.portal(), behaviours.drop()),
            *(behaviours.answer('{"calls": [7]}'), behaviours.answer('{"calls": [], "more": []}')),
        ],
        ids=lambda behaviour: behaviour.name,
    )
    async def test_when_the_look_fails_it_calls_all_the_same(self, behaviour: Behaviour) -> None:
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.will(behaviours.drop())
            double.always(behaviour, on="list")
            outcomes = [await say(channel, message(ANA), session) for _ in range(2)]
        assert outcomes[1].status is Dissemination.SENT
        assert len(double.made(ANA)) == 2

    async def test_what_never_left_needs_no_look(self) -> None:
        """Looking would cost time in an emergency."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            dead = caller(double, HASTY, url=f"http://127.0.0.1:{dead_port()}")
            await say(dead, message(ANA), session)
            double.will(behaviours.refuse(429))
            for _ in range(2):
                await say(channel, message(ANA), session)
        assert not dead._unsure
        assert [seen.method for seen in double.seen] == ["POST", "POST"]
