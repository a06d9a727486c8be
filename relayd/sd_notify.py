"""What relayd tells systemd of itself; nothing at all where systemd does not listen."""

import os
import socket


def ready() -> bool:
    """Say that starting is done. This and the others return whether anybody was told."""
    return _notify("READY=1")


def status(text: str) -> bool:
    """Set the line that ``systemctl status relayd`` shows."""
    return _notify("STATUS=" + " ".join(text.split()))


def watchdog() -> bool:
    """Say that the engine is alive: from its own loop, never from a timer of its own."""
    return _notify("WATCHDOG=1")


def stopping() -> bool:
    """Say that relayd is on its way out."""
    return _notify("STOPPING=1")


def watchdog_interval_s() -> float | None:
    """Seconds from one ``watchdog()`` to the next: half of what systemd allows.

    None where no watchdog is set, or where it is set for another process.
    """
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    if not limit_us.isdecimal() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(
        os.getpid()
    ):
        return None
    return int(limit_us) / 2_000_000


def _notify(line: str) -> bool:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # the abstract namespace (sd_notify(3))
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(0)  # a systemd that does not listen must not hold up an alert
        try:
            channel.sendto(line.encode(), address)
        except OSError:
            return False
    return True
