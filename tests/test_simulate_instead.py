"""A home in which nobody wears what a scenario speaks of rehearses what it can have."""

from functools import cache
from pathlib import Path

import pytest
from files import read

from relayd.config import ConfigFaults
from relayd.simulate import Home, home_of, load, names, rehearse

SENSOR = '[wearers.mia]\nname = "Mia"\nunit = "mmol/L"\n[wearers.mia.glucose]\n'
WATCH = '[wearers.leo]\nname = "Leo"\n[wearers.leo.seizure]\n'
SCRIPT = """
lasts = 60
[alert]
condition = "{condition}"
{more}
[[faults]]
component = "path:dongle"
"""


@cache
def home_without(table: str) -> Home:
    return home_of(read((table, "")))


@pytest.mark.parametrize("scenario", [name for name, _ in names()])
def test_every_shipped_scenario_plays_in_a_home_with_a_seizure_watch_alone(scenario: str) -> None:
    """The woman of the story wore a watch, and no sensor."""
    home = home_without(SENSOR)
    told = rehearse(home, load(scenario, home))
    assert {alert.condition for alert in told.alerts} & {"seizure.alarm", "seizure.silent"}
    assert any(note.startswith("Nobody in this home wears a glucose") for note in told.notes)


@pytest.mark.parametrize(
    ("worn", "condition", "becomes"),
    [
        (SENSOR, "glucose.urgent_low", "seizure.alarm"),
        (SENSOR, "glucose.low", "seizure.alarm"),
        (SENSOR, "glucose.silent", "seizure.silent"),
        (SENSOR, "seizure.fall", "seizure.fall"),
        (WATCH, "seizure.alarm", "glucose.urgent_low"),
        (WATCH, "seizure.silent", "glucose.silent"),
        (WATCH, "glucose.low", "glucose.low"),
    ],
)
def test_what_begins_is_what_somebody_here_can_have(
    tmp_path: Path, worn: str, condition: str, becomes: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SCRIPT.format(condition=condition, more=""))
    onset = load(str(file), home_without(worn)).onset
    assert onset is not None
    assert onset.condition.value == becomes


def test_where_the_scenario_names_somebody_nothing_else_is_put_in_its_place(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SCRIPT.format(condition="glucose.low", more='wearer = "leo"'))
    with pytest.raises(ConfigFaults, match="nobody in this household wears a glucose sensor"):
        load(str(file), home_without(SENSOR))
