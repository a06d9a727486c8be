"""What one wearer's glucose has been of late, and what follows from it."""

from collections import deque
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

from relayd.domain.limits import Limits
from relayd.domain.mark import ONE_MINUTE, SLOPE_MARKS, Mark, in_order, slope_mg_dl_min
from relayd.domain.reading import Bound, GlucoseReading, Trend

CURRENT_FOR = timedelta(minutes=10)  # older than this, a reading is history
AHEAD_AT_MOST = timedelta(minutes=2)  # a stamp further ahead of a good clock cannot be true
BEHIND_AT_MOST = timedelta(days=366)  # nor one further behind: 1970 is a clock that never was set

SOON_WITHIN_MIN = 20.0
SOON_MG_DL = 55.0
FALLING_MG_DL_MIN = -2.0  # what the sensors' own single arrow down means
VERY_HIGH_FOR = timedelta(minutes=90)

MARKS_KEPT = 24
STAMPS_KEPT = 128


class Level(IntEnum):
    """How bad the low side is, worst last. All of them are one alert."""

    FINE = 0
    FALLING = 1
    SOON = 2
    LOW = 3
    URGENT = 4


class Place(IntEnum):
    """Where a reading belongs, and so what it may do."""

    CURRENT = 0  # It may raise and clear, and it feeds the silence timer.
    REPEAT = 1  # Said before: it feeds nothing.
    LATE = 2  # History: it is kept and does nothing else.
    IMPOSSIBLE = 3  # Its stamp cannot be true: it may raise, and nothing else.


