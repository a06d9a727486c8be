"""A scenario as it is written: its keys, its tables, and everything that can be wrong in them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from relayd.config.fault import Faults, choose, join
from relayd.domain.alert import Code
from relayd.simulate.body import CAN_BEGIN
from relayd.simulate.fault import AIMS
from relayd.simulate.fault import Kind as FaultKind

LONGEST_MIN = 60 * 24 * 30.0
TOP = {
    "name": str,
    "about": str,
    "starts": str,
    "lasts": float,
    "follow": float,
    "network": str,
    "shares": str,
    "source": str,
    "alert": dict,
    "away": list,
    "faults": list,
}
ALERT = {"condition": str, "wearer": str, "at": float, "after_low": bool}
AWAY = {"wearer": str, "from": float, "to": float}
FAULT = {
    "component": str,
    "fault": str,
    "from": float,
    "to": float,
    "p": float,
    "p_to": float,
    "period": float,
    "duty": float,
    "by": float,
    "aim": str,
    "after": float,
    "assumed": bool,
    "words": str,
    "source": str,
}
SHARES = ("core", "company")
MANUAL = "config/scenario.toml, beside relayd's source, shows every key"
MEANT = {
    "dead": FaultKind.DOWN,
    "off": FaultKind.DOWN,
    "gone": FaultKind.DOWN,
    "unplugged": FaultKind.DOWN,
    "slow": FaultKind.DELAY,
    "lost": FaultKind.LOSS,
    "lossy": FaultKind.LOSS,
    "engaged": FaultKind.BUSY,
    "killed": FaultKind.CRASH,
    "away": FaultKind.ABSENT,
}
"""What people write, and what scenarios and this file call it."""

WANTED = {str: "text", float: "a number", dict: "a table", list: "tables", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Cut:
    """One fault as a script has it: *component* may name a role; times in minutes."""

    where: str
    component: str
    kind: FaultKind
    given: Mapping[str, Any]

    @property
    def begins(self) -> float:
        """When it begins, in seconds."""
        return float(self.given.get("from", 0.0)) * 60

    @property
    def ends(self) -> float:
        """When it ends, in seconds; infinity where the script names no end."""
        return float(self.given.get("to", math.inf)) * 60


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario as written, before a household plays it. Minutes; *starts* is local time."""

    file: Path
    name: str
    about: str
    starts: datetime
    lasts: float
    follow: float
    network: str | None
    shares: str
    condition: Code | None
    wearer: str | None
    at: float
    after_low: bool
    away: tuple[tuple[str | None, float, float], ...]
    cuts: tuple[Cut, ...]
    source: str


def script_of(document: Mapping[str, Any], path: Path, faults: Faults) -> Script:
    """Read *document*; what is wrong with it is kept in *faults*."""
    top = _table(document, TOP, "", faults)
    if not (document.get("faults") or document.get("alert")):
        what = "nothing fails in it, and nothing begins"
        faults.add("the file", what, f"Write [[faults]], [alert], or both: {MANUAL}")
    alert = _table(top.get("alert", {}), ALERT, "alert", faults)
    lasts = _minutes(top, "lasts", "", faults, 120.0)
    cuts = [
        cut
        for place, given in enumerate(top.get("faults", []))
        for cut in (_cut(given, f"faults[{place}]", faults),)
        if cut is not None
    ]
    away = [_away(given, f"away[{n}]", faults) for n, given in enumerate(top.get("away", []))]
    shares = top.get("shares", "core")
    if shares not in SHARES:
        faults.add("shares", f'"{shares}" is no way to share', choose(shares, SHARES, ""))
    return Script(
        file=path,
        name=top.get("name", path.stem),
        about=top.get("about", ""),
        starts=_starts(top.get("starts", "2026-01-12T03:00"), faults),
        lasts=lasts,
        follow=_minutes(top, "follow", "", faults, 90.0),
        network=top.get("network"),
        shares=shares,
        condition=_condition(alert.get("condition"), faults),
        wearer=alert.get("wearer"),
        at=_minutes(alert, "at", "alert", faults, 0.0),
        after_low=alert.get("after_low", False),
        away=tuple(away),
        cuts=tuple(cuts),
        source=top.get("source", ""),
    )


