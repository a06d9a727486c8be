"""What the kernel says of an interface: three small files, read without privilege."""

from dataclasses import dataclass
from pathlib import Path

SWITCHED_ON = 0x1  # IFF_UP, as linux/if.h has it
NO_LINK = frozenset({"down", "lowerlayerdown", "notpresent"})


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at an interface. *fault* says in words why nothing can leave by it, or is None.

    *gone*: no socket can live on it, because it is absent or switched off. A missing carrier alone
    is only what a driver claims. *index* is the kernel's number, new each time it is plugged in.
    """

    fault: str | None = None
    gone: bool = False
    index: str = ""


def look(interfaces: Path, interface: str) -> Sight:
    """See how *interface* stands in the folder *interfaces*, /sys/class/net on a real machine."""
    folder = interfaces / interface
    index = _read(folder / "ifindex")
    flags = _read(folder / "flags")
    if not index or not flags:
        return Sight(f"no link: there is no interface {interface}", gone=True)
    if not int(flags, 16) & SWITCHED_ON:
        return Sight(f"no link: {interface} is switched off", gone=True, index=index)
    if _read(folder / "carrier") == "0" or _read(folder / "operstate") in NO_LINK:
        return Sight(f"no link: {interface} has no carrier", index=index)
    return Sight(index=index)


def _read(file: Path) -> str:
    """Its text; empty where it is not, or where the kernel refuses it just now."""
    try:
        return file.read_text().strip()
    except OSError:
        return ""
