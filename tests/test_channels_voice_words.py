"""What a call says, and the key that is pressed."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from doubles.calling import ANA, opened
from doubles.speaking import TEXT, TOKEN, message, say
from doubles.voice import VoiceDouble, markup_fault

from relayd.channels import Message
from relayd.channels.twilio_api import Config
from relayd.channels.twilio_voice import TwilioVoice
from relayd.channels.twiml import KEYS, pronounced, twiml
from relayd.domain.secret import Secret

AT_HOME = "http://192.168.1.4:8480/a/x"  # the double is at home as well
LINK = f"http://relayd.example/a/{TOKEN}"


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
            said = message(ANA)._replace(answer_url=str(server.make_url(f"/a/{TOKEN}")))
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
            ({"answer_url": AT_HOME, "code": "mia1"}, True, KEYS),
            ({"answer_url": LINK, "asks": False}, False, "Mia 2.9 millimol per litre"),
        ],
    )
    async def test_it_says_how_to_answer(
        self,
        change: dict[str, object],
        key: bool,  # noqa: FBT001
        words: str,
    ) -> None:
        """Without a public address a key press could be posted nowhere."""
        double = VoiceDouble()
        async with opened(double) as (channel, session):
            said: Message = message(ANA)._replace(**change)  # type: ignore[arg-type]
            call = await say(channel, said, session)
        made = double.calls[call.receipt or ""]
        assert (made.action is not None) == key
        assert sum(words in spoken for spoken in made.spoken) == 2

    @pytest.mark.parametrize(
        "url", ["http://relayd.local:8480/a/x", "https://10.0.0.4/a/x", "http://pi:8480/a/x"]
    )
    def test_where_twilio_cannot_come_the_code_is_spoken(self, url: str) -> None:
        """A key that comes to nothing would leave a carer sure that it is known."""
        voice = TwilioVoice("call", Config("AC" + "0" * 32, Secret("a" * 32), "+447700900000"))
        said = voice._markup(message(ANA)._replace(answer_url=url, code="mia1"))
        assert "1, and then m i a 1 as one word" in said
        assert "Gather" not in said
        assert "Gather" in voice._markup(message(ANA)._replace(answer_url=LINK, code="mia1"))

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
        """A unit that is spelt out costs a frightened person a second they need."""
        assert pronounced(written) == said
