"""`python -m tests.swarm`: so many days, or one of them, or the little of it that matters."""

import argparse
import sys

from swarm.live import violations
from swarm.many import Tally, judge_all
from swarm.schedule import Day, day_of
from swarm.shrink import as_test, shrunk

SHOWN = 10


def main(arguments: list[str] | None = None) -> int:
    """Run it; 1 where anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.swarm", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many days")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="on how many cores")
    parser.add_argument("--seed", type=int, help="one day, and everything that is wrong in it")
    parser.add_argument("--shrink", type=int, metavar="SEED", help="the least that still fails")
    options = parser.parse_args(arguments)
    if options.shrink is not None:
        return _shrink(options.shrink)
    if options.seed is not None:
        return _one(options.seed)
    return _many(options.first, options.seeds, options.jobs)


def _many(first: int, seeds: int, jobs: int) -> int:
    total = Tally(0, 0.0)
    for tally in judge_all(first, seeds, jobs):
        if tally.failed and not total.failed:
            seed, found = tally.failed[0]
            print(f"seed {seed} fails: {found[0]}")
            print(
                f"  again: python -m tests.swarm --seed {seed}   (or --shrink {seed})", flush=True
            )
        total += tally
        if sys.stderr.isatty():
            print(f"\r{total.seeds:,} of {seeds:,} ", end="", file=sys.stderr)
    for seed, found in total.failed[:SHOWN]:
        print(f"seed {seed}: {len(found)} violations, the first: {found[0]}")
    print(total.words)
    return 1 if total.failed else 0


def _one(seed: int) -> int:
    day = day_of(seed)
    _tell(day)
    found = violations(day)
    for violation in found:
        print(violation)
    print(f"seed {seed}: {len(found)} violations")
    return 1 if found else 0


def _tell(day: Day) -> None:
    for onset in day.onsets:
        print(f"{onset.t:9.1f}  {onset.wearer}: {onset.condition}")
    for fault in sorted(day.faults, key=lambda one: one.begins):
        aim = f", aimed at the {fault.aim}" if fault.aim else ""
        print(f"{fault.begins:9.1f}  {fault.component} {fault.kind} to {fault.ends:.1f}{aim}")
    for trouble in day.troubles:
        print(f"{trouble.t:9.1f}  {trouble.what}")


def _shrink(seed: int) -> int:
    found = violations(day_of(seed))
    if not found:
        print(f"seed {seed} does not fail")
        return 0
    wanted = found[0].invariant
    small = shrunk(day_of(seed), lambda day: any(v.invariant == wanted for v in violations(day)))
    print(as_test(small, f"seed_{seed}"))
    return 1
