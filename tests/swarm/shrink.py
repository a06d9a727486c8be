"""From a day that fails to the little of it that matters."""

from collections.abc import Callable
from dataclasses import fields, replace
from enum import Enum
from typing import TypeVar

from relayd.simulate.body import Onset
from relayd.simulate.fault import Fault
from swarm.schedule import Day, Trouble

T = TypeVar("T")
Fails = Callable[[Day], bool]


def shrunk(day: Day, fails: Fails) -> Day:
    """Drop what can be dropped, one by one, while it still fails."""
    while True:
        smaller = next((less for less in _less(day) if fails(less)), None)
        if smaller is None:
            return day
        day = smaller


def _less(day: Day) -> list[Day]:
    """Every day that is one thing shorter."""
    return [
        *(replace(day, faults=_but(day.faults, n)) for n in range(len(day.faults))),
        *(replace(day, troubles=_but(day.troubles, n)) for n in range(len(day.troubles))),
        *(replace(day, onsets=_but(day.onsets, n)) for n in range(len(day.onsets))),
    ]


def _but(things: tuple[T, ...], place: int) -> tuple[T, ...]:
    return (*things[:place], *things[place + 1 :])


def as_test(day: Day, name: str) -> str:
    """*day* as a test to keep in tests/test_swarm_kept.py."""
    lines = [
        f"def test_{name}() -> None:",
        "    day = Day(",
        f"        seed={day.seed},",
        *_listed("onsets", [_said(onset) for onset in day.onsets]),
        *_listed("faults", [_said(fault) for fault in day.faults]),
        *_listed("troubles", [_said(trouble) for trouble in day.troubles]),
        f'        carer="{day.carer}",',
        f"        route={day.route},",
        "    )",
        "    assert violations(day) == []",
    ]
    return "\n".join(lines) + "\n"


def _listed(name: str, things: list[str]) -> list[str]:
    if not things:
        return [f"        {name}=(),"]
    return [f"        {name}=(", *(f"            {thing}," for thing in things), "        ),"]


def _said(thing: Onset | Fault | Trouble) -> str:
    """How *thing* is written: what differs from its default, by name."""
    given = (
        (field.name, getattr(thing, field.name))
        for field in fields(thing)
        if getattr(thing, field.name) != field.default
    )
    inside = ", ".join(f"{name}={_plain(value)}" for name, value in given)
    return f"{type(thing).__name__}({inside})"


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    return f"{value:.3f}" if isinstance(value, float) else repr(value)
