"""What the README shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from relayd.cli import main

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(
    r"<!-- output of: relayd (?P<command>.+?) -->\n```\n(?P<output>.*?)```", re.DOTALL
)
BLOCKS = list(SHOWN.finditer((ROOT / "README.md").read_text(encoding="utf-8")))


def test_the_readme_shows_a_rehearsal() -> None:
    assert any(block["command"].startswith("simulate") for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["command"])
def test_a_command_prints_what_the_readme_shows(
    block: re.Match[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent who types it must see this, to the letter."""
    monkeypatch.chdir(ROOT)
    main(shlex.split(block["command"]))
    assert capsys.readouterr().out == block["output"]
