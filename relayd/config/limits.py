"""Alarm limits: from the family's own unit to mg/dL, with an eye for the other unit."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from relayd.config.fault import Faults
from relayd.config.tables import GlucoseTable
from relayd.domain.household import GlucoseLimits
from relayd.domain.reading import (
    IMPLAUSIBLE_ABOVE_MG_DL,
    IMPLAUSIBLE_BELOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Unit,
)

ORDER = ("urgent_low", "low", "high", "very_high")
ABOVE_HIGH_MG_DL = 50.0  # how far very_high keeps from a high that the family moved past it

# Beyond these a figure makes sense only in the other unit.
MMOL_L_AT_MOST, MG_DL_AT_LEAST = 35.0, 30.0
SLOPE_MMOL_L_AT_MOST, SLOPE_MG_DL_AT_LEAST = 0.7, 0.9


def glucose(table: GlucoseTable, unit: Unit, where: str, faults: Faults) -> GlucoseLimits:
    """Limits in mg/dL of a *table* written in *unit*; what it leaves out has its default."""
    given = {word: value for word in ORDER if (value := getattr(table, word)) is not None}
    for word, value in given.items():
        _check_level(value, unit, f"{where}.{word}", faults)
    _check_slope(table.falling_fast, unit, f"{where}.falling_fast", faults)
    slope = table.falling_fast
    limits = replace(
        GlucoseLimits(),
        **{word: unit.to_mg_dl(value) for word, value in given.items()},
        falling_fast=unit.to_mg_dl(slope) if slope is not None else None,
        silent_after=table.silent_after,
        silent_after_low=table.silent_after_low,
    )
    if "very_high" not in given and limits.high >= limits.very_high:
        limits = replace(limits, very_high=limits.high + ABOVE_HIGH_MG_DL)
    if not any(faults.at(f"{where}.{word}") for word in ORDER):
        _check_order(limits, given, unit, where, faults)
    return limits


def _check_level(value: float, unit: Unit, where: str, faults: Faults) -> None:
    other = unit is Unit.MMOL_L and value > MMOL_L_AT_MOST
    if other or (unit is Unit.MG_DL and 1 <= value < MG_DL_AT_LEAST):
        _say_other_unit(value, unit, where, faults)
    elif not IMPLAUSIBLE_BELOW_MG_DL <= unit.to_mg_dl(value) <= IMPLAUSIBLE_ABOVE_MG_DL:
        what = f"{value:g} {unit} is beyond anything a sensor tells"
        faults.add(where, what, f"Write a glucose value in {unit}")


def _check_slope(value: float | None, unit: Unit, where: str, faults: Faults) -> None:
    if value is None:
        return
    if value <= 0:
        usual = "3" if unit is Unit.MG_DL else "0.17"
        what = "how fast it falls is written as a number above 0"
        faults.add(where, what, f"Write {usual} ({unit} per minute), or leave it out")
    elif value > SLOPE_MMOL_L_AT_MOST if unit is Unit.MMOL_L else value < SLOPE_MG_DL_AT_LEAST:
        _say_other_unit(value, unit, where, faults, " per minute")


def _say_other_unit(value: float, unit: Unit, where: str, faults: Faults, rate: str = "") -> None:
    other = Unit.MG_DL if unit is Unit.MMOL_L else Unit.MMOL_L
    if unit is Unit.MG_DL:
        converted = f"{value * MG_DL_PER_MMOL_L:.{1 if rate else 0}f}"
    else:
        converted = f"{value / MG_DL_PER_MMOL_L:.{2 if rate else 1}f}"
    what = f"{value:g} looks like {other}{rate}, but this wearer's unit is {unit}"
    remedy = f'Write {converted}, or set unit = "{other}" for this wearer'
    faults.add(where, what, remedy)


def _check_order(
    limits: GlucoseLimits, given: Mapping[str, float], unit: Unit, where: str, faults: Faults
) -> None:
    """Each limit must be above the one before it, as this family sees them."""
    for lower, upper in pairwise(ORDER):
        below, above = getattr(limits, lower), getattr(limits, upper)
        if unit.shown(below) >= unit.shown(above):
            written, other = (upper, lower) if upper in given else (lower, upper)
            than = "above" if written is upper else "below"
            default = "" if other in given else ", its default"
            other_value = unit.text(getattr(limits, other))
            what = f"{written} must be {than} {other} ({other_value} {unit}{default})"
            remedy = f"The order is {' < '.join(ORDER)}; move {written} or set {other} too"
            faults.add(f"{where}.{written}", what, remedy)
