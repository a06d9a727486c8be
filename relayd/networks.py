"""Which brand rides on which network: the table that ships, and what the family knows better."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, Protocol

from relayd.domain.fate import Network

Kind = Literal["mobile", "broadband", "landline"]
OWN = "the household file"


class Correction(Protocol):
    """What a household file says of a network; None where it says nothing."""

    @property
    def core(self) -> str | None:
        """The core network it hangs on."""

    @property
    def ran(self) -> str | None:
        """Whose masts or lines it shares."""

    @property
    def group(self) -> str | None:
        """The company behind it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One brand. *core* is empty where nobody knows; several where it may be any of them.

    *kind* is None where only a household file knows the brand; *plmn* are MCC and MNC as one text.
    *confidence* is high, medium or low; *as_of* is when *source* said so, None where the household
    file does.
    """

    name: str
    brand: str
    country: str
    kind: Kind | None
    core: tuple[str, ...]
    ran: tuple[str, ...]
    group: str | None
    plmn: tuple[str, ...]
    as_of: date | None
    source: str
    confidence: str
    note: str = ""

    @property
    def hosts(self) -> bool:
        """Whether it runs the core that it rides on."""
        return self.core == (self.name,)


class NetworkTable:
    """The brands by name, as shipped, with *corrections* made."""

    def __init__(self, corrections: Mapping[str, Correction] | None = None) -> None:
        self._shipped = _shipped()
        self._rows = dict(self._shipped)
        for name, correction in (corrections or {}).items():
            self._rows[name] = self._corrected(name, correction)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def row(self, name: str | None) -> Row | None:
        """The row called *name*."""
        return self._rows.get(name) if name is not None else None

    def rows(self, text: str = "") -> list[Row]:
        """Every row that has all words of *text* in it, whatever their case."""
        words = text.lower().split()
        return [row for row in self._rows.values() if all(word in _said(row) for word in words)]

    def of_plmn(self, plmn: str) -> list[Row]:
        """The brands whose SIMs carry *plmn*: MCC and MNC as one text, ``23410``."""
        return [row for row in self._rows.values() if plmn in row.plmn]

    def brand(self, name: str) -> str:
        """What people call it; the name itself where the table does not know it."""
        row = self._rows.get(name)
        return row.brand if row is not None else name

    def network(self, name: str | None) -> Network:
        """What *name* shares with others; nothing may be claimed of one that is not known."""
        row = self.row(name)
        if row is None:
            return Network(name)
        hosts = [self._rows[core] for core in row.core if core in self._rows]
        groups = dict.fromkeys(each.group for each in (row, *hosts) if each.group is not None)
        return Network(row.name, row.core, row.ran, tuple(groups), row.kind in _FIXED)

    def _corrected(self, name: str, told: Correction) -> Row:
        """What the family says counts; what it leaves out is as the core it names has it."""
        row = self._shipped.get(name)
        if row is None:
            country = name.rpartition("-")[2]
            row = Row(name, name, country, None, (), (), None, (), None, OWN, "high")
        row = replace(row, as_of=None, source=OWN, confidence="high", note="")
        if told.core is not None:
            host = self._shipped.get(told.core)
            core = host.core if host is not None else (told.core,)
            ran = host.ran if host is not None else ()
            row = replace(row, core=core, ran=ran)
        if told.ran is not None:
            row = replace(row, ran=(told.ran,))
        return replace(row, group=told.group) if told.group is not None else row


_FIXED = ("broadband", "landline")


@cache
def _shipped() -> Mapping[str, Row]:
    text = files("relayd").joinpath("networks.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    return MappingProxyType(
        {name: _row(name, given) for name, given in document["networks"].items()}
    )


def _row(name: str, given: Mapping[str, Any]) -> Row:
    core = given["core"]
    cores = (core,) if isinstance(core, str) else tuple(core)
    lists = {"core": cores, "ran": tuple(given["ran"]), "plmn": tuple(given["plmn"])}
    return Row(**{**given, "name": name, **lists})


def _said(row: Row) -> str:
    words = (row.name, row.brand, *row.core, *row.ran, row.group or "", *row.plmn, row.kind or "")
    return " ".join(words).lower()
