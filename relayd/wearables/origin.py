"""What every decoder is told beside the bytes, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from relayd.domain.reading import Malformed, Reading, Unit


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose document it is, and what it leaves unsaid: the unit and the zone of local times."""

    wearer: str
    unit: Unit = Unit.MMOL_L
    zone: tzinfo = UTC


Decoded = tuple[Reading, ...] | Malformed
Decoder = Callable[[bytes, Origin, datetime], Decoded]
