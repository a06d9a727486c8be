"""The demo's second page, the carers' phones to look at and to answer from, and its server."""

from datetime import tzinfo
from typing import Any, Self

import aiohttp
from aiohttp import web
from yarl import URL

from relayd.demo.page import PAGE
from relayd.demo.phones import Note, Phone, Phones
from relayd.demo.push import PushServer
from relayd.demo.text import TextGateway

SHUT_WITHIN_S = 0.5


class Pocket:
    """Serves the phones' page and the modelled services on one port of 127.0.0.1."""

    def __init__(
        self,
        phones: Phones,
        push: PushServer,
        text: TextGateway,
        *,
        port: int,
        zone: tzinfo,
        relay: URL,
        token: str,
    ) -> None:
        self._phones = phones
        self._port = port
        self._zone = zone
        self._relay = relay
        self._token = token
        app = web.Application()
        app.add_routes(push.routes())
        app.add_routes(text.routes())
        app.add_routes([
            web.get("/", self._page),
            web.get("/relayd", self._sign_in),
            web.get("/phones", self._state),
            web.post("/phones/{carer}/{note}/{button}", self._answer),
            web.post("/mobile-data/{state}", self._mobile_data),
        ])  # fmt: skip
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUT_WITHIN_S)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text=PAGE, content_type="text/html")

    async def _sign_in(self, request: web.Request) -> web.Response:
        """Open relayd's page signed in: hand on the cookie that its own form gives."""
        del request
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                self._relay / "sign-in", data={"token": self._token}, allow_redirects=False
            ) as answer,
        ):
            cookies = answer.headers.getall("Set-Cookie", [])
        response = web.Response(status=303, headers={"Location": str(self._relay)})
        for cookie in cookies:
            response.headers.add("Set-Cookie", cookie)
        return response

    async def _state(self, request: web.Request) -> web.Response:
        del request
        phones = [self._screen(phone) for phone in self._phones]
        return web.json_response({"mobile_data": self._phones.mobile_data, "phones": phones})

    def _screen(self, phone: Phone) -> dict[str, Any]:
        notes = [self._bubble(note) for note in phone.notes]
        return {"carer": phone.carer, "name": phone.name, "notes": notes}

    def _bubble(self, note: Note) -> dict[str, Any]:
        return {
            "note": note.id,
            "by": note.by,
            "body": note.body,
            "at": f"{note.at.astimezone(self._zone):%H:%M:%S}",
            "asks": bool(note.replies),
            "answered": note.answered,
        }

    async def _answer(self, request: web.Request) -> web.Response:
        where = request.match_info
        phone = self._phones.of(where["carer"])
        notes = phone.notes if phone is not None else []
        note = next((one for one in notes if one.id == where["note"]), None)
        if phone is None or note is None or not self._phones.answer(phone, note, where["button"]):
            return web.Response(status=409, text="there is nothing to answer here any more")
        return web.Response(status=204)

    async def _mobile_data(self, request: web.Request) -> web.Response:
        self._phones.mobile_data = request.match_info["state"] == "on"
        return web.Response(status=204)
