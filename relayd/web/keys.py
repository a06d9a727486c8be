"""Key presses of a call: Twilio posts them to the signed link, and wants its own markup back.

What it posts and expects: https://www.twilio.com/docs/voice/twiml/gather.
"""

from collections.abc import Mapping

from aiohttp import web

ACCEPTED, REFUSED = "1", "2"
THANKS = "Thank you. You have it."
UNDERSTOOD = "Understood. The others are called."
WORSE = "It has become worse since this call began. You will be called again."
OVER = "This alert is over. Goodbye."
AGAIN = "Press 1 if you have it, 2 if you cannot."


def pressed(form: Mapping[str, object]) -> str | None:
    """The key that was pressed, empty for none; None where this is not a call."""
    if "Digits" not in form and "CallSid" not in form:
        return None
    return str(form.get("Digits", ""))


def spoken(*sentences: str) -> web.Response:
    """Say *sentences* and hang up."""
    said = "".join(f'<Say language="en-GB">{sentence}</Say>' for sentence in sentences)
    return _markup(said)


def asked_again() -> web.Response:
    """Another key was pressed: ask once more, at the same address."""
    say = f'<Say language="en-GB">{AGAIN}</Say>'
    return _markup(f'<Gather input="dtmf" numDigits="1" timeout="10" method="POST">{say}</Gather>')


def _markup(inside: str) -> web.Response:
    return web.Response(text=f"<Response>{inside}</Response>", content_type="text/xml")
