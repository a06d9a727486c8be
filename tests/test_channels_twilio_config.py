"""What can be wrong with a number or a key of a Twilio channel, said before it is needed."""

import pytest

from relayd.channels.twilio_sms import Config, check_to, faults
from relayd.domain.secret import Secret


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("+447700900123", None),
        ("+15551234567", None),
        ("+44 7700 900123", "write +447700900123"),
        ("00447700900123", "write +447700900123"),
        ("07700 900123", "country code"),
        ("+44770090012x", "country code"),
        ("+447700900123;ext=4", "country code"),
        ("+" + "4" * 40, "country code"),
        ("+٤٤٧٧٠٠٩٠٠١٢٣", "country code"),
        ("", "country code"),
    ],
)
def test_numbers_must_work_from_everywhere(number: str, says: str | None) -> None:
    found = check_to(number)
    assert (found is None) == (says is None)
    assert says is None or says in (found or "")


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        (Config("AC1", Secret("t"), "+447700900000"), []),
        (Config("SK1", Secret("t"), "+447700900000"), ["account_sid"]),
        (Config("AC1", Secret("t"), "RELAYD"), ["from"]),
        (Config("x", Secret(""), "", "nowhere"), ["api", "account_sid", "from"]),
    ],
)
def test_faults_name_the_key(config: Config, keys: list[str]) -> None:
    assert [key for key, _, _ in faults(config)] == keys
    assert "+447700900000" not in repr(config)
