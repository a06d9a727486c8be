"""How long to bear with a disk."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to bear with a disk, and how much (*most* rows of a kind) to remember meanwhile."""

    retry_every: timedelta = timedelta(seconds=10)
    hung_after: timedelta = timedelta(seconds=3)
    open_within: timedelta = timedelta(seconds=12)
    close_within: timedelta = timedelta(seconds=10)
    told_for: timedelta = timedelta(minutes=1)
    most: int = 10_000
