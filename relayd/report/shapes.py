"""The marks of the picture: each shows its proof by its shape, not by its colour alone."""

from relayd.domain.delivery import Dissemination
from relayd.report.markup import Html, el

R = 5.5
NAMES = {
    Dissemination.SENDING: "on its way",
    Dissemination.SENT: "sent, no proof",
    Dissemination.DELIVERED: "delivered, by proof",
    Dissemination.ACCEPTED: "answered “I have it”",
    Dissemination.REJECTED: "answered “I cannot”",
    Dissemination.UNDELIVERABLE: "failed",
}


def mark(status: Dissemination, x: float, y: float) -> Html:
    """The mark for *status* at a place."""
    class_ = f"mark {status.value}"
    if status is Dissemination.UNDELIVERABLE:
        a = R * 0.8
        down, up = f"M{x - a:.1f} {y - a:.1f}l{2 * a:.1f} {2 * a:.1f}", f"m0 {-2 * a:.1f}"
        return el("path", d=f"{down}{up}l{-2 * a:.1f} {2 * a:.1f}", class_=class_)
    if status is Dissemination.ACCEPTED:
        tick = f"M{x - 3.6:.1f} {y + 0.2:.1f}l2.6 2.8l4.8 -5.8"
        return el(
            "g",
            el("circle", cx=x, cy=y, r=R + 2),
            el("path", d=tick),
            class_=class_,
        )
    if status is Dissemination.REJECTED:
        d = R + 1.5
        diamond = f"M{x:.1f} {y - d:.1f}l{d:.1f} {d:.1f}l{-d:.1f} {d:.1f}l{-d:.1f} {-d:.1f}z"
        bar = f"M{x - 3:.1f} {y:.1f}h6"
        return el("g", el("path", d=diamond), el("path", d=bar, class_="bar"), class_=class_)
    return el("circle", cx=x, cy=y, r=R, class_=class_)


def legend() -> Html:
    """What the marks mean."""
    shown = [status for status in NAMES if status is not Dissemination.SENDING]
    items = [el("li", _key(mark(status, 9, 9)), NAMES[status]) for status in shown]
    band = el("rect", x=1, y=2, width=16, height=14, class_="band")
    return el("ul", *items, el("li", _key(band), "outage"), class_="legend")


def _key(shape: Html) -> Html:
    return el("svg", shape, class_="key", viewBox="0 0 18 18", aria_hidden="true")
