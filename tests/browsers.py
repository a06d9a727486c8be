"""A real Chromium, driven over its own protocol: what a page does when a person opens it."""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

PATIENCE = 60.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-port=0",
)


def chromium() -> str:
    """Give the program, or skip."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip("chromium is absent: apt install chromium")
    return found


@dataclass
class Page:
    """One open page. *complaints* are errors of its console, *requests* all it asked for."""

    socket: aiohttp.ClientWebSocketResponse
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    loaded: bool = False
    sent: int = 0

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and wait for what comes back."""
        self.sent += 1
        message: dict[str, object] = {"id": self.sent, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        await self.socket.send_str(json.dumps(message))
        while True:
            answer = await self._next()
            if answer.get("id") == self.sent:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def open(self, file: Path, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Show *file* at that size and wait until it has loaded."""
        phone = width < 600
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=phone,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.loaded = False
        await self.ask("Page.navigate", url=file.as_uri())
        while not self.loaded:
            await self._next()

    async def value(self, expression: str) -> Any:
        """What *expression* comes to in the page."""
        answer = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def picture(self) -> bytes:
        """How the whole page looks, as PNG."""
        answer = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = await self.socket.receive_json()
        params = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(params["args"]))
        return message


@asynccontextmanager
async def browser(home: Path) -> AsyncIterator[Page]:
    """A page of a browser of its own, whose belongings lie in *home*."""
    program = await asyncio.create_subprocess_exec(
        chromium(), *FLAGS, f"--user-data-dir={home}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stderr is not None
    drain = None
    try:
        async with asyncio.timeout(PATIENCE):
            address = await _address(program.stderr)
        drain = asyncio.create_task(_drain(program.stderr))
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(address, max_msg_size=0) as socket,
        ):
            page = Page(socket)
            target = await page.ask("Target.createTarget", url="about:blank")
            there = await page.ask(
                "Target.attachToTarget", targetId=target["targetId"], flatten=True
            )
            page.session = there["sessionId"]
            for part in ("Page", "Network", "Log", "Runtime"):
                await page.ask(f"{part}.enable")
            yield page
    finally:
        with suppress(ProcessLookupError):
            program.kill()
        await program.wait()
        if drain is not None:
            await drain


async def _address(stream: asyncio.StreamReader) -> str:
    while line := await stream.readline():
        found = re.search(r"ws://\S+", line.decode(errors="replace"))
        if found:
            return found.group()
    raise AssertionError("the browser ended before it said where to speak to it")


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass
