"""What becomes of a call: who picked up, and how it is stopped."""

import asyncio

import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.calling import ANA, fate, opened
from doubles.speaking import TEXT, TOKEN, message, say
from doubles.voice import VoiceDouble

from relayd.channels.twilio_voice import Config, traits
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

LINK = f"http://relayd.example/a/{TOKEN}"
Fate = tuple[Dissemination, Failure | None]
RINGS: Fate = (Dissemination.SENT, None)
HEARD: Fate = (Dissemination.DELIVERED, None)


def lost(failure: Failure) -> Fate:
    return (Dissemination.UNDELIVERABLE, failure)


class TestWhoPickedUp:
    """Delivered means that a person answered, and nothing less."""

    @pytest.mark.parametrize(
        ("steps", "becomes"),
        [
            (["queued", "ringing", "in-progress", "completed:human"], [RINGS, HEARD]),
            (["queued", "initiated", "ringing", "in-progress:human"], [RINGS, HEARD]),
            (["in-progress:human"], [HEARD]),
            (["ringing", "completed", "completed", "completed:human"], [RINGS, HEARD]),
            (["ringing", "in-progress:machine_start"], [RINGS, lost(Failure.UNREACHABLE)]),
            (["completed:machine_start"], [lost(Failure.UNREACHABLE)]),
            (["completed:machine_end_beep"], [lost(Failure.UNREACHABLE)]),
            (["completed:fax"], [lost(Failure.UNREACHABLE)]),
            (["in-progress:unknown", "completed"], [RINGS, lost(Failure.UNREACHABLE)]),
            (["completed:unknown"], [lost(Failure.UNREACHABLE)]),
            (["completed"], [RINGS, lost(Failure.UNREACHABLE)]),
            (["queued", "initiated", "busy"], [lost(Failure.BUSY)]),
            (["ringing", "busy"], [RINGS, lost(Failure.BUSY)]),
            (["queued", "ringing", "no-answer"], [RINGS, lost(Failure.UNREACHABLE)]),
            (["canceled"], [lost(Failure.EXPIRED)]),
            (["failed"], [lost(Failure.UNREACHABLE)]),
            (["failed:13224"], [lost(Failure.REFUSED)]),
            (["failed:20429"], [lost(Failure.BUSY)]),
            (["failed:99999"], [lost(Failure.UNREACHABLE)]),
        ],
    )
    async def test_a_call_is_followed_to_its_end(
        self, steps: list[str], becomes: list[Fate]
    ) -> None:
        """Each new state once, then the stream ends. Voicemail is no person."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.call_fate(*steps)
            call = await say(channel, message(ANA), session)
            outcomes = await fate(channel, call.receipt, session)
        assert [(one.status, one.failure) for one in outcomes] == becomes
        assert all((one.words != "") == (one.failure is not None) for one in outcomes)
        assert all(ANA not in repr(one) for one in outcomes)

    async def test_a_fault_is_looked_up_and_said_with_its_number(self) -> None:
        """The call itself does not say why it failed."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.call_fate("failed:13224")
            call = await say(channel, message(ANA), session)
            (outcome,) = await fate(channel, call.receipt, session)
            assert outcome.words.startswith("Twilio 13224: ")
            double.call_fate("failed:13224")
            double.always(behaviours.portal(), on="noted")
            call = await say(channel, message(ANA, "mia-1/3"), session)
            (outcome,) = await fate(channel, call.receipt, session)
        assert outcome.failure is Failure.UNREACHABLE

    async def test_a_refusal_says_its_number_and_no_secret(self) -> None:
        """What Twilio repeats of the request must not come onto a page or into a log."""
        double = VoiceDouble()
        secrets = (ANA, double.account_sid, double.auth_token, TOKEN, TEXT, LINK)
        async with opened(double) as (channel, session):
            for secret in secrets:
                double.will(behaviours.refuse(400, 21216, f"no to {secret} yet"))
                outcome = await say(channel, message(ANA)._replace(answer_url=LINK), session)
                assert outcome.failure is Failure.REFUSED
                assert outcome.words.startswith("Twilio 21216: no to ")
                assert secret not in outcome.words

    async def test_failed_look_ups_are_no_outcome(self) -> None:
        """The phone may be ringing already: only Twilio's word counts."""
        trouble = (
            *(behaviours.refuse(503), behaviours.drop(), behaviours.portal(), behaviours.busy()),
            *(behaviours.answer("{}"), behaviours.answer('{"sid": "CA1", "answered_by": 1}')),
            *(behaviours.answer('{"sid": "CA1", "end_time": 1}'), behaviours.refuse(404, 20404)),
        )
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            call = await say(channel, message(ANA), session)
            double.will(*trouble, on="fetch")
            outcomes = await fate(channel, call.receipt, session)
        assert [one.status for one in outcomes] == [Dissemination.DELIVERED]

    async def test_a_call_that_never_rings_stays_unproven(self) -> None:
        """Queued is not ringing: the ladder goes on."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.will(behaviours.lose())
            call = await say(channel, message(ANA), session)
            following = asyncio.create_task(fate(channel, call.receipt, session))
            await double.until(lambda: len(double.seen) > 6)
            assert not following.done()
            following.cancel()

    def test_it_proves_and_wakes_and_never_carries_quiet_lines(self) -> None:
        """A call at night for "it is over" would teach people not to pick up."""
        told = traits(Config("AC1", Secret("t"), "+447700900000"))
        assert (told.proves, told.wakes, told.quiet, told.answers) == (True, True, False, False)


class TestWithdraw:
    """Somebody has answered: what still rings stops, and nobody is cut off."""

    async def test_a_ringing_phone_stops(self) -> None:
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.call_fate("ringing")
            call = await say(channel, message(ANA), session)
            following = asyncio.create_task(fate(channel, call.receipt, session))
            await double.until(lambda: double.calls[call.receipt or ""].status == "ringing")
            await channel.withdraw(call.receipt or "", session)
            assert (await following)[-1].failure is Failure.EXPIRED

    async def test_a_carer_who_is_listening_goes_on_listening(self) -> None:
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            call = await say(channel, message(ANA), session)
            double.calls[call.receipt or ""].status = "in-progress"
            await channel.withdraw(call.receipt or "", session)
        assert double.calls[call.receipt or ""].status == "in-progress"

    @pytest.mark.parametrize(
        "behaviour",
        [behaviours.drop(), behaviours.refuse(503), behaviours.portal(), behaviours.answer("[")],
        ids=lambda behaviour: behaviour.name,
    )
    async def test_trouble_with_it_is_no_trouble(self, behaviour: Behaviour) -> None:
        """A phone that rings on must not stop relayd; nor must a call that is long over."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            double.call_fate("busy")
            call = await say(channel, message(ANA), session)
            await fate(channel, call.receipt, session)
            await channel.withdraw(call.receipt or "", session)
            double.will(behaviour, on="change")
            await channel.withdraw(call.receipt or "", session)
        assert double.calls[call.receipt or ""].status == "busy"
