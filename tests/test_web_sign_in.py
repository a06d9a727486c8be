"""Signing in with a browser, and a household file that sets no token."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from webs import BEARER, TOKEN, Relay, Settings, Site

from relayd.domain.secret import Secret
from relayd.web.guard import is_loopback
from relayd.web.sign_in import COOKIE, TRIES, Sessions

WITHIN_S = 30.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page whose household file sets a token, with an alert that is calling."""
    relay = Relay(tmp_path)
    relay.read(45)
    async with Site(relay) as site:
        yield site


async def test_signing_in_gives_a_cookie_that_is_not_the_token(site: Site) -> None:
    async with site.client.post("/sign-in", data={"token": TOKEN}) as answer:
        assert "Mia" in await answer.text()
        given = answer.history[0].cookies[COOKIE]
        assert TOKEN not in given.value
        assert given["httponly"]
        assert given["samesite"] == "Strict"
    async with site.client.post("/sign-out") as answer:
        assert answer.status == 401


async def test_guessing_is_slowed_down_and_never_keeps_an_answer_out(site: Site) -> None:
    for _ in range(TRIES):
        async with site.client.post("/sign-in", data={"token": "guess"}) as answer:
            assert answer.status == 401
    async with site.client.post("/sign-in", data={"token": TOKEN}) as answer:
        assert answer.status == 429
    async with site.client.post(site.relay.link()) as answer:
        assert answer.status == 200
    assert site.relay.alert().acknowledged_by == "ana"
    site.relay.later(2)
    async with site.client.post("/sign-in", data={"token": TOKEN}) as answer:
        assert answer.status == 200


async def test_a_session_is_worth_nothing_later_elsewhere_or_under_another_token(
    tmp_path: Path,
) -> None:
    now = Relay(tmp_path).clock.now()
    here = Sessions("this Pi", Secret("one"))
    cookie = here.cookie(now)
    assert here.good(cookie, now)
    assert not here.good(cookie, now + timedelta(days=181))
    assert not Sessions("another Pi", Secret("one")).good(cookie, now)
    assert not Sessions("this Pi", Secret("two")).good(cookie, now)
    for place in range(len(cookie)):
        flipped = cookie[:place] + chr(ord(cookie[place]) ^ 1) + cookie[place + 1 :]
        assert not here.good(flipped, now), place
        assert not here.good(cookie[:place], now), place


async def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    """Nobody looks for a password at three in the morning because the power was cut."""
    form = {"token": TOKEN}
    async with Site(Relay(tmp_path)) as site, site.client.post("/sign-in", data=form) as answer:
        cookie = answer.history[0].cookies[COOKIE].value
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with Site(Relay(tmp_path)) as again, again.client.get("/", headers=headers) as answer:
        assert answer.status == 200


# No token ---------------------------------------------------------------------------


async def test_without_a_token_one_may_look_at_home_and_change_nothing(tmp_path: Path) -> None:
    relay = Relay(tmp_path)
    relay.read(45)
    async with Site(relay, Settings(token=None)) as site:
        assert "Mia" in await site.get("/", signed_in=False)
        url = "/api/alerts/mia-1/acknowledge"
        async with site.client.post(url, json={"carer": "ana"}) as answer:
            assert answer.status == 403
            assert "token_file" in await answer.text()
        async with site.client.post("/alerts/mia-1/answer", data={"have": "ana"}) as answer:
            assert answer.status == 403
    assert relay.alert().acknowledged_by is None


async def test_without_a_token_the_house_network_sees_nothing(tmp_path: Path) -> None:
    settings = Settings(token=None, host="0.0.0.0")
    async with Site(Relay(tmp_path), settings) as site, site.client.get("/api/state") as answer:
        assert answer.status == 403
        assert "token_file" in await answer.text()


async def test_metrics_need_no_token_at_home_and_can_be_switched_off(tmp_path: Path) -> None:
    off = Settings(metrics=False)
    async with (
        Site(Relay(tmp_path), off) as site,
        site.client.get("/metrics", headers=BEARER) as answer,
    ):
        assert answer.status == 404
    async with Site(Relay(tmp_path)) as site, site.client.get("/metrics") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("name", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("relayd.local", False),
    ],
)
def test_what_counts_as_at_home(name: str, loopback: bool) -> None:  # noqa: FBT001 - a table
    assert is_loopback(name) is loopback


@pytest.mark.parametrize("path", ["/", "/api/state", "/api/timeline", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "home.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"CF-Connecting-IP": "203.0.113.9"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_a_tunnel_on_the_pi_shows_the_world_nothing_without_a_token(
    path: str, headers: dict[str, str], tmp_path: Path
) -> None:
    """Key presses need a public address; a child's glucose must not come with it."""
    relay = Relay(tmp_path)
    relay.read(45)
    settings = Settings(token=None, public_url="https://home.example")
    async with Site(relay, settings) as site:
        async with site.client.get(path, headers=headers) as answer:
            said = await answer.text()
        assert answer.status == 403
        assert "mia" not in said.lower()
        assert "45" not in said
        async with site.client.get(relay.link(), headers={"Host": "home.example"}) as answer:
            assert answer.status == 200, "a link carries its own right"
        assert "mia" in await site.get("/api/state", signed_in=False), "on the Pi itself it is seen"
