"""A glucose value as sources write it, weighed: a reading, no reading, or malformed."""

import re

from relayd.domain.reading import (
    HIGH_MG_DL,
    IMPLAUSIBLE_ABOVE_MG_DL,
    IMPLAUSIBLE_BELOW_MG_DL,
    LOW_MG_DL,
    Bound,
    GlucoseReading,
    Malformed,
    NoReading,
    Trend,
    Unit,
)
from relayd.wearables.stamp import Stamp, known

COUNTS_UNDATED_BELOW_MG_DL = 70.0  # the default low limit: under it, a reading may raise

SENSOR_CODE_BELOW = 13.0  # Dexcom puts 0 to 12 where the value goes, to say what is wrong

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_LONGEST = 64
_BEYOND = 1e9  # of any unit; keeps 400-digit integers out of floating point

_UNITS = {
    "mmol/L": Unit.MMOL_L,
    "mmol/l": Unit.MMOL_L,
    "mmoll": Unit.MMOL_L,
    "mmol": Unit.MMOL_L,
    "mg/dL": Unit.MG_DL,
    "mg/dl": Unit.MG_DL,
    "mgdl": Unit.MG_DL,
    "mg": Unit.MG_DL,
}
_WORDS = {
    "low": (LOW_MG_DL, Bound.LOW),
    "lo": (LOW_MG_DL, Bound.LOW),
    "high": (HIGH_MG_DL, Bound.HIGH),
    "hi": (HIGH_MG_DL, Bound.HIGH),
}
_ABSENT = {"", "unavailable", "unknown", "nan", "none", "null"}

_ARROWS = {
    Trend.RISING_FAST: ("DoubleUp", "TripleUp", "↑↑", "⇈", "⬆⬆"),
    Trend.RISING: ("SingleUp", "↑", "⬆"),
    Trend.RISING_SLOWLY: ("FortyFiveUp", "↗", "⬈"),
    Trend.STEADY: ("Flat", "stable", "→", "➡"),
    Trend.FALLING_SLOWLY: ("FortyFiveDown", "↘", "⬊"),
    Trend.FALLING: ("SingleDown", "↓", "⬇"),
    Trend.FALLING_FAST: ("DoubleDown", "TripleDown", "↓↓", "⇊", "⬇⬇"),
}
_FILLERS = str.maketrans("", "", " _-\ufe0f")
_TRENDS = {
    spelling: trend
    for trend, names in _ARROWS.items()
    for name in (trend.value, *names)
    for spelling in (name, name.casefold().translate(_FILLERS))
}
_TREND_NUMBERS = dict(enumerate(_ARROWS, start=1))  # Dexcom: 1 is DoubleUp, 7 DoubleDown


def unit_named(name: object) -> Unit | None:
    """Find the unit that *name* means, whatever its case; None if it means none."""
    if not isinstance(name, str):
        return None
    return _UNITS.get(name) or _UNITS.get(name[:_LONGEST].strip().casefold())


def trend_named(name: object) -> Trend | None:
    """Find the trend by relayd's words, a Nightscout direction or an arrow; None if unknown."""
    if not isinstance(name, str):
        return None
    return _TRENDS.get(name) or _TRENDS.get(name[:_LONGEST].casefold().translate(_FILLERS))


def sensor_trend(name: object) -> Trend | None:
    """Find the trend as :func:`trend_named` does, or by Dexcom's number: 1 DoubleUp to 7."""
    if type(name) is int:
        return _TREND_NUMBERS.get(name)
    return trend_named(name)


def number_in(value: object) -> float | None:
    """Read *value* as a number, also from text and with a decimal comma; None if it is none."""
    if type(value) is float or type(value) is int:
        return float(value) if -_BEYOND < value < _BEYOND else _BEYOND if value > 0 else -_BEYOND
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = value.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def weigh(
    wearer: str, value: object, unit: Unit, at: Stamp, trend: Trend | None
) -> GlucoseReading | NoReading | Malformed:
    """Turn one *value* in *unit* into what it means.

    A number, or ``LOW`` or ``HIGH``, is a reading. Other text and null are the source's way to say
    that it has none; so is a number that no living person has (see ``IMPLAUSIBLE_BELOW_MG_DL``).

    With a time that cannot be read, a reading is malformed: it could be of yesterday, and must
    neither clear an alarm nor count as a sign of life. But ``LOW``, or a value under 70 mg/dL,
    stands without its time: a low that is not told is worse than one told late.
    """
    number = number_in(value)
    if number is None:
        return _weigh_word(wearer, value, at, trend)
    mg_dl = unit.to_mg_dl(number)
    if mg_dl < IMPLAUSIBLE_BELOW_MG_DL:
        why = "the value is implausibly low: the unit or the sensor is wrong"
        return _absent(wearer, at, why, wrong=True)
    if mg_dl > IMPLAUSIBLE_ABOVE_MG_DL:
        why = "the value is implausibly high: the unit or the sensor is wrong"
        return _absent(wearer, at, why, wrong=True)
    return _placed(wearer, mg_dl, at, trend, Bound.WITHIN)


def weigh_sensor(
    wearer: str, value: object, at: Stamp, trend: Trend | None
) -> GlucoseReading | NoReading | Malformed:
    """Turn one value of a Dexcom-like sensor, in mg/dL, into what it means.

    Its scale is 40 to 400. What lies outside are signs: 0 to 12 are error codes and no reading, 13
    to 39 are ``LOW``, 401 and above ``HIGH``.
    """
    number = number_in(value)
    if number is None or number < 0 or number > IMPLAUSIBLE_ABOVE_MG_DL:
        return weigh(wearer, value, Unit.MG_DL, at, trend)
    if number < SENSOR_CODE_BELOW:
        return _absent(wearer, at, "the sensor gave an error code in place of a value")
    if number <= LOW_MG_DL:
        return _placed(wearer, LOW_MG_DL, at, trend, Bound.LOW)
    bound = Bound.HIGH if number >= HIGH_MG_DL else Bound.WITHIN
    return _placed(wearer, number, at, trend, bound)


def _weigh_word(
    wearer: str, value: object, at: Stamp, trend: Trend | None
) -> GlucoseReading | NoReading | Malformed:
    if value is None:
        return _absent(wearer, at, "the source has no value")
    if not isinstance(value, str):
        return Malformed("the value is neither a number nor a word")
    word = value[:_LONGEST].strip().casefold()
    if word in _WORDS:
        mg_dl, bound = _WORDS[word]
        return _placed(wearer, mg_dl, at, trend, bound)
    if word in _ABSENT:
        return _absent(wearer, at, "the source has no value")
    return _absent(wearer, at, "the source gave a word in place of a value")


def _absent(wearer: str, at: Stamp, why: str, *, wrong: bool = False) -> NoReading:
    return NoReading(wearer, known(at), why, wrong)


def _placed(
    wearer: str, mg_dl: float, at: Stamp, trend: Trend | None, bound: Bound
) -> GlucoseReading | Malformed:
    if isinstance(at, Malformed):
        if bound is not Bound.LOW and mg_dl >= COUNTS_UNDATED_BELOW_MG_DL:
            return at
        at = None
    return GlucoseReading(wearer, mg_dl, at, trend, bound)
