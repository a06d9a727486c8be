"""A drill over real sockets and its rehearsal tell the same story."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.adapters import PUSHOVER_TOKEN, PUSHOVER_USER
from doubles.pushover import PushoverDouble
from drills import Command, known_path
from live import ANA, ANA_TOPIC, MIA, TOM, House, living
from live_relay import until

from relayd.simulate.latency import ARRIVES, NO_ANSWER, PROVEN, TAKEN

pytestmark = pytest.mark.live

PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "{ANA_TOPIC}", network = "ee-uk", confirm_within = "5 s" }},
  {{ channel = "text", to = "{ANA}", network = "ee-uk", confirm_within = "14 s" }},
  {{ channel = "loud", to = "{PUSHOVER_USER}", network = "o2-uk" }},
]
[carers.tom]
name = "Tom"
routes = [{{ channel = "text", to = "{TOM}", network = "three-uk" }}]
[plan]
steps = [{{ tell = ["ana", "tom"] }}]
promise = "2 min"
confirm_within = "20 s"
"""
"""A text is given longer than a report may take in a rehearsal, a push longer than to find out
that its service is dead: what is done next then hangs on what was held dead, and not on luck."""

SLOW = 6.0
"""What the doubles, the daemon's own waits and a busy machine may add, in seconds."""

KINDS = {"push": "ntfy", "text": "twilio-sms", "loud": "pushover"}
LATE_BEGINNING = NO_ANSWER + SLOW


@contextlib.asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[tuple[House, PushoverDouble]]:
    """A house whose carers have a push, a text, and a push that rings through silence."""
    users = (PUSHOVER_USER,)
    async with PushoverDouble(token=PUSHOVER_TOKEN, users=users, asked_every_s=4.0) as loud:
        channel = f"""
[channels.loud]
kind = "pushover"
token = "{PUSHOVER_TOKEN}"
api = "{loud.url}"
"""
        async with living(folder, PEOPLE, channel + MIA) as house:
            known_path(house)
            await house.start()
            yield house, loud


def begun(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Who was called by what and why, in the order of the timeline."""
    return [
        (line["carer"], line["channel"], line["reason"])
        for line in document["timeline"]
        if line["event"] == "attempt.begun" and line["reason"] != "told once"
    ]


def moments(document: dict[str, Any], event: str) -> dict[tuple[str, str], float]:
    """When *event* first came for each carer and channel."""
    tries = {
        line["attempt"]: (line["carer"], line["channel"])
        for line in document["timeline"]
        if line["event"] == "attempt.begun"
    }
    found: dict[tuple[str, str], float] = {}
    for line in document["timeline"]:
        if line["event"] == event:
            found.setdefault(tries[line["attempt"]], line["t"])
    return found


def assert_same_story(real: dict[str, Any]) -> None:
    foreseen = real["predicted"]
    assert begun(real) == begun(foreseen)
    was, thought = moments(real, "attempt.begun"), moments(foreseen, "attempt.begun")
    for route, t in was.items():
        assert abs(t - thought[route]) <= LATE_BEGINNING, (route, was, thought)
    proofs, thought_proofs = (moments(each, "attempt.delivered") for each in (real, foreseen))
    for route in proofs.keys() & thought_proofs.keys():
        kind = KINDS[route[1]]
        most = TAKEN[kind][1] + ARRIVES[kind][1] + PROVEN[kind][1]
        apart = abs(proofs[route] - thought_proofs[route])
        assert apart <= LATE_BEGINNING + most, (route, proofs, thought_proofs)
    (one,), (other,) = real["alerts"], foreseen["alerts"]
    assert one["alert"] == other["alert"]
    assert one["condition"] == other["condition"]
    assert one["acknowledged"]["carer"] == other["acknowledged"]["carer"] == "ana"
    assert real["kept_promise"] is foreseen["kept_promise"] is True
    assert real["unreached"] == foreseen["unreached"]


Answer = Callable[[House, PushoverDouble], None]


async def drilled(
    folder: Path,
    outages: tuple[str, ...],
    heard: Callable[[House, PushoverDouble], object],
    answer: Answer,
) -> dict[str, Any]:
    """Hold a drill with *outages* held dead; once *heard* holds, *answer*."""
    async with furnished(folder) as (house, loud):
        words = [word for name in outages for word in ("--outage", name)]
        async with Command(house, "simulate", "--live", *words, "--json") as command:
            await until(lambda: heard(house, loud), what=house.relay.text)
            answer(house, loud)
            told = await command.said()
    assert told.status == 0, told.out + told.err
    return told.json


def texted(house: House, _: PushoverDouble) -> object:
    return house.text.sent(ANA)


def pushed(_: House, loud: PushoverDouble) -> object:
    return loud.pushes


def replies(house: House, _: PushoverDouble) -> None:
    house.text.reply(ANA, "1")


def taps(_: House, loud: PushoverDouble) -> None:
    loud.deliver(loud.pushes[0].receipt)
    loud.acknowledge(loud.pushes[0].receipt)


async def test_with_nothing_held_dead(tmp_path: Path) -> None:
    document = await drilled(tmp_path, (), texted, replies)
    assert [channel for _, channel, _ in begun(document)] == ["push", "text", "text"]
    assert_same_story(document)


async def test_with_a_channel_held_dead(tmp_path: Path) -> None:
    """The push fails, and the text goes out before its turn."""
    document = await drilled(tmp_path, ("channel:push",), texted, replies)
    assert ("ana", "text", "the last try failed") in begun(document)
    assert_same_story(document)


async def test_with_the_network_of_one_carer_held_dead(tmp_path: Path) -> None:
    """Push and text are taken and never arrive: only what rides on another network is proved."""
    document = await drilled(tmp_path, ("EE",), pushed, taps)
    assert [channel for who, channel, _ in begun(document) if who == "ana"] == [
        "push", "text", "loud",
    ]  # fmt: skip
    assert document["alerts"][0]["acknowledged"]["carer"] == "ana"
    assert_same_story(document)
