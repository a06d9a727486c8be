"""What a wearable said: a glucose value, a seizure watch's state, a device's battery."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor
from typing import NamedTuple

MG_DL_PER_MMOL_L = 18.0182  # 180.182 g/mol, the molar mass of glucose, over 10

IMPLAUSIBLE_BELOW_MG_DL = 20.0  # not survivable: a sensor fault, and never a reading
IMPLAUSIBLE_ABOVE_MG_DL = 1000.0  # beyond any sensor or meter: most likely the other unit
LOW_MG_DL = 39.0  # what stands for "LOW": Dexcom's own number for below 40
HIGH_MG_DL = 401.0  # what stands for "HIGH": Dexcom's own number for above 400


class Unit(StrEnum):
    """The unit a family thinks in."""

    MG_DL = "mg/dL"
    MMOL_L = "mmol/L"

    def to_mg_dl(self, value: float) -> float:
        """Turn *value* of this unit into mg/dL, in which everything is kept and compared."""
        return value if self is Unit.MG_DL else value * MG_DL_PER_MMOL_L

    def shown(self, mg_dl: float) -> float:
        """*mg_dl* as this family sees it: whole mg/dL, or mmol/L to one decimal; halves go up."""
        if self is Unit.MG_DL:
            return float(floor(mg_dl + 0.5))
        return floor(mg_dl / MG_DL_PER_MMOL_L * 10 + 0.5) / 10

    def text(self, mg_dl: float) -> str:
        """*mg_dl* in words for this family, without the unit: ``"63"`` or ``"3.5"``."""
        shown = self.shown(mg_dl)
        return f"{shown:.0f}" if self is Unit.MG_DL else f"{shown:.1f}"


class Trend(StrEnum):
    """Where the value is heading, in the seven steps that all sources can be brought to."""

    RISING_FAST = "rising fast"
    RISING = "rising"
    RISING_SLOWLY = "rising slowly"
    STEADY = "steady"
    FALLING_SLOWLY = "falling slowly"
    FALLING = "falling"
    FALLING_FAST = "falling fast"


class Bound(StrEnum):
    """Whether the value is a number, or the sensor's word for off its scale."""

    WITHIN = "within"
    LOW = "LOW"  # Below what the sensor can tell: an urgent low, never a missing value.
    HIGH = "HIGH"  # Above what the sensor can tell.


class WatchState(StrEnum):
    """What a seizure watch says of its wearer, or of itself."""

    OK = "ok"
    WARNING = "warning"
    ALARM = "alarm"
    FALL = "fall"
    FAULT = "fault"  # The watch is not watching.
    MANUAL = "manual"  # Somebody pressed "raise alarm".
    MUTED = "muted"  # Muted at the watch; the carers are not muted by it.
    NET_FAULT = "net_fault"  # The watch cannot be reached.


class GlucoseReading(NamedTuple):
    """One glucose value. *at* is the source's own stamp (aware), None where it gives none."""

    wearer: str
    mg_dl: float
    at: datetime | None
    trend: Trend | None = None
    bound: Bound = Bound.WITHIN

    def __repr__(self) -> str:  # health values stay out of logs
        return f"GlucoseReading({self.wearer}, at={self.at})"


@dataclass(frozen=True, slots=True)
class NoReading:
    """The source speaks, and says that it has no value: an error code, ``unavailable``, nonsense.

    It counts as silence: it clears nothing and feeds no silence timer. *wrong*: a value that cannot
    be one, so that a person must look at the source.
    """

    wearer: str
    at: datetime | None
    why: str
    wrong: bool = False


class SeizureReading(NamedTuple):
    """What a seizure watch says now. *at* as in :class:`GlucoseReading`."""

    wearer: str
    state: WatchState
    at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """A wearable's battery, in per cent."""

    wearer: str
    battery_percent: float
    at: datetime | None


Reading = GlucoseReading | NoReading | SeizureReading | DeviceReading


@dataclass(frozen=True, slots=True)
class Malformed:
    """A payload that cannot be read; *why* is one sentence for a person, without the payload."""

    why: str
