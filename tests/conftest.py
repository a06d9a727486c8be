"""What all tests share: the real data beside the repository, and no silent skips in CI."""

import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MEASURED = "measured"
NO_DATA = f"the real data is not here: {DATA}"

# A shell's background job ignores Ctrl-C, and so would the commands that a test starts and ends.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(scope="session")
def data() -> Path:
    """Give the folder of real data, which is no part of the repository, or skip."""
    if not DATA.is_dir():
        pytest.skip(NO_DATA)
    return DATA


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Take down a measurement in words; all of them are printed at the end of the run."""
    return lambda sentence: record_property(MEASURED, sentence)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, for whoever reads the run and not only its verdict."""
    said = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == MEASURED
    ]
    if said:
        terminalreporter.section("measured")
        for sentence in said:
            terminalreporter.write_line(sentence)


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
