"""ModemManager as far as relayd sees it, on a private bus, with a script of behaviours.

It speaks D-Bus only; a behaviour's HTTP status stands for the error that means the same here.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self, cast

from aiohttp import web
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from modems import NAME, ROOT, private_bus

from doubles.base import OK, Call, Double, Seen

MODEM = f"{ROOT}/Modem/0"
IMEI = "490154203237518"
ERRORS = {
    400: "Message.InvalidPduParameter",
    401: "Message.SimPin",
    402: "Message.Unknown",
    403: "Core.Unauthorized",
    410: "Message.NotAllowed",
    429: "Core.Throttled",
    500: "Core.Failed",
    503: "Core.InProgress",
}
GOOD = 200
SENT, RECEIVED = 5, 3


class ManagerDouble(Double):
    """One modem with one SIM. ``double.texts`` are its Sms objects, by their paths."""

    def __init__(self, modem: Mapping[str, Variant] | None = None) -> None:
        super().__init__()
        self.texts: dict[str, dict[str, Variant]] = {}
        self.modem = {
            "State": Variant("i", 8),
            "EquipmentIdentifier": Variant("s", IMEI),
            "SignalQuality": Variant("(ub)", [67, True]),
            "Sim": Variant("o", f"{ROOT}/SIM/0"),
            **(modem or {}),
        }
        self._made = 0
        self._stack = AsyncExitStack()
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        self.url = await self._stack.enter_async_context(private_bus(Path(folder)))
        await self.appear()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shut()
        await asyncio.gather(*self._tasks)
        await self.vanish()
        await self._stack.aclose()
        if kind is None:
            self.assert_nothing_unexpected()

    async def appear(self) -> None:
        """Come to the bus, as when systemd starts it."""
        self._bus = await MessageBus(self.url).connect()
        self._bus.add_message_handler(self._hear)
        await self._bus.request_name(NAME)

    async def vanish(self) -> None:
        """Leave the bus, as a daemon that dies."""
        if self._bus is not None:
            bus, self._bus = self._bus, None
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    def receive(self, **properties: Variant) -> str:
        """Let a text come in, or a report."""
        path = self._make({"State": Variant("u", RECEIVED), **properties})
        self._signal(MODEM, f"{NAME}.Modem.Messaging.Added", "ob", path, True)  # noqa: FBT003
        return path

    def unplug(self) -> None:
        """Let the modem vanish."""
        gone = [f"{NAME}.Modem"]
        objects = "org.freedesktop.DBus.ObjectManager.InterfacesRemoved"
        self._signal(ROOT, objects, "oas", MODEM, gone)

    def change(self, path: str, **properties: Variant) -> None:
        """Change a text, and say so."""
        self.texts[path].update(properties)
        changed = "org.freedesktop.DBus.Properties.PropertiesChanged"
        self._signal(path, changed, "sa{sv}as", f"{NAME}.Sms", properties, [])

    def _signal(self, path: str, member: str, signature: str, *body: object) -> None:
        assert self._bus is not None
        interface, _, name = member.rpartition(".")
        self._bus.send(Message.new_signal(path, interface, name, signature, list(body)))

    def _make(self, properties: dict[str, Variant]) -> str:
        path = f"{ROOT}/SMS/{self._made}"
        self._made += 1
        self.texts[path] = {"PduType": Variant("u", 2), "State": Variant("u", 0), **properties}
        return path

    def _hear(self, message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL or message.destination is None:
            return False
        task = asyncio.create_task(self._serve(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _serve(self, message: Message) -> None:
        try:
            reply = await self._replied(message)
        except _Vanished:
            await self.vanish()
            await self.appear()
            return
        if self._bus is not None:
            await self._bus.send(reply)

    async def _replied(self, message: Message) -> Message:
        path = message.path or ""
        match message.member:
            case "GetManagedObjects":
                found = {MODEM: {f"{NAME}.Modem": self.modem, f"{NAME}.Modem.Messaging": {}}}
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [found])
            case "GetAll":
                return self._properties(message, path, message.body[0])
            case "List":
                return Message.new_method_return(message, "ao", [list(self.texts)])
            case "Create":
                return Message.new_method_return(message, "o", [self._created(message.body[0])])
            case "Delete":
                self.texts.pop(message.body[0], None)
                self.tell()
                return Message.new_method_return(message)
            case "Send":
                return await self._asked_to_send(message, path)
            case _:
                self.unexpected.append(f"{message.interface}.{message.member}")
                return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "")

    def _properties(self, message: Message, path: str, interface: str) -> Message:
        tables: dict[str, Mapping[str, Variant]] = {
            f"{NAME}.Modem": self.modem,
            f"{NAME}.Sms": self.texts.get(path, {}),
            f"{NAME}.Modem.Modem3gpp": {
                "RegistrationState": Variant("u", 5),
                "OperatorCode": Variant("s", "23430"),
            },
            f"{NAME}.Sim": {"OperatorIdentifier": Variant("s", "23415")},
        }
        if interface == f"{NAME}.Sms" and path not in self.texts:
            return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "gone")
        return Message.new_method_return(message, "a{sv}", [dict(tables[interface])])

    def _created(self, asked: Mapping[str, Variant]) -> str:
        if not asked["delivery-report-request"].value:
            self.unexpected.append("a text that asks for no report proves nothing")
        return self._make({"Number": asked["number"], "Text": asked["text"]})

    async def _asked_to_send(self, message: Message, path: str) -> Message:
        self.seen.append(Seen("Send", path, {}, b""))
        queue = self._queued["send"]
        behaviour = queue.popleft() if queue else self._standing.get("send", OK)
        self.tell()
        text = self.texts[path]
        request = _Request(f"{text['Number'].value} {text['Text'].value}")
        accept: Callable[[Call], Any] = lambda _: self._send(path)  # noqa: E731
        answer = await behaviour.act(Call(self, cast("web.Request", request), accept))
        if answer.status != GOOD:
            name, words = ERRORS[answer.status], cast("web.Response", answer).text or ""
            return Message.new_error(message, f"{NAME}.Error.{name}", words)
        if cast("web.Response", answer).text:
            self.texts[path] = {"State": Variant("s", cast("web.Response", answer).text)}
        return Message.new_method_return(message)

    async def _send(self, path: str) -> web.StreamResponse:
        reference = len([one for one in self.seen if one.method == "Send"]) % 256
        if path in self.texts:
            sent = {"State": Variant("u", SENT), "MessageReference": Variant("u", reference)}
            self.change(path, **sent)
        return web.Response()

    def error(self, status: int, code: int, words: str, headers: Mapping[str, str]) -> web.Response:
        return web.Response(status=status, text=words)


class _Vanished(Exception):  # noqa: N818 - not an error: the double is to leave the bus
    """Raised where a behaviour breaks the connection."""


class _Request:
    """As much of a request as behaviours touch."""

    def __init__(self, said: str) -> None:
        self.headers: Mapping[str, str] = {}
        self.transport = SimpleNamespace(abort=self._abort)
        self._said = said

    async def read(self) -> bytes:
        return self._said.encode()

    def _abort(self) -> None:
        raise _Vanished
