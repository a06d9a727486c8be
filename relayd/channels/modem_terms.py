"""ModemManager's numbers and names, and what they mean for an attempt.

Numbers are those of ModemManager-enums.h and ModemManager-errors.h, delivery states those of 3GPP
TS 23.040, section 9.2.3.15.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from relayd.channels import Outcome
from relayd.channels.http import plain, undeliverable
from relayd.domain.delivery import Dissemination, Failure

ANY = "any"
STRANGE = "something answered, but not as ModemManager does"
ERRORS = "org.freedesktop.ModemManager1.Error."


class State(IntEnum):
    """How far a modem is, as far as it matters here."""

    FAILED = -1
    LOCKED = 2
    DISABLED = 3
    ENABLED = 6
    SEARCHING = 7
    REGISTERED = 8


class Pdu(IntEnum):
    """Kinds of texts that come in."""

    DELIVER = 1
    STATUS_REPORT = 3


class SmsState(IntEnum):
    """How far a text is."""

    RECEIVING = 2
    RECEIVED = 3
    SENDING = 4
    SENT = 5


REGISTRATION_DENIED = 3
EMERGENCY_ONLY = 8
ROAMING = frozenset({5, 7, 10})
SIM_MISSING = 2
PIN_WANTED, PUK_WANTED = 2, 4
PDU_MODES = frozenset(Pdu)


class Trouble(Exception):  # noqa: N818 - a modem's or a network's, and no error of ours
    """It did not work. *doubtful* is whether the message may have left all the same."""

    def __init__(self, failure: Failure, words: str, *, doubtful: bool = False) -> None:
        super().__init__(words)
        self.failure = failure
        self.doubtful = doubtful

    @property
    def outcome(self) -> Outcome:
        """What that means for a message."""
        return undeliverable(self.failure, str(self))


@dataclass(frozen=True, slots=True)
class Text:
    """A text that came in, whole: a carer's, or the network's report on one of ours."""

    path: str
    pdu: int
    state: int
    number: str
    text: str
    reference: int
    delivery: int
    at: str

    def __repr__(self) -> str:  # numbers and what people wrote stay out of logs
        return f"Text({self.path})"


@dataclass(frozen=True, slots=True)
class ModemState:
    """How the modem stands. *trouble* is None when it can send.

    *operator* is the network that serves it now and *home* the one whose SIM it is, both as mobile
    country and network code ("23430"), empty while unknown. *signal* is in per cent.
    """

    trouble: Trouble | None = None
    operator: str = ""
    operator_name: str = ""
    home: str = ""
    roaming: bool = False
    signal: int | None = None


def modem_trouble(state: int, failed: int, unlock: int, registration: int) -> Trouble | None:
    """Why a modem cannot send, in words for people; None if it can."""
    if state >= State.REGISTERED:
        return None
    if state == State.FAILED:
        if failed == SIM_MISSING:
            return Trouble(Failure.CREDENTIALS, "the modem has no SIM: put one in")
        return Trouble(Failure.PATH_DOWN, "the modem has failed: unplug it and plug it in again")
    if state == State.LOCKED:
        wanted = {PIN_WANTED: "its PIN: take the PIN off in a phone", PUK_WANTED: "its PUK"}
        words = f"the SIM asks for {wanted.get(unlock, 'a code: unlock it in a phone')}"
        return Trouble(Failure.CREDENTIALS, words)
    if registration == REGISTRATION_DENIED:
        words = "the network does not let this SIM in: is it active and paid for?"
        return Trouble(Failure.CREDENTIALS, words)
    if registration == EMERGENCY_ONLY:
        return Trouble(Failure.PATH_DOWN, "the network takes emergency calls only from this SIM")
    if state < State.ENABLED:
        return Trouble(Failure.PATH_DOWN, "the modem is not ready yet")
    return Trouble(Failure.PATH_DOWN, "the modem finds no network")


_SIM = "the SIM does not work: "
_GONE = "the modem is gone"
_DEAF = "the modem does not answer: unplug it and plug it in again"
_UNPERMITTED = "relayd may not use the modem: install systemd/50-relayd-modem.rules"
_UNSURE = "the network did not say in time whether it took it"
SENTENCES: Mapping[str, tuple[Failure, str]] = {
    "Core.Unauthorized": (Failure.CREDENTIALS, _UNPERMITTED),
    "Core.WrongState": (Failure.PATH_DOWN, "the modem is not ready"),
    "Core.NotFound": (Failure.PATH_DOWN, _GONE),
    "Core.Throttled": (Failure.BUSY, "the modem asks for patience"),
    "Core.InProgress": (Failure.BUSY, "the modem is busy"),
    "Core.Retry": (Failure.BUSY, "the modem asks to try again"),
    "Core.Aborted": (Failure.PATH_DOWN, "the modem gave up"),
    "Core.Cancelled": (Failure.PATH_DOWN, "the modem gave up"),
    "Core.Failed": (Failure.PATH_DOWN, "the modem could not send it"),
    "Message.SimNotInserted": (Failure.CREDENTIALS, "the modem has no SIM: put one in"),
    "Message.SimPin": (Failure.CREDENTIALS, "the SIM asks for its PIN: take the PIN off"),
    "Message.SimPuk": (Failure.CREDENTIALS, "the SIM asks for its PUK"),
    "Message.SimFailure": (Failure.CREDENTIALS, _SIM + "try it in a phone"),
    "Message.SimWrong": (Failure.CREDENTIALS, _SIM + "it is not the one this modem takes"),
    "Message.SimBusy": (Failure.BUSY, "the SIM is busy"),
    "Message.SmscAddressUnknown": (
        Failure.CREDENTIALS,
        "the SIM does not know its operator's message centre: set it in a phone",
    ),
    "Message.NoNetwork": (Failure.PATH_DOWN, "the modem finds no network"),
    "Message.NetworkTimeout": (Failure.PATH_DOWN, _UNSURE),
    "Message.MemoryFull": (Failure.BUSY, "the SIM's memory for texts is full"),
    "Message.InvalidPduParameter": (Failure.REFUSED, "the modem does not take this number or text"),
    "Message.NotAllowed": (Failure.REFUSED, "the modem or its network does not allow it"),
    "Message.Unknown": (
        Failure.REFUSED,
        "the network did not take it: is there credit, and may this SIM text that number?",
    ),
}
"""What each of ModemManager's errors means. One that is not here may work on the next try."""

