"""Lots, drawn for each thing by its own name: no order of events can shift another's."""

from hashlib import blake2b

_SPAN = float(2**64)


class Luck:
    """Draws numbers. The same *seed* and the same name give the same number, on every machine."""

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def draw(self, name: str) -> float:
        """A number from 0 up to but without 1 that belongs to *name*."""
        digest = blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / _SPAN

    def between(self, name: str, span: tuple[float, float]) -> float:
        """A number within *span* that belongs to *name*."""
        low, high = span
        return low + (high - low) * self.draw(name)
