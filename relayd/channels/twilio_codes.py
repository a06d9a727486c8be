"""What Twilio's codes mean for an attempt: https://www.twilio.com/docs/api/errors.

Twilio adds to them and warns that they may change, so an unknown one is never more than "it did
not get there".
"""

from collections.abc import Mapping

from relayd.channels import Outcome
from relayd.channels.http import plain, undeliverable
from relayd.domain.delivery import Failure


def failed(code: int | None, sentence: str | None, hide: tuple[str, ...]) -> Outcome:
    """The outcome of a message that Twilio took and gave up."""
    failure = FAILURES.get(code or 0, Failure.UNREACHABLE)
    return undeliverable(failure, sentence_of(code or 0, sentence or "", hide))


def sentence_of(code: int, said: str, hide: tuple[str, ...]) -> str:
    """Our own words for the codes a person can do something about; else Twilio's, made plain."""
    words = SENTENCES.get(code) or plain(said, hide) or "it was not delivered"
    return f"Twilio {code}: {words}" if code else words


_TEMPORARY = (14107, 20429, 20500, 20503, 21611, 30001, 30410, 30500, 63038)
_ACCOUNT = (
    *(10001, 20003, 20005, 20006, 20404, 90010, 30002),  # who we are
    *(21210, 21212, 21603, 21606, 21659, 21660, 30032, 30034),  # the number we send from
)
_THIS_NUMBER = (
    *(13223, 13224, 13225, 13226, 13227, 21201, 21211, 21214, 21215, 21216, 21217, 21219),
    *(21265, 21408, 21602, 21604, 21608, 21610, 21612, 21614, 21617, 21635, 30004, 30005),
    *(30006, 30007, 32205),
)
FAILURES: Mapping[int, Failure] = {
    **dict.fromkeys(_TEMPORARY, Failure.BUSY),
    **dict.fromkeys(_ACCOUNT, Failure.CREDENTIALS),
    **dict.fromkeys(_THIS_NUMBER, Failure.REFUSED),
    30036: Failure.EXPIRED,
}
"""What each code means for the attempt. What is not here (30003, 30008, …) is UNREACHABLE."""

SENTENCES: Mapping[int, str] = {
    20003: "the account or its auth token is wrong",
    20005: "the account is suspended",
    20404: "the account does not exist",
    21210: "the number in `from` is not verified in the console, or not this account's",
    21211: "this is not a phone number",
    21219: "a trial account calls only numbers verified in the console",
    21408: "the account may not send to this country: allow it under Geo permissions",
    21606: "the number in `from` cannot send texts, or belongs to another account",
    21608: "a trial account sends only to numbers verified in the console",
    21610: "this phone has answered STOP: it must text START to your number first",
    21614: "this number cannot take texts: use a call",
    30002: "the account is suspended",
    30003: "the phone is off or out of reach",
    30004: "the phone or its operator blocks these texts",
    30005: "this number is not in service",
    30006: "this is a landline, or its operator takes no texts: use a call",
    30007: "the operator took it for spam",
    30034: "the number in `from` is not registered for texts to the United States",
    30036: "it came too late to matter and was dropped",
    63038: "the account's limit for one day is reached",
    90010: "the account is not active",
}
