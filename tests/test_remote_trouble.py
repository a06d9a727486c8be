"""What ``status`` and ``acknowledge`` say when they cannot: each time what to do about it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from brokers import free_port
from remotes import run, written
from webs import Relay, Site

from relayd import remote
from relayd.domain.reading import WatchState


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page for the commands to talk to."""
    (tmp_path / "state").mkdir()
    relay = Relay(tmp_path / "state")
    relay.read(45)
    relay.watch(WatchState.OK)
    async with Site(relay) as site:
        yield site


@pytest.fixture
def file(site: Site, tmp_path: Path) -> Path:
    """Write the household file of the running relay; its other secrets cannot be read."""
    return written(tmp_path, site.web.port)


async def test_a_relay_that_does_not_run_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, free_port())
    for command in (
        lambda: remote.status(file, as_json=True),
        lambda: remote.acknowledge(file, "mia-1", "ana"),
    ):
        code, said = await run(command, capsys)
        assert code == 1
        assert "relayd is not running" in said


async def test_a_wrong_token_is_said_so(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, site.web.port, token="another")
    code, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert code == 1
    assert "does not take the token" in said
    assert "another" not in said


async def test_a_token_that_cannot_be_read_is_said_so(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "web-token").unlink()
    code, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert code == 1
    assert "web-token cannot be read" in said
    assert "sudo" in said


async def test_a_wrong_file_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = await run(lambda: remote.status(tmp_path / "none.toml", as_json=False), capsys)
    assert code == 2
    assert "none.toml" in said


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "another program"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "another program"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "another program"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "gave no answer that can be read"),
        (b"", "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", "another program"),
    ],
)
async def test_another_program_on_the_port_is_not_believed(
    tmp_path: Path, answer: bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        file = written(tmp_path, server.sockets[0].getsockname()[1])
        code, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert code == 1
    assert says in said


async def test_a_relay_that_hangs_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(remote, "WITHIN_S", 0.2)
    done = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        file = written(tmp_path, server.sockets[0].getsockname()[1])
        code, said = await run(lambda: remote.status(file, as_json=False), capsys)
        done.set()
    assert code == 1
    assert "does not answer" in said
