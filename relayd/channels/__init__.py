"""The ways to reach a carer, one file each. This file is the contract and the one list."""

import importlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, NamedTuple, Protocol

import aiohttp

from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure

KINDS: Mapping[str, str] = {
    "ntfy": "relayd.channels.ntfy",
    "webhook": "relayd.channels.webhook",
    "twilio-sms": "relayd.channels.twilio_sms",
    "twilio-voice": "relayd.channels.twilio_voice",
    "pushover": "relayd.channels.pushover",
    "modem-sms": "relayd.channels.modem_sms",
}
"""What each module has:

- ``KIND``, its name here, and ``Config``, a frozen dataclass: the keys of ``[channels.NAME]``. A
  field's metadata has ``doc``, and ``key`` where Python will not have the name (``from``).
- ``traits(config)``: what its word is worth.
- ``check_to(to)``: what is wrong with a carer's address, in a sentence; None if nothing is.
- ``faults(config)``: what is wrong with the values, as (key, what, remedy).
- ``lacks()``, where it needs more than relayd itself: what is not installed, None if nothing.
- ``open_channel(name, config, addresses)``: the channel; *addresses* is every ``to`` of every
  route on it.
"""


def module_of(kind: str) -> ModuleType:
    """Import the module of *kind*; what it needs is imported now, not in an emergency."""
    return importlib.import_module(KINDS[kind])


@dataclass(frozen=True, slots=True)
class Traits:
    """What a configured channel's word is worth; see :class:`relayd.domain.household.Route`.

    *own_way*: it leaves the house by a way of its own, and by none of the Pi's paths.
    """

    proves: bool
    wakes: bool = False
    sounder: bool = False
    quiet: bool = False
    answers: bool = False
    needs_to: bool = True
    own_way: bool = False


class Message(NamedTuple):
    """What is to be said to one carer over one route.

    *key* is the attempt's id: the same over every path and after a crash, so that a service that
    honours such keys says it once. *type* is the webhook type (``alert.raised`` and so on).
    *token* answers exactly this attempt; *answer_url* is its link, None where carers cannot reach
    relayd. *document* is the webhook's ``data``. *valid_for* is how long it can still matter.
    *asks* is whether the carer is to answer at all. *tag* is an emoji short code of ntfy's. *code*
    is the word that names the alert in a text to relayd, empty where relayd reads none.
    """

    key: str
    alert: str
    carer: str
    to: str
    type: str
    title: str
    text: str
    priority: Priority
    at: datetime
    valid_for: timedelta
    asks: bool
    document: Mapping[str, Any]
    token: str = ""
    answer_url: str | None = None
    tag: str = ""
    code: str = ""

    def __repr__(self) -> str:  # health values and numbers stay out of logs
        return f"Message({self.key}, {self.type})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one send came to: how far it got, and why no further.

    *receipt* is the gateway's own name for the message, by which its fate is followed. *words*
    are the gateway's own, for people.
    """

    status: Dissemination
    failure: Failure | None = None
    receipt: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a carer sent back. One of *token* (a signed one) and *sender* (a number) is given.

    *id* is the gateway's own name for it: the same reply may come more than once. *lay*: it had
    come in before anybody listened, so only its stamp says when.
    """

    id: str
    text: str
    at: datetime
    token: str = ""
    sender: str = ""
    lay: bool = False

    def __repr__(self) -> str:  # what people wrote stays out of logs
        return f"Reply({self.id})"


class ReplyError(Exception):
    """The stream of replies broke; the sentence says why."""


class Channel(Protocol):
    """One configured channel.

    *session* is always the caller's, bound to the path it stands for: a channel opens none of its
    own. One with a way of its own is lent a session that leads nowhere. Expected failures are
    outcomes, never exceptions: ``send`` answers SENT when the gateway took the message, DELIVERED
    only on proof, and UNDELIVERABLE with a failure otherwise; with PATH_DOWN nothing is known of
    the message's fate. It takes no longer than its own time limit.
    """

    name: str

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Say *message* once."""
        ...

    def follow(self, receipt: str, session: aiohttp.ClientSession) -> AsyncIterator[Outcome]:
        """Yield what becomes of a message that was SENT, each change once, until it is final.

        Nothing at all where the service has no receipts. A failed look-up is no outcome: it is
        tried again with back-off until the caller stops asking.
        """
        ...

    def replies(self, session: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        """Yield what carers send back, for as long as it is iterated; repeats are allowed.

        It runs while some alert is open, and ends at once where the service brings no answers. It
        raises ``ReplyError`` when it loses touch; the caller begins again, on the next path.
        """
        ...

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Stop what still rings of a message that was SENT: somebody has answered by now.

        Nothing where the service cannot. It does what it can within its time limit and raises
        nothing: what cannot be stopped ends by itself.
        """
        ...
