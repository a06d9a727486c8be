"""Measures relayd beside the least code that does the same job. See README.md in this folder."""

import argparse
import asyncio
import json
import os
import platform
import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import alone
import measures
import proc
from figures import lines, table
from subjects import FLOOR, RELAYD, Subject

Figures = dict[str, float]

BESIDE: dict[str, Callable[[Subject], Coroutine[Any, Any, Figures]]] = {
    "latency": measures.latency,
    "readings": measures.readings,
    "burst": measures.burst,
    "crash": measures.crash,
    "outage": measures.outage,
    "outage-killed": measures.outage_killed,
    "small": measures.small,
}
ALONE: dict[str, Callable[[], Figures]] = {"day": alone.day, "engine": alone.engine}


def main() -> int:
    """Measure, tell the figures; 0 unless something could not be measured."""
    options = _options()
    os.sched_setaffinity(0, proc.share_out()[0])
    rounds: dict[str, list[Figures]] = {FLOOR.name: [], RELAYD.name: []}
    whole = True
    for number in range(options.rounds):
        for figures in rounds.values():
            figures.append({})
        for measure in options.only:
            _tell(f"round {number + 1} of {options.rounds}: {measure}")
            whole &= _measure(measure, {name: each[-1] for name, each in rounds.items()}, number)
    found = lines(rounds[FLOOR.name], rounds[RELAYD.name])
    if options.json:
        print(json.dumps(_document(rounds, options.machine), indent=1))
    else:
        print(f"{options.machine}; Python {platform.python_version()}; {options.rounds} round(s)")
        print(table(found))
    return 0 if whole else 1


def _measure(measure: str, into: dict[str, Figures], number: int) -> bool:
    """Measure both programs, or relayd alone; whether that could be done.

    They take turns at being first, so that a slow spell of the machine falls on both alike.
    """
    try:
        if measure in ALONE:
            into[RELAYD.name].update(ALONE[measure]())
            return True
        for subject in (FLOOR, RELAYD) if number % 2 == 0 else (RELAYD, FLOOR):
            into[subject.name].update(asyncio.run(BESIDE[measure](subject)))
    except Exception as error:  # noqa: BLE001 - the other measures are worth having
        traceback.print_exception(error, limit=-2)
        return False
    return True


def _document(rounds: dict[str, list[Figures]], machine: str) -> dict[str, Any]:
    found = lines(rounds[FLOOR.name], rounds[RELAYD.name])
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "python": platform.python_version(),
        "rounds": rounds,
        "figures": [
            {
                "key": line.figure.key,
                "floor": line.floor,
                "relayd": line.relayd,
                "ratio": line.ratio[1] if line.ratio else None,
                "gate": str(line.figure.gate) if line.figure.gate else None,
                "kept": line.verdict == "ok" if line.verdict else None,
            }
            for line in found
        ],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often (default 3)")
    every = [*BESIDE, *ALONE]
    parser.add_argument(
        "--only", type=_names(every), default=every, help=f"some of {','.join(every)}"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args()
    options.machine = proc.machine()
    return options


def _names(every: Sequence[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in every]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(every)}")
        return chosen

    return names


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
