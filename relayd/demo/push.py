"""A model of an ntfy server, for the demo only: publishing, buttons, and the stream of answers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from relayd.demo.phones import Phone, Phones

HANGS_S = 1.2  # how long a connection without mobile data seems to stand
TOPIC = "relayd-demo-"
BUTTONS = ("1", "2")


class PushServer:
    """Speaks as much of https://docs.ntfy.sh/publish/ as relayd's channel and a phone need."""

    def __init__(self, phones: Phones, now: Callable[[], datetime]) -> None:
        self._phones = phones
        self._now = now
        self._ids = 0
        self._said: list[dict[str, Any]] = []
        phones.send["push"] = self._press

    def routes(self) -> list[web.RouteDef]:
        """Where relayd finds it."""
        return [
            web.post("/push/", self._publish),
            web.get("/push/{topics}/json", self._stream),
        ]

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        if not self._phones.mobile_data:
            return await _lost(request)
        document = await request.json()
        phone = self._phones.of(str(document["topic"]).removeprefix(TOPIC))
        if phone is None:
            refusal = {"code": 40401, "http": 404, "error": "no phone listens to this topic"}
            return web.json_response(refusal, status=404)
        bodies = [str(action["body"]) for action in document.get("actions", [])]
        replies = dict(zip(BUTTONS, bodies, strict=False))
        self._phones.show(phone, "push", str(document["message"]), replies)
        return web.json_response(self._event("message", document["topic"]))

    def _event(self, kind: str, topic: str, message: str = "") -> dict[str, Any]:
        self._ids += 1
        at = int(self._now().timestamp())
        return {
            "id": f"demo{self._ids:08d}",
            "time": at,
            "event": kind,
            "topic": topic,
            "message": message,
        }

    def _press(self, phone: Phone, words: str) -> None:
        self._said.append(self._event("message", f"{TOPIC}{phone.carer}-answer", words))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Every answer since the stream's beginning, a line each, while there is mobile data."""
        if not self._phones.mobile_data:
            return await _lost(request)
        topics = request.match_info["topics"]
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        told = 0
        with suppress(ConnectionError):
            await response.write(_line(self._event("open", topics)))
            while self._phones.mobile_data:
                for event in self._said[told:]:
                    await response.write(_line(event))
                told = len(self._said)
                await asyncio.sleep(0.2)
        return response


async def _lost(request: web.Request) -> web.StreamResponse:
    """Say nothing for a while, then let the connection break, as a network without data does."""
    await asyncio.sleep(HANGS_S)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _line(event: dict[str, Any]) -> bytes:
    return msgspec.json.encode(event) + b"\n"
