"""A time axis of a picture: where a moment stands, and which moments are named."""

from collections.abc import Iterator
from dataclasses import dataclass

from relayd.domain.story import Story
from relayd.report.plain import DAY, HOUR, MINUTE, span
from relayd.report.times import moment

CLOCK_STEPS = (
    *(MINUTE * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(HOUR * hours for hours in (1, 2, 3, 4, 6, 12)),
    *(DAY * days for days in (1, 2, 7, 14)),
)
SPAN_STEPS = (5, 10, 15, 20, 30, *CLOCK_STEPS)
Tick = tuple[float, str]
LABEL_ROOM = 70.0  # what a label and the air beside it need


@dataclass(frozen=True, slots=True)
class Axis:
    """From *begins_s* to *ends_s*, drawn from *left* to *right*."""

    begins_s: float
    ends_s: float
    left: float
    right: float

    def x(self, t: float) -> float:
        """Where *t* stands, at the edge if it lies outside."""
        share = (t - self.begins_s) / (self.ends_s - self.begins_s)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def holds(self, t: float) -> bool:
        """Whether *t* lies on it."""
        return self.begins_s <= t <= self.ends_s

    def step(self, steps: tuple[int, ...]) -> int:
        """The finest of *steps* whose labels have room."""
        most = max(1.0, (self.right - self.left) / LABEL_ROOM)
        lasts = self.ends_s - self.begins_s
        return next((step for step in steps if lasts / step <= most), steps[-1])


def clock_ticks(story: Story, axis: Axis) -> Iterator[Tick]:
    """Round times of day, and the weekday where a day begins."""
    step = axis.step(CLOCK_STEPS)
    at = moment(story, axis.begins_s)
    since_midnight = at.hour * HOUR + at.minute * MINUTE + at.second
    t = axis.begins_s - at.microsecond / 1e6 + -since_midnight % step
    while t <= axis.ends_s:
        local = moment(story, t)
        yield t, f"{local:%a}" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
        t += step


def span_ticks(axis: Axis, zero: float) -> Iterator[Tick]:
    """Round times since *zero*."""
    step = axis.step(SPAN_STEPS)
    t = zero
    while t <= axis.ends_s:
        yield t, f"+{span(t - zero)}" if t > zero else "0"
        t += step
