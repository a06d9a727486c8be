"""How fast glucose falls, and what is said of it before it is low."""

import pytest
from houses import minutes
from test_glucose import filled, memory

from relayd.domain.glucose import Level
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import Trend


@pytest.mark.parametrize(
    ("values", "every", "slope"),
    [
        ((100, 95, 90), 5, -1.0),
        ((100, 95, 90, 85), 5, -1.0),
        ((60, 75, 90), 5, 3.0),
        ((100, 90), 5, None),  # two readings are no slope
        ((100, 95, 90), 4, None),  # nor are three that lie too close
        ((200, 100, 95, 90), 5.5, -10 / 11),  # what is older than 15 minutes is not asked
        ((100, 95, 90), 16, None),
    ],
)
def test_the_slope_is_that_of_the_last_15_minutes(
    values: tuple[float, ...], every: float, slope: float | None
) -> None:
    found = filled(*values, every=every).slope_mg_dl_min()
    assert found == (pytest.approx(slope) if slope is not None else None)


def test_the_slope_may_leave_out_the_newest() -> None:
    kept = filled(100, 95, 90, 120)
    assert kept.slope_mg_dl_min(back=1) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ((100, 92, 84), Level.SOON),  # 84 - 1.6 x 20 = 52
        ((90, 85, 80), Level.FINE),  # 80 - 1 x 20 = 60
        ((87.5, 81.25, 75), Level.SOON),  # 75 - 1.25 x 20 = 50
        ((85, 80, 75), Level.SOON),  # 55 exactly is reached
        ((85.2, 80.2, 75.2), Level.FINE),  # 55.2 is not
        ((120, 105, 91), Level.FINE),  # 91 is not below low + 20, however fast
        ((118, 103, 89), Level.SOON),
        ((70, 80, 85), Level.FINE),  # it rises
        ((85, 85, 85), Level.FINE),
    ],
)
def test_urgent_low_soon(values: tuple[float, ...], level: Level) -> None:
    """At most 55 within 20 minutes by that slope, only when already below low + 20."""
    assert filled(*values).level() is level


@pytest.mark.parametrize(
    ("limit", "values", "level"),
    [
        (None, (140, 120, 100), Level.FINE),  # off by default
        (3.0, (145, 130, 115), Level.FALLING),
        (3.0, (144, 129.5, 115), Level.FINE),  # 2.9 a minute
        (3.0, (150, 135, 120), Level.FINE),  # not below 120
        (3.0, (149, 134, 119), Level.FALLING),
    ],
)
def test_falling_fast_is_off_unless_the_file_sets_it(
    limit: float | None, values: tuple[float, ...], level: Level
) -> None:
    kept = filled(*values, of=memory(limits=GlucoseLimits(falling_fast=limit)))
    assert kept.level() is level


@pytest.mark.parametrize(
    ("values", "trend", "falling"),
    [
        ((100,), Trend.FALLING, True),
        ((100,), Trend.FALLING_FAST, True),
        ((100,), Trend.FALLING_SLOWLY, False),
        ((100,), None, False),
        ((220, 210, 200), None, True),
        ((219, 209.5, 200), None, False),
        ((), None, False),
    ],
)
def test_falling_by_the_arrow_or_by_two_a_minute(
    values: tuple[float, ...],
    trend: Trend | None,
    falling: bool,  # noqa: FBT001
) -> None:
    kept = filled(*values)
    if values:
        kept.marks[-1].trend = trend
    assert kept.falling() is falling


@pytest.mark.parametrize(
    ("every", "number", "interval"),
    [(5, 3, None), (5, 4, 5), (15, 4, 15), (1, 10, 1)],
)
def test_the_interval_is_known_from_four_readings_on(
    every: float, number: int, interval: float | None
) -> None:
    found = filled(*[100.0] * number, every=every).interval()
    assert found == (minutes(interval) if interval is not None else None)
