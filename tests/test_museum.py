"""The museum: every real fault, built into a copy of relayd, is found out by what is known to."""

import os

import pytest
from museum.collection import COLLECTION
from museum.command import put_up
from museum.exhibit import ROOT, Exhibit
from swarm.live import violations
from swarm.schedule import day_of

AT_LEAST = 30
SEEDS = sorted({exhibit.seed for exhibit in COLLECTION if exhibit.seed is not None})


def test_there_are_enough_exhibits_and_each_has_its_own_name() -> None:
    names = {exhibit.name for exhibit in COLLECTION}
    assert len(names) == len(COLLECTION) >= AT_LEAST


@pytest.mark.parametrize("exhibit", COLLECTION, ids=lambda each: each.name)
def test_an_exhibit_still_fits_the_source(exhibit: Exhibit) -> None:
    """Where the source has moved on, the exhibit must move with it, or it shows nothing."""
    assert exhibit.applies
    assert exhibit.seed is not None or exhibit.tests, "say what finds it"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_that_finds_an_exhibit_finds_nothing_without_it(seed: int) -> None:
    """A day that fails anyway would find out every exhibit, and so none."""
    assert violations(day_of(seed)) == []


def test_the_readme_shows_every_exhibit_and_how_many_seeds_it_took() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {
        exhibit.name: f"| {exhibit.name} | {exhibit.bug} | "
        + (f"{exhibit.seed + 1:,} seed" if exhibit.seed is not None else "`")
        for exhibit in COLLECTION
    }
    assert [name for name, row in rows.items() if row not in readme] == []


def test_every_exhibit_is_found_out() -> None:
    shown = put_up(COLLECTION, os.cpu_count() or 1)
    assert [exhibit.name for exhibit, found in shown if found is None] == []
