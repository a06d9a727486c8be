"""Where an exhibit is put up: a copy of the package with the fault in it, and what must find it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

from museum.exhibit import ROOT, Exhibit

LASTS_AT_MOST_S = 120.0
LEFT_OUT = ignore_patterns("__pycache__")
BESIDE = ("tests", "config", "systemd", "pyproject.toml", "README.md")

HUNT = """
import json, signal, sys
from swarm.live import violations
from swarm.schedule import day_of

class Hangs(Exception):
    pass

def give_up(*_):
    raise Hangs("the world no longer goes on")

signal.signal(signal.SIGALRM, give_up)
for seed in range(int(sys.argv[1]), int(sys.argv[2])):
    signal.alarm(20)
    try:
        found = [str(one) for one in violations(day_of(seed))]
    except (Hangs, AssertionError) as error:
        found = [f"{type(error).__name__}: {error}"]
    signal.alarm(0)
    if found:
        print(json.dumps([seed, found[0]]))
        break
"""


@dataclass(frozen=True, slots=True)
class Found:
    """By what an exhibit was found out; *seed* None where a test did."""

    how: str
    seed: int | None = None


def found_out(exhibit: Exhibit, first: int, end: int) -> Found | None:
    """Put *exhibit* up, and look for it with seeds from *first* to *end*, then with its tests."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        copytree(ROOT / "relayd", copy / "relayd", ignore=LEFT_OUT)
        (copy / "relayd" / exhibit.file).write_text(exhibit.applied())
        for name in BESIDE:
            (copy / name).symlink_to(ROOT / name)
        if first < end:
            said = _run(copy, "-c", HUNT, str(first), str(end))
            if said.stdout.startswith("["):
                seed, how = json.loads(said.stdout)
                return Found(how, seed)
            assert said.returncode == 0, f"{exhibit.name} is no program: {said.stderr[-500:]}"
        if exhibit.tests:
            tests = _run(copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *exhibit.tests)
            if tests.returncode == 1:
                named = (line for line in tests.stdout.splitlines() if line.startswith("FAILED"))
                return Found(next(named, "a test").removeprefix("FAILED ").partition(" - ")[0])
    return None


def _run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'tests'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=LASTS_AT_MOST_S,
        check=False,
    )
