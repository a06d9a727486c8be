"""The daemon as a process of its own, and its log."""

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

WITHIN_S = 30.0
ROOT = Path(__file__).parent.parent
RELAYD = (sys.executable, "-m", "relayd", "run", "--config")
LINE = re.compile(r"\S+ (?:debug|info|warning|error) +(\S+)(.*)")
PAIR = re.compile(r' (\w+)=(?:"((?:\\.|[^"\\])*)"|(\S*))')

NURSERY = """
import os, sys
import relayd.channels.ntfy, relayd.channels.twilio_sms, relayd.channels.webhook
import relayd.cli, relayd.daemon, relayd.live, relayd.web
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.environ["NOTIFY_SOCKET"] = line.strip()
        os._exit(relayd.cli.main(["run", "--config", sys.argv[1]]))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


async def until(
    holds: Callable[[], object], within_s: float = WITHIN_S, what: Callable[[], str] = str
) -> None:
    """Wait until *holds* does; *what* says what was seen instead, for whoever reads the failure."""
    try:
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 -- it may be told by sockets, a thread or a file
                await asyncio.sleep(0.004)
    except TimeoutError:
        raise AssertionError(f"it did not happen within {within_s:g} s\n{what()}") from None


@dataclass
class Relay:
    """The daemon as a process. It may be killed and started as often as one likes."""

    file: Path
    command: Sequence[str] = RELAYD
    _process: subprocess.Popen[bytes] | None = None
    _place: int = 0
    _told: defaultdict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def log(self) -> Path:
        """Where its lines go."""
        return self.file.with_suffix(".log")

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
            self.log.open("ab") as log,
        ):
            notified.bind("")  # the kernel gives it a name in the abstract namespace
            notified.setblocking(False)  # noqa: FBT003
            name = notified.getsockname()
            environment = {**os.environ, "NOTIFY_SOCKET": "@" + name[1:].decode()}
            self._process = subprocess.Popen(  # noqa: ASYNC220 -- a fork takes no time worth a thread
                [*self.command, str(self.file)], stderr=log, env=environment, cwd=ROOT
            )
            await until(lambda: self.status is not None or readable(notified), what=self.text)
        assert self.status is None, f"relayd did not start\n{self.text()}"

    @property
    def status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll() if self._process is not None else 0

    async def ended(self) -> int:
        """Wait for its end; returns the exit status."""
        await until(lambda: self.status is not None, what=self.text)
        assert self.status is not None
        return self.status

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            await self.ended()

    async def stop(self) -> int:
        """Ask it to end, as systemd does."""
        assert self._process is not None
        self._process.terminate()
        return await self.ended()

    def text(self) -> str:
        """Its whole log."""
        return self.log.read_text() if self.log.exists() else ""

    def said(self, event: str, **fields: str) -> list[dict[str, str]]:
        """What the lines of *event* that have all of *fields* say: the timeline, and more."""
        self._read_on()
        return [told for told in self._told[event] if fields.items() <= told.items()]

    def _read_on(self) -> None:
        if not self.log.exists():
            return
        with self.log.open("rb") as log:
            log.seek(self._place)
            whole, end, _ = log.read().rpartition(b"\n")
        self._place += len(whole) + len(end)
        for line in whole.decode().splitlines():
            spoken = LINE.fullmatch(line)
            if spoken is not None:
                pairs = PAIR.findall(spoken[2])
                self._told[spoken[1]].append({key: long or bare for key, long, bare in pairs})

    async def until_said(self, event: str, within_s: float = WITHIN_S, **fields: str) -> None:
        """Wait for such a line."""
        await until(lambda: self.said(event, **fields), within_s, self.text)


def readable(sock: socket.socket) -> bool:
    """Whether something waits to be read from *sock*."""
    return bool(select.select([sock], [], [], 0)[0])


class Nursery(Relay):
    """The daemon, forked from a process that has loaded it already: a start takes no time."""

    _child = 0

    def __enter__(self) -> Self:
        """Load what every child needs."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", NURSERY, str(self.file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
        with self._process:  # its end closes the pipes
            self._process.kill()

    async def start(self) -> None:
        """Fork a daemon, and wait until it says that it is ready."""
        assert self._process is not None
        assert self._process.stdin is not None
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind("")
            name = "@" + notified.getsockname()[1:].decode()
            self._process.stdin.write(f"{name}\n".encode())
            self._process.stdin.flush()
            self._child = int(await self._line())
            await until(lambda: readable(notified), what=self.text)

    async def end(self, number: signal.Signals) -> None:
        """Send the daemon a signal and wait for its end."""
        os.kill(self._child, number)
        assert await self._line() == b"ended\n"
        self._child = 0

    async def _line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        return await asyncio.to_thread(self._process.stdout.readline)
