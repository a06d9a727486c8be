"""The two programs that are measured: the floor, and relayd itself."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from broker import free_port

HERE = Path(__file__).resolve().parent
GIVEN_FLOOR = HERE.parents[1] / "shared" / "bench" / "subjects" / "floor.py"
"""A floor that others measured their own programs against; where it lies there, it is the one."""
HOME = """\
[home]
name     = "bench"
timezone = "UTC"
state    = "{state}"
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
[web]
listen = "127.0.0.1:{web_port}"
[channels.hook]
kind = "webhook"
url  = "{sink}"
[carers.ana]
name   = "Ana"
routes = [{{ channel = "hook" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""
WEARER = """\
[wearers.{wearer}]
name = "{wearer}"
unit = "mg/dL"
[wearers.{wearer}.glucose]
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program runs: its folder, the broker's port, where alerts go, who is watched."""

    folder: Path
    port: int
    sink: str
    wearers: Sequence[str]

    @property
    def database(self) -> Path:
        """What relayd keeps."""
        return self.folder / "state" / "relayd.db"


@dataclass(frozen=True, slots=True)
class Subject:
    """A program under its *name*; *prepare* writes its files and gives the command to run it."""

    name: str
    prepare: Callable[[Place], list[str]]


def _floor(place: Place) -> list[str]:
    if GIVEN_FLOOR.is_file():
        database = str(place.folder / "outbox.db")
        ways = ["--client=paho-loop", "--persist=group", "--topic=relayd/+/glucose", "--low=70"]
        program = [sys.executable, str(GIVEN_FLOOR), *ways]
        return [*program, f"--port={place.port}", f"--sink={place.sink}", f"--db={database}"]
    database = str(place.folder / "floor.db")
    program = [sys.executable, str(HERE / "floor.py")]
    return [*program, "--port", str(place.port), "--sink", place.sink, "--database", database]


def _relayd(place: Place) -> list[str]:
    file = place.folder / "relayd.toml"
    home = HOME.format(
        state=place.folder / "state", port=place.port, web_port=free_port(), sink=place.sink
    )
    file.write_text(home + "".join(WEARER.format(wearer=wearer) for wearer in place.wearers))
    relayd = [sys.executable, "-m", "relayd", "run"]
    return [*relayd, "--config", str(file), "--log-level", "warning"]


FLOOR = Subject("floor", _floor)
RELAYD = Subject("relayd", _relayd)