def _table(given: object, known: Mapping[str, type], where: str, faults: Faults) -> dict[str, Any]:
    """The keys of *given* that are known and of their type; a fault for every other."""
    if not isinstance(given, dict):
        faults.add(where, "a table is wanted here", "Write keys and values")
        return {}
    read: dict[str, Any] = {}
    for key, value in given.items():
        place = join(where, key)
        if key not in known:
            faults.add(place, f'there is no key "{key}"', choose(key, known, "Take it out"))
            continue
        wanted = known[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number if wanted is float else isinstance(value, wanted):
            read[key] = value
        else:
            faults.add(place, f"{WANTED[wanted]} is wanted here", MANUAL)
    return read


def _minutes(
    table: Mapping[str, Any], key: str, where: str, faults: Faults, otherwise: float
) -> float:
    value = float(table.get(key, otherwise))
    if not 0 <= value <= LONGEST_MIN:
        what = f"{value:g} minutes is not possible"
        faults.add(join(where, key), what, f"Write minutes from 0 to {LONGEST_MIN:g}")
    return value


def _span(table: Mapping[str, Any], where: str, faults: Faults) -> tuple[float, float]:
    begins = _minutes(table, "from", where, faults, 0.0)
    ends = _minutes(table, "to", where, faults, LONGEST_MIN)
    if "to" in table and ends <= begins and not faults.at(join(where, "to")):
        what = f"it ends at {ends:g} min, and begins at {begins:g} min"
        faults.add(join(where, "to"), what, "An end comes after its beginning")
    return begins, ends


def _cut(given: object, where: str, faults: Faults) -> Cut | None:
    table = _table(given, FAULT, where, faults)
    _span(table, where, faults)
    for key in ("p", "p_to", "duty"):
        if not 0 <= table.get(key, 0) <= 1:
            faults.add(join(where, key), "it is no share", "Write a number from 0 to 1")
    if "component" not in table and not faults.at(join(where, "component")):
        faults.add(join(where, "component"), "this key is missing", "Say what fails")
    aim = table.get("aim", "")
    if aim and aim not in AIMS:
        faults.add(join(where, "aim"), f'there is no transition "{aim}"', choose(aim, AIMS, ""))
    word = table.get("fault", "down")
    if word not in set(FaultKind):
        what = f'there is no fault "{word}"'
        like = MEANT.get(word.lower())
        remedy = f'Did you mean "{like}"?' if like else choose(word, list(FaultKind), "")
        faults.add(join(where, "fault"), what, remedy)
    if "component" not in table:
        return None
    kind = FaultKind(word) if word in set(FaultKind) else FaultKind.DOWN
    return Cut(where, table["component"], kind, table)


def _away(given: object, where: str, faults: Faults) -> tuple[str | None, float, float]:
    table = _table(given, AWAY, where, faults)
    begins, ends = _span(table, where, faults)
    return table.get("wearer"), begins, ends


def _starts(text: str, faults: Faults) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        remedy = 'Write the date and the time of the home\'s own clock: "2018-12-06T05:30"'
        faults.add("starts", f'"{text}" is no time', remedy)
        return datetime(2026, 1, 12, 3, 0)  # noqa: DTZ001 - local, as scripts are
    return moment


def _condition(word: str | None, faults: Faults) -> Code | None:
    if word is None:
        return None
    known = sorted(code.value for code in CAN_BEGIN)
    if word not in known:
        what = f'"{word}" cannot begin in a rehearsal'
        faults.add("alert.condition", what, choose(word, known, ""))
        return None
    return Code(word)
