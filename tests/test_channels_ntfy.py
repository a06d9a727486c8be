"""What is peculiar to ntfy: the notification, its limits, and what it gives away."""

import aiohttp
import pytest
from doubles import behaviours
from doubles.ntfy import NtfyDouble
from doubles.pushing import ANA, push
from doubles.speaking import TEXT, message, say

from relayd.channels.ntfy import Config, check_to, cut, faults
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure


async def test_the_notification_says_who_what_and_how_urgent() -> None:
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        outcome = await say(push(double), message(ANA), session)
    (shown,) = double.phone(ANA)
    assert outcome.receipt == shown.id
    assert shown.document["title"] == "Mia: urgent low"
    assert shown.document["message"] == TEXT
    assert shown.document["priority"] == 5
    assert shown.document["tags"] == ["rotating_light"]
    assert shown.document["click"] == "http://relayd.local:8480/a/x"


@pytest.mark.parametrize(
    ("priority", "urgency"), [(Priority.HIGH, 5), (Priority.MEDIUM, 4), (Priority.LOW, 3)]
)
async def test_priorities_are_the_contracts(priority: Priority, urgency: int) -> None:
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        await say(push(double), message(ANA)._replace(priority=priority), session)
    assert double.phone(ANA)[0].document["priority"] == urgency


async def test_what_asks_nothing_has_no_buttons() -> None:
    said = message(ANA)._replace(asks=False, answer_url=None, tag="")
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        await say(push(double), said, session)
    assert not {"actions", "click", "tags"} & set(double.phone(ANA)[0].document)


async def test_relayds_own_token_never_reaches_a_phone() -> None:
    """A phone that is lost must not be able to publish in relayd's name."""
    async with NtfyDouble(token="tk_secret") as double, aiohttp.ClientSession() as session:
        await say(push(double, "tk_secret"), message(ANA), session)
    assert "tk_secret" not in str(double.phone(ANA)[0].document)


async def test_a_repeat_over_another_path_updates_the_notification() -> None:
    """Two for one attempt would make a carer look for a second alert."""
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.drop())
        outcomes = [await say(push(double), message(ANA), session) for _ in range(2)]
    assert [outcome.status for outcome in outcomes][-1] is Dissemination.SENT
    assert len(double.pushed(ANA)) == 2
    assert len(double.phone(ANA)) == 1


async def test_only_a_message_that_the_server_kept_is_sent() -> None:
    """Another program's JSON, with an id of its own, proves nothing."""
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.answer('{"id": "x", "event": "open"}'))
        outcome = await say(push(double), message(ANA), session)
    assert outcome.failure is Failure.PATH_DOWN


async def test_a_long_text_is_cut_and_not_sent_as_a_file() -> None:
    async with NtfyDouble() as double, aiohttp.ClientSession() as session:
        outcome = await say(push(double), message(ANA)._replace(text="ü€" * 3000), session)
    assert outcome.status is Dissemination.SENT
    assert len(double.phone(ANA)[0].document["message"].encode()) <= 4096


@pytest.mark.parametrize("text", ["x" * 4096, "x" * 4097, "€" * 1366, "é" * 5000, ""])
def test_cutting_splits_no_letter(text: str) -> None:
    assert len(cut(text).encode()) <= 4096
    assert cut(text) == text or text.startswith(cut(text).removesuffix("…"))


async def test_the_servers_quota_is_busy_and_not_refused() -> None:
    """60 at once, then one every 5 s: the route is to be tried again."""
    async with NtfyDouble(burst=3) as double, aiohttp.ClientSession() as session:
        double.tolerate(429)
        outcomes = [await say(push(double), message(ANA, str(n)), session) for n in range(5)]
    assert outcomes[-1].failure is Failure.BUSY
    assert "too many requests" in outcomes[-1].words


@pytest.mark.parametrize(
    ("topic", "good"),
    [
        ("relayd-ana-k3f9x", True),
        ("a" * 57, True),
        ("a" * 58, False),
        ("", False),
        ("with space", False),
        ("a/b", False),
        ("a,b", False),
        ("ü", False),
    ],
)
def test_topics(topic: str, good: bool) -> None:  # noqa: FBT001
    assert (check_to(topic) is None) == good


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        (Config(), []),
        (Config("http://127.0.0.1:8080/ntfy/"), []),
        (Config("ntfy.sh"), ["server"]),
        (Config(answers="two words"), ["answers"]),
        (Config("", answers=""), ["server", "answers"]),
    ],
)
def test_faults_name_the_key(config: Config, keys: list[str]) -> None:
    assert [key for key, _, _ in faults(config)] == keys
