"""A crash between send and result, and an answer that comes twice: every channel, one engine."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import aiohttp
import pytest
from dbus_fast import Variant
from doubles import behaviours
from doubles.adapters import ADAPTERS
from doubles.base import Double, Seen
from doubles.modem_manager import ManagerDouble
from doubles.ntfy import NtfyDouble
from doubles.pushing import ANA as ANA_TOPIC
from doubles.pushing import push
from doubles.speaking import PATIENT
from doubles.tapping import QUICK, service
from doubles.texting import texter
from doubles.twilio import TwilioDouble
from outboxes import Phone, phone

from relayd.channels import KINDS, Channel
from relayd.channels.pushover import Config as PushoverConfig
from relayd.channels.pushover import Pushover
from relayd.config.settings import PathSettings
from relayd.domain.delivery import Dissemination
from relayd.domain.secret import Secret

ANA = "+447700900123"
ON_THE_WIRE: Mapping[str, Callable[[Seen], str]] = {
    "webhook": lambda seen: seen.headers["webhook-id"],
    "ntfy": lambda seen: str(json.loads(seen.body)["sequence_id"]),
}
"""Where a service has a key that makes a repeat harmless. The others have none: rather twice."""


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_after_a_crash_before_the_result_the_same_attempt_goes_out_again(kind: str) -> None:
    """Nobody can tell whether it left: it counts as not delivered, and keeps its key."""
    adapter = ADAPTERS[kind]
    async with adapter.double() as double:
        opened: Callable[[], Channel] = lambda: adapter.open(double.url, adapter.secret, PATIENT)  # noqa: E731
        async with phone(kind, adapter.to, opened) as ana:
            double.will(behaviours.hang())
            attempt = ana.alarm()
            await double.until(lambda: double.seen)
            await ana.crash()
            assert ana.drive.last("ana").id == attempt.id
            await ana.until(lambda: ana.status(attempt.id) is Dissemination.SENT)
            first, *_, again = double.seen
            assert first.path == again.path or kind == "modem-sms"
            if kind in ON_THE_WIRE:
                assert ON_THE_WIRE[kind](first) == ON_THE_WIRE[kind](again)
            double.shut()


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_after_a_crash_behind_the_result_nothing_goes_out_again(kind: str) -> None:
    """What a gateway took waits for its proof: a carer is not called twice for our crash."""
    adapter = ADAPTERS[kind]
    async with adapter.double() as double:
        opened: Callable[[], Channel] = lambda: adapter.open(double.url, adapter.secret, PATIENT)  # noqa: E731
        async with phone(kind, adapter.to, opened) as ana:
            attempt = ana.alarm()
            await ana.until(lambda: ana.status(attempt.id) is Dissemination.SENT)
            sends = len(ana.drive.sends)
            await ana.crash()
            assert len(ana.drive.sends) == sends


@dataclass(frozen=True)
class Answering:
    """How a carer answers on one kind of channel."""

    double: Callable[[], Double]
    to: str
    open: Callable[[Double], Channel]
    press: Callable[[Double], Awaitable[None]]


async def _button(double: Double) -> None:
    assert isinstance(double, NtfyDouble)
    await double.until(lambda: double.streams)
    assert await double.press(double.phone(ANA_TOPIC)[0], 0) == 200


async def _text(double: Double) -> None:
    assert isinstance(double, TwilioDouble)
    double.reply(ANA, "1")


async def _text_to_the_sim(double: Double) -> None:
    assert isinstance(double, ManagerDouble)
    at = datetime.now(UTC)  # each text has its own
    stamp = {"Timestamp": Variant("s", at.isoformat())}
    double.receive(
        PduType=Variant("u", 1), Number=Variant("s", ANA), Text=Variant("s", "1"), **stamp
    )


ANSWERING: Mapping[str, Answering] = {
    "ntfy": Answering(NtfyDouble, ANA_TOPIC, push, _button),  # type: ignore[arg-type]
    "twilio-sms": Answering(TwilioDouble, ANA, texter, _text),  # type: ignore[arg-type]
    "modem-sms": Answering(
        ManagerDouble,
        ANA,
        lambda double: ADAPTERS["modem-sms"].open(
            double.url, ADAPTERS["modem-sms"].secret, PATIENT
        ),
        _text_to_the_sim,
    ),
}


def told_once(ana: Phone) -> bool:
    """Ana has it, and was told so once: what she said twice brings no second message."""
    (alert,) = ana.engine.open_alerts("mia")
    quiet = {s.attempt.id for _, s in ana.drive.sends if s.attempt.purpose.quiet}
    return alert.acknowledged_by == "ana" and len(quiet) == 1


@pytest.mark.parametrize("kind", sorted(ANSWERING))
async def test_an_answer_that_comes_twice_is_one(kind: str) -> None:
    """Fingers tap twice, and gateways repeat themselves."""
    way = ANSWERING[kind]
    async with way.double() as double, phone(kind, way.to, partial(way.open, double)) as ana:
        attempt = ana.alarm()
        await ana.until(lambda: ana.status(attempt.id) is Dissemination.SENT)
        ana.listen()
        await way.press(double)
        await ana.until(lambda: len(ana.answered) == 1)
        await way.press(double)
        await ana.until(lambda: len(ana.answered) == 2)
        assert [answer.accepted for answer in ana.answered] == [True, True]
        assert told_once(ana)


async def test_a_tap_that_is_told_by_two_who_follow_it_is_one_answer() -> None:
    """After a restart the old receipt may be asked for beside a new one."""
    double = service()
    double.tolerate(429)  # two who ask are more than it allows
    to = ADAPTERS["pushover"].to
    async with double:
        config = PushoverConfig(Secret(ADAPTERS["pushover"].secret), double.url)
        opened: Callable[[], Channel] = lambda: Pushover("only", config, PATIENT, QUICK)  # noqa: E731
        async with phone("pushover", to, opened) as ana:
            attempt = ana.alarm()
            await ana.until(lambda: ana.status(attempt.id) is Dissemination.SENT)
            ana.outbox.resume(ana.engine.attempts(attempt.alert))
            for push_ in double.pushes:
                double.acknowledge(push_.receipt)
            await ana.until(lambda: len(ana.answered) >= 2)
            assert told_once(ana)


async def test_a_channel_with_a_way_of_its_own_is_tried_once_and_by_no_path() -> None:
    """A text that two paths began would be two texts; the SIM asks for no path at all."""
    ways = {name: PathSettings(name, "lo") for name in ("broadband", "dongle", "wifi")}
    adapter = ADAPTERS["modem-sms"]
    async with adapter.double() as double:
        opened: Callable[[], Channel] = lambda: adapter.open(double.url, adapter.secret, PATIENT)  # noqa: E731
        async with phone("modem-sms", adapter.to, opened, ways) as ana:
            double.will(behaviours.slow(4.0))  # longer than it takes to begin the next path
            attempt = ana.alarm()
            await ana.until(lambda: ana.status(attempt.id) is Dissemination.SENT)
            assert ana.tried == [None]
            assert len(double.seen) == 1


async def test_where_the_file_names_paths_nothing_leaves_by_none() -> None:
    """The session lent to a channel with a way of its own must be no silent way round."""
    adapter = ADAPTERS["webhook"]
    ways = {"home": PathSettings("home", "lo")}
    async with (
        adapter.double() as double,
        phone("webhook", "", lambda: _siren(double), ways) as ana,
    ):
        session = ana._paths.session(None)
        for url in (double.url, "http://localhost:1"):
            with pytest.raises(aiohttp.ClientError):
                await session.get(url)
        async with ana._paths.session("home").post(f"{double.url}/alert") as answer:
            assert answer.status >= 400
        double.unexpected.clear()


def _siren(double: Double) -> Channel:
    adapter = ADAPTERS["webhook"]
    return adapter.open(double.url, adapter.secret, PATIENT)
