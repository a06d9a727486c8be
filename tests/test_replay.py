"""Real people's traces through decoder and engine: every low is seen, and every silence."""

from functools import cache
from pathlib import Path

import pytest
from houses import NOON, minutes
from replays import Night, Row, gaps, lows, read, replay

from relayd.domain.alert import Code
from relayd.domain.reading import MG_DL_PER_MMOL_L, Unit

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "cgm"
INVENTED = Path(__file__).parent / "traces" / "invented_night.csv"
FILES = sorted(DATA.glob("*.csv"))
NAMES = [file.stem for file in FILES] or ["none"]
TRUE_AT_LEAST = 0.70  # of all low-side alerts, this share must have met a value below 70

needs_data = pytest.mark.skipif(not FILES, reason=f"the real data is not here: {DATA}")


@cache
def night(name: str) -> Night:
    return replay(read(DATA / f"{name}.csv"))


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_every_low_of_fifteen_minutes_is_seen_within_one_reading(name: str) -> None:
    """The first reading below 70 or the one after it: a low-side alert is open."""
    of = night(name)
    for first, _ in lows(of):
        assert any(of.low_open[first : first + 2]), f"a low from {of.rows[first][0]} on"


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_no_low_ends_while_it_lasts(name: str) -> None:
    of = night(name)
    for first, last in lows(of):
        assert all(of.low_open[first + 1 : last + 1]), f"the low from {of.rows[first][0]} on"


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_every_gap_beyond_the_limit_is_told_by_the_limit(name: str) -> None:
    """40 minutes at most, whatever the source; 16 where it reports every five minutes."""
    of = night(name)
    limit = minutes(40 if name.startswith("t1duom_2305") else 16)
    raised = of.raised({Code.SILENT}).values()
    for earlier, later in gaps(of, limit):
        told = any(earlier < moment <= earlier + limit for moment in raised)
        assert told, f"{earlier} to {later}"


@needs_data
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("t1duom_2305")])
def test_every_gap_after_a_low_is_told_sooner(name: str) -> None:
    """12 minutes, or 2.5 of an interval of five with its jitter."""
    of, limit = night(name), minutes(13)
    values = {now: reading.mg_dl for now, reading in of.rows}
    raised = of.raised({Code.SILENT}).values()
    for earlier, later in gaps(of, limit):
        if of.below(values[earlier]):
            told = any(earlier < moment <= earlier + limit for moment in raised)
            assert told, f"{earlier} to {later}"


@needs_data
def test_ten_good_days_raise_nothing() -> None:
    """Not one value below 79, and no gap: whoever is woken then will switch relayd off."""
    of = night("bigideas_006")
    assert of.days > 9
    assert of.raised({Code.LOW, Code.URGENT_LOW, Code.SILENT}) == {}


@needs_data
def test_most_alarms_for_a_low_were_true(capsys: pytest.CaptureFixture[str]) -> None:
    """Carers stop answering what cries wolf: seven in ten met a value below 70."""
    with capsys.disabled():
        print(f"\n{'person':26}{'days':>5}{'alerts/day':>12}{'low-side':>10}{'true':>7}")  # noqa: T201
        for name in NAMES:
            of, low, true = night(name), len(night(name).low_side), len(night(name).true_lows)
            share = f"{true / low:7.0%}" if low else "      -"
            print(f"{name:26}{of.days:5.0f}{len(of.raised(Code)) / of.days:12.1f}{low:10}{share}")  # noqa: T201
        low = sum(len(night(name).low_side) for name in NAMES)
        true = sum(len(night(name).true_lows) for name in NAMES)
        print(f"all: {true} of {low} low-side alerts, {true / low:.1%}")  # noqa: T201
    assert low > 500
    assert true / low >= TRUE_AT_LEAST


@pytest.mark.parametrize("unit", list(Unit))
def test_an_invented_night_goes_as_it_is_written(unit: Unit) -> None:
    """One low of 25 minutes, its recovery, and one silence of 40 minutes."""
    _, *lines = (line for line in INVENTED.read_text().splitlines() if line[0] != "#")
    over = 1.0 if unit is Unit.MG_DL else MG_DL_PER_MMOL_L
    rows = []
    for line in lines:
        minute, mg_dl = line.split(",")
        rows.append(Row(NOON + minutes(float(minute)), round(float(mg_dl) / over, 1), unit))
    of = replay(rows)
    assert list(lows(of)) == [(14, 19)]
    happened = [
        (round(minute), row.event, row.fields["condition"])
        for minute, row in of.drive.timeline
        if row.event in ("alert.raised", "alert.cleared")
    ]
    assert happened == [
        (60, "alert.raised", "glucose.urgent_low_soon"),
        (110, "alert.cleared", "glucose.low"),
        (196, "alert.raised", "glucose.silent"),
        (220, "alert.cleared", "glucose.silent"),
    ]
