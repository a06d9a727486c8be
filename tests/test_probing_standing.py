"""What links, probes and sends come to: a table of what happens, and the state it ends in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from relayd.domain.belief import PathState
from relayd.probing_standing import Standing

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
UP, DOWN, UNPROVEN = PathState.UP, PathState.DOWN, PathState.UNPROVEN
Act = Callable[[Standing, datetime], None]

STEPS: dict[str, Act] = {
    "proof": lambda s, now: s.proved("204", now),
    "failure": lambda s, now: s.failed("no answer", now, at_once=False),
    "urgent failure": lambda s, now: s.failed("no answer", now, at_once=True),
    "stranger": lambda s, now: s.met_a_stranger("portal", now),
    "lost": lambda s, now: s.link_lost("no link", now),
    "back": lambda s, now: s.link_returned(now),
    "carried": lambda s, now: s.carried(now),
    "doubted": lambda s, now: s.doubted(now),
}


def after(steps: str, *, probed: bool, apart: timedelta = timedelta(seconds=10)) -> Standing:
    """How a path stands after *steps*, so far *apart*."""
    standing = Standing(NOW, probed=probed)
    for place, step in enumerate(filter(None, steps.split(", "))):
        STEPS[step](standing, NOW + place * apart)
    return standing


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("", UNPROVEN),
        ("proof", UP),
        ("failure", UNPROVEN),
        ("proof, failure", UP),
        ("proof, failure, failure", DOWN),
        ("proof, failure, proof, failure", UP),
        ("proof, urgent failure", DOWN),
        ("proof, failure, failure, proof", UP),
        ("stranger", UNPROVEN),
        ("proof, stranger", UNPROVEN),
        ("proof, failure, failure, stranger", DOWN),
        ("proof, stranger, proof", UP),
        ("lost", DOWN),
        ("proof, lost", DOWN),
        ("proof, lost, back", DOWN),
        ("proof, lost, back, proof", UP),
        ("proof, lost, back, carried", DOWN),
        ("carried", UNPROVEN),
        ("proof, doubted", UP),
    ],
)
def test_only_a_probe_proves_a_path_that_can_be_probed(steps: str, state: PathState) -> None:
    assert after(steps, probed=True).state is state


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("carried", UP),
        ("doubted", UNPROVEN),
        ("carried, doubted", UNPROVEN),
        ("carried, doubted, carried", UP),
        ("carried, lost", DOWN),
        ("lost, doubted", DOWN),
        ("carried, lost, back", UNPROVEN),
        ("lost, back, carried", UP),
    ],
)
def test_what_it_carries_proves_a_path_that_nobody_probes(steps: str, state: PathState) -> None:
    assert after(steps, probed=False).state is state


FLAPS = "proof, lost, back, proof, lost, back"


@pytest.mark.parametrize(
    ("steps", "apart_s", "state"),
    [
        (f"{FLAPS}, proof", 10, DOWN),
        (f"{FLAPS}, proof, proof", 10, UP),
        (f"{FLAPS}, proof, failure, proof", 10, DOWN),
        (f"{FLAPS}, proof", 100, UP),
        ("proof, lost, back, proof", 10, UP),
    ],
)
def test_a_path_that_flaps_must_prove_itself_twice(
    steps: str, apart_s: int, state: PathState
) -> None:
    """Else each flap would draw the next call onto a way that is about to go."""
    assert after(steps, probed=True, apart=timedelta(seconds=apart_s)).state is state


def test_it_says_since_when_and_why() -> None:
    standing = after("proof, proof, lost", probed=True)
    assert (standing.since, standing.evidence) == (NOW + timedelta(seconds=20), "no link")
    standing = after("proof, proof", probed=True)
    assert standing.since == NOW
