"""The unit that runs relayd, and what relayd tells systemd of itself."""

import os
import re
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from relayd import sd_notify

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "systemd" / "relayd.service"
MANUAL = ROOT / "config" / "relayd.toml"
EXPOSURE = 1.5

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is absent: apt install systemd"
)


def settings(key: str) -> list[str]:
    """Give every value the unit gives to *key*, in order."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), flags=re.MULTILINE)


def analyzed(*arguments: str, unit: str, folder: Path) -> str:
    path = folder / "relayd.service"
    path.write_text(unit)
    command = ["systemd-analyze", "--no-pager", *arguments, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_systemd
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    """A misspelt line of hardening is a warning in a journal that nobody reads."""
    startable = re.sub(
        r"^ExecStart=.*$", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE
    )
    assert analyzed("verify", unit=startable, folder=tmp_path) == ""


@needs_systemd
def test_the_unit_exposes_next_to_nothing(tmp_path: Path) -> None:
    said = analyzed("security", "--offline=true", unit=UNIT.read_text(), folder=tmp_path)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= EXPOSURE, f"{found[1]} is more than {EXPOSURE}:\n{said}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("WatchdogSec", "30"),
        ("Restart", "always"),
        ("RestartSec", "2"),
        ("StartLimitIntervalSec", "0"),
        ("User", "relayd"),
        ("DynamicUser", "yes"),
        ("StateDirectory", "relayd"),
        ("LimitCORE", "0"),
    ],
)
def test_what_safety_leans_on_stands_in_the_unit(key: str, value: str) -> None:
    assert settings(key) == [value]


def test_relayd_does_not_wait_for_a_network() -> None:
    """A Pi whose broadband is down must start, and call over the dongle."""
    ordered = settings("After") + settings("Requires") + settings("Wants") + settings("BindsTo")
    assert "network-online.target" not in " ".join(ordered)
    assert settings("Requires") == []


def test_every_secret_of_the_manual_is_handed_over() -> None:
    named = set(_secret_files(tomllib.loads(MANUAL.read_text())))
    loaded = {value.partition(":")[0] for value in settings("LoadCredential")}
    assert named
    assert named <= loaded, f"give the unit LoadCredential= and SetCredential= of {named - loaded}"


def test_an_absent_secret_does_not_keep_the_unit_from_starting() -> None:
    """Only a LoadCredential= with a SetCredential= beside it may point at nothing."""
    fallbacks = {
        value.partition(":")[0]: value.partition(":")[2] for value in settings("SetCredential")
    }
    loaded = [value.partition(":") for value in settings("LoadCredential")]
    assert {name for name, _, _ in loaded} == set(fallbacks)
    assert all(path == f"/etc/relayd/{name}" for name, _, path in loaded)
    assert set(fallbacks.values()) == {r"\n"}, "the fallback is an empty line, never a secret"


def _secret_files(table: dict[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if key.endswith("_file") and isinstance(value, str) and "/" not in value:
            yield value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _secret_files(inner)


@pytest.fixture(params=["in the file system", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Give the end at which systemd listens."""
    abstract = request.param == "abstract"
    name = f"relayd-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name if abstract else name)
        listener.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        yield listener


def test_systemd_hears_of_a_life_from_start_to_stop(systemd: socket.socket) -> None:
    told = [
        sd_notify.ready(),
        sd_notify.status("3 alerts, nobody\nWATCHDOG=trigger"),
        sd_notify.watchdog(),
        sd_notify.stopping(),
    ]
    assert told == [True] * 4
    assert [systemd.recv(4096) for _ in told] == [
        b"READY=1",
        b"STATUS=3 alerts, nobody WATCHDOG=trigger",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


def test_outside_systemd_nothing_is_told_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not sd_notify.ready()


def test_a_systemd_that_is_gone_stops_no_alert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not sd_notify.watchdog()


def test_a_systemd_that_does_not_listen_holds_up_nothing(systemd: socket.socket) -> None:
    """Its queue is finite; a relay that waits for room there is a relay that hangs."""
    told = [sd_notify.watchdog() for _ in range(5000)]
    assert told[0]
    assert not told[-1]


@pytest.mark.parametrize(
    ("limit_us", "pid", "interval_s"),
    [
        (None, None, None),
        ("30000000", None, 15.0),
        ("30000000", str(os.getpid()), 15.0),
        ("30000000", "1", None),
        ("soon", None, None),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_systemd_wants(
    monkeypatch: pytest.MonkeyPatch, limit_us: str | None, pid: str | None, interval_s: float | None
) -> None:
    for name, value in (("WATCHDOG_USEC", limit_us), ("WATCHDOG_PID", pid)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert sd_notify.watchdog_interval_s() == interval_s


def test_polkit_lets_the_units_user_send_texts_and_nobody_else() -> None:
    """Without the rule every text fails with "Unauthorized", first noticed in an alert."""
    rule = (ROOT / "systemd" / "50-relayd-modem.rules").read_text()
    (user,) = settings("User")
    assert f'subject.user === "{user}"' in rule
    named = set(re.findall(r'"org\.freedesktop\.ModemManager1\.([\w.]+)"', rule))
    assert named == {"Messaging", "Device.Control"}
    assert "AF_UNIX" in settings("RestrictAddressFamilies")[0].split(), "the bus is such a socket"
