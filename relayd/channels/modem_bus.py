"""The bus that ModemManager is on: finding the modem, and holding one connection for all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

from dbus_fast import BusType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError

from relayd.channels.modem_link import Link
from relayd.channels.modem_state import ready, state_of
from relayd.channels.modem_terms import ANY, STRANGE, ModemState, Trouble
from relayd.channels.modem_values import MESSAGING, MODEM, OBJECTS, ROOT
from relayd.domain.delivery import Failure

CONNECT_S = 4.0
T = TypeVar("T")


class Line:
    """One connection to one modem, there while somebody needs it, made anew when it broke.

    *address* is the bus's, the system bus if None; *wanted* is an IMEI, or "any".
    """

    def __init__(self, address: str | None, wanted: str) -> None:
        self._address = address
        self._wanted = wanted
        self._link: Link | None = None
        self._users = 0
        self._opening = asyncio.Lock()

    async def state(self) -> ModemState:
        """How the modem stands now."""
        async with self.held() as link:
            return await state_of(link)

    @contextlib.asynccontextmanager
    async def ready(self) -> AsyncIterator[Link]:
        """The same, once the modem has a network."""
        async with self.held() as link:
            await ready(link)
            yield link

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[Link]:
        """Give the connection for a while. Raises ``Trouble`` when there is none to be had."""
        self._users += 1
        try:
            async with self._opening:
                if self._link is None or self._link.lost is not None:
                    self._link = await _opened(self._address, self._wanted)
                link = self._link
            yield link
        finally:
            self._users -= 1
            if self._users == 0 and self._link is not None:
                self._link.close()
                self._link = None


async def _opened(address: str | None, wanted: str) -> Link:
    link = Link(await _connected(address))
    try:
        (found,) = await link.call(ROOT, f"{OBJECTS}.GetManagedObjects") or [None]
        link.modem = _choice(found, wanted)
        await link.listen()
    except BaseException:
        link.close()
        raise
    return link


async def _connected(address: str | None) -> MessageBus:
    try:
        bus = MessageBus(address, BusType.SYSTEM)
        async with asyncio.timeout(CONNECT_S):
            return await bus.connect()
    except (OSError, EOFError, AuthError, InvalidAddressError):  # a TimeoutError is an OSError
        words = "there is no connection to the system bus: is dbus installed, and does it run?"
        raise Trouble(Failure.PATH_DOWN, words) from None


def _choice(found: object, wanted: str) -> str:
    """The path of the modem to use: the one with that IMEI, or the one that is readiest."""
    if not isinstance(found, dict):
        raise Trouble(Failure.PATH_DOWN, STRANGE)
    modems = {path: _properties(each) for path, each in found.items() if _sends_texts(each)}
    if wanted != ANY:
        modems = {
            path: each for path, each in modems.items() if each["EquipmentIdentifier"] == wanted
        }
    if not modems:
        which = "no modem is there" if wanted == ANY else "the modem with this IMEI is not there"
        raise Trouble(Failure.PATH_DOWN, f"{which}: is it plugged in?")
    best: str = max(modems, key=lambda path: modems[path]["State"])
    return best


def _sends_texts(interfaces: object) -> bool:
    """Whether it is a modem. One that is locked or broken has no messaging yet: it counts too."""
    return isinstance(interfaces, dict) and isinstance(interfaces.get(MODEM), dict)


def _properties(interfaces: Mapping[str, Mapping[str, Variant]]) -> dict[str, Any]:
    modem = interfaces[MODEM]
    able = MESSAGING in interfaces
    imei = _value(modem, "EquipmentIdentifier", "")
    return {"State": (able, _value(modem, "State", 0)), "EquipmentIdentifier": imei}


def _value(table: Mapping[str, Variant], key: str, default: T) -> T:
    """The value under *key*, where it is what it should be."""
    found = table.get(key)
    value = found.value if isinstance(found, Variant) else default
    return value if isinstance(value, type(default)) else default
