"""The last three hours as a small drawing, made on the server."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from relayd.domain.event import KeptReading
from relayd.domain.household import GlucoseLimits
from relayd.web.html import Html, el

SPAN = timedelta(hours=3)
GAP = timedelta(minutes=16)  # longer without a reading, and the line must not pretend
WIDTH, HEIGHT, EDGE = 300.0, 72.0, 4.0
FLOOR_MG_DL, CEILING_MG_DL = 40.0, 280.0

Point = tuple[float, float]


def sparkline(readings: Iterable[KeptReading], limits: GlucoseLimits, now: datetime) -> Html | None:
    """Draw what was read since *now* less three hours; None where that is less than two values."""
    kept = sorted(
        (r.stamp, r.mg_dl) for r in readings if r.mg_dl is not None and now - SPAN <= r.stamp <= now
    )
    if len(kept) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    top, low = _y(limits.high), _y(limits.low)
    band = el("rect", x="0", y=f"{top:.1f}", width="300", height=f"{low - top:.1f}", class_="band")
    lines = [el("polyline", points=_points(run, now)) for run in _runs(kept) if len(run) > 1]
    dots = [_dot(run[0], now, "1.6") for run in _runs(kept) if len(run) == 1]
    return el(
        "svg",
        band,
        lines,
        dots,
        _dot(kept[-1], now, "3"),
        viewBox="0 0 300 72",
        class_="spark",
        role="img",
        aria_label="The last three hours, drawn as a line",
    )


def _runs(kept: Sequence[tuple[datetime, float]]) -> Iterator[list[tuple[datetime, float]]]:
    run = [kept[0]]
    for one in kept[1:]:
        if one[0] - run[-1][0] > GAP:
            yield run
            run = []
        run.append(one)
    yield run


def _points(run: Iterable[tuple[datetime, float]], now: datetime) -> str:
    return " ".join(f"{_x(at, now):.1f},{_y(mg_dl):.1f}" for at, mg_dl in run)


def _dot(one: tuple[datetime, float], now: datetime, radius: str) -> Html:
    return el("circle", cx=f"{_x(one[0], now):.1f}", cy=f"{_y(one[1]):.1f}", r=radius)


def _x(at: datetime, now: datetime) -> float:
    return (WIDTH - EDGE) * (1 - (now - at) / SPAN)


def _y(mg_dl: float) -> float:
    share = (min(max(mg_dl, FLOOR_MG_DL), CEILING_MG_DL) - FLOOR_MG_DL) / (
        CEILING_MG_DL - FLOOR_MG_DL
    )
    return EDGE + (HEIGHT - 2 * EDGE) * (1 - share)
