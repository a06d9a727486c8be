"""One program, running, with its own broker, publisher and sink: where a measure takes place."""

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import proc
from broker import Message, Publisher, broker
from proc import Usage
from sink import Sink
from subjects import Place, Subject

STEADY = 100
FINE_MG_DL, LOW_MG_DL = 110, 50
WARM_READINGS, WARM_ALERTS = 300, 20
STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 10.0
SETTLED_S = 0.7
DISK = "/var/tmp"  # by custom a disk, even where /tmp is memory


def name(number: int) -> str:
    """What a wearer is called, here and in every alert."""
    return f"w{number:06d}"


class Stage:
    """Readings of *steady* wearers alarm nobody; each of the others is low once, in turn."""

    def __init__(self, subject: Subject, place: Place, sink: Sink, publisher: Publisher) -> None:
        self.sink = sink
        self.publisher = publisher
        self.place = place
        self.fine_sent = 0
        self.start_s = 0.0
        self._command = subject.prepare(place)
        self._steady = itertools.cycle(w for w in place.wearers if w < name(STEADY))
        self._others = iter([w for w in place.wearers if w >= name(STEADY)])
        self._process: subprocess.Popen[bytes] | None = None
        self._processors = proc.share_out()[1]

    # Readings ---------------------------------------------------------------

    def reading(self, wearer: str, mg_dl: int) -> Message:
        """What a sensor would publish now."""
        payload = b'{"wearer": "%s", "mgdl": %d, "value": %d, "unit": "mg/dL", "at": %.6f}'
        said = payload % (wearer.encode(), mg_dl, mg_dl, time.time())
        return f"relayd/{wearer}/glucose", said  # in the words of either program

    def fine(self, count: int) -> Iterator[Message]:
        """Readings that alarm nobody, of each wearer in turn, stamped as they are taken."""
        for _ in range(count):
            self.fine_sent += 1
            yield self.reading(next(self._steady), FINE_MG_DL + self.fine_sent % 20)

    def low(self, count: int) -> dict[str, Message]:
        """As many wearers, each with a low reading."""
        wearers = list(itertools.islice(self._others, count))
        assert len(wearers) == count, "the household is too small for this measure"
        return {wearer: self.reading(wearer, LOW_MG_DL) for wearer in wearers}

    # The program ------------------------------------------------------------

    def start(self) -> None:
        """Start the program."""
        with (self.place.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.place.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        os.sched_setaffinity(self._process.pid, self._processors)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it is gone."""
        assert self._process is not None, "it was never started"
        self._process.send_signal(how)
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def usage(self) -> Usage:
        """What it has spent so far."""
        assert self._process is not None, "it was never started"
        return proc.usage(self._process.pid)

    async def first_alert(self, wearer: str) -> None:
        """Start the program and let one wearer be low until an alert comes."""
        self.start()
        begun_at = time.monotonic()
        while wearer not in self.sink.first:
            assert self._process is not None
            ended = self._process.poll() is not None
            if ended or time.monotonic() - begun_at > STARTS_WITHIN_S:
                raise RuntimeError(f"no alert came; it said: {self._said()}")
            self.publisher.post(self.reading(wearer, LOW_MG_DL))
            await asyncio.sleep(0.02)
        self.start_s = self.sink.first[wearer] - begun_at

    async def warm_up(self) -> None:
        """Let every connection and code path be used once, then let it fall quiet."""
        await self.publisher.publish(self.fine(WARM_READINGS))
        await self.publisher.publish(self.low(WARM_ALERTS).values())
        await self.sink.quiet(SETTLED_S)
        self.sink.forget()

    def _said(self) -> str:
        return (self.place.folder / "log").read_text()[-2000:].strip() or "nothing"


@asynccontextmanager
async def stage(subject: Subject, alarms: int, steady: int = STEADY) -> AsyncIterator[Stage]:
    """Everything fresh, *subject* not yet started: *alarms* wearers can be low."""
    folder = Path(tempfile.mkdtemp(prefix="relayd-bench-", dir=DISK))
    wearers = [name(n) for n in (*range(steady), *range(STEADY, STEADY + alarms))]
    sink = Sink()
    try:
        with broker(folder) as port:
            address = await sink.listen()
            async with Publisher(port) as publisher:
                made = Stage(subject, Place(folder, port, address, wearers), sink, publisher)
                try:
                    yield made
                finally:
                    made.end()
    finally:
        sink.close()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def running(subject: Subject, alarms: int) -> AsyncIterator[Stage]:
    """The same, started and warm; *alarms* wearers are left to be low."""
    async with stage(subject, alarms + WARM_ALERTS + 1) as made:
        await made.first_alert(next(iter(made.low(1))))
        await made.warm_up()
        yield made
