"""A real mosquitto for tests, and ears to hear what a link says."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from relayd.domain.secret import Secret
from relayd.mqtt import Delivery, Link

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WITHIN_S = 30.0


def free_port() -> int:
    """Give a port of the loopback interface that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link is told of its broker."""

    port: int
    host: str = "127.0.0.1"
    tls: bool = False
    ca_file: Path | None = None
    username: str | None = None
    password: Secret | None = None
    root: str = "relayd"
    client_id: str = "relayd-test"
    keepalive_s: int = 20
    session_expiry: timedelta = timedelta(days=1)


class Ears:
    """Hears what a link says, and waits until something has been said."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.states: list[tuple[bool, str]] = []
        self._changed = asyncio.Event()

    def delivery(self, delivery: Delivery) -> None:
        """Note a message."""
        self.deliveries.append(delivery)
        self._changed.set()

    def state(self, up: bool, sentence: str) -> None:  # noqa: FBT001 -- as the link calls it
        """Note how the link stands."""
        self.states.append((up, sentence))
        self._changed.set()

    @property
    def payloads(self) -> list[bytes]:
        """What came, in order."""
        return [delivery.payload for delivery in self.deliveries]

    @property
    def up(self) -> bool:
        """Whether the link's last word was that all is well."""
        return bool(self.states) and self.states[-1][0]

    def link(self, settings: Settings, *topics: str) -> Link:
        """Make a link whose every word is heard here."""
        topics = topics or ("relayd/+/glucose",)
        return Link(settings, topics=topics, on_delivery=self.delivery, on_state=self.state)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition* holds; it is asked again whenever something was heard."""
        async with asyncio.timeout(WITHIN_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@contextlib.asynccontextmanager
async def running(link: Link) -> AsyncIterator[Link]:
    """Run *link* for the length of the block, then cut it off as a crash would."""
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass(slots=True)
class Mosquitto:
    """A real mosquitto on a port of its own. Its sessions outlive ``kill`` if *persistent*."""

    home: Path
    persistent: bool = False
    certificates: "Certificates | None" = None
    users: dict[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        if MOSQUITTO is None:
            pytest.skip("mosquitto is not installed: apt install mosquitto runs this test")
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, on the same port and with the same memory as before, and wait for the port."""
        assert MOSQUITTO is not None
        config = self.home / "mosquitto.conf"
        config.write_text("\n".join(self._config()) + "\n")
        with (self.home / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 -- a fork takes no time worth a thread
                [MOSQUITTO, "-c", str(config)], stdout=log, stderr=log
            )
        async with asyncio.timeout(WITHIN_S):
            while not await _listens(self.port):
                assert self._process.poll() is None, (self.home / "mosquitto.log").read_text()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def save(self) -> None:
        """Have it write its memory down now: by itself it does so now and then."""
        assert self._process is not None
        log = self.home / "mosquitto.log"
        saved = log.read_text().count("Saving in-memory")
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(WITHIN_S):
            while log.read_text().count("Saving in-memory") == saved:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def set_users(self, users: dict[str, str]) -> None:
        """Change who may connect, while it runs or before."""
        self.users = users
        passwords = self.home / "passwords"
        passwords.write_text("".join(f"{name}:{word}\n" for name, word in users.items()))
        passwords.chmod(0o600)
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def _config(self) -> list[str]:
        lines = [f"listener {self.port} 127.0.0.1", "max_queued_messages 0", *self.lines]
        if os.geteuid() == 0:
            lines.append("user root")
        if self.users:
            self.set_users(self.users)
            lines += ["allow_anonymous false", f"password_file {self.home / 'passwords'}"]
        else:
            lines.append("allow_anonymous true")
        if self.persistent:
            lines += ["persistence true", f"persistence_location {self.home}/"]
            lines += ["autosave_interval 1", "autosave_on_changes true"]
        if self.certificates is not None:
            lines += [f"cafile {self.certificates.ca}", f"certfile {self.certificates.certificate}"]
            lines.append(f"keyfile {self.certificates.key}")
        return lines


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority of one's own, and a certificate for 127.0.0.1 that it signed."""

    ca: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, home: Path) -> "Certificates":
        """Make them with openssl in the new folder *home*."""
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed: apt install openssl runs this test")
        home.mkdir()
        (home / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        by = "-CA ca.pem -CAkey ca.key -CAcreateserial"
        for command in (
            f"req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=home-authority",
            f"req {key} -keyout broker.key -out broker.csr -subj /CN=broker",
            f"x509 -req -in broker.csr {by} -days 2 -extfile names -out broker.pem",
        ):
            argv = ["openssl", *command.split()]
            subprocess.run(argv, cwd=home, check=True, capture_output=True)
        return cls(home / "ca.pem", home / "broker.pem", home / "broker.key")

    def server(self) -> ssl.SSLContext:
        """The broker's side of TLS."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context
