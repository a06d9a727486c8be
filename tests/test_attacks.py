"""Seventy-two attacks and odd inputs: a test meets each of them, or a reason says why none does."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from named_tests import exists

TABLE = Path(__file__).parent / "attacks.toml"
ATTACKS: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
LEFT_OUT = {number for number, row in ATTACKS.items() if "left_out" in row}
ANSWERS_LINKS_AND_CHANNELS = {str(number) for number in range(37, 63)}


def test_none_is_missing() -> None:
    assert list(ATTACKS) == [str(number) for number in range(1, 73)]


@pytest.mark.parametrize(
    "number", ATTACKS, ids=lambda number: f"{number} {ATTACKS[number]['tries']}"
)
def test_each_attack_is_met_by_tests_that_exist_or_left_out_with_a_reason(number: str) -> None:
    """A test that is renamed or dropped takes its row with it."""
    row = ATTACKS[number]
    assert len({"met_by", "left_out"} & set(row)) == 1
    if "left_out" in row:
        assert len(row["left_out"].split()) > 5
    else:
        assert row["met_by"]
        assert [name for name in row["met_by"] if not exists(name)] == []


def test_of_answers_links_and_channels_one_is_left_out() -> None:
    assert {"56"} == LEFT_OUT & ANSWERS_LINKS_AND_CHANNELS
