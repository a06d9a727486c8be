"""Receipts are followed over whatever path answers, and whatever a gateway may say."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import aiohttp
import pytest
from houses import TEXT, Drive, home

from relayd import outbox_receipts
from relayd.channels import Outcome
from relayd.domain.delivery import Attempt, Dissemination
from relayd.domain.household import Step
from relayd.outbox_receipts import Receipts
from relayd.outbox_wires import Wire

DELIVERED = Outcome(Dissemination.DELIVERED, receipt="SM1")


class Gateway:
    """Answers over the paths that lead to it, and stumbles as often as it is told."""

    name = "text"

    def __init__(self, *reachable: str, stumbles: int = 0) -> None:
        self.reachable = {*reachable}
        self.left = stumbles
        self.asked: list[str] = []
        self.met = asyncio.Event()

    async def follow(self, receipt: str, session: aiohttp.ClientSession) -> AsyncIterator[Outcome]:
        path = cast("str", session)
        self.asked.append(path)
        self.met.set()
        if self.left:
            self.left -= 1
            raise ValueError(receipt)
        if path not in self.reachable:
            await asyncio.Event().wait()  # a look-up that fails is tried again, for ever
        yield DELIVERED


class House:
    """As much of a daemon as following asks for; its sessions are the names of its paths."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths
        self.heard: list[tuple[str, Outcome]] = []
        drive = Drive(home(ana=(TEXT,), steps=(Step(("ana",)),)))
        drive.glucose(45)
        (self.attempt,) = [send.attempt for _, send in drive.sends]
        self.receipts = Receipts(self, self, self.hear)

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        assert paths == ()
        return self.paths

    def session(self, path: str | None) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", path)

    def hear(self, attempt: Attempt, outcome: Outcome) -> None:
        self.heard.append((attempt.id, outcome))

    async def follow(self, gateway: Gateway) -> None:
        wire = Wire(cast("Any", gateway), (), cast("Any", {}))
        async with asyncio.timeout(30):
            await self.receipts.follow(wire, self.attempt, "SM1")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for what the clock alone decides."""
    monkeypatch.setattr(outbox_receipts, "LEG_S", 0.01)
    monkeypatch.setattr(outbox_receipts, "AGAIN_S", 0.0)


@pytest.mark.parametrize("alive", ["home", "dongle", "spare"])
async def test_a_path_that_dies_takes_no_proof_and_no_answer_with_it(alive: str) -> None:
    """She tapped "I have it" while the broadband was down: the dongle must bring it."""
    house, gateway = House("home", "dongle", "spare"), Gateway(alive)
    await house.follow(gateway)
    assert house.heard == [(house.attempt.id, DELIVERED)]
    assert (
        gateway.asked
        == {
            "home": ["home"],
            "dongle": ["home", "dongle"],
            "spare": ["home", "dongle", "home", "spare"],
        }[alive]
    )


async def test_the_only_path_is_asked_on_and_on() -> None:
    """Its channel counts the time since a call ended: nothing may begin that anew."""
    house, gateway = House("home"), Gateway()
    task = asyncio.create_task(house.follow(gateway))
    await asyncio.wait([task], timeout=0.2)
    assert not task.done()
    task.cancel()
    assert gateway.asked == ["home"]


async def test_what_is_believed_by_then_decides_the_next_path() -> None:
    """The third leg goes by what is thought best then, not by what was thought best at first."""
    house, gateway = House("home", "dongle", "spare"), Gateway("spare")
    task = asyncio.create_task(house.follow(gateway))
    await gateway.met.wait()
    house.paths = ("spare", "home", "dongle")
    await task
    assert gateway.asked == ["home", "home", "spare"]


@pytest.mark.parametrize("stumbles", [1, 7])
async def test_an_answer_that_nobody_foresaw_is_asked_for_again(stumbles: int) -> None:
    """A date that is none, from one gateway, must not end the calling over all the others."""
    house, gateway = House("home"), Gateway("home", stumbles=stumbles)
    await house.follow(gateway)
    assert house.heard == [(house.attempt.id, DELIVERED)]
    assert len(gateway.asked) == stumbles + 1
