"""The one contract that every kind of channel keeps, whatever its gateway does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from doubles import behaviours
from doubles.adapters import ADAPTERS, SENT, WRONG, Adapter, Verdict
from doubles.base import Behaviour, Double
from doubles.speaking import (
    DEADLINE_S,
    HASTY,
    PATIENT,
    TEXT,
    assert_discreet,
    dead_port,
    message,
    say,
    verdict,
)

from relayd.channels import KINDS, Channel, ReplyError, Traits, module_of
from relayd.channels.http import Limits
from relayd.domain.delivery import Dissemination, Failure

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ZIPPED = b"Content-Encoding: gzip\r\nContent-Length: 7\r\n\r\n"
LONG = b"Content-Length: 500\r\n\r\n"


def _fails(failure: Failure) -> Verdict:
    return (Dissemination.UNDELIVERABLE, failure)


@dataclass(frozen=True)
class Case:
    """What the gateway does, and what a channel must make of it."""

    name: str
    behaviour: Behaviour
    verdict: Verdict
    limits: Limits = PATIENT


CASES = (
    Case("accepted", behaviours.OK, SENT),
    Case("accepted and lost", behaviours.lose(), SENT),
    Case("slow", behaviours.slow(0.05), SENT),
    Case("refused", behaviours.refuse(400, words="not like this"), _fails(Failure.REFUSED)),
    Case("gone", behaviours.refuse(410), _fails(Failure.REFUSED)),
    Case("payment wanted", behaviours.refuse(402), _fails(Failure.REFUSED)),
    Case("parrot", behaviours.parrot(), _fails(Failure.REFUSED)),
    Case("unauthorized", behaviours.refuse(401), _fails(Failure.CREDENTIALS)),
    Case("forbidden", behaviours.refuse(403), _fails(Failure.CREDENTIALS)),
    Case("busy for a day", behaviours.busy(86400), _fails(Failure.BUSY)),
    Case("down", behaviours.refuse(503), _fails(Failure.BUSY)),
    Case("front door down", behaviours.portal(502), _fails(Failure.BUSY)),
    Case("hung", behaviours.hang(), _fails(Failure.PATH_DOWN), HASTY),
    Case(
        "hung before accepting", behaviours.hang(accepted=False), _fails(Failure.PATH_DOWN), HASTY
    ),
    Case("dropped", behaviours.drop(), _fails(Failure.PATH_DOWN)),
    Case("redirect", behaviours.redirect(302), _fails(Failure.PATH_DOWN)),
    Case("permanent redirect", behaviours.redirect(308), _fails(Failure.PATH_DOWN)),
    Case("portal's own status", behaviours.portal(511), _fails(Failure.PATH_DOWN)),
    Case("portal that forbids", behaviours.portal(403), _fails(Failure.PATH_DOWN)),
    Case("captive portal", behaviours.portal(200), _fails(Failure.PATH_DOWN)),
    Case("malformed", behaviours.answer('{"id": '), _fails(Failure.PATH_DOWN)),
    Case("malformed", behaviours.answer('{"id": 5, "sid": 5}'), _fails(Failure.PATH_DOWN)),
    Case("malformed", behaviours.answer("[" * 60000), _fails(Failure.PATH_DOWN)),
    Case("malformed", behaviours.answer("[]"), _fails(Failure.PATH_DOWN)),
    Case("malformed", behaviours.answer('{"messages": 5}'), _fails(Failure.PATH_DOWN)),
    Case("empty answer", behaviours.answer("", 204), _fails(Failure.PATH_DOWN)),
    Case("endless answer", behaviours.drip(), _fails(Failure.PATH_DOWN), HASTY),
    Case("no HTTP at all", behaviours.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), _fails(Failure.PATH_DOWN)),
    Case("endless header", behaviours.raw(HEAD + b"x" * 100_000), _fails(Failure.PATH_DOWN)),
    Case("bad gzip", behaviours.raw(HEAD + ZIPPED + b"rubbish"), _fails(Failure.PATH_DOWN)),
    Case("cut body", behaviours.raw(HEAD + LONG + b'{"id": "x"'), _fails(Failure.PATH_DOWN)),
    Case("flood", behaviours.flood(), _fails(Failure.PATH_DOWN)),
)


CAN_HAPPEN = [
    pytest.param(ADAPTERS[kind], case, id=f"{kind}-{case.name}: {case.behaviour.name}")
    for kind in sorted(KINDS)
    for case in CASES
    if ADAPTERS[kind].differs.get(case.name, case.verdict) is not None
]
OVER_PATHS = [
    pytest.param(ADAPTERS[kind], id=kind) for kind in sorted(KINDS) if ADAPTERS[kind].over_paths
]


@pytest.fixture(params=sorted(KINDS))
def adapter(request: pytest.FixtureRequest) -> Adapter:
    kind: str = request.param
    return ADAPTERS[kind]


@asynccontextmanager
async def opened(
    adapter: Adapter, limits: Limits = PATIENT, secret: str | None = None
) -> AsyncIterator[tuple[Double, Channel, aiohttp.ClientSession]]:
    """A double, a channel against it, and a session as a path would lend it."""
    async with adapter.double() as double, aiohttp.ClientSession() as session:
        yield double, adapter.open(double.url, secret or adapter.secret, limits), session


class TestContract:
    """Expected failures are outcomes, in time, and say nothing they should not."""

    @pytest.mark.parametrize(("adapter", "case"), CAN_HAPPEN)
    async def test_whatever_the_gateway_does_is_an_outcome(
        self, adapter: Adapter, case: Case
    ) -> None:
        """An exception here would end the daemon in the middle of an alert."""
        wanted = adapter.differs.get(case.name, case.verdict)
        assert wanted is not None
        async with opened(adapter, case.limits) as (double, channel, session):
            double.will(case.behaviour)
            outcome = await say(channel, message(adapter.to), session)
        assert verdict(outcome) == wanted, outcome.words
        assert_discreet(outcome, adapter.secret, adapter.to)
        assert (outcome.words != "") == (wanted[1] is not None)

    @pytest.mark.parametrize("adapter", OVER_PATHS)
    async def test_wrong_credentials_are_said_to_be_wrong(self, adapter: Adapter) -> None:
        """The whole channel is dead then, and a person must hear of it."""
        async with opened(adapter, secret=WRONG) as (double, channel, session):
            double.tolerate(401, 403)
            outcome = await say(channel, message(adapter.to), session)
        assert verdict(outcome) == _fails(Failure.CREDENTIALS)
        assert_discreet(outcome, WRONG, adapter.to)

    async def test_a_closed_port_is_a_path_that_is_down(self, adapter: Adapter) -> None:
        """Nothing left this house: the same route may work again later."""
        channel = adapter.open(f"http://127.0.0.1:{dead_port()}", adapter.secret, PATIENT)
        async with aiohttp.ClientSession() as session:
            outcome = await say(channel, message(adapter.to), session)
        assert verdict(outcome) == _fails(Failure.PATH_DOWN)
        assert_discreet(outcome, adapter.secret, adapter.to)

    @pytest.mark.parametrize("adapter", OVER_PATHS)
    async def test_a_closed_path_is_a_path_that_is_down(self, adapter: Adapter) -> None:
        """A dongle may be pulled out between the choice of a path and the send."""
        async with opened(adapter) as (_, channel, session):
            await session.close()
            outcome = await say(channel, message(adapter.to), session)
        assert verdict(outcome) == _fails(Failure.PATH_DOWN)

    async def test_it_recovers_after_a_failure(self, adapter: Adapter) -> None:
        """Belief reorders routes; it never retires one."""
        async with opened(adapter) as (double, channel, session):
            double.will(behaviours.drop(accepted=False), behaviours.busy(), behaviours.OK)
            said = message(adapter.to)
            outcomes = [await say(channel, said, session) for _ in range(3)]
        assert [outcome.status for outcome in outcomes][-1] is Dissemination.SENT

    async def test_fifty_at_once_all_arrive(self, adapter: Adapter) -> None:
        """A burst must not lose any."""
        async with opened(adapter) as (_, channel, session):
            said = [message(adapter.to, f"mia-1/{number}") for number in range(50)]
            outcomes = await asyncio.gather(*(say(channel, one, session) for one in said))
        assert {outcome.status for outcome in outcomes} == {Dissemination.SENT}

    @pytest.mark.parametrize("adapter", OVER_PATHS)
    async def test_replies_over_a_closed_path_end_or_say_so(self, adapter: Adapter) -> None:
        """Silence would look like a carer who does not answer."""
        async with opened(adapter) as (_, channel, session):
            await session.close()
            async with asyncio.timeout(DEADLINE_S):
                try:
                    assert [reply async for reply in channel.replies(session)] == []
                except ReplyError:
                    return

    def test_its_repr_gives_nothing_away(self, adapter: Adapter) -> None:
        """Reprs end up in logs."""
        channel = adapter.open("http://127.0.0.1:1", adapter.secret, PATIENT)
        assert adapter.secret not in repr(channel)
        assert TEXT not in repr(message(adapter.to))


class TestModules:
    """What the configuration loader finds in every module."""

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_it_says_its_own_name(self, kind: str) -> None:
        """The one list and the modules agree."""
        assert kind == module_of(kind).KIND

    def test_every_kind_takes_part_in_the_contract(self) -> None:
        """A kind without an adapter would keep no promise at all."""
        assert set(ADAPTERS) == set(KINDS)

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_its_own_example_is_without_faults(self, kind: str) -> None:
        """The example in the manual must be accepted."""
        config = ADAPTERS[kind].example
        module = module_of(kind)
        assert module.faults(config) == []
        assert isinstance(module.traits(config), Traits)
        assert module.check_to(ADAPTERS[kind].to) is None
        assert module.open_channel("x", config, (ADAPTERS[kind].to,)).name == "x"
