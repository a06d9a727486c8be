"""A Pi with two ways out, in network namespaces of its own: links to cut, and packets to count."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from brokers import MOSQUITTO
from live_relay import Relay, until

HERE = Path(__file__).parent
WORLD = "203.0.113.10"  # TEST-NET-3: every name there is, on whichever side
WEB_PORT = 8480


def ip(*words: str) -> None:
    """Run one command of iproute2."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


def why_not() -> str | None:
    """Say what is missing to make namespaces here."""
    if os.geteuid() != 0:
        return "only root may make network namespaces: run the tests as root"
    for program, package in (("ip", "iproute2"), ("nft", "nftables")):
        if shutil.which(program) is None:
            return f"{program} is not installed: apt install {package} runs this test"
    if MOSQUITTO is None:
        return "mosquitto is not installed: apt install mosquitto runs this test"
    probe = f"relayd-{secrets.token_hex(3)}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
    if made.returncode != 0:
        return "this machine lets nobody make network namespaces: no CAP_SYS_ADMIN in a container?"
    ip("netns", "del", probe)
    return None


@dataclass
class Side:
    """One way out of the Pi: *interface* there, a veth to a namespace where the world is."""

    pi: str
    interface: str
    number: int
    folder: Path
    far: str = ""
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def build(self) -> None:
        """Make the far side, plug the interface in, and start the world."""
        self.folder.mkdir()
        self.far = f"{self.pi}-{self.number}"
        ip("netns", "add", self.far)
        ip("-n", self.far, "link", "set", "lo", "up")
        ip("-n", self.far, "address", "add", f"{WORLD}/32", "dev", "lo")
        self.plug_in()
        command = ["ip", "netns", "exec", self.far, sys.executable, str(HERE / "far_side.py")]
        self._processes.append(subprocess.Popen([*command, WORLD, str(self.folder)]))

    def plug_in(self) -> None:
        """Put the interface there, and up."""
        far_end = ("peer", "name", "veth0", "netns", self.far)
        ip("-n", self.pi, "link", "add", self.interface, "type", "veth", *far_end)
        ip("-n", self.far, "address", "add", f"10.9.{self.number}.1/24", "dev", "veth0")
        ip("-n", self.far, "link", "set", "veth0", "up")
        ip("-n", self.pi, "address", "add", f"10.9.{self.number}.2/24", "dev", self.interface)
        self.up()

    def unplug(self) -> None:
        """Take the interface out, as one pulls a dongle."""
        ip("-n", self.pi, "link", "delete", self.interface)

    def up(self) -> None:
        """Switch it on, and route by it as a DHCP client would."""
        ip("-n", self.pi, "link", "set", self.interface, "up")
        way = ("via", f"10.9.{self.number}.1", "dev", self.interface)
        ip("-n", self.pi, "route", "replace", "default", *way, "metric", str(100 * self.number))

    def down(self) -> None:
        """Switch it off."""
        ip("-n", self.pi, "link", "set", self.interface, "down")

    def drop(self, rule: str = "", *, answers_only: bool = False) -> None:
        """Swallow what the Pi sends and *rule* matches (all); or only what is answered to it."""
        hook, link = ("output", "oifname") if answers_only else ("input", "iifname")
        filtered = f"type filter hook {hook} priority 0; {link} veth0 {rule} drop;"
        self._nft("add table inet cut { chain swallow { " + filtered + " }; }")

    def drop_both_ways(self) -> None:
        """Swallow all, in and out: a black hole."""
        self.drop()
        self._nft(
            "add table inet cut { chain back "
            "{ type filter hook output priority 0; oifname veth0 drop; }; }"
        )

    def let_through(self) -> None:
        """Swallow nothing any more."""
        self._nft("delete table inet cut")

    def portal(self) -> None:
        """Have a captive portal answer everything."""
        (self.folder / "portal").touch()

    def heard(self, kind: str) -> list[str]:
        """The lines of ``names``, ``probes`` or ``alerts`` on the far side."""
        file = self.folder / kind
        return file.read_text().split("\n")[:-1] if file.exists() else []

    def packets(self) -> int:
        """How many packets came from the Pi by this link, as the far end's kernel counted."""
        return self._count("packets")

    def traffic(self) -> int:
        """How many bytes went by this link, both ways, with their Ethernet headers."""
        return self._count("bytes") + self._count("bytes", "tx")

    def _count(self, what: str, way: str = "rx") -> int:
        command = ["ip", "-n", self.far, "-s", "-j", "link", "show", "dev", "veth0"]
        shown = subprocess.run(command, capture_output=True, check=False).stdout
        if not shown:
            return 0  # unplugged, and the far end with it
        return int(msgspec.json.decode(shown)[0]["stats64"][way][what])

    def _nft(self, text: str) -> None:
        subprocess.run(["ip", "netns", "exec", self.far, "nft", text], check=True)

    def destroy(self) -> None:
        """Leave nothing behind."""
        end(self._processes)
        subprocess.run(["ip", "netns", "del", self.far], capture_output=True, check=False)


