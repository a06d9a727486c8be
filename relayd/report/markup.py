"""Markup that cannot be forged: whatever is not :class:`Html` is escaped on its way in."""

import html
from collections.abc import Iterable

from relayd.report.plain import harmless

VOID = frozenset({"meta", "link", "br"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Inside = str | Iterable[str]
Value = str | float | bool | None


def el(name: str, /, *inside: Inside, **attributes: Value) -> Html:
    """One element. ``class_`` is ``class``, ``aria_label`` is ``aria-label``; None is left out."""
    head = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_shown(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{name}{head}>" if name in VOID else f"<{name}{head}>{join(*inside)}</{name}>")


def join(*parts: Inside) -> Html:
    """All *parts* one after another."""
    return Html("".join(_flat(part) for part in parts))


def _flat(part: Inside) -> str:
    if isinstance(part, Html):
        return part
    return html.escape(harmless_edges(part)) if isinstance(part, str) else join(*part)


def harmless_edges(text: str) -> str:
    """*text* made harmless, with the blanks at its ends kept."""
    if not text.strip():
        return " " if text else ""
    lead, trail = " " * text[0].isspace(), " " * text[-1].isspace()
    return f"{lead}{harmless(text)}{trail}"


def _shown(value: str | float | bool) -> str:  # noqa: FBT001  an attribute that is there
    if isinstance(value, str):
        return value
    return "" if value is True else f"{value:.2f}".rstrip("0").rstrip(".")
