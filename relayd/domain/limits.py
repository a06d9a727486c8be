"""A family's alarm limits, ready to compare with: rounding is done once, not at every reading."""

from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import MG_DL_PER_MMOL_L, Unit

CLEAR_BY_MG_DL = 5.0  # this far inside the limit, twice, is over
FALLING_BELOW_MG_DL = 120.0
SOON_MARGIN_MG_DL = 20.0


class Limits:
    """A family's limits as bare numbers: a value is compared as it is shown to this family."""

    __slots__ = ("clear_high", "clear_low", "clear_urgent", "clear_very_high", "falling_fast",
                 "high", "look_below", "low", "soon_below", "urgent", "very_high")  # fmt: skip

    def __init__(self, limits: GlucoseLimits, unit: Unit) -> None:
        step = 1.0 if unit is Unit.MG_DL else MG_DL_PER_MMOL_L / 10
        half = step / 2
        urgent, low, high, very_high = (
            round(unit.shown(limit) / (1.0 if unit is Unit.MG_DL else 0.1)) * step
            for limit in (limits.urgent_low, limits.low, limits.high, limits.very_high)
        )
        self.urgent = urgent - half
        self.low = low - half
        self.high = high + half
        self.very_high = very_high + half
        self.clear_urgent = limits.urgent_low + CLEAR_BY_MG_DL
        self.clear_low = limits.low + CLEAR_BY_MG_DL
        self.clear_high = limits.high - CLEAR_BY_MG_DL
        self.clear_very_high = limits.very_high - CLEAR_BY_MG_DL
        self.falling_fast = limits.falling_fast
        self.soon_below = limits.low + SOON_MARGIN_MG_DL
        falling = FALLING_BELOW_MG_DL if self.falling_fast is not None else 0.0
        self.look_below = max(self.soon_below, falling)
