"""The name servers an interface was given, as whoever configured it wrote them down."""

import asyncio
import contextlib
import ipaddress
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

RUN = Path("/run")
ASK_WITHIN_S = 2.0
SYSTEMD_LINE = re.compile(r"^(?:SERVERS|DNS)=(.*)$", re.MULTILINE)
RESOLV_LINE = re.compile(r"^nameserver\s+(\S+)", re.MULTILINE)


async def given(interface: str, index: str, run: Path = RUN) -> tuple[str, ...]:
    """Name servers for *interface*, number *index* of the kernel; empty where nobody says.

    systemd-resolved and systemd-networkd keep a file a link, resolvconf and dhcpcd a file an
    interface; NetworkManager is asked. A server on the loopback is left out: nothing that is bound
    to the interface can reach it.
    """
    files = [run / "systemd/resolve/netif" / index, run / "systemd/netif/links" / index]
    servers = _usable(word for file in files for word in _systemd(file))
    servers = servers or _usable(_resolvconf(interface, run))
    return servers or _usable(await _networkmanager(interface))


def _systemd(file: Path) -> Iterator[str]:
    for line in SYSTEMD_LINE.findall(_read(file)):
        yield from line.split()


def _resolvconf(interface: str, run: Path) -> Iterator[str]:
    """A link may have one file for each protocol: ``wlan0.dhcp``, ``wlan0.ra``."""
    folders = ("resolvconf/interface", "resolvconf/interfaces", "dhcpcd/hook-state/resolv.conf")
    for folder in folders:
        for file in sorted((run / folder).glob(f"{interface}*")):
            if file.name.partition(".")[0] == interface:
                yield from RESOLV_LINE.findall(_read(file))


async def _networkmanager(interface: str) -> Sequence[str]:
    program = shutil.which("nmcli")
    if program is None:
        return ()
    said = b""
    with contextlib.suppress(OSError, TimeoutError):
        asked = await asyncio.create_subprocess_exec(
            program, "-g", "IP4.DNS,IP6.DNS", "device", "show", interface,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                said, _ = await asked.communicate()
        finally:
            if asked.returncode is None:
                asked.kill()
                await asked.wait()
    return said.decode(errors="replace").replace("\\:", ":").replace("|", " ").split()


def _usable(words: Iterable[str]) -> tuple[str, ...]:
    """The addresses among *words*: without port and name, and none that stays in this machine."""
    found: dict[str, None] = {}
    for word in words:
        plain = word.partition("#")[0].partition("%")[0]
        if plain.count(":") == 1:
            plain = plain.partition(":")[0]
        plain = plain.removeprefix("[").partition("]")[0]
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(plain)
            if not (address.is_loopback or address.is_unspecified or address.is_link_local):
                found[str(address)] = None
    return tuple(found)


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
