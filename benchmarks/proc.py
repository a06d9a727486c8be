"""What the kernel knows of a process: its memory, its processor time, what it wrote."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """One look at one process. *written_bytes* is what it had the kernel write to storage."""

    cpu_s: float
    rss_bytes: int
    written_bytes: int

    def since(self, before: "Usage") -> "Usage":
        """What was spent from *before* to this look; memory stands as it is now."""
        written = self.written_bytes - before.written_bytes
        return Usage(self.cpu_s - before.cpu_s, self.rss_bytes, written)


def usage(pid: int) -> Usage:
    """Look at process *pid*, all of its threads."""
    process = Path(f"/proc/{pid}")
    run_ns = sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat"))
    return Usage(
        cpu_s=run_ns / 1e9,
        rss_bytes=_number(process / "status", "VmRSS:") * 1024,
        written_bytes=_number(process / "io", "write_bytes:"),
    )


def share_out() -> tuple[set[int], set[int]]:
    """Processors for the harness with its broker, and for what is measured: apart, if possible."""
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) == 1:
        return set(processors), set(processors)
    return {processors[0]}, set(processors[1:])


def machine() -> str:
    """What kind of machine this is."""
    board = Path("/proc/device-tree/model")
    name = board.read_text().rstrip("\0") if board.exists() else _processor()
    cores = len(os.sched_getaffinity(0))
    return f"{name}, {cores} core(s), {platform.system()} {platform.release()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _number(file: Path, key: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    raise LookupError(f"{file} has no line {key}")
