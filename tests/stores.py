"""What the store's tests share: rows of every shape, and a store to put them in."""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from relayd.domain.alert import Alert, Code, Evidence, Priority
from relayd.domain.delivery import Attempt, Reason
from relayd.domain.event import AT_ONCE, Happened, Kept, KeptReading, Row
from relayd.store import Patience, Store
from relayd.store.aside import restore_copy
from relayd.store.restore import Found
from relayd.store.schema import connect

ALERTS = 12  # how many alerts a filled store holds
T0 = datetime(2026, 11, 22, 3, 10, 0, 123456, tzinfo=UTC)
DEADLINE_S = 60.0
TEXTS = (
    "",
    "mia",
    "Zoë O'Neil",
    '"{}[]',
    "a\\u0000b",
    "\N{WATCH}\N{VARIATION SELECTOR-16}",
    "x" * 900,
)

T = TypeVar("T")


def at(seconds: float) -> datetime:
    """Some seconds after the tests begin."""
    return T0 + timedelta(seconds=seconds)


def an_alert(alert: str = "mia-1", wearer: str | None = "mia", **more: Any) -> Alert:
    """An urgent low, unless *more* says otherwise."""
    given: dict[str, Any] = {
        "condition": Code.URGENT_LOW,
        "priority": Priority.HIGH,
        "raised_at": T0,
        "called_at": T0,
        "present_since": T0,
        "evidence": Evidence(mg_dl=52.0),
    }
    return Alert(alert, wearer, **(given | more))


def an_attempt(alert: str = "mia-1", number: int = 1, **more: Any) -> Attempt:
    """A first call, unless *more* says otherwise."""
    given: dict[str, Any] = {
        "wearer": alert.rpartition("-")[0],
        "carer": "ana",
        "route": 0,
        "channel": "push",
        "call": 1,
        "lap": 0,
        "begun_at": T0,
        "priority": Priority.HIGH,
        "reason": Reason.FIRST_CALL,
    }
    return Attempt(f"{alert}/{number}", alert, number=number, **(given | more))


def a_reading(seconds: float = 0.0, wearer: str = "mia", **more: Any) -> KeptReading:
    """A reading that arrived then."""
    given: dict[str, Any] = {"acceptable": True, "mg_dl": 104.0}
    return KeptReading(wearer, at(seconds - 5), at(seconds), **(given | more))


def a_line(number: int, seconds: float = 0.0) -> Happened:
    """A line of the timeline that can be told from others."""
    return Happened(at(seconds), "attempt.sent", {"attempt": f"mia-1/{number}"})


def any_of(hint: Any, rng: random.Random) -> Any:
    """Draw some value of this type, for any type a row's field may have."""
    kinds = list(get_args(hint)) if isinstance(hint, UnionType) else [hint]
    kind = rng.choice(kinds)
    if kind is NoneType:
        return None
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        parts = parts[:1] * rng.randrange(4) if Ellipsis in parts else parts
        return tuple(any_of(part, rng) for part in parts)
    if kind is Evidence:
        return any_row(Evidence, rng)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return rng.choice(list(kind))
    if get_origin(kind) in (Mapping, dict):
        return {rng.choice(TEXTS): any_of(str | None, rng) for _ in range(rng.randrange(4))}
    draws: dict[Any, Callable[[], Any]] = {
        timedelta: lambda: timedelta(microseconds=rng.randrange(-(10**12), 10**12)),
        datetime: lambda: T0 + timedelta(microseconds=rng.randrange(-(10**15), 10**15)),
        str: lambda: rng.choice(TEXTS),
        bool: lambda: rng.random() < 0.5,
        int: lambda: rng.choice((0, 1, 7, 2**31, 2**40)),
        float: lambda: rng.choice((39.0, 0.1 + 0.2, 3.4 * 18.0182, rng.uniform(20, 999))),
    }
    return draws[kind]()


def any_row(kind: type[T], rng: random.Random, **given: Any) -> T:
    """Draw a row of this kind: every field drawn by its type but those that are *given*."""
    hints = get_type_hints(kind)
    drawn = {
        name: given[name] if name in given else any_of(hint, rng) for name, hint in hints.items()
    }
    return kind(**drawn)


@dataclass(slots=True)
class States:
    """What the store said of its disk, and what it says now."""

    said: list[tuple[bool, str]]

    @property
    def well(self) -> bool:
        """Whether the last word was good, or there was none."""
        return not self.said or self.said[-1][0]


class Shop:
    """Opens stores on one file, one after another, and closes what is open at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.states = States([])
        self.kept = Kept()
        self.lost = False
        self.store: Store | None = None

    def open(self, **more: Any) -> Store:
        """Open the store, after closing the one before; ``kept`` and ``lost`` say what it found."""
        self.close()
        self.states = States([])
        more.setdefault("loop", asyncio.get_running_loop())
        self.store = Store(
            self.path, on_state=lambda well, why: self.states.said.append((well, why)), **more
        )
        self.kept, self.lost = self.store.open()
        return self.store

    def close(self) -> None:
        """Close the store that is open, if any."""
        if self.store is not None:
            assert self.store.close(), "the store did not close in time"
        self.store = None


async def write(store: Store, *rows: Row, within: timedelta = AT_ONCE) -> None:
    """Write *rows* and wait until the store calls them done."""
    done = asyncio.get_running_loop().create_future()
    store.write(rows, within, lambda: done.set_result(None))
    await asyncio.wait_for(done, DEADLINE_S)


async def until(true: Callable[[], object]) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110 - it is another thread that makes it true
            await asyncio.sleep(0.002)


def on_disk(path: Path) -> Found:
    """What a start would find if the power failed now."""
    found = restore_copy(path, connect)
    assert found is not None, "there is nothing to be read"
    return found


async def steps(turns: int = 20) -> None:
    """Let the loop go round, so that whatever it holds is run."""
    for _ in range(turns):
        await asyncio.sleep(0)


IMPATIENT = Patience(
    retry_every=timedelta(milliseconds=20),
    hung_after=timedelta(seconds=20),
    told_for=timedelta(milliseconds=1),
)


def ids(rows: Iterable[Alert | Attempt]) -> set[str]:
    """Their ids."""
    return {row.id for row in rows}


async def filled(shop: Shop) -> None:
    """Write a dozen alerts, each in a commit of its own, with all that belongs to them."""
    store = shop.open()
    for number in range(1, ALERTS + 1):
        alert = an_alert(f"mia-{number}")
        attempts = [an_attempt(alert.id, n, receipt=f"SM{number:032}") for n in range(1, 4)]
        await write(store, alert, *attempts, a_line(number, number), a_reading(number))


async def still_works(shop: Shop) -> None:
    """What was opened can be written, and found again."""
    assert shop.store is not None
    await write(shop.store, an_alert("leo-1", "leo"))
    before = ids(shop.kept.alerts)
    shop.open()
    assert ids(shop.kept.alerts) == before | {"leo-1"}
    assert not shop.lost
