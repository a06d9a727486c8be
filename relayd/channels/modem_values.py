"""What ModemManager's properties hold, taken only as what they should be."""

from collections.abc import Mapping
from typing import Any

from relayd.channels.modem_terms import STRANGE, Text, Trouble
from relayd.domain.delivery import Failure

NAME = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
MODEM, SMS = f"{NAME}.Modem", f"{NAME}.Sms"
MESSAGING, GSM = f"{MODEM}.Messaging", f"{MODEM}.Modem3gpp"
SIM = f"{NAME}.Sim"
PROPERTIES, OBJECTS = "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.ObjectManager"
DBUS, DBUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"


def _strange() -> Trouble:
    return Trouble(Failure.PATH_DOWN, STRANGE, doubtful=True)


def number(table: Mapping[str, Any], key: str, default: int | None = None) -> int:
    """The number under *key*. Raises ``Trouble`` where there is none and no *default*."""
    found = table.get(key, default)
    if isinstance(found, int):
        return found
    raise _strange()


def word(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """The text under *key*. Raises ``Trouble`` where there is none and no *default*."""
    found = table.get(key, default)
    if isinstance(found, str):
        return found
    raise _strange()


def path_of(reply: list[Any]) -> str:
    """The path that a call returned."""
    if len(reply) == 1 and isinstance(reply[0], str) and reply[0].startswith("/"):
        return reply[0]
    raise _strange()


def text_of(path: str, table: Mapping[str, Any]) -> Text:
    """A text, from its properties."""
    return Text(
        path,
        number(table, "PduType"),
        number(table, "State"),
        word(table, "Number", ""),
        word(table, "Text", ""),
        number(table, "MessageReference", 0),
        number(table, "DeliveryState", 0x100),
        word(table, "Timestamp", ""),
    )
