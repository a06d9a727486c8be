"""One moment's value, how two are compared, and how fast a row of them changes."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from relayd.domain.reading import Bound, Trend

ONE_MINUTE = timedelta(minutes=1)  # readings stamped closer than this are one moment's

SLOPE_OVER = timedelta(minutes=15)
SLOPE_SPAN = timedelta(minutes=9)  # three readings five minutes apart, jitter allowed
SLOPE_MARKS = 3


@dataclass(slots=True)
class Mark:
    """One moment's value: the lowest that any sensor gave for it.

    *trusted* is False where its stamp cannot be true: then it never helps to clear anything.
    """

    stamp: datetime
    mg_dl: float = field(repr=False)
    bound: Bound
    trend: Trend | None
    trusted: bool = True

    @property
    def rank(self) -> float:
        """A value to compare by: see :func:`in_order`."""
        return in_order(self.mg_dl, self.bound)


def in_order(mg_dl: float, bound: Bound) -> float:
    """A value to compare by: "LOW" has no number, and is below every one."""
    return 0.0 if bound is Bound.LOW else mg_dl


def slope_mg_dl_min(marks: deque[Mark], back: int) -> float | None:
    """Least squares over 15 minutes before the mark *back* before the newest; None for too few."""
    newest = marks[-1 - back].stamp
    number, sum_t, sum_v, sum_tt, sum_tv = 0, 0.0, 0.0, 0.0, 0.0
    t = 0.0
    for mark in islice(reversed(marks), back, None):
        before = newest - mark.stamp
        if before > SLOPE_OVER:
            break
        t, v = before / -ONE_MINUTE, mark.mg_dl
        number += 1
        sum_t += t
        sum_v += v
        sum_tt += t * t
        sum_tv += t * v
    if number < SLOPE_MARKS or -t * ONE_MINUTE < SLOPE_SPAN:
        return None
    return (number * sum_tv - sum_t * sum_v) / (number * sum_tt - sum_t * sum_t)