_BUS = "org.freedesktop.DBus.Error."
BUS_SENTENCES: Mapping[str, tuple[Failure, str]] = {
    **dict.fromkeys(
        ("ServiceUnknown", "NameHasNoOwner"),
        (Failure.PATH_DOWN, "ModemManager does not run: apt install modemmanager"),
    ),
    **dict.fromkeys(
        ("UnknownMethod", "UnknownObject", "UnknownInterface"), (Failure.PATH_DOWN, _GONE)
    ),
    "AccessDenied": (Failure.CREDENTIALS, _UNPERMITTED),
}
_DOUBTFUL = frozenset({"Message.NetworkTimeout", "Serial.ResponseTimeout", "NoReply", "Timeout"})


def trouble_of(name: str, said: str) -> Trouble:
    """What an error of D-Bus means; *said* is what came with it."""
    short = name.removeprefix(ERRORS).removeprefix(_BUS)
    doubtful = short in _DOUBTFUL
    known = SENTENCES.get(short) if name.startswith(ERRORS) else BUS_SENTENCES.get(short)
    if known is not None:
        return Trouble(*known, doubtful=doubtful)
    if short.startswith("Serial."):
        return Trouble(Failure.PATH_DOWN, _DEAF, doubtful=doubtful)
    return Trouble(Failure.PATH_DOWN, f"the modem says: {plain(said) or short}", doubtful=doubtful)


FORWARDED, REPLACED, EXPIRED = 0x01, 0x02, 0x46
NEVER_HERE = frozenset({0x41, 0x42, 0x43, 0x45})
TEMPORARY, PERMANENT, GIVEN_UP, RESERVED = 0x20, 0x40, 0x60, 0x80


def fate(delivery: int) -> Outcome | None:
    """What a status report says of the message; None while its end is still open."""
    if delivery == 0:
        return Outcome(Dissemination.DELIVERED)
    if delivery in (FORWARDED, REPLACED):
        return Outcome(Dissemination.SENT)
    if delivery == EXPIRED:
        return undeliverable(Failure.EXPIRED, "the phone was off or out of reach until too late")
    if delivery in NEVER_HERE:
        return undeliverable(Failure.REFUSED, "this number cannot take texts")
    if PERMANENT <= delivery < GIVEN_UP:
        return undeliverable(Failure.UNREACHABLE, "the network gave it up for good")
    if GIVEN_UP <= delivery < RESERVED:
        return undeliverable(Failure.UNREACHABLE, "the phone is off or out of reach")
    return None
