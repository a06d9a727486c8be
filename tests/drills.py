"""Households for drills, and the commands that begin them, as processes of their own."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import msgspec
from live import ANA, ANA_TOPIC, TOM, House
from live_relay import ROOT, WITHIN_S

ON_EE_AND_O2 = f"""
[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "{ANA_TOPIC}", network = "ee-uk" }},
  {{ channel = "text", to = "{ANA}", network = "o2-uk" }},
]
[carers.tom]
name = "Tom"
routes = [{{ channel = "text", to = "{TOM}", network = "o2-uk" }}]
[plan]
steps = [{{ tell = ["ana"] }}, {{ tell = ["tom"], after = "10 min" }}]
promise = "30 s"
confirm_within = "1 s"
"""
"""Ana's push rides on EE and her text on O2; a route without proof is given a second."""


def known_path(house: House) -> None:
    """Say which network the only path rides on: else an outage of any takes it too."""
    text = house.relay.file.read_text()
    line = 'interface = "lo"'
    assert line in text
    house.relay.file.write_text(text.replace(line, f'{line}\nnetwork = "bt-broadband-uk"'))


PAGED = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "pager" }}, {{ channel = "push", to = "{ANA_TOPIC}" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""
"""Ana's pager proves by itself that a message arrived; her push is proved by an answer alone."""


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its one document."""
        document: dict[str, Any] = msgspec.json.decode(self.out)
        return document


class Command:
    """``relayd …`` as a process beside the daemon."""

    def __init__(self, house: House, *arguments: str) -> None:
        self._house = house
        self._arguments = arguments

    async def __aenter__(self) -> Self:
        """Start it."""
        head, *rest = self._arguments
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "relayd", head, "--config", str(self._house.relay.file)),
            *rest,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it, if it has not ended."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def said(self) -> Said:
        """Wait for its end."""
        async with asyncio.timeout(2 * WITHIN_S):
            out, err = await self._process.communicate()
        assert self._process.returncode is not None
        return Said(self._process.returncode, out.decode(), err.decode())


async def said(house: House, *arguments: str) -> Said:
    """Run a command to its end."""
    async with Command(house, *arguments) as command:
        return await command.said()


async def asked(
    house: House, path: str, body: Mapping[str, object] | None = None, token: str = "sesame"
) -> tuple[int, dict[str, Any]]:
    """GET *path* of the daemon's API, or POST *body* to it."""
    url = f"http://127.0.0.1:{port_of(house)}{path}"
    headers = {"Authorization": f"Bearer {token}"}
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url, json=body) as response,
    ):
        return response.status, msgspec.json.decode(await response.read())


def port_of(house: House) -> int:
    """Where the daemon's page listens."""
    text = house.relay.file.read_text()
    return int(text.partition('listen = "127.0.0.1:')[2].partition('"')[0])
