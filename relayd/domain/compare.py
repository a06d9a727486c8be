"""Comparing what stands with what is found."""

from relayd.domain.alert import Alert, Code
from relayd.domain.condition import FAMILY_OF, LEVEL_OF_CODE
from relayd.domain.reading import LOW_MG_DL, Bound

FURTHER_FALL_MG_DL = 10.0


def family_key(alert: Alert) -> str:
    """What an open alert is filed under: one alert for each family, or fault of the relay."""
    if alert.condition.technical:
        return f"{alert.condition.value} {alert.about}"
    return FAMILY_OF[alert.condition]


def level_of(alert: Alert) -> int:
    """How bad an alert's condition is within its family."""
    level = LEVEL_OF_CODE.get(alert.condition)
    return int(level) if level is not None else int(alert.condition is Code.VERY_HIGH)


def fell_further(alert: Alert) -> bool:
    """Whether the value is far below what the answer was given for."""
    mg_dl, covered = alert.evidence.mg_dl, alert.covered_mg_dl
    if mg_dl is None or covered is None or LEVEL_OF_CODE.get(alert.condition) is None:
        return False
    if alert.evidence.bound is Bound.LOW and covered > LOW_MG_DL:
        return True
    return covered - mg_dl >= FURTHER_FALL_MG_DL
