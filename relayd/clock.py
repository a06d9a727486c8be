"""The one place where relayd reads a clock."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from relayd.domain.steady import begin_again

OFFSET = "offset_s"


class Keeper(Protocol):
    """Keeps small things; see :class:`relayd.store.Store`."""

    def meta(self, key: str) -> str | None: ...  # noqa: D102
    def set_meta(self, key: str, value: str) -> None: ...  # noqa: D102


def kept_offset(keeper: Keeper) -> timedelta:
    """The offset of the wall clock from steady time that was kept; zero where none was."""
    kept = keeper.meta(OFFSET)
    return timedelta(seconds=float(kept)) if kept is not None else timedelta(0)


def keep_offset(keeper: Keeper, offset: timedelta) -> None:
    """Keep how far the wall clock is from steady time."""
    keeper.set_meta(OFFSET, str(offset.total_seconds()))


class Clock:
    """Steady time that never jumps, and how far the wall clock is from it.

    A Pi has no clock of its own: the wall clock may start in the past and jump by years when the
    network answers. Deadlines must not notice. So the wall is read once, at start, and carried on
    by the boot clock (which counts sleep too); *not_before* is the latest moment found on disk, so
    that steady time does not run backwards over a restart either. *offset* is how far the wall
    clock was from steady time when last it was told: without it a step of long ago would come back
    with every restart, as time that never passed.
    """

    def __init__(
        self, not_before: datetime | None = None, offset: timedelta = timedelta(0)
    ) -> None:
        self._started_at = begin_again(datetime.now(UTC), offset, not_before)
        self._boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)

    def now(self) -> datetime:
        """Steady time, aware, in UTC."""
        elapsed = time.clock_gettime(time.CLOCK_BOOTTIME) - self._boot_s
        assert elapsed >= 0, "the boot clock went backwards"
        return self._started_at + timedelta(seconds=elapsed)

    def offset(self) -> timedelta:
        """Add this to steady time for what people's clocks say."""
        return datetime.now(UTC) - self.now()

    def wall(self) -> datetime:
        """What people's clocks say, in UTC."""
        return datetime.now(UTC)


SYNCHRONISED_MARK = Path("/run/systemd/timesync/synchronized")
CREDIBLE_FROM = datetime(2026, 11, 1, tzinfo=UTC)  # this release: no wall clock is before it


def synchronised() -> bool:
    """Whether the wall clock can be believed.

    systemd-timesyncd leaves a mark once the network told it the time. Where another program sets
    the clock there is no such mark: then a time after this release was made is taken as set.
    """
    if datetime.now(UTC) < CREDIBLE_FROM:
        return False
    return SYNCHRONISED_MARK.exists() or not SYNCHRONISED_MARK.parent.exists()
