"""The picture: carers as lanes, outages as shaded bands, tries as marks that show their proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relayd.domain.story import AlertTold, Band, Story
from relayd.report.axis import Axis, Tick, clock_ticks, span_ticks
from relayd.report.facts import carers, heard, since_s, tracks
from relayd.report.lanes import ROW, Lane, close_lane, overview_lane
from relayd.report.markup import Html, el
from relayd.report.plain import counted, harmless, name, span

WIDE, NARROW = 860, 300
GUTTER, EDGE = 118.0, 14.0
BAND_ROW, FOOT, GAP, HEAD, NAME_ROW = 19.0, 24.0, 9.0, 15.0, 19.0
BAND_ROWS = 7
LETTER, DIGIT = 6.4, 7.8
CLOSE_AT_MOST_S = 900.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture shows: the time, *ticks* and *flags* on it, and all of it *said* in words.

    A flag without a word is the beginning of an alert.
    """

    width: int
    axis: Axis
    ticks: Sequence[Tick]
    flags: Sequence[Tick]
    said: str

    @property
    def narrow(self) -> bool:
        """Whether it is for a phone: names stand above the lanes and not beside them."""
        return self.width < WIDE


def overview(story: Story, width: int) -> Html:
    """The whole story."""
    axis = _axis(width, -0.02 * story.lasts_s, max(story.lasts_s, 1.0))
    said = f"The whole story. {describe(story)}"
    flags = [(since_s(alert), "") for alert in story.alerts if alert.kept is not None]
    frame = Frame(width, axis, list(clock_ticks(story, axis)), flags, said)
    return _draw(story, frame, [overview_lane(story, carer, axis) for carer in carers(story)])


def close(story: Story, alert: AlertTold, width: int) -> Html:
    """The first minutes of *alert*."""
    lasts, begins = close_s(story, alert), since_s(alert)
    axis = _axis(width, begins - lasts * 0.02, begins + lasts)
    said = f"The first {span(lasts)}. {describe(story, alert)}"
    flags = [(begins, "")]
    if alert.kept is not None:
        flags.append((begins + story.promise_s, f"promise: {span(story.promise_s)}"))
    frame = Frame(width, axis, list(span_ticks(axis, begins)), flags, said)
    called = [each.carer for each in heard(story, alert)]
    return _draw(story, frame, [close_lane(story, alert, carer, axis) for carer in called])


def close_s(story: Story, alert: AlertTold) -> float:
    """How much after *alert* is worth a look: the promise, the first answer, at most 15 min."""
    reached = [r.after_s for r in (alert.delivered, alert.acknowledged) if r is not None]
    wanted = max([story.promise_s * 1.1, *(after * 1.12 for after in reached)])
    return max(min(wanted, CLOSE_AT_MOST_S), 1.0)


def describe(story: Story, alert: AlertTold | None = None) -> str:
    """The picture in words."""
    tries: dict[str, list[bool]] = {}
    for track in tracks(story):
        if not track.quiet and (alert is None or track.alert == alert.alert):
            tries.setdefault(track.carer, []).append(track.proven_s is not None)
    return " ".join(
        f"{name(story, carer)}: {counted(len(proven), 'try')}, {sum(proven) or 'none'} with proof."
        for carer, proven in tries.items()
    )


def _axis(width: int, begins_s: float, ends_s: float) -> Axis:
    return Axis(begins_s, ends_s, EDGE if width < WIDE else GUTTER, width - EDGE)


def _draw(story: Story, frame: Frame, lanes: Sequence[Lane]) -> Html:
    bars, top = _bars(story, frame)
    drawn, edges = _lanes(story, frame, lanes, top + HEAD)
    bottom = edges[-1][1] if edges else top + HEAD
    return el(
        "svg",
        el("title", frame.said),
        el("g", *_shades(story, frame, top, bottom), class_="shades"),
        el("g", *_ticks(frame, top, bottom), class_="axis"),
        *bars,
        *_flags(frame, top, edges),
        *drawn,
        viewBox=f"0 0 {frame.width} {bottom + FOOT:.0f}",
        class_=f"picture {'narrow' if frame.narrow else 'wide'}",
        role="img",
        aria_label=frame.said,
    )


def _bands(story: Story, frame: Frame) -> Iterator[tuple[Band, float, float]]:
    """The outages that the picture shows, and from where to where."""
    axis = frame.axis
    for band in story.outages:
        ended = story.lasts_s if band.ended_s is None else band.ended_s
        if band.began_s < axis.ends_s and ended > axis.begins_s:
            yield band, axis.x(band.began_s), max(axis.x(ended), axis.x(band.began_s) + 2)


