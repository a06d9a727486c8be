"""The annotated scenario, config/scenario.toml, is complete, true and valid as it stands."""

import re
import tomllib
from pathlib import Path

import pytest

from relayd.config import load
from relayd.config.fault import Faults
from relayd.simulate import home_of, rehearse
from relayd.simulate.body import CAN_BEGIN
from relayd.simulate.cast import ROLES
from relayd.simulate.fault import AIMS, Kind
from relayd.simulate.script import ALERT, AWAY, FAULT, MANUAL, SHARES, TOP, script_of

ROOT = Path(__file__).parent.parent
FILE = ROOT / "config" / "scenario.toml"
TEXT = FILE.read_text(encoding="utf-8")
HOUSEHOLDS = sorted((ROOT / "config" / "households").glob("*.toml"))


@pytest.mark.parametrize("household", HOUSEHOLDS, ids=lambda path: path.stem)
def test_the_manual_can_be_rehearsed_as_it_stands(household: Path) -> None:
    told = rehearse(home_of(load(household, with_secrets=False)), str(FILE))
    assert told.scenario == "a-bad-evening"
    assert {band.words for band in told.outages} >= {"mobile data on O2: dead"}
    assert told.kept_promise is not None


def test_the_manual_has_every_key_there_is() -> None:
    """A key that nobody can find does not exist."""
    known = {*TOP, *ALERT, *AWAY, *FAULT}
    written = set(re.findall(r"^(?:# )?([a-z_]+) = ", TEXT, re.MULTILINE))
    written |= set(re.findall(r"^\[+([a-z]+)\]+$", TEXT, re.MULTILINE))
    assert written == known


@pytest.mark.parametrize(
    "words",
    [
        [kind.value for kind in Kind],
        sorted(code.value for code in CAN_BEGIN),
        list(ROLES),
        list(AIMS),
        list(SHARES),
    ],
    ids=["faults", "conditions", "roles", "aims", "shares"],
)
def test_the_manual_names_every_word_that_may_stand_there(words: list[str]) -> None:
    remarks = "\n".join(line for line in TEXT.splitlines() if line.startswith("#"))
    missing = [w for w in words if not re.search(rf"(?<![\w-]){re.escape(w)}(?![\w-])", remarks)]
    assert missing == []


def test_every_key_stands_under_a_remark() -> None:
    lines = TEXT.splitlines()
    seen = set[str]()
    for above, line in zip(["", *lines], lines, strict=False):
        key = re.match(r"([a-z_]+) = ", line)
        if key and key[1] not in seen | {"about", "component", "to", "duty"}:
            assert above.startswith("#"), line
        if key:
            seen.add(key[1])


def test_the_defaults_are_as_the_manual_says() -> None:
    script = script_of({"alert": {"condition": "glucose.low"}}, FILE, Faults())
    assert (script.lasts, script.follow, script.at) == (120.0, 90.0, 0.0)
    assert (script.shares, script.after_low, script.network) == ("core", False, None)
    assert script.name == FILE.stem
    assert script.starts.isoformat(timespec="minutes") == "2026-01-12T03:00"
    document = tomllib.loads(TEXT)
    assert {type(document[key]) for key in ("name", "about", "starts")} == {str}


def test_the_hint_after_a_mistake_and_the_readme_name_the_manual() -> None:
    assert (ROOT / MANUAL.partition(",")[0]) == FILE
    assert "(config/scenario.toml)" in (ROOT / "README.md").read_text(encoding="utf-8")
