"""Steady time, over restarts of the relay and whatever the wall clock did before them."""

from datetime import UTC, datetime, timedelta

import pytest

from relayd.clock import Clock, keep_offset, kept_offset
from relayd.domain.event import ClockReported, Event
from relayd.domain.steady import begin_again
from relayd.pulse import Pulse

HOUR = timedelta(hours=1)
NEAR = timedelta(seconds=30)


class Told:
    """What a pulse asks of the daemon, and no more."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.events: list[Event] = []

    def take(self, event: Event) -> None:
        self.events.append(event)


@pytest.mark.parametrize("step", [HOUR, -HOUR, timedelta(days=20000)])
def test_a_step_of_long_ago_does_not_come_back_with_a_restart(step: timedelta) -> None:
    """Else every reading of before would look older than it is, or younger, by all of the step."""
    steady = datetime.now(UTC) - step  # what the process before counted, when the wall had moved
    clock = Clock(not_before=steady - timedelta(seconds=5), offset=step)
    assert abs(clock.now() - steady) < NEAR
    assert abs(clock.offset() - step) < NEAR


@pytest.mark.parametrize(
    ("ahead", "wall", "goes_on"),
    [
        (timedelta(0), 20, 20),  # nothing was ever wrong
        (HOUR, 80, 20),  # the wall is still an hour ahead, as it was
        (timedelta(days=46), 20, 20),  # it was put right meanwhile
        (timedelta(days=46), -5, 0),  # put right, and slow as well
        (timedelta(days=20000), 20000 * 24 * 60 - 30, 0),  # it stood still: a stop nobody timed
        (HOUR, 50, 0),
        (-HOUR, -40, 20),
    ],
)
def test_after_a_stop_steady_time_goes_on_where_the_wall_says_it_must(
    ahead: timedelta, wall: int, goes_on: int
) -> None:
    """A stop that is not counted makes new readings look older than those of before it."""
    last = datetime(2026, 3, 2, 15, 20, tzinfo=UTC)
    found = begin_again(last + timedelta(minutes=wall), ahead, last)
    assert (found - last) / timedelta(minutes=1) == goes_on


def test_steady_time_never_goes_back_to_before_what_is_on_disk() -> None:
    latest = datetime.now(UTC) + HOUR
    assert Clock(not_before=latest).now() >= latest


def test_the_offset_is_kept_as_it_is_told() -> None:
    kept: list[timedelta] = []
    told = Told(Clock(offset=HOUR))
    Pulse(told, kept.append).tell_time()  # type: ignore[arg-type]  # it asks for no engine here
    (event,) = told.events
    assert isinstance(event, ClockReported)
    assert kept == [event.offset]
    assert abs(kept[0] - HOUR) < NEAR


def test_a_kept_offset_comes_back() -> None:
    disk = Disk()
    assert kept_offset(disk) == timedelta(0)
    keep_offset(disk, timedelta(days=-3, seconds=1.5))
    assert kept_offset(disk) == timedelta(days=-3, seconds=1.5)


class Disk:
    """Keeps small things."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def meta(self, key: str) -> str | None:
        return self._kept.get(key)

    def set_meta(self, key: str, value: str) -> None:
        self._kept[key] = value
