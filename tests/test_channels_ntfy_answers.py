"""How carers answer through ntfy: buttons, a second topic, and the stream relayd reads."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import aiohttp
import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.ntfy import NtfyDouble
from doubles.pushing import ANA, BOTH, TOM, push
from doubles.speaking import PATIENT, TOKEN, dead_port, message, say, some

from relayd.channels import ReplyError
from relayd.channels.ntfy import Config, Ntfy


@pytest.mark.parametrize(("button", "word"), [(0, "1"), (1, "2")])
async def test_a_button_becomes_a_reply_with_the_signed_token(button: int, word: str) -> None:
    """The whole way: server, phone, second topic, stream; no port open at home."""
    async with NtfyDouble(token="tk_secret") as double, aiohttp.ClientSession() as session:
        channel = push(double, "tk_secret")
        await say(channel, message(ANA), session)
        async with aclosing(channel.replies(session)) as replies:
            heard = asyncio.create_task(some(replies, 1))
            await double.until(lambda: double.streams)
            assert await double.press(double.phone(ANA)[0], button) == 200
            (reply,) = await heard
    assert (reply.text, reply.token, reply.sender) == (word, TOKEN, "")


async def test_a_button_pressed_while_nobody_listened_is_read_later() -> None:
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        channel = push(double)
        await say(channel, message(TOM), session)
        await double.press(double.phone(TOM)[0], 0)
        async with aclosing(channel.replies(session)) as replies:
            assert [reply.token for reply in await some(replies, 1)] == [TOKEN]


async def test_the_next_stream_goes_on_after_the_last_reply_that_was_taken() -> None:
    """A reply is lost in no gap, and one that nobody took is said again."""
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        channel = push(double)
        for number in range(3):
            said = message(ANA, f"mia-1/{number}")._replace(token=f"t{number}")
            await say(channel, said, session)
            await double.press(double.pushed(ANA)[number], 0)
        seen: list[str] = []
        for _ in range(2):
            async with aclosing(channel.replies(session)) as replies:
                seen += [reply.token for reply in await some(replies, 2)]
    assert seen == ["t0", "t1", "t1", "t2"]


@pytest.mark.parametrize(
    "rubbish", ["hello", "1", "3 token", "1 two words", "1 " + "x" * 600, "{}", "'; --", "1\n2"]
)
async def test_rubbish_on_the_answer_topic_is_passed_over(rubbish: str) -> None:
    """Anybody may write there: it must neither answer nor break the stream."""
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        channel = push(double)
        async with session.post(f"{double.url}/{ANA}-answer", data=rubbish.encode()) as response:
            assert response.status == 200
        await say(channel, message(ANA), session)
        await double.press(double.phone(ANA)[0], 0)
        async with aclosing(channel.replies(session)) as replies:
            assert [reply.token for reply in await some(replies, 1)] == [TOKEN]


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.refuse(401, 40101),
        behaviours.refuse(429, 42903),
        behaviours.refuse(503),
        behaviours.portal(),
        behaviours.redirect(),
        behaviours.drop(accepted=False),
        behaviours.answer("{"),
        behaviours.answer("[]\n"),
        behaviours.answer('{"event": "message"}\n'),
        behaviours.flood(1),
    ],
    ids=lambda behaviour: behaviour.name,
)
async def test_a_stream_that_fails_says_so(behaviour: Behaviour) -> None:
    """The caller goes to the next path; silence would look like a carer who does not answer."""
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        double.always(behaviour, on="subscribe")
        with pytest.raises(ReplyError):
            await some(push(double, "tk_secret").replies(session), 1)


async def test_a_server_that_restarts_is_a_reply_error() -> None:
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        heard = asyncio.create_task(some(push(double).replies(session), 1))
        await double.until(lambda: double.streams)
        double.cut()
        with pytest.raises(ReplyError, match="ended the stream"):
            await heard


async def test_a_server_without_signs_of_life_is_a_reply_error() -> None:
    """A path may die without a word; the server speaks every 45 s."""
    async with NtfyDouble(keepalive_s=3600) as double, aiohttp.ClientSession() as session:
        channel = push(double, silent_after=timedelta(seconds=0.2))
        with pytest.raises(ReplyError, match="in time"):
            await some(channel.replies(session), 1)


async def test_signs_of_life_keep_the_stream_open() -> None:
    async with NtfyDouble(keepalive_s=0.02) as double, aiohttp.ClientSession() as session:
        channel = push(double, silent_after=timedelta(seconds=15))
        heard = asyncio.create_task(some(channel.replies(session), 1))
        await say(channel, message(ANA), session)
        await double.until(lambda: double.streams)
        await asyncio.sleep(0.1)
        await double.press(double.phone(ANA)[0], 1)
        assert [reply.text for reply in await heard] == ["2"]


async def test_a_dead_path_is_a_reply_error() -> None:
    channel = Ntfy("push", Config(f"http://127.0.0.1:{dead_port()}"), BOTH, PATIENT)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ReplyError):
            await some(channel.replies(session), 1)


async def test_without_carers_there_is_nothing_to_listen_to() -> None:
    channel = Ntfy("push", Config("http://x.example"), (), PATIENT)
    async with aiohttp.ClientSession() as session:
        assert await some(channel.replies(session), 1) == []
        assert [outcome async for outcome in channel.follow("x", session)] == []


async def test_one_answer_topic_can_serve_everybody() -> None:
    async with NtfyDouble(open_topics=lambda topic: topic == "home-answers") as double:
        channel = Ntfy("push", Config(double.url + "/", answers="home-answers"), BOTH, PATIENT)
        async with aiohttp.ClientSession() as session:
            await say(channel, message(TOM), session)
            await double.press(double.phone(TOM)[0], 0)
            async with aclosing(channel.replies(session)) as replies:
                assert len(await some(replies, 1)) == 1
    assert "/home-answers/json?since=all" in [seen.path for seen in double.seen]
