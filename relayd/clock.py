"""The one place where relayd reads a clock."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Steady time that never jumps, and how far the wall clock is from it.

    A Pi has no clock of its own: the wall clock may start in the past and jump by years when the
    network answers. Deadlines must not notice. So the wall is read once, at start, and carried on
    by the boot clock (which counts sleep too); *not_before* is the latest moment found on disk, so
    that steady time does not run backwards over a restart either.
    """

    def __init__(self, not_before: datetime | None = None) -> None:
        wall = datetime.now(UTC)
        self._started_at = max(wall, not_before) if not_before is not None else wall
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
