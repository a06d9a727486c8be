"""Since when somebody is waited for outlives a restart, whatever stands in the file."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from houses import NOON, minutes

from relayd.store import starting_from, waited_from


@dataclass
class Kept:
    """What is kept over a restart."""

    held: dict[str, str] = field(default_factory=dict)
    written: int = 0

    def meta(self, key: str) -> str | None:
        """Give what was kept."""
        return self.held.get(key)

    def set_meta(self, key: str, value: str) -> None:
        """Keep it."""
        self.held[key] = value
        self.written += 1


def test_the_first_start_counts_and_is_written_once() -> None:
    kept = Kept()
    for restart in range(4):
        found = waited_from(kept, ["mia", "leo"], NOON + minutes(5 * restart))
        assert found == {"mia": NOON, "leo": NOON}
    assert kept.written == 1, "a start writes nothing that is known"


def test_who_is_new_in_the_file_is_waited_for_from_now() -> None:
    kept = Kept()
    waited_from(kept, ["mia"], NOON)
    assert waited_from(kept, ["mia", "leo"], NOON + minutes(9)) == {
        "mia": NOON,
        "leo": NOON + minutes(9),
    }


def test_who_left_the_file_begins_anew() -> None:
    kept = Kept()
    waited_from(kept, ["mia", "leo"], NOON)
    waited_from(kept, ["mia"], NOON + minutes(5))
    assert waited_from(kept, ["mia", "leo"], NOON + minutes(9))["leo"] == NOON + minutes(9)


def test_a_clock_that_went_back_leads_nobody_into_the_future() -> None:
    kept = Kept()
    waited_from(kept, ["mia"], NOON)
    earlier = NOON - timedelta(days=1)
    assert waited_from(kept, ["mia"], earlier) == {"mia": earlier}


@pytest.mark.parametrize(
    ("starts", "latest", "found"),
    [
        ([0.0], None, 0.0),
        ([0.0, 0.9, 1.8, 9.0], None, 0.0),
        ([0.0, 0.9], 0.5, 0.9),
        ([0.0, 0.9], -30.0, 0.0),
        ([0.0, 10.1], None, 10.1),
        ([0.0, -5.0], None, -5.0),
    ],
)
def test_starts_that_follow_each_other_belong_together_until_something_is_written(
    starts: list[float], latest: float | None, found: float
) -> None:
    kept = Kept()
    written = None if latest is None else NOON + minutes(latest)
    moments = [starting_from(kept, written, NOON + minutes(start)) for start in starts]
    assert moments[-1] == NOON + minutes(found)


SPOILT = ("", "[]", "{", '{"mia": 5}', '{"mia": "noon"}', '{"mia": "2026-03-02"}')


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_cannot_be_read_counts_as_never_written(spoilt: str) -> None:
    kept = Kept({"waited_from": spoilt})
    assert waited_from(kept, ["mia"], NOON) == {"mia": NOON}
