"""A model of Twilio's messages, for the demo only: to the phones and back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from relayd.demo.phones import Phone, Phones, replies_asked

ARRIVES_AFTER_S = 0.8
ROOT = "/text/2010-04-01/Accounts/{account}"


@dataclass(slots=True)
class Sms:
    """One text, in or out."""

    sid: str
    sender: str
    to: str
    body: str
    at: datetime
    status: str
    direction: str = "outbound-api"

    def document(self) -> dict[str, Any]:
        """It as Twilio writes it."""
        at = format_datetime(self.at)
        return {
            "sid": self.sid,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": self.direction,
            "date_created": at,
            "date_sent": at if self.status in ("delivered", "received") else None,
            "error_code": None,
            "error_message": None,
        }


class TextGateway:
    """Takes texts, reports their delivery, and lists what came in, as relayd's channel asks it.

    https://www.twilio.com/docs/messaging/api/message-resource
    """

    def __init__(self, phones: Phones, number: str, now: Callable[[], datetime]) -> None:
        self._phones = phones
        self._number = number
        self._now = now
        self._texts: dict[str, Sms] = {}
        phones.send["text"] = self._reply

    def routes(self) -> list[web.RouteDef]:
        """Where relayd finds it."""
        return [
            web.post(f"{ROOT}/Messages.json", self._create),
            web.get(f"{ROOT}/Messages.json", self._list),
            web.get(f"{ROOT}/Messages/{{sid}}.json", self._fetch),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        form = await request.post()
        sms = self._keep(str(form["From"]), str(form["To"]), str(form["Body"]), "queued")
        asyncio.get_running_loop().call_later(ARRIVES_AFTER_S, self._deliver, sms)
        return web.json_response(sms.document(), status=201)

    def _deliver(self, sms: Sms) -> None:
        for phone in self._phones:
            if phone.number == sms.to:
                sms.status = "delivered"
                self._phones.show(phone, "text", sms.body, replies_asked(sms.body))

    def _reply(self, phone: Phone, words: str) -> None:
        sms = self._keep(phone.number, self._number, words, "received")
        sms.direction = "inbound"

    def _keep(self, sender: str, to: str, body: str, status: str) -> Sms:
        sid = f"SM{len(self._texts) + 1:032x}"
        self._texts[sid] = Sms(sid, sender, to, body, self._now(), status)
        return self._texts[sid]

    async def _fetch(self, request: web.Request) -> web.Response:
        sms = self._texts.get(request.match_info["sid"])
        if sms is None:
            refusal = {"code": 20404, "message": "there is no such message", "status": 404}
            return web.json_response(refusal, status=404)
        return web.json_response(sms.document())

    async def _list(self, request: web.Request) -> web.Response:
        """The newest texts by ``To`` and ``From``, on one page: a demo never needs a second."""
        wanted = request.query
        found = [
            sms.document()
            for sms in reversed(self._texts.values())
            if wanted.get("To", sms.to) == sms.to and wanted.get("From", sms.sender) == sms.sender
        ]
        page = found[: int(wanted.get("PageSize", "50"))]
        return web.json_response({"messages": page, "next_page_uri": None})
