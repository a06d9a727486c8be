"""Markup that cannot be forged: whatever is not :class:`Html` is escaped on its way in."""

import html
from collections.abc import Iterable

VOID = frozenset({"input", "meta", "link", "br", "hr"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Inside = str | Iterable[str]


def escaped(text: str) -> Html:
    """*text* as markup that shows it, letter by letter."""
    return text if isinstance(text, Html) else Html(html.escape(text))


def join(*parts: Inside) -> Html:
    """All *parts* one after another."""
    return Html("".join(_flat(part) for part in parts))


def el(name: str, /, *inside: Inside, **attributes: str | bool | None) -> Html:
    """One element. ``class_`` is ``class``, ``aria_label`` is ``aria-label``; None is left out."""
    head = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Html(f"<{name}{head}>")
    return Html(f"<{name}{head}>{join(*inside)}</{name}>")


def _flat(part: Inside) -> str:
    return escaped(part) if isinstance(part, str) else "".join(escaped(each) for each in part)
