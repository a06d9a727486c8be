"""A finding: what is legal in a household file, and unwise."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from relayd.config import Config
from relayd.domain.household import Carer, Plan, Route

Level = Literal["bad", "warn", "note"]

MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing people should know of their file.

    *bad*: with it relayd cannot keep its promise. *carer* and *wearer* are ids, None where it
    concerns everybody. *shares* says what several routes have in common: ``{"path": "dongle"}``.
    """

    level: Level
    text: str
    carer: str | None = None
    wearer: str | None = None
    shares: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PlanFor:
    """A plan, and whose it is: *wearers* by id; *owner* is the one of ``[plans.WEARER]``."""

    plan: Plan
    wearers: tuple[str, ...]
    owner: str | None = None


def plans_of(config: Config) -> tuple[PlanFor, ...]:
    """Every plan: the general one, which serves relayd's own alerts too, then wearers' own."""
    home = config.household
    rest = tuple(wearer for wearer in home.wearers if wearer not in home.plans)
    own = (PlanFor(plan, (word,), word) for word, plan in home.plans.items())
    return (PlanFor(home.plan, rest), *own)


def called(config: Config, plan: Plan, within: timedelta | None = None) -> tuple[Carer, ...]:
    """The carers of *plan*; with *within*, only those of steps that begin before it has passed."""
    steps = [step for step in plan.steps if within is None or step.after < within]
    words = dict.fromkeys(word for step in steps for word in step.tell)
    return tuple(config.household.carers[word] for word in words)


def calls(carers: Iterable[Carer]) -> list[Route]:
    """Every route that reaches a person: a sounder in the house does not."""
    return [route for carer in carers for route in carer.routes if not route.sounder]


def listed(names: Collection[str]) -> str:
    """Names as people say them: ``Ana, Tom and Leo``; a long list is cut short."""
    shown = list(names)
    if len(shown) > MOST_NAMES:
        rest = len(shown) - MOST_NAMES
        shown = [*shown[:MOST_NAMES], f"{rest} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def length(span: timedelta) -> str:
    """A duration as the file writes it: ``90 s``, ``5 min``, ``2 h``."""
    seconds = span.total_seconds()
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if (unit, count) != ("days", 1) else "24 h"
    return f"{seconds:g} s"
