"""The same seed tells the same story, byte for byte, whatever the hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from relayd.config import load
from relayd.simulate import home_of, rehearse
from relayd.simulate.document import document
from relayd.simulate.luck import Luck

FILE = Path(__file__).parent.parent / "config" / "households" / "recommended.toml"


def told_by_a_process(hash_seed: str, *words: str) -> bytes:
    command = [sys.executable, "-m", "relayd", "simulate", *words, "--json", "--config", str(FILE)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, env=environment, capture_output=True, check=False).stdout


@pytest.mark.parametrize("words", [("o2-2018", "--seed", "7"), ("wan-flap", "--by-chance")])
def test_two_processes_tell_the_same_story(words: tuple[str, ...]) -> None:
    """A seed that fails must fail again on another machine, or it cannot be mended."""
    first, second = told_by_a_process("1", *words), told_by_a_process("2", *words)
    assert first == second
    assert first.startswith(b'{"scenario"')


def test_another_seed_draws_other_lots() -> None:
    home = home_of(load(FILE, with_secrets=False))
    first, second = (rehearse(home, "o2-2018", seed=seed) for seed in (1, 2))
    assert first.lines != second.lines
    assert first.kept_promise is second.kept_promise is True


def test_a_home_can_be_rehearsed_again_and_again() -> None:
    """Nothing of one world may be left over for the next."""
    home = home_of(load(FILE, with_secrets=False))
    first = document(rehearse(home, "optus-2023", seed=3))
    rehearse(home, "power-cut", seed=4)
    assert document(rehearse(home, "optus-2023", seed=3)) == first


def test_a_lot_belongs_to_its_name() -> None:
    luck = Luck(7)
    assert luck.draw("a") == Luck(7).draw("a")
    assert len({luck.draw("a"), luck.draw("b"), Luck(8).draw("a")}) == 3
    assert all(2.0 <= luck.between(str(n), (2.0, 3.0)) < 3.0 for n in range(100))
    assert sum(Luck(1).draw(str(n)) < 0.2 for n in range(4000)) == pytest.approx(800, abs=100)
