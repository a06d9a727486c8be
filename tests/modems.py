"""A private bus, the real ModemManager on it, and an emulated modem: no hardware, no root."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from doubles.at_modem import AtModem

DAEMON = shutil.which("dbus-daemon")
MANAGER = shutil.which("ModemManager", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NAME = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
WITHIN_S = 60.0
DEVICE = "emulated-1"


@contextlib.asynccontextmanager
async def private_bus(folder: Path) -> AsyncIterator[str]:
    """Run a bus of our own and give its address."""
    if DAEMON is None:
        pytest.skip("dbus-daemon is absent: apt install dbus")
    config = folder / "bus.conf"
    config.write_text(BUS_CONFIG.format(folder=folder))
    running = await asyncio.create_subprocess_exec(
        DAEMON,
        *(f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert running.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            address = (await running.stdout.readline()).decode().strip()
        assert address, "dbus-daemon says its address once it listens"
        yield address
    finally:
        await ended(running)


BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


async def ended(running: asyncio.subprocess.Process) -> None:
    """Kill one program of ours and wait for its end."""
    with contextlib.suppress(ProcessLookupError):
        running.kill()
    await running.wait()


@dataclass
class Manager:
    """A running ModemManager on a private bus, with a voice to ask it for things."""

    address: str
    bus: MessageBus
    running: asyncio.subprocess.Process

    async def ask(self, member: str, signature: str = "", *body: object) -> list[object]:
        """Call a method of ModemManager's own object."""
        interface, _, name = member.rpartition(".")
        asked = Message(NAME, ROOT, interface, name, signature=signature, body=list(body))
        async with asyncio.timeout(WITHIN_S):
            reply = await self.bus.call(asked)
        assert reply is not None
        if reply.message_type is MessageType.ERROR:
            raise OSError(reply.error_name, reply.body)
        return list(reply.body)

    async def plug_in(self, modem: AtModem) -> None:
        """Show it a modem; it appears a moment later."""
        ports = [f"abstract:{modem.name}"]
        await self.ask(f"{NAME}.Test.SetProfile", "ssas", DEVICE, "generic", ports)
        await self.until_modems(1)

    async def until_modems(self, count: int) -> None:
        """Wait until it knows so many modems."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                found = await self.ask("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
                assert isinstance(found[0], dict)
                if sum(f"{NAME}.Modem" in interfaces for interfaces in found[0].values()) == count:
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Let ModemManager die."""
        await ended(self.running)


@contextlib.asynccontextmanager
async def manager(address: str, folder: Path) -> AsyncIterator[Manager]:
    """Run the real ModemManager on the bus at *address*."""
    if MANAGER is None:
        pytest.skip("ModemManager is absent: apt install modemmanager")
    running = await asyncio.create_subprocess_exec(
        MANAGER,
        *("--test-session", "--test-enable", "--test-no-udev", "--test-no-suspend-resume"),
        *("--test-no-qrtr", "--no-auto-scan", "--log-level=DEBUG"),
        f"--log-file={folder / 'modem-manager.log'}",
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    bus = await MessageBus(address).connect()
    made = Manager(address, bus, running)
    try:
        async with asyncio.timeout(WITHIN_S):
            while True:
                with contextlib.suppress(OSError):
                    await made.ask("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
                    break
                await asyncio.sleep(0.05)
        yield made
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        await ended(running)
