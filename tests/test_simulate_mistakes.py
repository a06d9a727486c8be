"""A scenario with a mistake gets one clear message, the nearest name, and exit status 2."""

import json
from pathlib import Path

import pytest

from relayd.cli import main

HOUSEHOLDS = Path(__file__).parent.parent / "config" / "households"
GOOD = """
name = "mine"
starts = "2026-01-12T03:00"
lasts = 60
network = "o2-uk"
[alert]
condition = "glucose.urgent_low"
[[faults]]
component = "network:data"
from = 0
to = 60
"""


def simulate(*words: str, household: str = "recommended") -> int:
    return main(["simulate", *words, "--config", str(HOUSEHOLDS / f"{household}.toml")])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"network:data"', '"path:brodband"', '"path:broadband"'),
        ('"network:data"', '"handset:anna"', '"handset:ana"'),
        ('"network:data"', '"network:o3-uk"', '"network:o2-uk"'),
        ('"network:data"', '"network:smss"', '"network:sms"'),
        ('"network:data"', '"home-lien"', '"home-line"'),
        ("from = 0", 'fault = "los"', '"loss"'),
        ("from = 0", 'fault = "captive-potal"', '"captive-portal"'),
        ("from = 0", 'fault = "dead"', 'Did you mean "down"?'),
        ("from = 0", 'fault = "slow"', 'Did you mean "delay"?'),
        ("from = 0", "form = 0", '"from"'),
        ("from = 0", 'fault = "captive-portal"', "cannot fail by"),
        ("from = 0", 'fault = "refuses"', "That is for: carer"),
        ("lasts = 60", "last = 60", '"lasts"'),
        ("to = 60", "to = -5", "not possible"),
        ("from = 0", "from = 90", "it ends at 60 min, and begins at 90 min"),
        ("to = 60", 'to = "an hour"', "a number is wanted here"),
        ("to = 60", "to = 60\np = 1.5", "a number from 0 to 1"),
        ("to = 60", 'to = 60\naim = "comit"', '"commit"'),
        ('"2026-01-12T03:00"', '"three in the morning"', "is no time"),
        ('"glucose.urgent_low"', '"glucose.urgent_lo"', '"glucose.urgent_low"'),
        (
            '"glucose.urgent_low"',
            '"seizure.alarm"\nwearer = "mia"',
            "nobody in this household wears",
        ),
        ("[alert]", '[alert]\nwearer = "mio"', '"mia"'),
        ('network = "o2-uk"', 'network = "o3-uk"', '"o2-uk"'),
        ('network = "o2-uk"', "", "no network is named"),
        ('network = "o2-uk"', 'network = "o2-uk"\nshares = "cor"', '"core"'),
        ("[alert]", "[alert", "this is not TOML"),
    ],
)
def test_a_mistake_is_said_with_its_remedy(
    old: str, new: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new))
    assert simulate(str(file)) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "1 fault:" in told.err
    assert not told.out


def test_all_mistakes_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the file, and what this household does not have, in one pass."""
    file = tmp_path / "mine.toml"
    spoilt = GOOD.replace("lasts = 60", "last = 60").replace("network:data", "path:brodband")
    file.write_text(spoilt.replace("from = 0", 'fault = "los"'))
    assert simulate(str(file)) == 2
    told = capsys.readouterr().err
    assert "3 faults:" in told
    for said in ('"lasts"', '"loss"', '"path:broadband"'):
        assert said in told


@pytest.mark.parametrize("text", ["", 'name = "mine"\nlasts = 60\n'])
def test_a_scenario_in_which_nothing_happens_is_a_mistake(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    assert simulate(str(file)) == 2
    assert "nothing fails in it, and nothing begins" in capsys.readouterr().err


def test_the_same_file_without_a_mistake_is_rehearsed(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace('"network:data"', '"network"'))
    assert simulate(str(file), "--json") == 0
    assert simulate(str(file), "--json", household="one-sim") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("o2-2081",), 'Did you mean "o2-2018"?'),
        (("there/is/none.toml",), "the file cannot be read"),
        (("o2-2018", "--at", "soon"), "is no time for --at"),
        (("o2-2018", "--at", "24:00"), "is no time for --at"),
        ((), "name a scenario"),
        (("o2-2018", "att-2024", "--html", "a.html"), "--html takes one scenario"),
    ],
)
def test_wrong_usage_is_said(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(*words) == 2
    assert said in capsys.readouterr().err


def test_a_broken_household_file_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "relayd.toml"
    file.write_text("[hom]\n")
    assert main(["simulate", "o2-2018", "--config", str(file)]) == 2
    assert '"home"' in capsys.readouterr().err


def test_at_is_minutes_or_a_time_of_day(capsys: pytest.CaptureFixture[str]) -> None:
    """The O2 outage began at 05:30: ten o'clock is 270 minutes later."""
    told = []
    for at in ("270", "10:00"):
        assert simulate("o2-2018", "--at", at, "--json") == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]
    assert told[0]["alerts"][0]["true_onset_s"] == 270 * 60


def test_at_worst_tries_every_minute(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("dns-dead", "--at", "worst", "--json") == 0
    assert json.loads(capsys.readouterr().out)["notes"][0].startswith("Of 60 onsets tried")


def test_the_list_tells_of_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 17
    assert any(line.startswith("o2-2018 ") and "6 December 2018" in line for line in lines)
    assert simulate("--list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["scenarios"]) == 17


def test_the_document_is_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("o2-2018", "--json", "--seed", "7") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["scenario"], told["seed"], told["promise_s"]) == ("o2-2018", 7, 120.0)
    raised = next(line for line in told["timeline"] if line["event"] == "alert.raised")
    assert set(raised) == {"t", "event", "alert", "wearer", "condition", "priority"}
    (alert,) = told["alerts"]
    assert set(alert["delivered"]) == {"carer", "channel", "after_s"}
    assert set(alert["acknowledged"]) == {"carer", "after_s"}
    assert told["unreached"] == []
    assert told["kept_promise"] is True


def test_several_scenarios_are_one_document_and_the_worst_exit_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert simulate("dexcom-2019", "o2-2018", "--json", household="one-sim") == 1
    told = json.loads(capsys.readouterr().out)
    assert [each["kept_promise"] for each in told] == [True, False]


def test_a_page_is_written_that_can_be_sent(tmp_path: Path) -> None:
    page = tmp_path / "o2.html"
    assert simulate("o2-2018", "--html", str(page)) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert simulate("o2-2018", "--html", str(tmp_path / "no" / "o2.html")) == 2