@dataclass
class Net:
    """The Pi and its two ways out. ``with built(folder) as net:``."""

    folder: Path
    pi: str = field(default_factory=lambda: f"relayd-{secrets.token_hex(3)}")
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wifi = Side(self.pi, "wlan0", 1, self.folder / "wifi")
        self.dongle = Side(self.pi, "wwan0", 2, self.folder / "dongle")

    @property
    def within(self) -> list[str]:
        """What a command begins with to run on the Pi."""
        return ["ip", "netns", "exec", self.pi]

    def build(self) -> None:
        """Make the Pi with its broker, a hand inside, and both sides."""
        ip("netns", "add", self.pi)
        ip("-n", self.pi, "link", "set", "lo", "up")
        self.wifi.build()
        self.dongle.build()
        config = self.folder / "mosquitto.conf"
        config.write_text("listener 1883 127.0.0.1\nallow_anonymous true\nuser root\n")
        self.processes.append(
            subprocess.Popen(
                [*self.within, str(MOSQUITTO), "-c", str(config)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        self.hand: subprocess.Popen[bytes] = subprocess.Popen(
            [*self.within, sys.executable, str(HERE / "inside.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.processes.append(self.hand)

    async def told(self, line: str) -> str:
        """Have the hand inside do something."""
        assert self.hand.stdin is not None
        assert self.hand.stdout is not None
        self.hand.stdin.write(f"{line}\n".encode())
        self.hand.stdin.flush()
        return (await asyncio.to_thread(self.hand.stdout.readline)).decode()

    async def paths(self) -> dict[str, dict[str, Any]]:
        """What the page says of each path."""
        state = msgspec.json.decode(await self.told(f"get {WEB_PORT} /api/state"))
        return {path["path"]: path for path in state["paths"]}

    async def until_path(self, path: str, state: str, within_s: float = 30.0) -> str:
        """Wait until *path* is held to be in *state*; return the evidence."""
        known: dict[str, Any] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while known.get("state") != state:
                    await asyncio.sleep(0.05)
                    known = (await self.paths())[path]
        assert known.get("state") == state, known
        return str(known["evidence"])

    def destroy(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        end(self.processes)
        for side in (self.wifi, self.dongle):
            side.destroy()
        subprocess.run(["ip", "netns", "del", self.pi], capture_output=True, check=False)


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End what was started, and close its pipes."""
    for process in processes:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def built(folder: Path) -> Iterator[Net]:
    """A Pi with two ways out; skips with a sentence where that cannot be."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    net = Net(folder)
    try:
        net.build()
        yield net
    finally:
        net.destroy()


class PiRelay(Relay):
    """The daemon in a namespace: it says in its log that it is ready, no socket leads out."""

    async def start(self) -> None:
        """Start it, and wait until the broker keeps readings for it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 -- a fork takes no time worth a thread
                [*self.command, str(self.file)], stderr=log, cwd=HERE.parent
            )
        await until(
            lambda: self.status is not None or self.said("broker.reported", up="True"),
            what=self.text,
        )
        assert self.status is None, f"relayd did not start\n{self.text()}"
