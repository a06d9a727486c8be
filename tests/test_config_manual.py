"""The annotated manual, config/relayd.toml, is complete, true and valid as it stands."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from typing import Any, get_args, get_type_hints

import pytest
from files import MANUAL

from relayd.channels import KINDS, module_of
from relayd.check import kept_promise
from relayd.config import Config, ConfigFaults, parse
from relayd.config.fault import nearest
from relayd.config.shape import specs
from relayd.config.tables import CarerTable, ChannelTable, FileTable, PlanTable, WearerTable
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import Unit

TEXT = MANUAL.read_text()
KEY = re.compile(r"^(?P<off># )?(?P<key>[a-z_]+) = (?P<value>.+)$", re.MULTILINE)
WORD = re.compile(r"(?:(?<=^)|(?<=[{,] ))([a-z_]+)(?= = )", re.MULTILINE)
HEADER = re.compile(r"(?<=[\[.])([a-z]+)(?=(?:\.[a-z.-]+)?\]+$)", re.MULTILINE)
LIMITS = ("urgent_low", "low", "high", "very_high")


def manual(text: str = TEXT) -> Config:
    return parse(text, with_secrets=False)


def remark(match: re.Match[str]) -> str:
    """Return the comment that stands above a key."""
    lines = TEXT[: match.start()].rstrip("\n").split("\n")
    above = []
    while lines and lines[-1].startswith("#"):
        above.append(lines.pop().removeprefix("# "))
    return " ".join(reversed(above))


KEYS = {f"{match.start()}:{match['key']}": match for match in KEY.finditer(TEXT)}
AT_DEFAULT = {
    place: match
    for place, match in KEYS.items()
    if not match["off"] and not re.search(r"Required|No default|Example", remark(match))
}
OFF = {place: match for place, match in KEYS.items() if match["off"]}


def test_the_manual_is_a_sound_file_that_keeps_its_promise() -> None:
    assert kept_promise(manual())


def test_the_manual_has_every_key_there_is() -> None:
    """A key that nobody can find does not exist."""
    known = set(_known(FileTable)) | set(specs(ChannelTable))
    known |= {word for kind in KINDS for word in specs(module_of(kind).Config)}
    written = {match["key"] for match in KEYS.values()} | set(WORD.findall(TEXT))
    written |= set(HEADER.findall(TEXT))
    assert {word for word in known if not {word, f"{word}_file"} & written} == set()


def _known(table: type) -> Iterator[str]:
    yield from specs(table)
    for hint in get_type_hints(table).values():
        for part in (hint, *get_args(hint), *(p for a in get_args(hint) for p in get_args(a))):
            if isinstance(part, type) and is_dataclass(part) and "tables" in part.__module__:
                yield from _known(part)


def test_every_key_of_the_manual_is_explained() -> None:
    unexplained = [place for place, match in KEYS.items() if not remark(match).endswith(".")]
    assert unexplained == []


def test_every_key_says_its_default_or_that_it_has_none() -> None:
    words = r"Default: |No default|Required|Example"
    assert [place for place, match in KEYS.items() if not re.search(words, remark(match))] == []


@pytest.mark.parametrize("place", AT_DEFAULT)
def test_what_stands_there_uncommented_is_the_default(place: str) -> None:
    """Taking out a key that stands at its default must change nothing at all."""
    match = AT_DEFAULT[place]
    without = TEXT[: match.start()] + TEXT[match.end() :]
    assert _as_shown(manual(without)) == _as_shown(manual())


def _as_shown(config: Config) -> Config:
    """Round limits as the family sees them; names of tables stand in for names."""
    wearers = {}
    for word, wearer in config.household.wearers.items():
        glucose = _rounded(wearer.glucose, wearer.unit) if wearer.glucose else None
        wearers[word] = replace(wearer, glucose=glucose, name=word)
    carers = {word: replace(each, name=word) for word, each in config.household.carers.items()}
    return replace(config, household=replace(config.household, wearers=wearers, carers=carers))


def _rounded(limits: GlucoseLimits, unit: Unit) -> GlucoseLimits:
    shown: Mapping[str, Any] = {word: unit.shown(getattr(limits, word)) for word in LIMITS}
    return replace(limits, **shown)


def test_enough_of_the_manual_stands_at_its_default_to_be_worth_testing() -> None:
    assert len(AT_DEFAULT) > 25
    assert len(OFF) > 10


@pytest.mark.parametrize("place", OFF)
def test_what_is_commented_out_can_be_put_in_as_it_stands(place: str) -> None:
    match = OFF[place]
    text = TEXT[: match.start()] + TEXT[match.start() :].removeprefix("# ")
    if match["key"] == "ca_file":
        text = text.replace("mqtt://127.0.0.1:1883", "mqtts://127.0.0.1")
    assert manual(text) != manual()


SECTIONS = {*specs(FileTable), *specs(WearerTable), *specs(CarerTable), *specs(PlanTable)}
SLIPS: Mapping[str, Callable[[str], str]] = {
    "dropped": lambda word: word[:-1],
    "doubled": lambda word: word[0] + word,
    "swapped": lambda word: word[:1] + "x" + word[2:],
}
MISSPELT = [
    pytest.param(match, slip(match[1]), id=f"{match.start()}:{slip(match[1])}")
    for match in [*WORD.finditer(TEXT), *HEADER.finditer(TEXT)]
    for slip in SLIPS.values()
    if (match.re is WORD or match[1] in SECTIONS) and slip(match[1]) not in {*SECTIONS, match[1]}
]


@pytest.mark.parametrize(("match", "spoilt"), MISSPELT)
def test_a_misspelt_key_is_told_the_right_one(match: re.Match[str], spoilt: str) -> None:
    """Every key of the manual, spoilt once, must lead back to itself."""
    with pytest.raises(ConfigFaults) as caught:
        manual(TEXT[: match.start(1)] + spoilt + TEXT[match.end(1) :])
    said = [fault for fault in caught.value.faults if f'"{spoilt}"' in fault.what]
    assert [fault.remedy for fault in said] == [f'Did you mean "{match[1]}"?']


def test_the_nearest_word_is_none_where_nothing_is_near() -> None:
    assert nearest("xyzzy", ["broker", "root"]) is None
    assert nearest("Brokr", ["broker", "root"]) == "broker"
    assert nearest("bob", ["broadband", "dongle"]) is None, "half a likeness is none"
