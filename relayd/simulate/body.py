"""A wearer's true state, minute by minute: nobody in the rehearsal may ask it but the sensor."""

from dataclasses import dataclass
from math import pi, sin

from relayd.domain.alert import Code
from relayd.domain.household import GlucoseLimits, Wearer

WAVE = 4 * 3600.0
SWING = 14.0
ABOVE_LOW = 50.0
BELOW = 4.0  # how far under a limit a low begins, in mg/dL
SINKS_BY = 8.0
SINKS_FOR = 1200.0
TREATED_AFTER = 300.0  # from a carer's answer to sugar; assumed
ACTS_AFTER = 600.0  # from sugar to the first rise; assumed
RISES_PER_S = 2.5 / 60
PASSES_AFTER = 4 * 3600.0  # untreated, the body helps itself; assumed
SEIZES_FOR = 180.0
LAST_WORD = 300.0  # so long before a silence after a low the low is said, once

LOWS = frozenset({Code.URGENT_LOW, Code.LOW})
SEIZURES = frozenset({Code.SEIZURE_ALARM, Code.SEIZURE_FALL, Code.SEIZURE_MANUAL})
SILENCES = frozenset({Code.SILENT, Code.SEIZURE_SILENT})
CAN_BEGIN = LOWS | SEIZURES | SILENCES


@dataclass(frozen=True, slots=True)
class Onset:
    """Something begins at *t* seconds. *after_low*: a silence, and the last word was a low."""

    t: float
    condition: Code
    wearer: str
    after_low: bool = False
    lasts: float = PASSES_AFTER


class Body:
    """One wearer's glucose (mg/dL), or seizures, from what begins and when it is treated."""

    def __init__(self, wearer: Wearer, onsets: tuple[Onset, ...], phase: float) -> None:
        self.wearer = wearer
        self._limits = wearer.glucose or GlucoseLimits()
        self._onsets = tuple(onset for onset in onsets if onset.wearer == wearer.id)
        self._lows = tuple(o for o in self._onsets if o.condition in LOWS or o.after_low)
        self._silences = tuple(o for o in self._onsets if o.condition in SILENCES)
        self._seizures = tuple(o for o in self._onsets if o.condition in SEIZURES)
        self._phase = phase
        self.treated: list[float] = []

    def mg_dl(self, t: float) -> float:
        """The true value at *t*."""
        usual = self._limits.low + ABOVE_LOW + SWING * sin(2 * pi * (t / WAVE + self._phase))
        lows = (self._low(onset, t, usual) for onset in self._lows)
        return min((value for value in lows if value is not None), default=usual)

    def _low(self, onset: Onset, t: float, usual: float) -> float | None:
        begins = onset.t - LAST_WORD if onset.after_low else onset.t
        if t < begins:
            return None
        limits = self._limits
        if onset.condition is Code.URGENT_LOW:
            value = limits.urgent_low - BELOW - SINKS_BY * min((t - onset.t) / SINKS_FOR, 1.0)
        else:
            value = (limits.urgent_low + limits.low) / 2
        over_at = min(
            (at + ACTS_AFTER for at in self.treated if at >= onset.t), default=onset.t + onset.lasts
        )
        over_at = min(over_at, onset.t + onset.lasts)
        value += max(0.0, t - over_at) * RISES_PER_S
        return value if value < usual else None

    def silent(self, t: float) -> bool:
        """Whether the sensor itself says nothing at *t*."""
        return any(onset.t <= t < onset.t + onset.lasts for onset in self._silences)

    def seizure(self, t: float) -> Code | None:
        """What a watch would see at *t*."""
        found = (o.condition for o in self._seizures if o.t <= t < o.t + SEIZES_FOR)
        return next(found, None)

    def crossings(self) -> list[tuple[float, str]]:
        """When the wearer was truly in trouble: moments and what."""
        return [
            (onset.t - LAST_WORD, Code.LOW.value)
            if onset.after_low
            else (onset.t, onset.condition.value)
            for onset in self._onsets
            if onset.after_low or onset.condition not in SILENCES
        ]
