"""What programs ask: how things stand, what has happened, and to answer an alert."""

from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from relayd.web.answering import Answering, Verdict
from relayd.web.events import Feed, line_document
from relayd.web.guard import Refusal
from relayd.web.metrics import TYPE, Metrics
from relayd.web.relay import Relay
from relayd.web.state import States

LINES, LINES_AT_MOST = 1000, 10_000
HIGHEST = 2**53


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an acknowledgement; *accepted* false means "I cannot"."""

    carer: str
    accepted: bool = True


class Api:
    """The handlers below ``/api``, and the two that other machines ask."""

    def __init__(
        self, relay: Relay, states: States, feed: Feed, answering: Answering, metrics: Metrics
    ) -> None:
        self._relay = relay
        self._states = states
        self._feed = feed
        self._answering = answering
        self._metrics = metrics

    async def state(self, _: web.Request) -> web.Response:
        """``GET /api/state``."""
        return document(self._states.document())

    async def timeline(self, request: web.Request) -> web.Response:
        """``GET /api/timeline?since=SEQ&limit=``: one JSON object a line."""
        since = _number(request, "since", 0, HIGHEST)
        limit = _number(request, "limit", LINES, LINES_AT_MOST)
        lines = await self._feed.lines(since, limit)
        body = b"".join(msgspec.json.encode(line_document(*line)) + b"\n" for line in lines)
        return web.Response(body=body, content_type="application/x-ndjson")

    async def acknowledge(self, request: web.Request) -> web.Response:
        """``POST /api/alerts/ID/acknowledge``."""
        try:
            answer = msgspec.json.decode(await request.read(), type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            carers = ", ".join(self._relay.engine.household.carers)
            said = f'Send JSON like {{"carer": "ana"}}. The carers are: {carers}.'
            raise Refusal(HTTPStatus.BAD_REQUEST, said) from None
        verdict = await self._answering.by_carer(
            request.match_info["alert"], answer.carer, accepted=answer.accepted, by="api"
        )
        return self._told(verdict)

    def _told(self, verdict: Verdict) -> web.Response:
        if verdict.alert is None:
            raise Refusal(verdict.status, verdict.sentence)
        return document(self._states.alert(verdict.alert))

    async def healthz(self, _: web.Request) -> web.Response:
        """``GET /healthz``: whether the engine keeps up with its own deadlines."""
        if self._relay.pulse.progressing():
            return web.Response(text="ok\n")
        late = "The engine is behind its own deadlines: relayd hangs, or the Pi is overloaded.\n"
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=late)

    async def metrics(self, _: web.Request) -> web.Response:
        """``GET /metrics``."""
        return web.Response(text=self._metrics.text(), headers={"Content-Type": TYPE})


def document(content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """A JSON answer."""
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=status, content_type="application/json")


def _number(request: web.Request, key: str, default: int, most: int) -> int:
    text = request.query.get(key, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{key} must be a whole number from 0 to {most}.")
    return min(int(text), most)
