"""What a call says and asks, in Twilio's markup: https://www.twilio.com/docs/voice/twiml."""

import html
import re

from yarl import URL

MOST = 4000  # Twilio takes no longer markup with a call.
MOST_SPOKEN = 800
KEYS = "Press 1 if you have it, 2 if you cannot."
NO_KEY = "No key was pressed. Goodbye."
NO_ANSWER = "This call cannot take an answer. Please answer one of the other messages."

UNITS = {"mmol/L": "millimol per litre", "mg/dL": "milligrams per decilitre"}
_UNIT = re.compile("|".join(map(re.escape, UNITS)), re.IGNORECASE)
_SPOKEN_UNIT = {unit.lower(): words for unit, words in UNITS.items()}
_MINUTES = re.compile(r"\b(\d+) min\b")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_PHONE = re.compile(r"\+?\d[\d ]{4,}\d")


def twiml(text: str, answer_url: str | None, code: str, *, asks: bool) -> str:
    """A call's whole markup, at most 4000 characters: *text* twice, and how to answer.

    With *answer_url* a key press is POSTed there, as ``Digits``; without it the way to answer is a
    text with *code*, where there is one.
    """
    line = pronounced(text)[:MOST_SPOKEN]
    made = _markup(line, answer_url, code, asks=asks)
    while len(made) > MOST and line:
        line = line[: len(line) * 3 // 4]
        made = _markup(line, answer_url, code, asks=asks)
    return made


def _markup(line: str, answer_url: str | None, code: str, *, asks: bool) -> str:
    if not asks:
        return f"<Response>{_twice(line)}</Response>"
    if answer_url is None:
        return f"<Response>{_twice(line, by_text(code))}</Response>"
    action = html.escape(str(URL(answer_url).update_query(by="voice")))
    gather = f'<Gather input="dtmf" numDigits="1" timeout="10" action="{action}" method="POST">'
    return f"<Response>{gather}{_twice(line, KEYS)}</Gather>{_say(NO_KEY)}</Response>"


def _twice(*lines: str) -> str:
    once = '<Pause length="1"/>' + "".join(_say(line) for line in lines)
    return once + once


def _say(line: str) -> str:
    return f'<Say language="en-GB">{html.escape(_sayable(line))}</Say>'


def by_text(code: str) -> str:
    """How to answer where no key can be pressed; the code is spelt, as it must be typed."""
    if not code:
        return NO_ANSWER
    spelt = " ".join(code)
    return (
        f"To answer, send a text to relayd: 1, and then {spelt} as one word, if you have it; "
        f"2, and then {spelt}, if you cannot."
    )


def pronounced(text: str) -> str:
    """*text* as a voice should read it: units in words, numbers by digits, nothing shouted."""
    text = _UNIT.sub(lambda found: _SPOKEN_UNIT[found[0].lower()], _sayable(text))
    text = _MINUTES.sub(r"\1 minutes", text)
    text = _SHOUTED.sub(lambda found: found[0].lower(), text)
    return _PHONE.sub(_by_digits, text)


def _by_digits(found: re.Match[str]) -> str:
    return ", ".join(" ".join(group) for group in found[0].split())


def _sayable(text: str) -> str:
    """*text* on one line, without what no voice can say and XML may not hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
