"""Steady time over a restart: by what the wall clock shows, and what it was known to be off by."""

from datetime import datetime, timedelta


def begin_again(wall: datetime, offset: timedelta, not_before: datetime | None) -> datetime:
    """Where steady time goes on, in a process that finds the wall clock at *wall*.

    *offset* is what the wall was ahead of steady time when last it was told, *not_before* the
    latest moment on disk: steady time never runs backwards. Where the two contradict each other, a
    clock that was slow to be set (it stood still with the Pi) and one that has been put right
    meanwhile look alike: the one that needs the smaller step is believed.
    """
    steady = wall - offset
    if not_before is None or steady >= not_before:
        return steady
    put_right = not_before <= wall and wall - not_before < not_before - steady
    return wall if put_right else not_before
