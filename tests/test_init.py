"""``relayd init``: from answers on a pipe to a file that ``check`` accepts, and no secret shown."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from live_relay import ROOT

from relayd.check import findings
from relayd.config import load

ACCOUNT = "AC00000000000000000000000000000000"
HOME = ("our home", "Europe/London", "")
MIA = ("Mia", "1", "1", "tesco", "School 01632 960111")
LINES = ("", "BT", "y", "", "three")
TWILIO = ("y", ACCOUNT, "+44 7700 900000", "http://192.168.1.20/alert")
CARERS = ("Ana (mum)", "+44 7700 900123", "giffgaff", "Tom", "+447700900456", "EE", "")
WHOLE = (*HOME, *MIA, *LINES, *TWILIO, *CARERS, "relayd", "y")
ANA = ("Ana", "", "")
BARE = ("", "", "", "Leo", "2", "", "", "", "", "n", "n", "", "Ana", "", "", "", "n")


def run(
    command: str, file: Path, answers: Sequence[str] = (), *more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with its answers on a pipe, as a script would."""
    return subprocess.run(
        [sys.executable, "-m", "relayd", command, "--config", str(file), *more],
        input="".join(f"{answer}\n" for answer in answers),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=60,
    )


@pytest.mark.parametrize("answers", [WHOLE, BARE], ids=["whole", "bare"])
def test_what_it_writes_is_accepted_by_check(answers: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    made = run("init", file, answers)
    assert made.returncode == 0, made
    for line in made.stdout.splitlines():
        if line.startswith("To make: "):
            path = Path(line.removeprefix("To make: ").partition(",")[0])
            path.write_text("https://hc.example/ping/word\n")
    checked = run("check", file)
    assert checked.returncode in (0, 1), checked.stdout
    assert "no faults" in " ".join(checked.stdout.split())


def test_the_answers_are_in_the_file_as_they_were_meant(tmp_path: Path) -> None:
    """A brand is found by part of its name, a number is cleaned, a name becomes an id."""
    file = tmp_path / "relayd.toml"
    assert run("init", file, WHOLE).returncode == 0
    config = load(file, with_secrets=False)
    household = config.household
    assert household.wearers["mia"].network == "tesco-mobile-uk"
    assert household.carers["ana"].name == "Ana (mum)"
    assert [route.channel for route in household.carers["ana"].routes] == [
        "push", "siren", "text", "call",
    ]  # fmt: skip
    assert household.carers["ana"].routes[2].to == "+447700900123"
    assert household.carers["tom"].routes[2].network == "ee-uk"
    assert config.paths["dongle"].network == "three-uk"
    assert household.plan.steps[0].tell == ("ana", "tom")
    assert not [each.text for each in findings(config, ()) if "nobody watches" in each.text]
    topics = {carer.routes[0].to for carer in household.carers.values()}
    assert len(topics) == 2, "nobody can guess where another home's pushes go"


def test_secrets_are_named_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    made = run("init", file, WHOLE)
    assert file.stat().st_mode & 0o777 == 0o644, "the service that reads it is another user"
    token = (tmp_path / "web-token").read_text().strip()
    assert (tmp_path / "web-token").stat().st_mode & 0o777 == 0o600
    assert len(token) >= 32
    assert token not in made.stdout + made.stderr + file.read_text()
    for name in ("mqtt-password", "twilio-token", "watcher-url"):
        assert str(tmp_path / name) in made.stdout
        assert f'_file = "{name}"' in file.read_text()


def test_a_file_that_is_there_is_kept_unless_they_say_so(tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    file.write_text("# mine\n")
    assert run("init", file, ("",)).returncode == 1
    assert file.read_text() == "# mine\n"
    assert run("init", file, ("y", *BARE)).returncode == 0
    assert "Leo" in file.read_text()
    (tmp_path / "web-token").write_text("mine\n")
    assert run("init", file, BARE, "--force").returncode == 0
    assert (tmp_path / "web-token").read_text() == "mine\n", "a page's token is not lost"


def test_answers_that_end_early_leave_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    made = run("init", file, WHOLE[:6])
    assert made.returncode == 2
    assert "ended too early" in made.stderr
    assert "Traceback" not in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_is_asked_again_with_what_to_write(tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    slips = ("our home", "Europe/Lodnon", "Europe/London", "", *MIA, *LINES)
    wrong = ("y", "sesame", ACCOUNT, "0044 7700 900000", "+447700900000", "")
    made = run("init", file, (*slips, *wrong, *CARERS, "", "n"))
    assert made.returncode == 0, made
    assert "an account SID is AC and 32 hex digits" in made.stdout
    assert "write +447700900000" in made.stdout
    assert str(load(file, with_secrets=False).household.zone) == "Europe/London"


def test_a_brand_that_was_hardly_named_is_asked_about_and_a_slip_is_no_answer(
    tmp_path: Path,
) -> None:
    file = tmp_path / "relayd.toml"
    mia = ("2", "Mia", "1", "1", "lo", "n", "tesco", "")
    made = run("init", file, (*HOME, *mia, "y", "eth0", "BT", "yess", "n", "n", "", *ANA, "", "n"))
    assert made.returncode == 0, made
    assert "a name has letters" in made.stdout
    assert "Is it that?" in made.stdout
    assert "no interface has so short a name" in made.stdout
    assert "that is neither yes nor no" in made.stdout
    config = load(file, with_secrets=False)
    assert config.household.wearers["mia"].network == "tesco-mobile-uk"
    assert config.paths["broadband"].interface == "eth0"


def test_answers_of_a_pipe_are_seen_beside_their_questions(tmp_path: Path) -> None:
    made = run("init", tmp_path / "relayd.toml", WHOLE)
    assert "First name: Mia\n" in made.stdout
    assert "First carer's name: Ana (mum)\n" in made.stdout


def test_check_names_a_secret_that_is_not_made_once_though_two_channels_need_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "relayd.toml"
    made = run("init", file, WHOLE)
    assert "Once they are made: relayd check" in made.stdout
    checked = run("check", file)
    assert checked.returncode == 2
    assert checked.stdout.count("auth_token_file") == 1
    assert ": 3 faults." in " ".join(checked.stdout.split())
