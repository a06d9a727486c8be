"""What all tests share: the real data beside the repository, and no silent skips in CI."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NO_DATA = f"the real data is not here: {DATA}"

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(scope="session")
def data() -> Path:
    """Give the folder of real data, which is no part of the repository, or skip."""
    if not DATA.is_dir():
        pytest.skip(NO_DATA)
    return DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: `make test` installs everything tests need."""
    return _without_silent_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hold a module that skips itself as a whole to the same rule."""
    return _without_silent_skips((yield))


def _without_silent_skips(report: Report) -> Report:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not DATA.is_dir() and " data " in reason:  # no repository can carry other people's data
        return report
    report.outcome = "failed"
    report.longrepr = (
        f"{reason}\nSkips are failures where CI=true: let `make test` install what is missing."
    )
    return report
