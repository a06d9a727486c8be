"""Drills over the API, and the links that their messages carry."""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from relayd.documents import alert_document
from relayd.drill import Drills, Refused
from relayd.drill.drill import Drill
from relayd.web.answering import Answering
from relayd.web.api import Answer, Api, document
from relayd.web.guard import Refusal
from relayd.web.links import Links

Body = TypeVar("Body")
LONGEST = 12  # digits
EXAMPLES = {"drill": '{"outages": ["o2-uk"]}', "test": '{"carer": "ana"}'}


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a drill: what is held dead, for how long at most, by whose plan."""

    outages: list[str] = []
    for_s: float | None = None
    wearer: str | None = None


class Tested(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a test: whose routes, and which of them (all, if none is named)."""

    carer: str
    route: int | None = None
    for_s: float | None = None


class Drilling:
    """``/api/drill`` and ``/api/test``."""

    def __init__(self, drills: Drills, api: Api) -> None:
        self._drills = drills
        self._api = api

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Where it is asked."""
        return (
            web.get("/api/drill", self.progress),
            web.post("/api/drill", self.drill),
            web.post("/api/drill/end", self.end),
            web.post("/api/test", self.test),
        )

    async def drill(self, request: web.Request) -> web.Response:
        """Begin a drill."""
        asked = await _body(request, Asked, "drill")
        try:
            drill = self._drills.drill(asked.outages, _span(asked.for_s), asked.wearer)
        except Refused as refused:
            raise _refusal(refused) from refused
        return document(progress_of(drill, 0))

    async def test(self, request: web.Request) -> web.Response:
        """Try the routes of one carer."""
        asked = await _body(request, Tested, "test")
        try:
            drill = self._drills.test(asked.carer, asked.route, _span(asked.for_s))
        except Refused as refused:
            raise _refusal(refused) from refused
        return document(progress_of(drill, 0))

    async def acknowledge(self, request: web.Request) -> web.Response:
        """``POST /api/alerts/ID/acknowledge``, where ID may be a drill's."""
        drill = self._drills.owner(request.match_info["alert"])
        if drill is None:
            return await self._api.acknowledge(request)
        answer = await _body(request, Answer, "test")
        verdict = await Answering(drill).by_carer(
            drill.id, answer.carer, accepted=answer.accepted, by="api"
        )
        if verdict.alert is None:
            raise Refusal(verdict.status, verdict.sentence)
        return document(alert_document(verdict.alert, drill.engine.offset))

    async def end(self, _: web.Request) -> web.Response:
        """End the one that runs."""
        self._drills.stop()
        return document(progress_of(self._drills.current, 0))

    async def progress(self, request: web.Request) -> web.Response:
        """How the drill stands that runs, or was the last; ``?since=`` lines are known already."""
        text = request.query.get("since", "0")
        if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST:
            raise Refusal(HTTPStatus.BAD_REQUEST, "since must be a whole number.")
        return document(progress_of(self._drills.current, int(text)))


def progress_of(drill: Drill | None, since: int) -> dict[str, Any]:
    """The document: its state, its lines, how each route stands, and once it is over its story."""
    if drill is None:
        return {"drill": None, "state": None, "lines": [], "next": 0, "routes": []}
    return {
        "drill": drill.id,
        "state": drill.state,
        "lifted_by": drill.lifted_by,
        "began_at": drill.timeline.began,
        "held": [outage.words for outage in drill.held.outages],
        "for_s": drill.lasts.total_seconds(),
        "lines": drill.timeline.documents(since),
        "next": len(drill.timeline.lines),
        "routes": drill.routes(),
        "story": drill.story(),
    }


class AnyLinks:
    """``/a/TOKEN`` where a token may belong to a drill."""

    def __init__(self, links: Links, drills: Drills) -> None:
        self._links = links
        self._drills = drills

    async def show(self, request: web.Request) -> web.Response:
        """``GET``: it changes nothing."""
        return await self._of(request).show(request)

    async def press(self, request: web.Request) -> web.Response:
        """``POST``: the answer."""
        return await self._of(request).press(request)

    def _of(self, request: web.Request) -> Links:
        token = request.match_info["token"]
        drill = self._drills.by_token(token)
        return self._links if drill is None else Links(drill, Answering(drill))


async def _body(request: web.Request, kind: type[Body], name: str) -> Body:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = f"Send JSON like {EXAMPLES[name]}."
        raise Refusal(HTTPStatus.BAD_REQUEST, said) from None


def _span(seconds: float | None) -> timedelta | None:
    if seconds is None:
        return None
    if not 0 < seconds < 86400:  # noqa: PLR2004 - a day; also no NaN
        raise Refusal(HTTPStatus.BAD_REQUEST, "for_s must be a number of seconds above 0.")
    return timedelta(seconds=seconds)


def _refusal(refused: Refused) -> Refusal:
    status = HTTPStatus.BAD_REQUEST if refused.wrong else HTTPStatus.CONFLICT
    return Refusal(status, refused.sentence)
