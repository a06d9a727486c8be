"""What stands beside the code keeps step with it: papers, examples, dependencies, CI."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from relayd.channels import KINDS
from relayd.wearables import FORMATS

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "config" / "relayd.toml"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAPERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


@pytest.mark.parametrize("paper", [*PAPERS, ROOT / "LICENSE"], ids=lambda path: path.name)
def test_a_stranger_finds_the_paper_they_look_for(paper: Path) -> None:
    assert paper.is_file(), f"write {paper.name}"


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_says_how_to_begin(command: str) -> None:
    assert command in PAPERS[0].read_text(), f"README.md: tell the newcomer to type `{command}`"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", paper.read_text())
    lost = [link for link in links if not (ROOT / link).exists()]
    assert not lost, f"{paper.name} links to what is not there: {lost}"


@pytest.mark.parametrize("paper", PAPERS[:2], ids=lambda path: path.name)
def test_files_that_papers_name_exist(paper: Path) -> None:
    """Someone who follows the page must not be sent to a file of last year."""
    named = re.findall(
        r"`((?:relayd|tests|config|systemd|benchmarks|\.ci)/[\w./-]+)`", paper.read_text()
    )
    lost = [name for name in named if "NAME" not in name and not (ROOT / name).exists()]
    assert not lost, f"{paper.name} names what is not there: {lost}"


@pytest.mark.parametrize("paper", PAPERS[:2], ids=lambda path: path.name)
def test_make_knows_the_targets_that_papers_name(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)`", paper.read_text()))
    assert named <= targets, f"{paper.name}: no such target: {named - targets}"


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_channel_kind_has_a_section_in_the_manual() -> None:
    sections = tomllib.loads(MANUAL.read_text())["channels"].values()
    missing = set(KINDS) - {section["kind"] for section in sections}
    assert not missing, f"config/relayd.toml: show a [channels.NAME] of the kinds {missing}"


def test_every_wearable_format_is_named_where_people_look() -> None:
    manual = [line for line in MANUAL.read_text().splitlines() if "format" in line]
    words = set(re.findall(r"[\w-]+", "\n".join([*manual, PAPERS[0].read_text()])))
    missing = set(FORMATS) - words
    assert not missing, f"name these formats in README.md or config/relayd.toml: {missing}"


def _declared(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in requirements}


def _imported(folder: str) -> set[str]:
    nodes = [
        node
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    given = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | given}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("relayd", ("modem", "demo")), ("tests", ("modem", "demo", "dev"))],
)
def test_whatever_is_imported_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    """A library that only happens to be there is gone on the next machine."""
    optional = PROJECT["optional-dependencies"]
    declared = _declared(PROJECT["dependencies"]).union(*(_declared(optional[e]) for e in extras))
    own = {path.stem for path in (ROOT / "tests").iterdir()} | {"relayd", "tests"}
    origin = importlib.metadata.packages_distributions()
    missing = {
        name
        for name in _imported(folder) - set(sys.stdlib_module_names) - own
        if not declared & {found.lower() for found in origin.get(name, [name])}
    }
    assert not missing, f"{folder} imports what pyproject.toml does not declare: {missing}"


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("def test_it(): pytest.skip('mosquitto is absent')", "1 failed"),
        ("@pytest.mark.skipif(True, reason='no systemd')\ndef test_it(): pass", "1 error"),
        ("pytest.skip('no browser', allow_module_level=True)", "1 error"),
        ("@pytest.mark.xfail(strict=True)\ndef test_it(): assert False", "1 xfailed"),
        ("def test_it(data): pass", "1 skipped"),
    ],
)
def test_in_ci_nothing_is_skipped_but_for_want_of_real_data(
    tmp_path: Path, body: str, outcome: str
) -> None:
    """A suite that skips its broker tests is green and worth nothing."""
    folder = tmp_path / "relayd" / "tests"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_it.py").write_text(f"import pytest\n{body}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", str(folder)],
        env=os.environ | {"CI": "true"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert outcome in done.stdout.splitlines()[-1], done.stdout + done.stderr
