"""`python -m tests.museum`: put every exhibit up, and tell what found it."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from museum.collection import COLLECTION
from museum.exhibit import Exhibit
from museum.workshop import Found, found_out

Shown = tuple[Exhibit, Found | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 where any exhibit is not found out."""
    parser = argparse.ArgumentParser(prog="python -m tests.museum", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="on how many cores")
    parser.add_argument("--hunt", type=int, metavar="N", help="look with all seeds to N")
    parser.add_argument("--only", help="the exhibits whose names hold this")
    parser.add_argument("--markdown", action="store_true", help="as a table for a README")
    options = parser.parse_args(arguments)
    chosen = [each for each in COLLECTION if not options.only or options.only in each.name]
    shown = put_up(chosen, options.jobs, options.hunt)
    for exhibit, found in shown:
        print(_row(exhibit, found) if options.markdown else _line(exhibit, found))
    left = [exhibit.name for exhibit, found in shown if found is None]
    print(f"{len(shown)} exhibits, {len(left)} not found out", *left, file=sys.stderr)
    return 1 if left else 0


def put_up(exhibits: Sequence[Exhibit], jobs: int, hunt: int | None = None) -> list[Shown]:
    """Put each of *exhibits* up; *hunt*: with all seeds to there, not only with the known one."""

    def one(exhibit: Exhibit) -> Shown:
        if hunt is not None:
            return exhibit, found_out(exhibit, 0, 0 if exhibit.tests else hunt)
        first = exhibit.seed if exhibit.seed is not None else 0
        return exhibit, found_out(exhibit, first, first + (exhibit.seed is not None))

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, exhibits))


def _line(exhibit: Exhibit, found: Found | None) -> str:
    if found is None:
        return f"{exhibit.name:38} NOT FOUND OUT"
    seeds = f"seed {found.seed}: " if found.seed is not None else ""
    return f"{exhibit.name:38} {seeds}{found.how}"


def _row(exhibit: Exhibit, found: Found | None) -> str:
    if found is None:
        return f"| {exhibit.name} | {exhibit.bug} | **not found out** |"
    by = (
        f"{found.seed + 1:,} seed{'s' if found.seed else ''} ({found.how.partition(' ')[0]})"
        if found.seed is not None
        else f"`{found.how.partition('::')[2] or found.how}`"
    )
    return f"| {exhibit.name} | {exhibit.bug} | {by} |"
