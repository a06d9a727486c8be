"""One modem at the far end of D-Bus: what it is told, and the texts that lie in it.

https://www.freedesktop.org/software/ModemManager/doc/latest/ModemManager/ref-dbus.html
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from relayd.channels.modem_terms import (
    PDU_MODES,
    STRANGE,
    SmsState,
    State,
    Text,
    Trouble,
    trouble_of,
)
from relayd.channels.modem_values import (
    DBUS,
    DBUS_PATH,
    MESSAGING,
    MODEM,
    NAME,
    PROPERTIES,
    SMS,
    number,
    path_of,
    text_of,
)
from relayd.domain.delivery import Failure

CALL_S = 10.0
ENABLE_S = 30.0
RETRY_S = 0.2
ON = True
RELATIVE = 1  # A validity that counts from now, in minutes.
MOST_MINUTES = 7 * 24 * 60

RULES = (
    f"type='signal',sender='{NAME}'",
    f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{NAME}'",
)


def plain(reply: list[Any]) -> Mapping[str, Any]:
    """The properties in a reply, out of their wrappers."""
    table = reply[0] if reply else None
    if not isinstance(table, dict):
        raise Trouble(Failure.PATH_DOWN, STRANGE, doubtful=True)
    return {key: each.value for key, each in table.items() if isinstance(each, Variant)}


class Link:
    """A live connection to one modem. What breaks it ends it: the next begins anew.

    *texts* are those that came in and are whole, by their paths; *heard* grows with all that comes
    or changes. Every method raises ``Trouble``.
    """

    def __init__(self, bus: MessageBus, modem: str = "") -> None:
        self.texts: dict[str, Text] = {}
        self.lost: Trouble | None = None
        self.modem = modem
        self.heard = 0
        self._bus = bus
        self._changed = asyncio.Event()
        self._unread: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        bus.add_message_handler(self._hear)
        self._spawn(self._wait_for_the_end())

    # Speaking -------------------------------------------------------------------

    async def call(
        self,
        path: str,
        member: str,
        signature: str = "",
        *body: object,
        within_s: float = CALL_S,
        at: str = NAME,
    ) -> list[Any]:
        """Call the method *member*, named with its interface, and give what it returns."""
        if self.lost is not None:
            raise self.lost
        interface, _, method = member.rpartition(".")
        asked = Message(at, path, interface, method, signature=signature, body=list(body))
        try:
            async with asyncio.timeout(within_s):
                reply = await self._bus.call(asked)
        except TimeoutError:
            words = "ModemManager did not answer in time"
            raise Trouble(Failure.PATH_DOWN, words, doubtful=True) from None
        except (OSError, EOFError):
            reply = None
        if reply is None:
            self.lose("the connection to ModemManager broke")
            raise Trouble(Failure.PATH_DOWN, str(self.lost), doubtful=True)
        if reply.message_type is MessageType.ERROR:
            said = str(reply.body[0]) if reply.body else ""
            raise trouble_of(reply.error_name or "", said)
        return list(reply.body)

    async def values(self, path: str, interface: str) -> Mapping[str, Any]:
        """Read every property of one interface."""
        return plain(await self.call(path, f"{PROPERTIES}.GetAll", "s", interface))

    async def create(self, to: str, text: str, minutes: int) -> str:
        """Put a text together and give its path; it asks for a report, and expires."""
        valid = [RELATIVE, Variant("u", min(max(minutes, 1), MOST_MINUTES))]
        parts = {
            "number": Variant("s", to),
            "text": Variant("s", text),
            "delivery-report-request": Variant("b", ON),
            "validity": Variant("(uv)", valid),
        }
        return path_of(await self.call(self.modem, f"{MESSAGING}.Create", "a{sv}", parts))

    async def sent(self, path: str, within_s: float) -> Text:
        """Send a text that was created; its reference is the one that its report will bear."""
        await self.call(path, f"{SMS}.Send", within_s=within_s)
        return await self.text(path)

    async def text(self, path: str) -> Text:
        """Read a text as it stands, ours or another's."""
        return text_of(path, await self.values(path, SMS))

    async def delete(self, path: str, within_s: float = CALL_S) -> None:
        """Delete a text, as far as that goes: the SIM has room for a few only.

        ModemManager refuses for a moment while it reads the SIM.
        """
        self.texts.pop(path, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        await self.call(self.modem, f"{MESSAGING}.Delete", "o", path)
                    except Trouble as trouble:
                        if trouble.failure is Failure.BUSY:
                            await asyncio.sleep(RETRY_S)
                            continue
                    return

    # Hearing --------------------------------------------------------------------

    async def news(self, since: int) -> None:
        """Wait until more was heard than *since*: ``heard`` as it was before the caller looked."""
        while self.lost is None and self.heard == since:
            await self._changed.wait()
        if self.lost is not None:
            raise self.lost

    async def listen(self) -> None:
        """Ask for every signal, switch the modem on, and read what lies in it already."""
        for rule in RULES:
            await self.call(DBUS_PATH, f"{DBUS}.AddMatch", "s", rule, at=DBUS)
        modem = await self.values(self.modem, MODEM)
        if number(modem, "State") == State.DISABLED:
            await self._enable()
        if number(modem, "State") < State.DISABLED:
            return  # Locked or broken: it has no texts, and whoever sends is told why.
        listed = await self.call(self.modem, f"{MESSAGING}.List")
        for path in listed[0] if listed and isinstance(listed[0], list) else []:
            await self._read(path)

    async def _enable(self) -> None:
        """Switch the modem on; whoever sends is told what became of it."""
        with contextlib.suppress(Trouble):
            await self.call(self.modem, f"{MODEM}.Enable", "b", ON, within_s=ENABLE_S)

    async def _read(self, path: str) -> None:
        """Read a text; one of which parts are missing is read again when it changes."""
        self._unread.add(path)
        with contextlib.suppress(Trouble):
            text = await self.text(path)
            if text.state == SmsState.RECEIVING:
                return
            if text.pdu in PDU_MODES and text.state == SmsState.RECEIVED:
                self.texts[path] = text
                self._wake()
        self._unread.discard(path)

    def _hear(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        match message.member, message.body:
            case "NameOwnerChanged", [str(name), *_] if name == NAME:
                self.lose("ModemManager stopped")
            case "InterfacesRemoved", [str(path), list(gone)] if path == self.modem:
                if MODEM in gone:
                    self.lose("the modem is gone")
            case "Added", [str(path), *_] if message.path == self.modem:
                self._spawn(self._read(path))
            case "StateChanged", [int(before), State.DISABLED, *_] if before < State.DISABLED:
                self._spawn(self._enable())
            case "Deleted", [str(path)]:
                self.texts.pop(path, None)
            case "PropertiesChanged", _:
                if message.path in self._unread:
                    self._spawn(self._read(message.path))
                self._wake()
            case _:
                pass

    def _wake(self) -> None:
        self.heard += 1
        self._changed.set()
        self._changed = asyncio.Event()

    # Ending ---------------------------------------------------------------------

    def lose(self, words: str) -> None:
        """End it: whoever waits hears why."""
        if self.lost is None:
            self.lost = Trouble(Failure.PATH_DOWN, words)
        self._wake()
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        if self.lost is None:
            self.lost = Trouble(Failure.PATH_DOWN, "the connection was closed")
        if self._bus.connected:
            self._bus.disconnect()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for_the_end(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        self.lose("the connection to the system bus broke")
