"""Reads TOML tables into frozen dataclasses by their own fields: names, types and defaults.

A table of the file is a dataclass. Whatever does not fit is kept as a fault and reading goes on,
so that all faults are found at once.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import timedelta
from functools import cache, partial
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from relayd.config import values
from relayd.config.fault import Wrong, choose, join, nearest
from relayd.config.keys import BROKEN, Broken, Parse, Reader, Walk
from relayd.domain.secret import Secret

T = TypeVar("T")


PLAIN: Mapping[Any, Parse] = {
    str: values.text,
    bool: values.flag,
    int: values.whole,
    float: values.number,
    timedelta: values.duration,
}


@dataclass(frozen=True, slots=True)
class Spec:
    """One key of a table: the field it fills and how it is read."""

    name: str
    read: Reader
    required: bool


@cache
def specs(table: type) -> Mapping[str, Spec]:
    """Every key that *table* knows; a secret ``x`` is also known as ``x_file``."""
    hints = get_type_hints(table)
    known: dict[str, Spec] = {}
    for item in fields(table):
        word = item.metadata.get("key", item.name.rstrip("_"))
        bare = _without_none(hints[item.name])
        required = item.metadata.get("required", _has_no_default(item))
        if bare is Secret:
            known[word] = Spec(item.name, _secret_text, required)
            known[f"{word}_file"] = Spec(item.name, _secret_file, required)
        else:
            known[word] = Spec(item.name, _reader(bare, item.metadata), required)
    return known


def record(table: type[T], value: object, where: str, walk: Walk) -> T | Broken:
    """Read *value* as one *table*: BROKEN where it cannot be made at all, with the faults kept."""
    (made,) = together((table,), value, where, walk)
    return cast("T | Broken", made)


def together(tables: tuple[type, ...], value: object, where: str, walk: Walk) -> tuple[object, ...]:
    """Read *value*, in which the keys of several *tables* stand side by side."""
    if not isinstance(value, dict):
        what = f"a table is wanted here, not {values.kind_of(value)}"
        walk.faults.add(where, what, f"Begin a table of its own: [{where}]")
        return tuple(BROKEN for _ in tables)
    known = _merged(tables)
    filled, tried = _fill(known, value, where, walk)
    _ask_for_missing(known, tried, where, walk)
    return tuple(_make(table, filled) for table in tables)


def unknown(word: str, known: Iterable[str], where: str, walk: Walk) -> str | None:
    """Keep the fault that *word* is no key, and return the key that was meant."""
    words = list(known)
    remedy = choose(word, words, "Take it out")
    walk.faults.add(join(where, word), f'there is no key "{word}" here', remedy)
    meant = nearest(word, words)
    if meant is not None:
        walk.faults.mark(join(where, meant))
    return meant


def _fill(
    known: Mapping[str, Spec], value: Mapping[str, object], where: str, walk: Walk
) -> tuple[dict[str, Any], set[str]]:
    filled: dict[str, Any] = {}
    tried: set[str] = set()
    for word, item in value.items():
        spec = known.get(word)
        if spec is None:
            meant = unknown(word, known, where, walk)
            tried.update([known[meant].name] if meant is not None else [])
            continue
        if spec.name in filled:
            _given_twice(word, where, walk)
        tried.add(spec.name)
        got = spec.read(item, join(where, word), walk)
        if got is not BROKEN:
            filled[spec.name] = got
    return filled, tried


def _ask_for_missing(known: Mapping[str, Spec], tried: set[str], where: str, walk: Walk) -> None:
    asked: set[str] = set()
    for word, spec in known.items():
        if spec.required and spec.name not in tried and spec.name not in asked:
            asked.add(spec.name)
            also = f" (or {word}_file)" if spec.read is _secret_text else ""
            walk.faults.add(join(where, word), "this key is missing", f"Add {word}{also} there")


def _given_twice(word: str, where: str, walk: Walk) -> None:
    other = word.removesuffix("_file")
    what = f"the secret is given twice, as {other} and as {other}_file"
    walk.faults.add(join(where, word), what, f"Keep {other}_file only")


@cache
def _merged(tables: tuple[type, ...]) -> Mapping[str, Spec]:
    return {word: spec for table in tables for word, spec in specs(table).items()}


@cache
def _names(table: type) -> tuple[frozenset[str], frozenset[str]]:
    """The table's fields, and those of them that it cannot be made without."""
    every = fields(table)
    needed = frozenset(item.name for item in every if _has_no_default(item))
    return frozenset(item.name for item in every), needed


def _make(table: type, filled: Mapping[str, Any]) -> object:
    names, needed = _names(table)
    if not needed <= filled.keys():
        return BROKEN
    return table(**{name: value for name, value in filled.items() if name in names})


def _has_no_default(item: "Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (types.UnionType, Union):
        (bare,) = (part for part in get_args(hint) if part is not types.NoneType)
        return bare
    return hint


def _reader(hint: Any, metadata: Mapping[str, Any]) -> Reader:
    if (read := metadata.get("read")) is not None:
        return partial(_value, read)
    if get_origin(hint) is tuple:
        each = metadata.get("each")
        item = partial(_value, each) if each is not None else _item(hint, metadata.get("short"))
        return partial(_list, item)
    if get_origin(hint) is Mapping:
        return partial(
            _named, metadata.get("names") or values.name, _without_none(get_args(hint)[1])
        )
    if get_origin(hint) is Literal:
        return partial(_value, values.one_of(*get_args(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(record, hint)
    return partial(_value, PLAIN[hint])


def _item(hint: Any, short: str | None) -> Reader:
    read = _reader(_without_none(get_args(hint)[0]), {})
    if short is None:
        return read

    def lengthened(value: object, where: str, walk: Walk) -> Any:
        return read({short: value} if isinstance(value, str) else value, where, walk)

    return lengthened


def _value(parse: Parse, value: object, where: str, walk: Walk) -> Any:
    try:
        return parse(value)
    except Wrong as wrong:
        walk.faults.add(where, wrong.what, wrong.remedy)
        return BROKEN


def _list(item: Reader, value: object, where: str, walk: Walk) -> Any:
    if not isinstance(value, list):
        what = f"a list is wanted here, not {values.kind_of(value)}"
        walk.faults.add(where, what, "Put it in square brackets: [ … ]")
        return BROKEN
    read = [item(each, f"{where}[{place}]", walk) for place, each in enumerate(value)]
    return tuple(None if each is BROKEN else each for each in read)


def _named(
    names: Parse, table: type[T], value: object, where: str, walk: Walk
) -> "dict[str, T | None] | Broken":
    """Read tables by their names; None stands for one that could not be made."""
    if not isinstance(value, dict):
        what = f"tables by name are wanted here, not {values.kind_of(value)}"
        walk.faults.add(where, what, f"Begin a table of its own: [{where}.NAME]")
        return BROKEN
    read: dict[str, T | None] = {}
    for word, item in value.items():
        place = join(where, word)
        _value(names, word, place, walk)
        got = record(table, item, place, walk)
        read[word] = None if isinstance(got, Broken) else got
    return read


def _secret_text(value: object, where: str, walk: Walk) -> Any:
    return _value(walk.secrets.from_text, value, where, walk)


def _secret_file(value: object, where: str, walk: Walk) -> Any:
    if walk.secrets.missed(value):  # two channels of one account: one file to make, one fault
        walk.faults.mark(where)
        return BROKEN
    return _value(lambda name: walk.secrets.from_file(name, where), value, where, walk)
