"""Durations that are legal and too short to be wise: a finding, and no fault."""

import pytest
from test_check import found

LEAST = {
    "promise": "30 s",
    "promise_seizure": "15 s",
    "confirm_within": "5 s",
    "answer_within": "30 s",
    "remind_every": "1 min",
    "lap_pause": "20 s",
}


@pytest.mark.parametrize(("key", "least"), LEAST.items())
def test_a_second_is_legal_and_unwise(key: str, least: str) -> None:
    """No text is proved within one second: every route would be begun before the first is known."""
    said = f"{key} = 1 s is short: less than {least} is unwise"
    levels = [f.level for f in found(("[plan]", f'[plan]\n{key} = "1 s"')) if said in f.text]
    assert levels == ["warn"]
    fine = [f for f in found(("[plan]", f'[plan]\n{key} = "{least}"')) if "is short" in f.text]
    assert fine == []