def _bars(story: Story, frame: Frame) -> tuple[list[Html], float]:
    """One row for each thing that fails; where they end."""
    rows: dict[str, list[tuple[Band, float, float]]] = {}
    for each in _bands(story, frame):
        rows.setdefault(harmless(each[0].words), []).append(each)
    drawn: list[Html] = []
    y = 4.0
    for words in list(rows)[:BAND_ROWS]:
        drawn += [_bar(band, a, b, y) for band, a, b in rows[words]]
        drawn.append(_bar_name(words, rows[words][0][1], frame, y))
        y += BAND_ROW
    if len(rows) > BAND_ROWS:
        more = f"and {len(rows) - BAND_ROWS} more"
        drawn.append(el("text", more, x=frame.axis.left, y=y + 13, class_="fails"))
        y += BAND_ROW
    return drawn, y


def _bar(band: Band, a: float, b: float, y: float) -> Html:
    class_ = "fault assumed" if band.assumed else "fault"
    return el("rect", x=a, y=y, width=b - a, height=BAND_ROW - 4, rx=3, class_=class_)


def _bar_name(words: str, begins: float, frame: Frame, y: float) -> Html:
    room = int((frame.axis.right - frame.axis.left - 8) / LETTER)
    shown = words if len(words) <= room else f"{words[: room - 1]}…"
    at = min(begins + 5, frame.axis.right - len(shown) * LETTER)
    return el("text", shown, x=max(at, frame.axis.left + 4), y=y + 11.5, class_="fails")


def _shades(story: Story, frame: Frame, top: float, bottom: float) -> Iterator[Html]:
    """Where anything fails the lanes are shaded, once: what overlaps is no darker."""
    spans: list[tuple[float, float]] = []
    for a, b in sorted((a, b) for _, a, b in _bands(story, frame)):
        if spans and a <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(b, spans[-1][1]))
        else:
            spans.append((a, b))
    for a, b in spans:
        yield el("rect", x=a, y=top, width=b - a, height=bottom - top, class_="band")


def _ticks(frame: Frame, top: float, bottom: float) -> Iterator[Html]:
    for t, words in frame.ticks:
        x = frame.axis.x(t)
        half = len(words) * DIGIT / 2
        at = min(max(x, half), frame.width - half)
        yield el("path", d=f"M{x:.1f} {top:.1f}V{bottom + 4:.1f}")
        yield el("text", words, x=at, y=bottom + 18)


def _flags(frame: Frame, top: float, edges: Sequence[tuple[float, float]]) -> Iterator[Html]:
    several = len(frame.flags) > 2 or not any(words for _, words in frame.flags)  # noqa: PLR2004
    for t, words in frame.flags:
        x = frame.axis.x(t)
        line = "".join(f"M{x:.1f} {a:.1f}V{b:.1f}" for a, b in edges)
        if words or not several:
            yield el("path", d=line, class_="until" if words else "raised")
        if words:
            yield el("text", words, x=x + 2, y=top + 11, class_="until")
        else:
            yield el("path", d=f"M{x - 5:.1f} {top + 2:.1f}h10l-5 8z", class_="flag")


def _lanes(
    story: Story, frame: Frame, lanes: Sequence[Lane], y: float
) -> tuple[list[Html], list[tuple[float, float]]]:
    """The lanes, and from where to where each of them leads, its name left out."""
    drawn: list[Html] = []
    edges: list[tuple[float, float]] = []
    for lane in lanes:
        who = name(story, lane.carer)
        if frame.narrow:
            drawn.append(el("text", who, x=4, y=y + 12, class_="who"))
            y += NAME_ROW
        else:
            drawn.append(el("text", _short(who), x=4, y=y + ROW - 5, class_="who"))
        drawn.append(el("g", *lane.drawn, class_="lane", transform=f"translate(0 {y:.1f})"))
        edges.append((y, y + lane.rows * ROW + GAP / 2))
        y += lane.rows * ROW + GAP
        edge = f"M{frame.axis.left:.1f} {y - GAP / 2:.1f}H{frame.axis.right:.1f}"
        drawn.append(el("path", d=edge, class_="edge"))
    return drawn, edges


def _short(who: str) -> str:
    most = int((GUTTER - 12) / 7)
    return who if len(who) <= most else f"{who[: most - 1]}…"
