"""What a drill holds dead, as a send over it meets it."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from test_drill import Heard

from relayd.channels import Message, Outcome
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure
from relayd.drill import Held
from relayd.drill.held import HeldChannel, dead_session


async def test_a_dead_session_reaches_nobody_at_an_address_or_a_name() -> None:
    async with dead_session() as dead:
        for url in ("http://127.0.0.1:9/", "http://localhost:9/"):
            with pytest.raises(aiohttp.ClientConnectionError):
                await dead.get(url)


async def test_a_held_channel_goes_over_the_dead_session_whatever_the_path() -> None:
    async with dead_session() as dead, aiohttp.ClientSession() as alive:
        over: list[aiohttp.ClientSession] = []

        class Spy(Heard):
            async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
                over.append(session)
                return await super().send(message, session)

        held = HeldChannel(Spy("push"), Held(channels=frozenset({"push"})), dead)
        open_ = HeldChannel(Spy("push"), Held(), dead)
        for channel in (held, open_):
            await channel.send(_message(), alive)
        assert over == [dead, alive]


async def test_a_call_to_a_phone_that_is_held_dead_is_never_made_and_given_up() -> None:
    """As a network gives up a phone that is off: the ladder goes on for the reason it would."""
    async with dead_session() as dead, aiohttp.ClientSession() as alive:
        phone, far = Heard("call"), frozenset({("ana", "call", "x")})
        held = HeldChannel(phone, Held(far=far, calling=frozenset({"call"})), dead, 0.01)
        outcome = await held.send(_message(), alive)
        assert outcome.status is Dissemination.SENT
        assert outcome.receipt is not None
        await held.withdraw(outcome.receipt, alive)
        ends = [each async for each in held.follow(outcome.receipt, alive)]
        assert [end.failure for end in ends] == [Failure.UNREACHABLE]
        assert phone.messages == []


def _message() -> Message:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Message(
        "drill-1/1", "drill-1", "ana", "x", "test", "TEST", "TEST", Priority.HIGH, at,
        timedelta(minutes=5), asks=True, document={},
    )  # fmt: skip
