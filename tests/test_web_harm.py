"""Requests made to do harm: too long, too slow, too many, and out of bounds."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from webs import BEARER, TOKEN, Relay, Site

from relayd.web.guard import Guard
from relayd.web.server import CONNECTIONS

WITHIN_S = 30.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page whose household file sets a token, with an alert that is calling."""
    relay = Relay(tmp_path)
    relay.read(45)
    async with Site(relay) as site:
        yield site


async def test_a_body_beyond_all_measure_is_refused(site: Site) -> None:
    url = "/api/alerts/mia-1/acknowledge"
    async with site.client.post(url, data=b"x" * 20_000, headers=BEARER) as answer:
        assert answer.status == 413


async def test_a_header_beyond_all_measure_is_refused(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.web.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
    async with asyncio.timeout(WITHIN_S):
        said = await _shout(reader, writer, 10_000_000)
    assert said.startswith(b"HTTP/1.1 400") or not said


@pytest.mark.parametrize(
    "path", ["/../relayd.db", "/%2e%2e/relayd.db", "//etc/passwd", "/page.css/../../relayd.toml"]
)
async def test_there_is_no_way_out_of_the_page(site: Site, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.web.port)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    writer.write(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
    async with asyncio.timeout(WITHIN_S):
        said = await reader.read()
    writer.close()
    assert said.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))


async def test_many_who_say_nothing_keep_nobody_out(site: Site) -> None:
    """Five hundred connections that never finish their request (slowloris)."""
    idle = [await asyncio.open_connection("127.0.0.1", site.web.port) for _ in range(500)]
    for _, writer in idle:
        writer.write(b"POST / HTTP/1.1\r\nHost: ")
    async with asyncio.timeout(WITHIN_S), site.client.post(site.relay.link()) as answer:
        assert answer.status == 200
    assert site.web._runner is not None
    assert site.web._runner.server is not None
    assert len(site.web._runner.server.connections) < 2 * CONNECTIONS
    for _, writer in idle:
        writer.close()


async def test_a_fault_in_a_page_is_a_page_and_nothing_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(Guard, "admit", broken)
    async with site.client.get("/") as answer:
        assert answer.status == 500
        text = await answer.text()
        assert "Traceback" not in text
        assert "secret detail" not in text


async def _shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bytes:
    """Send *number* bytes, or as many as are heard, and return the answer, if it can be read."""
    try:
        for _ in range(number // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()
        return await reader.read(20)
    except ConnectionError:
        return b""
    finally:
        writer.close()
