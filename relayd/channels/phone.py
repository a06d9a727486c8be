"""Phone numbers as every gateway wants them."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SEPARATORS = re.compile(r"[\s().\-/]+")
ENOUGH_DIGITS = 7  # as E.164's shortest


def same_line(one: str, other: str) -> bool:
    """Whether two numbers are one line's: a network may show a sender without its country.

    All that is shown must agree: two carers' numbers may differ in their first digits alone.
    """
    short, long = sorted((_significant(one), _significant(other)), key=len)
    return len(short) >= ENOUGH_DIGITS and long.endswith(short)


def _significant(number: str) -> str:
    return "".join(sign for sign in number if sign.isdecimal()).lstrip("0")


def e164_fault(number: str) -> str | None:
    """Say what is wrong with *number* and what to write instead; None if nothing is (ITU E.164)."""
    if _E164.fullmatch(number):
        return None
    digits = _SEPARATORS.sub("", number)
    if _E164.fullmatch(digits):
        return f"this number has spaces or signs in it: write {digits}"
    if digits.startswith("00") and _E164.fullmatch("+" + digits[2:]):
        return f"this number begins with 00: write +{digits[2:]}"
    return (
        "this is not a phone number that works from everywhere: "
        "write + and the country code, then digits only, such as +447700900123"
    )
