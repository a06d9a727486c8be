"""The swarm in the test suite: as many seeded days as fit into a few minutes, and none may fail."""

import os
from collections.abc import Callable

from swarm.many import Tally, judge_all
from swarm.schedule import day_of
from swarm.shrink import as_test, shrunk

from relayd.simulate.fault import Kind

SEEDS = 10_000
"""A count and not a clock: the same days on every machine. `make swarm SEEDS=…` lives more."""


def test_no_day_of_the_swarm_breaks_a_promise(
    measured: Callable[[str], None],
) -> None:
    """Twenty-four hours, ten faults, crashes at every transition; every invariant of SAFETY."""
    total = sum(judge_all(0, SEEDS, os.cpu_count() or 1), Tally(0, 0.0))
    measured(f"swarm: {total.words}")
    told = [f"python -m tests.swarm --seed {seed}: {found[0]}" for seed, found in total.failed]
    assert not told, "\n".join([total.words, *told])
    assert total.seeds == SEEDS


def test_the_same_seed_is_the_same_day() -> None:
    assert day_of(7) == day_of(7)
    assert day_of(7) != day_of(8)


def test_a_day_shrinks_to_what_matters_and_is_printed_as_a_test() -> None:
    day = next(
        day for day in map(day_of, range(100)) if any(f.kind is Kind.CRASH for f in day.faults)
    )
    small = shrunk(day, lambda less: any(f.kind is Kind.CRASH for f in less.faults))
    assert [fault.kind for fault in small.faults] == [Kind.CRASH]
    assert not small.onsets
    assert not small.troubles
    text = as_test(small, "crash")
    compile(text, "kept", "exec")
    assert "kind=Kind.CRASH" in text
