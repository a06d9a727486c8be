"""Receipts of texts, the network's reports on them, and answers: what belongs to what."""

import hashlib
from datetime import UTC, datetime, timedelta

from relayd.channels import Message, Reply
from relayd.channels.modem_terms import Pdu, Text

CLOCKS_APART = timedelta(hours=1)  # The network's stamps beside ours: time zones set wrongly.
ENOUGH_DIGITS = 8  # A network may report in the national form.


def mark(number: str) -> str:
    """Stand for a phone number where numbers may not be shown."""
    digits = "".join(sign for sign in number if sign.isdecimal())
    return hashlib.sha256(digits[-ENOUGH_DIGITS:].encode()).hexdigest()[:12]


def receipt_of(message: Message, reference: int) -> str:
    """What finds the network's report on *message* again, after a restart too."""
    return f"{reference}:{mark(message.to)}:{message.at.timestamp():.0f}"


def reports_on(text: Text, receipt: str) -> bool:
    """Whether *text* is the network's report on the message with *receipt*.

    References are used again after 256 messages: a report that is older than the message, by the
    network's own stamp, is on an earlier one. A later stamp says only that our clock is slow.
    """
    reference, _, rest = receipt.partition(":")
    who, _, at_s = rest.partition(":")
    if text.pdu != Pdu.STATUS_REPORT or str(text.reference) != reference:
        return False
    if mark(text.number) != who or not at_s.isdecimal():
        return False
    stamped = _moment(text.at)
    begun = datetime.fromtimestamp(int(at_s), UTC)
    return stamped is None or stamped >= begun - CLOCKS_APART


def slot_of(receipt: str) -> str:
    """The reference and the number of a receipt: what the next message may bear again."""
    return receipt.rpartition(":")[0]


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def reply_of(text: Text, *, lay: bool) -> Reply:
    """A carer's answer; its id is the same when ModemManager names it anew."""
    said = hashlib.sha256(f"{text.number}\n{text.text}".encode()).hexdigest()[:12]
    at = _moment(text.at) or datetime.min.replace(tzinfo=UTC)
    return Reply(f"{text.at}/{said}", text.text, at, sender=text.number, lay=lay)
