"""What is peculiar to calls: who picked up, what they hear, and the key they press."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from doubles import behaviours
from doubles.base import Behaviour
from doubles.speaking import DEADLINE_S, HASTY, PATIENT, TEXT, TOKEN, dead_port, message, say
from doubles.voice import VoiceDouble, markup_fault

from relayd.channels import Message, Outcome
from relayd.channels.http import Limits
from relayd.channels.twilio_voice import Config, Pace, TwilioVoice, traits
from relayd.channels.twiml import KEYS, pronounced, twiml
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

ANA = "+447700900123"
MS = timedelta(milliseconds=1)
QUICK = Pace(5 * MS, 5 * MS, 60 * MS)
LINK = f"http://relayd.example/a/{TOKEN}"
Fate = tuple[Dissemination, Failure | None]
RINGS: Fate = (Dissemination.SENT, None)
HEARD: Fate = (Dissemination.DELIVERED, None)


def caller(double: VoiceDouble, limits: Limits = PATIENT, url: str = "") -> TwilioVoice:
    config = Config(double.account_sid, Secret(double.auth_token), double.number, url or double.url)
    return TwilioVoice("call", config, limits, QUICK)


@asynccontextmanager
async def opened(
    double: VoiceDouble, limits: Limits = PATIENT
) -> AsyncIterator[tuple[TwilioVoice, aiohttp.ClientSession]]:
    async with double, aiohttp.ClientSession() as session:
        yield caller(double, limits), session


async def fate(
    channel: TwilioVoice, receipt: str | None, session: aiohttp.ClientSession
) -> list[Outcome]:
    async with asyncio.timeout(DEADLINE_S):
        return [outcome async for outcome in channel.follow(receipt or "", session)]


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
        assert outcomes[-1].status is Dissemination.DELIVERED
        assert len(outcomes) == 2

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
            call = await say(channel, message(ANA), session)
            await fate(channel, call.receipt, session)
            await channel.withdraw(call.receipt or "", session)
            double.will(behaviour, on="change")
            await channel.withdraw(call.receipt or "", session)
        assert double.calls[call.receipt or ""].status == "completed"


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
            both = (message(ANA, "mia-1/2"), replace(message(ANA, "leo-1/1"), text="Leo FALL"))
            for said in (*both, *both[::-1]):
                outcome = await say(channel, said, session)
                assert outcome.status in (Dissemination.SENT, Dissemination.UNDELIVERABLE)
        heard = [" ".join(call.spoken) for call in double.made(ANA)]
        assert any("Leo fall" in words for words in heard)
        assert any("Mia" in words for words in heard)

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


class TestKeys:
    """A key press comes to relayd's own web, by the signed link."""

    async def test_a_key_is_posted_to_the_link_as_often_as_it_is_pressed(self) -> None:
        """What arrives there: a plain form with ``Digits``, marked as coming from a call."""
        heard: list[tuple[str, str, str]] = []

        async def answer(request: web.Request) -> web.Response:
            form = await request.post()
            heard.append((request.match_info["token"], request.query["by"], str(form["Digits"])))
            return web.Response(text="<Response/>", content_type="text/xml")

        app = web.Application()
        app.router.add_post("/a/{token}", answer)
        double = VoiceDouble()
        async with TestServer(app) as server, opened(double) as (channel, session):
            said = replace(message(ANA), answer_url=str(server.make_url(f"/a/{TOKEN}")))
            call = await say(channel, said, session)
            for key in ("1", "1", "2"):
                assert await double.press(call.receipt or "", key) == (200, "<Response/>")
        assert heard == [(TOKEN, "voice", key) for key in ("1", "1", "2")]

    @pytest.mark.parametrize(
        ("change", "key", "words"),
        [
            ({"answer_url": LINK}, True, KEYS),
            ({"answer_url": None, "code": "mia1"}, False, "1, and then m i a 1 as one word"),
            ({"answer_url": None}, False, "cannot take an answer"),
            ({"answer_url": LINK, "asks": False}, False, "Mia 2.9 millimol per litre"),
        ],
    )
    async def test_it_says_how_to_answer(
        self,
        change: dict[str, object],
        key: bool,
        words: str,  # noqa: FBT001
    ) -> None:
        """Without a public address a key press could be posted nowhere."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            said: Message = replace(message(ANA), **change)  # type: ignore[arg-type]
            call = await say(channel, said, session)
        made = double.calls[call.receipt or ""]
        assert (made.action is not None) == key
        assert sum(words in spoken for spoken in made.spoken) == 2

    async def test_it_rings_shortly_and_asks_who_answers(self) -> None:
        """Most voicemails take a call after 25 to 30 s."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            await say(channel, message(ANA), session)
        form = double.made(ANA)[0].form
        assert (form["Timeout"], form["MachineDetection"]) == ("25", "Enable")


class TestMarkup:
    """What a family writes into names and help texts is spoken, and never obeyed."""

    @pytest.mark.parametrize(
        "name",
        [
            "</Say><Dial>+447700900999</Dial><Say>",
            '"/><Hangup/><Say x="',
            "]]><!--",
            "&amp;&#60;",
            "Mía 🚨\x00\x1b\x0b\ud800\ufffe",
            "<" * 5000,
            "'\"&" * 3000,
            "",
        ],
        ids=range(8),
    )
    def test_no_name_breaks_out(self, name: str) -> None:
        for url in (f"{LINK}?x=\"><Dial>&y='", None):
            markup = twiml(f"{name} {TEXT}", url, name[:40], asks=True)
            assert markup_fault(markup) is None

    def test_a_name_is_said_as_it_is_written(self) -> None:
        double_talk = twiml("</Say><Dial>", LINK, "", asks=True)
        assert "&lt;/Say&gt;&lt;Dial&gt;" in double_talk

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("2.9 mmol/L", "2.9 millimol per litre"),
            ("52 mg/dL", "52 milligrams per decilitre"),
            ("Mia URGENT LOW 2.9 mmol/L", "Mia urgent low 2.9 millimol per litre"),
            ("since 03:10, 25 min.", "since 03:10, 25 minutes."),
            ("School 01632 960111.", "School 0 1 6 3 2, 9 6 0 1 1 1."),
            ("+447700900123", "+ 4 4 7 7 0 0 9 0 0 1 2 3"),
            ("a\n\tb", "a b"),
        ],
    )
    def test_texts_are_made_pronounceable(self, written: str, said: str) -> None:
        """ "Mmol slash L" costs a frightened person a second they need."""
        assert pronounced(written) == said
