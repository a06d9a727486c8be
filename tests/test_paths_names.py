"""Names over one interface: which servers are asked, and what is done when none of them answers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from relayd.paths import BoundResolver, fresh_names
from relayd.paths_given import given

ADDRESS = "203.0.113.7"
REFUSED, NO_SUCH_NAME = 5, 3


class NameServer(asyncio.DatagramProtocol):
    """Answers every question for an IPv4 address; or with *fault*; or not at all."""

    def __init__(self) -> None:
        self.silent = False
        self.fault = 0
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        self.asked += 1
        if self.silent:
            return
        end = data.index(b"\0", 12) + 5
        v4 = data[end - 4 : end - 2] == b"\0\1" and not self.fault
        flags = b"\x85" + bytes([0x80 | self.fault])
        head = data[:2] + flags + b"\0\1" + (b"\0\1" if v4 else b"\0\0") + bytes(4)
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(ADDRESS)  # good for no time
        self._transport.sendto(head + data[12:end] + (record if v4 else b""), addr)


@contextlib.asynccontextmanager
async def asking(interfaces: Path) -> AsyncIterator[tuple[BoundResolver, NameServer]]:
    """A resolver on the loopback, and the one name server it asks."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    (interfaces / "lo").mkdir(parents=True)
    port = transport.get_extra_info("sockname")[1]
    resolver = BoundResolver("lo", [f"127.0.0.1:{port}"], interfaces)
    try:
        yield resolver, server
    finally:
        await resolver.close()
        transport.close()


async def found(resolver: BoundResolver, name: str = "siren.example") -> list[str]:
    return [each["host"] for each in await resolver.resolve(name, 443, socket.AF_INET)]


async def test_with_its_name_servers_dead_a_name_is_where_it_was(tmp_path: Path) -> None:
    """The way is open and only names are dead: the call must still go out by it."""
    async with asking(tmp_path) as (resolver, server):
        assert await found(resolver) == [ADDRESS]
        server.silent = True
        assert await found(resolver) == [ADDRESS]
        with pytest.raises(OSError, match=r".+"):
            await found(resolver, "never.asked.example")


async def test_a_name_server_that_refuses_is_none(tmp_path: Path) -> None:
    async with asking(tmp_path) as (resolver, server):
        await found(resolver)
        server.fault = REFUSED
        assert await found(resolver) == [ADDRESS]


async def test_a_name_that_is_no_more_is_not_where_it_was(tmp_path: Path) -> None:
    """That it does not exist is an answer; what was known before is no better."""
    async with asking(tmp_path) as (resolver, server):
        await found(resolver)
        server.fault = NO_SUCH_NAME
        with pytest.raises(OSError, match=r".+"):
            await found(resolver)


async def test_a_probe_is_told_the_truth_of_now(tmp_path: Path) -> None:
    """A path whose names are dead must not be called well because of what once was."""
    async with asking(tmp_path) as (resolver, server):
        await found(resolver)
        server.silent = True
        with fresh_names(), pytest.raises(OSError, match=r".+"):
            await found(resolver)
        assert await found(resolver) == [ADDRESS]


async def test_another_network_means_other_names(tmp_path: Path) -> None:
    async with asking(tmp_path) as (resolver, server):
        await found(resolver)
        resolver.forget()
        server.silent = True
        with pytest.raises(OSError, match=r".+"):
            await found(resolver)


async def test_without_its_interface_nothing_is_asked_and_nothing_remembered(
    tmp_path: Path,
) -> None:
    """What is sent over a path leaves by it, or fails."""
    async with asking(tmp_path) as (resolver, server):
        await found(resolver)
        asked = server.asked
        (tmp_path / "lo").rmdir()
        with pytest.raises(OSError, match="no interface lo"):
            await found(resolver)
        assert server.asked == asked


RESOLV = "nameserver 192.0.2.1\nnameserver 2001:db8::1\n"
WRITTEN = {
    "systemd-resolved": (
        "systemd/resolve/netif/3",
        "LLMNR=yes\nSERVERS=192.0.2.1:53#dns 2001:db8::1\n",
    ),
    "systemd-networkd": (
        "systemd/netif/links/3",
        "ADMIN_STATE=configured\nDNS=192.0.2.1 2001:db8::1\n",
    ),
    "resolvconf": ("resolvconf/interface/wlan0.dhcp", RESOLV),
    "dhcpcd": (
        "dhcpcd/hook-state/resolv.conf/wlan0.dhcp",
        f"# from wlan0\ndomain lan\n{RESOLV}",
    ),
}


@pytest.mark.parametrize("by", list(WRITTEN))
async def test_an_interface_asks_the_name_servers_it_was_given(by: str, tmp_path: Path) -> None:
    """Each link its own: the mobile network's servers answer on the mobile network only."""
    name, text = WRITTEN[by]
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    file.with_name("4").write_text("DNS=198.51.100.1\n")
    file.with_name("wlan01.dhcp").write_text("nameserver 198.51.100.2\n")
    assert await given("wlan0", "3", tmp_path) == ("192.0.2.1", "2001:db8::1")


async def test_a_server_in_the_pi_itself_is_no_way_out(tmp_path: Path) -> None:
    """A socket bound to the link cannot reach 127.0.0.53."""
    file = tmp_path / "systemd/netif/links/3"
    file.parent.mkdir(parents=True)
    file.write_text("DNS=127.0.0.53 192.0.2.9 rubbish fe80::1%3\n")
    assert await given("wlan0", "3", tmp_path) == ("192.0.2.9",)


async def test_networkmanager_is_asked_where_no_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nmcli"
    tool.write_text('#!/bin/sh\necho "$4 $5" > "${0%/*}/asked"\n'
                    "echo '192.0.2.1 | 192.0.2.2'\necho '2001\\:db8\\:\\:1'\n")  # fmt: skip
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert await given("wlan0", "3", tmp_path) == ("192.0.2.1", "192.0.2.2", "2001:db8::1")
    assert (tmp_path / "asked").read_text() == "show wlan0\n"


async def test_where_nobody_says_nothing_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await given("wlan0", "3", tmp_path) == ()
