"""Units as families see them: what is compared is what is shown."""

import pytest
from houses import NOON, Drive

from relayd.domain.alert import Acceptance, Evidence
from relayd.domain.delivery import Attempt
from relayd.domain.event import KeptReading
from relayd.domain.mark import Mark
from relayd.domain.reading import (
    HIGH_MG_DL,
    IMPLAUSIBLE_BELOW_MG_DL,
    LOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Bound,
    GlucoseReading,
    Unit,
)

MMOL_L, MG_DL = Unit.MMOL_L, Unit.MG_DL


@pytest.mark.parametrize(
    ("unit", "mg_dl", "text"),
    [
        (MMOL_L, 70.2, "3.9"),
        (MMOL_L, 70.0, "3.9"),
        (MMOL_L, 69.3, "3.8"),
        (MMOL_L, 54.05, "3.0"),
        (MMOL_L, 54.0, "3.0"),
        (MMOL_L, 53.1, "2.9"),
        (MMOL_L, 180.182, "10.0"),
        (MMOL_L, 39.64, "2.2"),
        (MMOL_L, 18.0182 * 3.45, "3.5"),
        (MG_DL, 69.4, "69"),
        (MG_DL, 69.5, "70"),
        (MG_DL, 70.5, "71"),
        (MG_DL, 54.0, "54"),
        (MG_DL, 100.0, "100"),
    ],
)
def test_a_value_is_shown_rounded_with_halves_up(unit: Unit, mg_dl: float, text: str) -> None:
    """Banker's rounding would show 70.5 as 70 and 71.5 as 72."""
    assert unit.text(mg_dl) == text
    assert unit.shown(mg_dl) == float(text)


@pytest.mark.parametrize("tenths", range(20, 300))
def test_every_mmol_value_survives_the_way_to_mg_dl_and_back(tenths: int) -> None:
    """3.9 that comes back as 3.8 would be a low nobody has."""
    value = tenths / 10
    assert MMOL_L.shown(MMOL_L.to_mg_dl(value)) == value


@pytest.mark.parametrize("mg_dl", range(40, 400))
def test_every_whole_mg_dl_is_itself(mg_dl: int) -> None:
    assert MG_DL.shown(MG_DL.to_mg_dl(mg_dl)) == mg_dl


def test_the_factor_and_the_sentinels_are_those_of_the_safety_page() -> None:
    assert MG_DL_PER_MMOL_L == 18.0182
    assert IMPLAUSIBLE_BELOW_MG_DL == 20
    assert (LOW_MG_DL, HIGH_MG_DL) == (39, 401)


def test_no_repr_shows_a_health_value() -> None:
    """A repr ends up in logs and tracebacks, and those get mailed around."""
    value = 61.375
    shown = repr(GlucoseReading("mia", value, None, bound=Bound.WITHIN)) + repr(Evidence(value))
    assert "61" not in shown
    drive = Drive()
    turn = drive.glucose(value - 10)
    (low,) = drive.engine.open_alerts("mia")
    drive.answer("ana", low.id)
    (low,) = drive.engine.open_alerts("mia")
    assert (low.worst_mg_dl, low.covered_mg_dl) == (value - 10, value - 10)
    told = low._replace(missed=(NOON, NOON, value - 10))
    assert "51.3" not in repr(turn) + repr(told) + repr(Acceptance("ana", low.priority, 51.375))
    assert "51.3" not in repr(Mark(NOON, value - 10, Bound.WITHIN, None))
    for kind in (KeptReading, Attempt):
        assert "__repr__" in vars(kind), f"{kind.__name__} would print its value"
