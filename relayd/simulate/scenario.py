"""Scenarios: small TOML files: what breaks, from when to when, and what begins meanwhile."""

import tomllib
from importlib.resources import files
from pathlib import Path

from relayd.config.fault import ConfigFaults, Fault, Faults, choose
from relayd.simulate.script import Script, script_of


class UnknownScenario(Exception):  # noqa: N818  it is an answer to a wrong word
    """There is no scenario called *name*; *remedy* names the nearest."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f'there is no scenario "{name}". {remedy}')


def shipped() -> dict[str, Path]:
    """The scenarios that come with relayd, by name."""
    folder = Path(str(files("relayd.simulate").joinpath("scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def names() -> list[tuple[str, str]]:
    """Every shipped scenario and what it is about, in the order of their names."""
    return [(name, read(path).about) for name, path in shipped().items()]


def find(word: str) -> Path:
    """The file of a scenario, by its name or by a path to it."""
    known = shipped()
    if word in known:
        return known[word]
    path = Path(word)
    if word.endswith(".toml") or "/" in word:
        return path
    remedy = choose(word, known, "Give the path of a TOML file.")
    stop = "" if remedy[-1] in ".?" else "."
    raise UnknownScenario(word, f"{remedy}{stop} `relayd simulate --list` names all")


def read(path: Path) -> Script:
    """Read one scenario. Raises ``ConfigFaults`` with everything that is wrong with it."""
    script, faults = read_all(path)
    if faults.found:
        raise ConfigFaults(path, faults.found)
    return script


def read_all(path: Path) -> tuple[Script, Faults]:
    """Read one scenario, and what is wrong with it. Raises ``ConfigFaults`` where it is no TOML."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"the file cannot be read: {(error.strerror or 'it failed').lower()}"
        remedy = "`relayd simulate --list` names the scenarios that come with relayd"
        raise ConfigFaults(path, [Fault(str(path), what, remedy)]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFaults(
            path, [Fault("the file", f"this is not TOML: {error}", "Look there")]
        ) from error
    faults = Faults()
    return script_of(document, path, faults), faults
