"""The household file from the first byte to the frozen objects, or to all of its faults."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from relayd.config import people, place
from relayd.config.cores import with_cores
from relayd.config.fault import ConfigFaults, Fault, Faults
from relayd.config.keys import Broken, Walk
from relayd.config.plans import plans
from relayd.config.secrets import Secrets
from relayd.config.services import channels
from relayd.config.settings import ChannelSettings, Config
from relayd.config.shape import record
from relayd.config.tables import FileTable
from relayd.domain.household import Household

UNNAMED = Path("relayd.toml")


def load(path: Path, *, with_secrets: bool = True, credentials: Path | None = None) -> Config:
    """Read the household file at *path*. Raises ``ConfigFaults`` with everything that is wrong.

    *with_secrets* False reads no secret file: the file can then be judged on any machine.
    *credentials* is where bare secret names are looked up first; systemd's own folder by default.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        what = f"the file cannot be read: {(error.strerror or 'it failed').lower()}"
        remedy = "Name another with --config FILE, or make one with `relayd init`"
        raise ConfigFaults(path, [Fault(str(path), what, remedy)]) from error
    except UnicodeDecodeError as error:
        remedy = "Save it as UTF-8, as every editor can"
        fault = Fault(f"byte {error.start}", "the file is not text in UTF-8", remedy)
        raise ConfigFaults(path, [fault]) from error
    if credentials is None and "CREDENTIALS_DIRECTORY" in os.environ:
        credentials = Path(os.environ["CREDENTIALS_DIRECTORY"])
    return parse(text, file=path, with_secrets=with_secrets, credentials=credentials)


def parse(
    text: str,
    *,
    base: Path | None = None,
    file: Path = UNNAMED,
    with_secrets: bool = True,
    credentials: Path | None = None,
) -> Config:
    """Read the *text* of a household file, as ``load`` does.

    Relative paths in it start at *base*, by default the folder of *file*.
    """
    try:
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigFaults(file, [_in_words(error, text)]) from error
    except RecursionError as error:
        fault = Fault("the file", "its brackets are nested too deeply", "Take some out")
        raise ConfigFaults(file, [fault]) from error
    base = base if base is not None else file.parent
    walk = Walk(Faults(), Secrets(base, credentials, read=with_secrets))
    table = record(FileTable, document, "", walk)
    assert not isinstance(table, Broken), "every table of the file has a default"
    config = _build(table, walk, base, file, look=with_secrets)
    if walk.faults.found:
        raise ConfigFaults(file, walk.faults.found)
    return config


def _build(table: FileTable, walk: Walk, base: Path, file: Path, *, look: bool) -> Config:
    faults = walk.faults
    services = channels(table, walk)
    networks = place.networks(table.networks, faults)
    household = _household(table, services, faults)
    if not faults.found:
        household = with_cores(household, services, networks)
    return Config(
        household=household,
        file=file,
        state=base / table.home.state,
        mqtt=place.mqtt(table.mqtt, base, faults, look=look),
        web=place.web(table.web),
        paths=place.paths(table.paths),
        channels=services,
        sources=place.sources(table, table.mqtt.root, faults),
        watcher=place.watcher(table.watcher, faults),
        networks=networks,
        keep_readings=table.home.keep_readings,
        secret_files=tuple(walk.secrets.files),
    )


def _household(
    table: FileTable, services: Mapping[str, ChannelSettings], faults: Faults
) -> Household:
    wearers = people.wearers(table.wearers, faults)
    carers = people.carers(table.carers, table.channels, services, faults)
    general, own = plans(table, faults)
    return Household(
        name=table.home.name,
        wearers=wearers,
        carers=carers,
        plan=general,
        plans=own,
        zone=table.home.timezone,
        night_start=table.home.night[0],
        night_end=table.home.night[1],
    )


def _in_words(error: tomllib.TOMLDecodeError, text: str) -> Fault:
    """The parser's complaint as a fault: its place, and what most often causes it."""
    said = str(error)
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    complaint = said[: found.start()] if found else said
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    where = f"line {line}, column {found[2]}" if found and found[1] else "the end of the file"
    if "overwrite" in complaint or "twice" in complaint or "Duplicate" in complaint:
        return Fault(where, f"{_about(text, line)} is given twice", "Keep one of the two")
    remedy = "Look there and at the line above for a missing quote, bracket, comma or equals sign"
    return Fault(where, f"this is not TOML: {complaint[:1].lower()}{complaint[1:]}", remedy)


def _about(text: str, line: int) -> str:
    """What the key or table on *line* is called, never its value."""
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    match = re.match(r"\s*(\[+[^\]#]+\]+|[A-Za-z0-9_.-]+(?=\s*=))", written)
    return match[1] if match else "a key or a table"
