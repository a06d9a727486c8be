"""Since when each wearer is waited for, where nothing was ever read: it outlives a restart."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

ONE_SERIES = timedelta(minutes=10)  # starts further apart than this have nothing in common
WAITED_FROM, STARTING_FROM = "waited_from", "starting_from"


class Keeper(Protocol):
    """Keeps small things over a restart."""

    def meta(self, key: str) -> str | None: ...  # noqa: D102
    def set_meta(self, key: str, value: str) -> None: ...  # noqa: D102


def waited_from(keeper: Keeper, wearers: Iterable[str], now: datetime) -> dict[str, datetime]:
    """The first start with each of *wearers* in the file, this one where it is the first.

    A wearer who leaves the file is forgotten, and begins anew on coming back.
    """
    known = _known(keeper.meta(WAITED_FROM))
    moments = first_starts(known, wearers, now)
    if moments != known:
        text = json.dumps({wearer: moment.isoformat() for wearer, moment in moments.items()})
        keeper.set_meta(WAITED_FROM, text)
    return moments


def first_starts(
    known: Mapping[str, datetime], wearers: Iterable[str], now: datetime
) -> dict[str, datetime]:
    """The first of all starts with each of *wearers*: what is *known* of earlier ones, or *now*."""
    return {wearer: min(known.get(wearer, now), now) for wearer in wearers}


def starting_from(keeper: Keeper, latest: datetime | None, now: datetime) -> datetime:
    """The first start since anything was written, this one where something was since the last.

    *latest* is the latest moment of any row. A relay that dies at every start begins no new wait.
    """
    known = _known(keeper.meta(STARTING_FROM)).get("")
    moment = first_of_these(known, latest, now)
    if moment != known:
        keeper.set_meta(STARTING_FROM, json.dumps({"": moment.isoformat()}))
    return moment


def first_of_these(known: datetime | None, latest: datetime | None, now: datetime) -> datetime:
    """*known*, an earlier start, unless something was written since; else *now*."""
    if known is None or not timedelta(0) <= now - known <= ONE_SERIES:
        return now
    return now if latest is not None and latest > known else known


def _known(text: str | None) -> dict[str, datetime]:
    try:
        found = {name: datetime.fromisoformat(at) for name, at in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}
    return {name: moment for name, moment in found.items() if moment.tzinfo is not None}
