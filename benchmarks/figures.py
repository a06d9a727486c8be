"""The figures by name: how each reads, and what it must keep to."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Rounds = Sequence[Mapping[str, float]]
"""What one program came to, round by round."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What relayd must keep to: a limit of its own figure, or of its ratio to the floor's."""

    kind: Literal["ratio at most", "ratio at least", "at most"]
    limit: float

    def kept(self, own: float, ratio: float | None) -> bool:
        """Whether the median is within the limit."""
        value = own if self.kind == "at most" else ratio
        assert value is not None, "a ratio needs a floor"
        return value >= self.limit if self.kind == "ratio at least" else value <= self.limit

    def __str__(self) -> str:
        sign = ">=" if self.kind == "ratio at least" else "<="
        return f"{sign} {'' if self.kind == 'at most' else 'x'}{self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    key: str
    title: str
    gate: Gate | None = None
    places: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One figure's medians; *ratio* is that of the rounds' ratios, with the least and the most."""

    figure: Figure
    floor: float | None
    relayd: float | None
    ratio: tuple[float, float, float] | None

    @property
    def verdict(self) -> str:
        """Whether the gate is kept; empty where there is none."""
        gate = self.figure.gate
        if gate is None or self.relayd is None:
            return ""
        if gate.kind != "at most" and self.ratio is None:
            return ""
        return "ok" if gate.kept(self.relayd, self.ratio and self.ratio[1]) else "over"


def at_most(limit: float) -> Gate:
    """A limit for a figure of relayd's own."""
    return Gate("at most", limit)


def ratio(limit: float) -> Gate:
    """A limit in times the floor's figure."""
    return Gate("ratio at most", limit)


FIGURES = (
    Figure("latency_p50_ms", "reading to alert, p50, ms", ratio(1.5), 2),
    Figure("latency_p95_ms", "reading to alert, p95, ms", places=2),
    Figure("latency_lost", "  alerts lost of 200", at_most(0)),
    Figure("readings_per_s", "harmless readings a second", Gate("ratio at least", 0.6)),
    Figure("readings_missing", "  not found in the database", at_most(0)),
    Figure("reading_cpu_us", "  processor time each, us", places=1),
    Figure("reading_bytes", "  bytes written per 1,000", at_most(20_000)),
    Figure("burst_s", "1,000 wearers low at once, s", ratio(1.5), 3),
    Figure("burst_lost", "  alerts lost", at_most(0)),
    Figure("burst_cpu_s", "  processor time, s", places=3),
    Figure("burst_bytes", "  bytes written", ratio(1.5)),
    Figure("crash_lost", "kill -9 amid 1,000 alerts: lost", at_most(0)),
    Figure("crash_doubled", "  sent twice", at_most(350)),
    Figure("outage_lost", "sink down 5 s, 200 alerts: lost", at_most(0)),
    Figure("outage_after_s", "  all in after it is back, s", places=2),
    Figure("outage_killed_lost", "  and kill -9 meanwhile: lost", at_most(0)),
    Figure("outage_killed_after_s", "  all in after it is back, s", places=2),
    Figure("start_s", "two wearers: start to alert, s", at_most(1.5), 2),
    Figure("rss_mib", "  memory after load (RSS), MiB", at_most(64), 1),
    Figure("idle_percent", "  idle, % of a processor", at_most(0.5), 3),
    Figure("day_bytes", "  bytes written in a day"),
    Figure("engine_few_us", "engine: a reading, 10 wearers, us", places=2),
    Figure("engine_many_us", "  10,000 wearers, us", places=2),
    Figure("engine_growth", "  times as much", at_most(2), 2),
)


def lines(floor: Rounds, relayd: Rounds) -> list[Line]:
    """A line for every figure that was measured. Ratios are those of the same round."""
    found = []
    for figure in FIGURES:
        of_floor = [each[figure.key] for each in floor if figure.key in each]
        of_relayd = [each[figure.key] for each in relayd if figure.key in each]
        if of_floor or of_relayd:
            ratios = _ratios(figure.key, floor, relayd)
            found.append(Line(figure, _median(of_floor), _median(of_relayd), ratios))
    return found


def _ratios(key: str, floor: Rounds, relayd: Rounds) -> tuple[float, float, float] | None:
    both = [
        own[key] / base[key]
        for base, own in zip(floor, relayd, strict=True)
        if base.get(key) and key in own
    ]
    return (min(both), statistics.median(both), max(both)) if both else None


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def table(found: Iterable[Line]) -> str:
    """The lines as text, one figure a row."""
    rows = [("", "floor", "relayd", "ratio (least-most)", "gate", "")]
    for line in found:
        places = line.figure.places
        ratios = line.ratio
        shown = f"x{ratios[1]:.2f} ({ratios[0]:.2f}-{ratios[2]:.2f})" if ratios else ""
        rows.append(
            (
                line.figure.title,
                _number(line.floor, places),
                _number(line.relayd, places),
                shown,
                str(line.figure.gate or ""),
                line.verdict,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  "
        + "  ".join(f"{row[c]:>{widths[c]}}" for c in range(1, 5))
        + f"  {row[5]}"
        for row in rows
    )


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:,.{places}f}"
