"""The log: one line an event, for the journal or for people, and nothing in it that is private."""

import io
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from relayd.domain.secret import Secret
from relayd.log import Forward, get_logger, setup


class Terminal(io.StringIO):
    """A terminal, as far as the log asks."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


class FullDisk(io.StringIO):
    """A log file on a card that is full."""

    def write(self, text: str, /) -> int:
        """Fail as a full disk does."""
        raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


@pytest.fixture
def said() -> Callable[[], str]:
    """Give what was logged to a stream that is neither a terminal nor the journal."""
    stream = io.StringIO()
    setup(stream=stream)
    return stream.getvalue


def test_an_event_is_one_line_of_its_name_and_its_pairs(said: Callable[[], str]) -> None:
    get_logger().info("attempt.begun", attempt="mia-1/1", reason="first call", after=timedelta(1))
    (line,) = said().splitlines()
    assert line.endswith(
        ' info     attempt.begun attempt=mia-1/1 reason="first call" after="1 day, 0:00:00"'
    )


@pytest.mark.parametrize(
    ("key", "value", "printed"),
    [
        ("token", Secret("hunter2"), "token=<secret>"),
        ("found", Secret("hunter2"), "found=<secret>"),
        ("found", {"deep": [Secret("hunter2")]}, "found=\"{'deep': [<secret>]}\""),
        ("password", "hunter2", "password=<secret>"),
        ("ntfy_token", "hunter2", "ntfy_token=<secret>"),
        ("broker", "mqtt://relayd:hunter2@127.0.0.1:1883", "broker=mqtt://<secret>@127.0.0.1:1883"),
        ("to", "+447700900123", "to=<number>"),
        ("why", "Twilio says: 0044 7700 900123 is no mobile", 'why="Twilio says: <number> is no'),
    ],
)
def test_secrets_and_telephone_numbers_are_masked_wherever_they_stand(
    said: Callable[[], str], key: str, value: object, printed: str
) -> None:
    """People post their journal when they ask for help."""
    get_logger().warning("channel.refused", **{key: value})
    assert printed in said()
    assert "hunter2" not in said()
    assert "900123" not in said()


@pytest.mark.parametrize("value", ["2026-11-22 03:10:04", "mia-1/2", "192.168.1.20:8480", "16 min"])
def test_what_only_looks_like_a_number_is_left_alone(said: Callable[[], str], value: str) -> None:
    get_logger().info("reading.received", stamp=value)
    assert value in said()


@pytest.mark.parametrize(
    "value",
    ["a\nalert.cleared alert=mia-1", "a\r\x1b[2Ja", "a\x00a", "a\u2028a", "a\u202ea", "a\x85a"],
)
def test_a_stranger_cannot_forge_a_line_or_move_the_cursor(
    said: Callable[[], str], value: str
) -> None:
    """Topics and gateways' words come from outside."""
    get_logger().warning("payload.rejected", source=value)
    line = said().removesuffix("\n")
    assert line.isprintable()
    assert "\\" in line


def test_a_quotation_mark_does_not_end_a_value(said: Callable[[], str]) -> None:
    get_logger().info("payload.rejected", why='say "no" level=error')
    assert r'why="say \"no\" level=error"' in said()


def test_a_strangers_novel_is_cut_short(said: Callable[[], str]) -> None:
    get_logger().info("payload.rejected", why="x" * 100_000)
    assert len(said()) < 700


def test_a_traceback_follows_its_event(said: Callable[[], str]) -> None:
    try:
        int("the sun\x1b[2J exploded")
    except ValueError:
        get_logger().exception("engine.failed")
    head, *trace = said().splitlines()
    assert head.endswith("engine.failed")
    assert trace[-1].startswith("ValueError: ")
    assert "\x1b" not in trace[-1]


def test_libraries_are_heard_from_warnings_on(said: Callable[[], str]) -> None:
    chatterbox = logging.getLogger("twilio.http_client")
    chatterbox.setLevel(logging.INFO)
    chatterbox.info("-- BEGIN Twilio API Request --")
    logging.getLogger("aiohttp.server").warning("odd request from %s", "10.0.0.1")
    (line,) = said().splitlines()
    assert line.endswith('library.spoke library=aiohttp.server text="odd request from 10.0.0.1"')


def test_a_librarys_own_slip_of_format_is_no_fault_of_ours(said: Callable[[], str]) -> None:
    slip = logging.LogRecord("paho", logging.ERROR, "", 0, "%d messages", ("many",), None)
    Forward().handle(slip)
    assert 'library=paho text="%d messages"' in said()


def test_an_exception_nobody_awaited_is_told_with_its_traceback(said: Callable[[], str]) -> None:
    """Tasks that died unseen are spoken of only through logging."""
    error = ValueError("lost")
    logging.getLogger("asyncio").error("never retrieved", exc_info=error)
    assert said().splitlines()[-1] == "ValueError: lost"


def test_warnings_of_the_language_are_lines_too(said: Callable[[], str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "library=py.warnings" in said()


def test_a_level_hushes_what_is_below_it() -> None:
    stream = io.StringIO()
    setup("warning", stream)
    get_logger().info("reading.received")
    get_logger().error("store.lost")
    assert [line.split()[2] for line in stream.getvalue().splitlines()] == ["store.lost"]


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    """A full card must not make relayd deaf."""
    setup(stream=FullDisk())
    get_logger().error("store.lost")


def test_a_terminal_gets_colours_unless_it_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    setup(stream=(coloured := Terminal()))
    get_logger().error("path.lost", path="dongle")
    monkeypatch.setenv("NO_COLOR", "1")
    setup(stream=(plain := Terminal()))
    get_logger().error("path.lost", path="dongle")
    assert "\x1b[31mpath.lost\x1b[0m" in coloured.getvalue()
    assert plain.getvalue().endswith(" error    path.lost path=dongle\n")


def test_the_journal_gets_priorities_and_no_times_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`journalctl -p err` finds errors by the prefix, and every line of a traceback needs one."""
    with (tmp_path / "journal").open("w+") as stream:
        seen = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{seen.st_dev}:{seen.st_ino}")
        setup("debug", stream)
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(get_logger(), level)("path.lost", path="dongle")
        get_logger().error("engine.failed", exc_info=ValueError("no"))
        stream.seek(0)
        lines = stream.read().splitlines()
    assert lines[:5] == [f"<{p}>path.lost path=dongle" for p in (7, 6, 4, 3, 2)]
    assert lines[5:] == ["<3>engine.failed", "<3>ValueError: no"]


def test_another_stream_than_the_journals_gets_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is inherited by everything started from a service."""
    monkeypatch.setenv("JOURNAL_STREAM", "1:1")
    with (tmp_path / "log").open("w+") as stream:
        setup(stream=stream)
        get_logger().info("path.lost")
        stream.seek(0)
        assert stream.read().startswith("20")


def test_the_log_does_not_bring_rich_along() -> None:
    """It would paint tracebacks nobody sees: 5 MB of a Pi Zero's memory."""
    code = "import relayd.log, sys; assert 'rich' not in sys.modules; import rich.console"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
