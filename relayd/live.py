"""``relayd run``: from a file to a running daemon, or to one clear sentence why not."""

import asyncio
import fcntl
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relayd import log
from relayd.config import Config, ConfigFaults, load

WELL, BAD_NEWS, WRONG = 0, 1, 2


class CannotStartError(Exception):
    """relayd cannot run here; the sentence says why, and what to do."""


def run(file: Path, level: str = "info") -> int:
    """Run the daemon until a signal ends it."""
    log.setup(level)
    try:
        config = load(file)
    except ConfigFaults as faults:
        sys.stderr.write(f"relayd: {faults}\n")
        return WRONG
    try:
        with _alone(config.state):
            asyncio.run(serve(config))
    except CannotStartError as reason:
        sys.stderr.write(f"relayd: {reason}\n")
        return BAD_NEWS
    return WELL


async def serve(config: Config) -> None:
    """Run the daemon and its page until SIGTERM or SIGINT."""
    from relayd.daemon import Daemon  # noqa: PLC0415 - after the file is known to be good
    from relayd.web import Web  # noqa: PLC0415

    daemon = Daemon(config)
    gc.collect()
    gc.freeze()  # the household stays as it is: no collection need walk it again
    gc.set_threshold(50_000, 20, 50)
    web = Web(daemon, config, daemon.drills)
    try:
        await web.open()
    except OSError as error:
        listen = f"{config.web.host}:{config.web.port}"
        raise CannotStartError(
            f"cannot listen on {listen}: {error.strerror or error}. Is relayd running already, or "
            f"another program on that port? Give [web] listen another port in {config.file}."
        ) from error
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    try:
        await daemon.run()
    finally:
        await web.close()


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the state folder, so that two daemons never call for one household."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (state / "lock").open("w")
    except OSError:
        yield  # a folder that cannot be written is a lost disk: relayd says so and goes on
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(
                f"another relayd already uses {state}. Stop it first, or give [home] state "
                "another folder."
            ) from None
        yield
