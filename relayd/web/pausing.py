"""Planned silence over the API: a sensor change, a swim, a watch on its charger."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import msgspec
from aiohttp import web

from relayd.documents import stamp
from relayd.domain.event import Paused
from relayd.web.answering import unknown_carer
from relayd.web.api import document
from relayd.web.guard import Refusal
from relayd.web.relay import Relay

WRITTEN_WITHIN_S = 5.0


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """The body: for how many seconds, and who says so (a carer's id, where one does)."""

    for_s: float
    carer: str = ""


class Pausing:
    """``POST /api/wearers/ID/pause``."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def pause(self, request: web.Request) -> web.Response:
        """Begin a planned silence; answered once it is on disk."""
        try:
            plan = msgspec.json.decode(await request.read(), type=Plan)
            lasts = timedelta(seconds=plan.for_s)
        except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, ValueError):
            said = 'Send JSON like {"for_s": 7200}.'
            raise Refusal(HTTPStatus.BAD_REQUEST, said) from None
        wearer, engine = request.match_info["wearer"], self._relay.engine
        if plan.carer and plan.carer not in engine.household.carers:
            raise Refusal(HTTPStatus.BAD_REQUEST, unknown_carer(plan.carer, engine.household))
        why = engine.why_no_pause(wearer, lasts)
        if wearer not in engine.household.wearers:
            wearers = ", ".join(f"{w.id} ({w.name})" for w in engine.household.wearers.values())
            said = f"There is no wearer “{wearer[:80]}”. The wearers are: {wearers}."
            raise Refusal(HTTPStatus.NOT_FOUND, said)
        if why:
            raise Refusal(HTTPStatus.CONFLICT, f"{why[0].upper()}{why[1:]}.")
        written = asyncio.Event()
        self._relay.take(Paused(wearer, lasts, plan.carer), written.set)
        async with asyncio.timeout(WRITTEN_WITHIN_S):
            await written.wait()
        until = self._relay.clock.now() + engine.offset + lasts
        return document({"wearer": wearer, "until": stamp(until)})
