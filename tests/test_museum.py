"""The museum: every real fault, built into a copy of relayd, is found out by what is known to."""

import os

import pytest
from museum.collection import COLLECTION
from museum.command import put_up
from museum.exhibit import Exhibit

AT_LEAST = 30


def test_there_are_enough_exhibits_and_each_has_its_own_name() -> None:
    names = {exhibit.name for exhibit in COLLECTION}
    assert len(names) == len(COLLECTION) >= AT_LEAST


@pytest.mark.parametrize("exhibit", COLLECTION, ids=lambda each: each.name)
def test_an_exhibit_still_fits_the_source(exhibit: Exhibit) -> None:
    """Where the source has moved on, the exhibit must move with it, or it shows nothing."""
    assert exhibit.applies
    assert exhibit.seed is not None or exhibit.tests, "say what finds it"


def test_every_exhibit_is_found_out() -> None:
    shown = put_up(COLLECTION, os.cpu_count() or 1)
    assert [exhibit.name for exhibit, found in shown if found is None] == []
