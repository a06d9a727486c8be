"""``relayd simulate``: what cannot all be meant is refused, before anything is sent."""

from pathlib import Path

import pytest

from relayd.cli import main

ROOT = Path(__file__).parent.parent
HOUSE = str(ROOT / "config/households/one-sim.toml")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--live", "o2-2018"), "a drill takes --outage NAME, not a scenario (o2-2018)"),
        (("--live", "--at", "worst"), "--at belongs to a rehearsal"),
        (("--live", "--every-outage", "--pairs"), "--every-outage and --pairs belong to"),
        (("--live", "--list"), "--list belongs to a rehearsal"),
        (("--every-outage", "o2-2018"), "takes no scenario (o2-2018)"),
        (("--every-outage", "--at", "worst"), "--at belongs to a scenario"),
        (("--every-outage", "--html", "page.html"), "--html belongs to a scenario"),
        (("o2-2018", "--pairs"), "--pairs belongs to --every-outage"),
    ],
)
def test_what_does_not_go_together_is_refused(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario given to a drill would not be rehearsed: real phones would ring instead."""
    assert main(["simulate", *words, "--config", HOUSE]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


def test_the_help_speaks_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert "``" not in said
    assert "calls carers until a person answers" in " ".join(said.split())
