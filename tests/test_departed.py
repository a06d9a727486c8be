"""What was wrong with a part that has left the household file is over, and nothing else is."""

from datetime import UTC, datetime

import pytest
from files import read

from relayd.departed import departed
from relayd.domain.alert import Alert, Code, Priority

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

STAY = [
    (Code.PATH_LOST, "dongle"),
    (Code.PATH_LOST, "modem text"),
    (Code.CHANNEL_REFUSED, "text"),
    (Code.CHANNEL_REFUSED, "modem text"),
    (Code.CHANNEL_REFUSED, "text to ana"),
    (Code.ANSWERS_LOST, "push"),
    (Code.CARER_UNREACHABLE, "ana"),
    (Code.CLOCK, ""),
    (Code.CLOCK, "leo"),
    (Code.STORAGE, ""),
    (Code.BROKER_LOST, ""),
    (Code.BAD_PAYLOAD, "relayd/gone/glucose"),
    (Code.MISHAP, ""),
]
GO = [
    (Code.PATH_LOST, "fibre"),
    (Code.PATH_LOST, "modem stick"),
    (Code.CHANNEL_REFUSED, "voice"),
    (Code.CHANNEL_REFUSED, "modem stick"),
    (Code.CHANNEL_REFUSED, "siren to ana"),
    (Code.CHANNEL_REFUSED, "text to nan"),
    (Code.ANSWERS_LOST, "voice"),
    (Code.CARER_UNREACHABLE, "nan"),
    (Code.CLOCK, "joe"),
]


@pytest.mark.parametrize(("condition", "about"), GO + STAY)
def test_a_fault_goes_with_the_part_it_is_about(condition: Code, about: str) -> None:
    """A fault that nobody can report gone would stand on the page for ever, and blunt the eye."""
    alert = Alert("relay-1", None, condition, Priority.LOW, NOON, NOON, NOON, about=about)
    over = list(departed(read(), [alert]))
    assert [(each.condition, each.about) for each in over] == (
        [(condition, about)] if (condition, about) in GO else []
    )
    assert not any(each.present for each in over)