class GlucoseMemory:
    """The last readings of one wearer, in order of their stamps, whatever order they came in.

    Stamps are brought to the engine's time. *arrived_at* is when the last acceptable reading
    came: silence counts from it.
    """

    __slots__ = ("_doubts", "_last_source_at", "_last_unstamped", "_slope", "_stamps",
                 "arrived_at", "limits", "marks", "very_high_since")  # fmt: skip

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.marks: deque[Mark] = deque(maxlen=MARKS_KEPT)
        self.arrived_at: datetime | None = None
        self.very_high_since: datetime | None = None
        self._doubts = False  # whether any of the marks may be doubted
        self._slope: tuple[float | None] | None = None  # of the marks as they are
        self._stamps: dict[datetime, float] = {}
        self._last_source_at: datetime | None = None
        self._last_unstamped: float | None = None

    def place(self, reading: GlucoseReading, wall: datetime | None, *, retained: bool) -> Place:
        """Say where *reading* belongs; *wall* is people's time, None while no clock is to be had.

        Without a clock arrival counts, and stamps need only advance.
        """
        at, value = reading.at, in_order(reading.mg_dl, reading.bound)
        if at is None:
            if retained:
                return Place.LATE
            same = value == self._last_unstamped
            self._last_unstamped = value
            return Place.REPEAT if same else Place.CURRENT
        known = self._stamps.get(at)
        if known is not None and known <= value:
            return Place.REPEAT
        if wall is None:
            last = self._last_source_at
            if retained or (last is not None and at < last):
                return Place.LATE
            return self._seen(at, value)
        age = wall - at
        if age > CURRENT_FOR:
            impossible = age > BEHIND_AT_MOST and not retained
            return Place.IMPOSSIBLE if impossible else Place.LATE
        if -age > AHEAD_AT_MOST:
            return Place.LATE if retained else Place.IMPOSSIBLE
        return self._seen(at, value)

    def known(self, at: datetime, mg_dl: float, bound: Bound) -> None:
        """Take back a reading that was taken in before a stop: said again, it is a repeat."""
        self._last_unstamped = in_order(mg_dl, bound)
        self._seen(at, self._last_unstamped)

    def heard(self, at: datetime | None) -> bool:
        """Whether a reading with this stamp came before."""
        return at in self._stamps

    def _seen(self, at: datetime, value: float) -> Place:
        if len(self._stamps) >= STAMPS_KEPT:
            del self._stamps[next(iter(self._stamps))]
        self._stamps[at] = value
        if self._last_source_at is None or at > self._last_source_at:
            self._last_source_at = at
        return Place.CURRENT

    def remember(self, mark: Mark) -> None:
        """Put *mark* in its place in time; within one minute of another, the lower stands.

        What cannot be trusted is heard where it is worse than what can, and hides none of that.
        """
        if mark.trusted:
            self._believe(mark)
        elif self._outweighed(mark):
            return
        marks, stamp = self.marks, mark.stamp
        if not marks or stamp - marks[-1].stamp >= ONE_MINUTE:
            marks.append(mark)
        else:
            self._insert(mark)
        self._slope = None
        self._follow_very_high()

    def _outweighed(self, doubted: Mark) -> bool:
        """Whether what was last said with a credible stamp is worse, or this is nothing to tell."""
        self._doubts = True
        believed = next((mark for mark in reversed(self.marks) if mark.trusted), None)
        if believed is None or doubted.stamp - believed.stamp > CURRENT_FOR:
            return False
        return doubted.rank >= min(believed.rank, self.limits.look_below)

    def _believe(self, mark: Mark) -> None:
        """Forget every doubted mark of that moment and later that is no worse than *mark*."""
        if not self._doubts:
            return
        since = mark.stamp - ONE_MINUTE
        kept = [m for m in self.marks if m.trusted or m.stamp <= since or m.rank < mark.rank]
        self.marks = deque(kept, maxlen=MARKS_KEPT)
        self._doubts = any(not m.trusted for m in kept)

    def _insert(self, mark: Mark) -> None:
        marks = self.marks
        for index in range(len(marks) - 1, -1, -1):
            other = marks[index]
            apart = mark.stamp - other.stamp
            if apart >= ONE_MINUTE:
                if len(marks) == marks.maxlen:
                    marks.popleft()
                    index -= 1  # noqa: PLW2901 - the place moved with the one that left
                marks.insert(index + 1, mark)
                return
            if apart > -ONE_MINUTE:
                if mark.rank < other.rank:
                    if not other.trusted:
                        other.stamp = mark.stamp  # a moment begins with what can be believed
                    other.mg_dl, other.bound, other.trend = mark.mg_dl, mark.bound, mark.trend
                    other.trusted = mark.trusted
                return
        if len(marks) < MARKS_KEPT:
            marks.appendleft(mark)

    def _follow_very_high(self) -> None:
        newest = self.marks[-1]
        if newest.mg_dl < self.limits.very_high and newest.bound is not Bound.HIGH:
            self.very_high_since = None
        elif self.very_high_since is None:
            self.very_high_since = newest.stamp

    @property
    def newest(self) -> Mark | None:
        """The mark that decides what is true now."""
        return self.marks[-1] if self.marks else None

    def slope_mg_dl_min(self, back: int = 0) -> float | None:
        """How fast the value changes: least squares over the last 15 minutes, or None.

        *back* leaves out so many of the newest marks: what was to be said before they came.
        """
        if back:
            return slope_mg_dl_min(self.marks, back)
        if self._slope is None:
            self._slope = (slope_mg_dl_min(self.marks, 0),)
        return self._slope[0]

    def level(self, back: int = 0) -> Level:
        """How bad the low side is by the newest mark, or by the one *back* before it."""
        mark = self.marks[-1 - back]
        limits = self.limits
        if mark.bound is Bound.LOW or mark.mg_dl < limits.urgent:
            return Level.URGENT
        if mark.mg_dl < limits.low:
            return Level.LOW
        if mark.mg_dl >= limits.look_below:
            return Level.FINE
        slope = self.slope_mg_dl_min(back)
        if slope is None or slope >= 0:
            return Level.FINE
        soon = mark.mg_dl + slope * SOON_WITHIN_MIN <= SOON_MG_DL
        if soon and mark.mg_dl < limits.soon_below:
            return Level.SOON
        fast = limits.falling_fast
        return Level.FALLING if fast is not None and slope <= -fast else Level.FINE

    def falling(self) -> bool:
        """Whether the last word was of a fall: the sensor's arrow, or our own slope."""
        newest = self.newest
        if newest is None:
            return False
        if newest.trend in (Trend.FALLING, Trend.FALLING_FAST):
            return True
        slope = self.slope_mg_dl_min()
        return slope is not None and slope <= FALLING_MG_DL_MIN

    def interval(self) -> timedelta | None:
        """How far apart this source reports: the median of the gaps seen, None before four."""
        gaps = sorted(later.stamp - earlier.stamp for earlier, later in pairwise(self.marks))
        return gaps[len(gaps) // 2] if len(gaps) >= SLOPE_MARKS else None

    def twice(self, *, at_least: float | None = None, at_most: float | None = None) -> bool:
        """Whether the two newest marks both lie inside the given bound."""
        if len(self.marks) < 2:  # noqa: PLR2004 - two distinct stamps, as the rule says
            return False
        for mark in (self.marks[-1], self.marks[-2]):
            if not mark.trusted:
                return False
            if at_least is not None and (mark.mg_dl < at_least or mark.bound is Bound.LOW):
                return False
            if at_most is not None and (mark.mg_dl > at_most or mark.bound is Bound.HIGH):
                return False
        return True
