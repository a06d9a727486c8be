"""Everything that can fail, alone and in pairs, against every kind of alert."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from relayd.cli import main
from relayd.config import load
from relayd.domain.contingency import Case
from relayd.domain.household import SeizureLimits
from relayd.simulate import Home, home_of
from relayd.simulate.contingency import Table, every_outage, outages

HOUSEHOLDS = Path(__file__).parent.parent / "config" / "households"


@cache
def table(name: str) -> Table:
    return every_outage(home(name))


def home(name: str) -> Home:
    return home_of(load(HOUSEHOLDS / f"{name}.toml", with_secrets=False))


def of(made: Table, *outage: str) -> list[Case]:
    return [case for case in made.cases if case.outage == outage]


def test_the_recommended_household_survives_every_single_failure() -> None:
    made = table("recommended")
    assert made.certificate.lost == ()
    assert made.kept_promise
    watched = {case.outage for case in made.cases if case.covered_by_watcher}
    assert watched == {("pi",), ("pi.power",)}


def test_one_sim_does_not_and_the_additions_say_what_they_would_buy() -> None:
    made = table("one-sim")
    lost = {case.outage for case in made.certificate.lost}
    assert {("network:o2-uk",), ("path:wifi",), ("carer:ana",), ("pi",)} <= lost
    assert ("network:o2-uk:data",) not in lost  # the text still comes
    assert made.certificate.remedies
    assert all(0 < each.keeps <= each.of for each in made.certificate.remedies)
    keeps = [each.keeps for each in made.certificate.remedies]
    assert keeps == sorted(keeps, reverse=True)


def test_the_worst_stands_first() -> None:
    verdicts = [case.kept for case in table("one-sim").cases]
    assert verdicts == sorted(verdicts, key=bool)
    assert verdicts[0] is False
    assert verdicts[-1] is True


def test_everybody_who_cannot_be_reached_is_named() -> None:
    made = table("recommended")
    assert {case.unreachable for case in of(made, "network:o2-uk")} == {("ana",)}
    assert {case.unreachable for case in of(made, "network:ee-uk")} == {("tom", "jo")}
    assert {case.unreachable for case in of(made, "path:dongle")} == {()}


def test_every_kind_of_alert_is_tried() -> None:
    made = home("recommended")
    wearer = replace(made.household.wearers["mia"], seizure=SeizureLimits())
    household = replace(made.household, wearers={"mia": wearer})
    both = every_outage(home_of(replace(made.config, household=household)))
    conditions = {case.condition for case in of(both, "network:ee-uk")}
    assert conditions == {"glucose.urgent_low", "glucose.silent", "seizure.alarm"}
    assert not [case for case in both.certificate.lost if case.condition == "seizure.alarm"]


def test_a_pair_takes_what_neither_takes_alone() -> None:
    made = home("two-homes")
    pairs = outages(made, by_pairs=True)
    assert ("path:broadband", "path:dongle") in pairs
    assert ("network:ee-uk", "network:ee-uk:data") not in pairs  # it says nothing more
    assert len(set(pairs)) == len(pairs)


def test_the_document_is_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(HOUSEHOLDS / "one-sim.toml")
    assert main(["simulate", "--every-outage", "--pairs", "--json", "--config", file]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["kept_promise"] is False
    first = told["rows"][0]
    assert {"outage", "condition", "wearer", "delivered", "unreachable", "kept_promise"} <= set(
        first
    )
    outages = [row["outage"] for row in told["rows"]]
    assert any(len(outage) == 2 for outage in outages)
    assert ["o2-uk"] in outages, "a network by its name alone"
    assert ["o2-uk:sms"] in outages
    assert ["wifi"] in outages or ["broadband"] in outages
    assert ["ana"] in outages
    assert ["handset:ana"] in outages, "what else is hers says what it is"
    good = next(row for row in told["rows"] if row["delivered"] is not None)
    assert set(good["delivered"]) == {"carer", "channel", "after_s"}


def test_the_table_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(HOUSEHOLDS / "recommended.toml")
    assert main(["simulate", "--every-outage", "--config", file]) == 0
    assert "watcher" in capsys.readouterr().out
