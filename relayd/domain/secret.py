"""A secret that cannot be printed by accident."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A token or password. ``reveal()`` is the one way to its text; everything else says so."""

    _text: str

    def reveal(self) -> str:
        """Return the text itself: only for the wire."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__
