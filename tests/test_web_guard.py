"""Who may come in: tokens, names, other websites, and requests made to do harm."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from webs import BEARER, TOKEN, Relay, Settings, Site

from relayd.web.sign_in import COOKIE

PRIVATE = ("/", "/now", "/api/state", "/api/timeline", "/api/events")
WITHIN_S = 30.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page whose household file sets a token, with an alert that is calling."""
    relay = Relay(tmp_path)
    relay.read(45)
    async with Site(relay) as site:
        yield site


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"{COOKIE}={TOKEN}"},
        {"Cookie": f"{COOKIE}=99999999999.x.y"},
    ],
)
async def test_nothing_is_told_without_the_token(
    site: Site, path: str, headers: dict[str, str]
) -> None:
    async with site.client.get(path, headers=headers) as answer:
        assert answer.status == 401
        assert "Mia" not in await answer.text()


async def test_the_token_opens_everything(site: Site) -> None:
    for path in PRIVATE[:-1]:
        async with site.client.get(path, headers=BEARER) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("path", ["/healthz", "/page.css", "/page.js", "/sign-in"])
async def test_what_tells_nothing_of_anybody_is_open(site: Site, path: str) -> None:
    async with site.client.get(path) as answer:
        assert answer.status == 200
        assert "Mia" not in await answer.text()


async def test_no_get_and_no_head_changes_anything(site: Site) -> None:
    """Link previews and scanners look at every link in a message."""
    link = site.relay.link()
    before = list(site.relay.taken)
    pages = [*PRIVATE, link, "/healthz", "/metrics", "/sign-in", "/sign-out", "/page.css"]
    pages += ["/api/alerts/mia-1/acknowledge", "/alerts/mia-1/answer", f"{link}?answer=have"]
    for path in pages:
        for method in ("GET", "HEAD", "OPTIONS"):
            async with site.client.request(method, path, headers=BEARER) as answer:
                assert answer.status < 500
    assert site.relay.taken == before
    assert site.relay.alert().acknowledged_by is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_other_methods_do_nothing(site: Site, method: str) -> None:
    for path in ("/", site.relay.link(), "/api/alerts/mia-1/acknowledge"):
        async with site.client.request(method, path, headers=BEARER) as answer:
            assert answer.status == 405
    assert site.relay.alert().acknowledged_by is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8480", 200),
        ("192.168.1.7", 200),
        ("[fe80::1]:80", 200),
        ("relayd.local", 200),
        ("RELAYD.LOCAL.:8480", 200),
        ("home.example", 200),
        ("evil.example", 421),
        ("home.example.evil.example", 421),
        ("local", 421),
        ("127.0.0.1.evil.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
async def test_relayd_answers_only_to_its_own_names(tmp_path: Path, host: str, status: int) -> None:
    """A website that points its own name at this Pi must not read it (DNS rebinding)."""
    settings = Settings(public_url="http://home.example:8480")
    headers = {**BEARER, "Host": host}
    async with (
        Site(Relay(tmp_path), settings) as site,
        site.client.get("/api/state", headers=headers) as answer,
    ):
        assert answer.status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_website_cannot_answer(site: Site, headers: dict[str, str]) -> None:
    for path in ("/api/alerts/mia-1/acknowledge", "/alerts/mia-1/answer"):
        body = b'{"carer": "ana"}' if path.startswith("/api") else b"have=ana"
        async with site.client.post(path, data=body, headers={**BEARER, **headers}) as answer:
            assert answer.status == 403
    assert site.relay.alert().acknowledged_by is None


async def test_every_answer_carries_the_careful_headers(site: Site) -> None:
    for path in ("/", "/api/state", "/page.js", site.relay.link(), "/nowhere", "/a/forged"):
        async with site.client.get(path, headers=BEARER) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Server"] == "relayd"
