"""Lines that ask nothing, and whether all that is told fits into one SMS."""

from itertools import product

import pytest
from houses import NOON, minutes
from test_words import NTFY, OF_WEARERS, SMS, alert, house, say

from relayd.channels.gsm7 import septets, to_gsm7
from relayd.domain.alert import Cause, Code, Evidence, Presence, Priority
from relayd.domain.delivery import Purpose
from relayd.domain.reading import Bound, Trend, Unit


@pytest.mark.parametrize("purpose", [Purpose.CLEARED, Purpose.HANDED_OVER])
@pytest.mark.parametrize("code", OF_WEARERS)
def test_quiet_lines_ask_nothing(purpose: Purpose, code: Code) -> None:
    text = say(alert(code, acknowledged_by="tom"), SMS, purpose).text
    assert "Reply" not in text


def test_the_end_says_what_was_and_what_is() -> None:
    about = alert(
        Code.URGENT_LOW, presence=Presence.OFF, worst_mg_dl=50.5, worst_at=NOON,
        evidence=Evidence(106, Bound.WITHIN, None, NOON + minutes(30)),
    )  # fmt: skip
    text = say(about, NTFY, Purpose.CLEARED, of=house(name="Mia")).text
    assert text == "Mia URGENT LOW is over: was 2.8 at 12:00, now 5.9 mmol/L."


def test_the_end_of_a_silence_says_what_was_missed() -> None:
    about = alert(
        Code.SILENT, presence=Presence.OFF, missed=(NOON, NOON + minutes(20), 45.0),
        evidence=Evidence(106, Bound.WITHIN, None, NOON),
    )  # fmt: skip
    text = say(about, NTFY, Purpose.CLEARED, of=house(name="Mia")).text
    assert (
        text == "Mia: readings are back, now 5.9 mmol/L. Meanwhile low at 12:00-12:20, lowest 2.5."
    )


def test_who_has_it_is_told_to_her_and_to_the_others() -> None:
    about = alert(
        Code.URGENT_LOW, presence=Presence.ACKNOWLEDGED, acknowledged_by="ana",
        quiet_until=NOON + minutes(40),
    )  # fmt: skip
    of = house(name="Mia")
    assert say(about, NTFY, Purpose.HANDED_OVER, of=of).text == (
        "Mia URGENT LOW: you have it. Thank you. You will be asked again at 12:40."
    )
    theirs = about._replace(acknowledged_by="tom")
    assert say(theirs, NTFY, Purpose.HANDED_OVER, of=of).text == "Mia URGENT LOW: Tom has it."


TYPICAL = {
    Code.URGENT_LOW: 50.0, Code.URGENT_LOW_SOON: 88.0, Code.LOW: 68.0, Code.FALLING_FAST: 118.0,
    Code.HIGH: 280.0, Code.VERY_HIGH: 380.0, Code.SILENT: 180.0,
}  # fmt: skip


@pytest.mark.parametrize(("code", "cause"), list(product(OF_WEARERS, Cause)), ids=str)
@pytest.mark.parametrize("priority", list(Priority))
def test_it_fits_one_sms(code: Code, cause: Cause, priority: Priority) -> None:
    """A name of twelve letters, help of forty: the answer at the end must not be cut off."""
    presences = [Presence.ON, *([Presence.LATCHED] if code.latching else [])]
    purposes = [purpose for purpose in Purpose if purpose is not Purpose.PAUSED]
    for unit, presence, purpose, bound in product(Unit, presences, purposes, Bound):
        evidence = Evidence(TYPICAL.get(code), bound, Trend.FALLING_SLOWLY, NOON)
        about = alert(
            code, priority=priority, cause=cause, presence=presence, evidence=evidence,
            acknowledged_by="ana", quiet_until=NOON + minutes(40), worst_mg_dl=45.0, worst_at=NOON,
            missed=(NOON, NOON + minutes(20), 45.0),
        )  # fmt: skip
        text = say(about, SMS, purpose, of=house(unit)).text
        assert septets(text) <= 160, f"{septets(text)}: {text}"
        assert to_gsm7(text) == text, "nothing in it that an SMS cannot carry"
