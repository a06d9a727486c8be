"""One wearer's glucose: what counts as below, which reading belongs where, how fast it falls."""

from datetime import UTC, datetime, timedelta

import pytest
from houses import NOON, minutes, seconds

from relayd.domain.glucose import GlucoseMemory, Level, Place
from relayd.domain.household import GlucoseLimits
from relayd.domain.limits import Limits
from relayd.domain.mark import Mark
from relayd.domain.reading import Bound, GlucoseReading, Trend, Unit

MMOL_L, MG_DL = Unit.MMOL_L, Unit.MG_DL


def memory(unit: Unit = MG_DL, limits: GlucoseLimits | None = None) -> GlucoseMemory:
    return GlucoseMemory(Limits(limits or GlucoseLimits(), unit))


def filled(*values: float, every: float = 5, of: GlucoseMemory | None = None) -> GlucoseMemory:
    """A memory with one value *every* so many minutes from noon on."""
    kept = of or memory()
    for number, value in enumerate(values):
        kept.remember(Mark(NOON + minutes(every * number), value, Bound.WITHIN, None))
    return kept


@pytest.mark.parametrize(
    ("unit", "mg_dl", "level"),
    [
        (MG_DL, 53.4, Level.URGENT),
        (MG_DL, 53.5, Level.LOW),  # shown as 54
        (MG_DL, 54.0, Level.LOW),
        (MG_DL, 69.4, Level.LOW),
        (MG_DL, 69.5, Level.FINE),  # shown as 70
        (MG_DL, 70.0, Level.FINE),
        (MMOL_L, 70.2, Level.FINE),  # 3.9, as the limit is shown
        (MMOL_L, 70.0, Level.FINE),
        (MMOL_L, 69.4, Level.FINE),
        (MMOL_L, 69.3, Level.LOW),  # 3.8
        (MMOL_L, 3.0 * 18.0182, Level.LOW),  # 54.05: 3.0 is not below 3.0
        (MMOL_L, 53.2, Level.LOW),
        (MMOL_L, 53.1, Level.URGENT),  # 2.9
        (MMOL_L, 2.2 * 18.0182, Level.URGENT),
        (MG_DL, 39, Level.URGENT),
        (MG_DL, 40, Level.URGENT),
    ],
)
def test_a_value_is_below_a_limit_when_it_is_smaller_as_shown(
    unit: Unit, mg_dl: float, level: Level
) -> None:
    """A family that reads 3.9 on the sensor must not be woken for "below 3.9"."""
    assert filled(mg_dl, of=memory(unit)).level() is level


@pytest.mark.parametrize("unit", [MG_DL, MMOL_L])
def test_every_value_is_judged_as_it_is_shown(unit: Unit) -> None:
    """The quick comparison of bare numbers and the rule in words agree everywhere."""
    limits = GlucoseLimits()
    for tenth in range(300, 900):
        mg_dl = tenth / 10
        shown = unit.shown(mg_dl)
        expected = Level.FINE
        if shown < unit.shown(limits.low):
            expected = Level.LOW
        if shown < unit.shown(limits.urgent_low):
            expected = Level.URGENT
        assert filled(mg_dl, of=memory(unit)).level() is expected, mg_dl


def test_the_sensors_word_low_is_urgent_whatever_the_familys_limit() -> None:
    """A family may set its limit to 2.0 mmol/L; "LOW" is below anything."""
    kept = memory(MMOL_L, GlucoseLimits(urgent_low=30, low=36))
    kept.remember(Mark(NOON, 39, Bound.LOW, None))
    assert kept.level() is Level.URGENT


@pytest.mark.parametrize(
    ("age", "retained", "place"),
    [
        (minutes(0), False, Place.CURRENT),
        (minutes(10), False, Place.CURRENT),
        (minutes(10) + seconds(1), False, Place.LATE),
        (timedelta(days=366), False, Place.LATE),
        (timedelta(days=367), False, Place.IMPOSSIBLE),
        (timedelta(days=367), True, Place.LATE),
        (-minutes(2), False, Place.CURRENT),
        (-minutes(2) - seconds(1), False, Place.IMPOSSIBLE),
        (-minutes(3), True, Place.LATE),
        (minutes(3), True, Place.CURRENT),
    ],
)
def test_where_a_reading_belongs_by_its_age(
    *, age: timedelta, retained: bool, place: Place
) -> None:
    reading = GlucoseReading("mia", 100, NOON - age)
    assert memory().place(reading, NOON, retained=retained) is place


def test_a_stamp_seen_before_is_a_repeat_unless_it_comes_with_a_lower_value() -> None:
    """Two sensors may report for one moment; the lower must be heard."""
    kept = memory()
    places = [
        kept.place(GlucoseReading("mia", value, NOON), NOON, retained=False)
        for value in (100, 100, 120, 60, 60)
    ]
    repeat, current = Place.REPEAT, Place.CURRENT
    assert places == [current, repeat, repeat, current, repeat]


def test_without_a_stamp_a_changed_value_is_new_and_the_same_is_a_repeat() -> None:
    kept = memory()
    places = [
        kept.place(GlucoseReading("mia", value, None), NOON, retained=False)
        for value in (100, 100, 101, 100)
    ]
    assert places == [Place.CURRENT, Place.REPEAT, Place.CURRENT, Place.CURRENT]
    assert kept.place(GlucoseReading("mia", 45, None), NOON, retained=True) is Place.LATE


def test_without_a_clock_stamps_need_only_advance() -> None:
    kept = memory()
    far = datetime(2031, 1, 1, tzinfo=UTC)
    places = [
        kept.place(GlucoseReading("mia", 100, at), None, retained=retained)
        for at, retained in ((far, False), (far, False), (far - minutes(5), False),
                             (far + minutes(5), False), (far + minutes(10), True))
    ]  # fmt: skip
    assert places == [Place.CURRENT, Place.REPEAT, Place.LATE, Place.CURRENT, Place.LATE]


def test_marks_stand_in_order_of_their_stamps_whatever_the_order_of_arrival() -> None:
    kept = memory()
    for minute in (10, 0, 5, 20, 15):
        kept.remember(Mark(NOON + minutes(minute), 100 + minute, Bound.WITHIN, None))
    assert [mark.mg_dl for mark in kept.marks] == [100, 105, 110, 115, 120]
    assert kept.newest is kept.marks[-1]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("apart", [0, 30, 59.9])
def test_within_one_minute_the_lower_stands(order: tuple[int, int], apart: float) -> None:
    both = (
        Mark(NOON, 160, Bound.WITHIN, Trend.STEADY),
        Mark(NOON + seconds(apart), 39, Bound.LOW, Trend.FALLING),
    )
    kept = filled(100, of=memory())
    for index in order:
        kept.remember(Mark(**{name: getattr(both[index], name) for name in Mark.__slots__}))
    assert len(kept.marks) == 1
    mark = kept.marks[-1]
    assert (mark.mg_dl, mark.bound, mark.trend) == (39, Bound.LOW, Trend.FALLING)


@pytest.mark.parametrize("low_first", [True, False])
def test_the_word_low_is_below_every_number_of_its_minute(low_first: bool) -> None:  # noqa: FBT001
    """A sensor that can say 36, and one beside it that can only say LOW."""
    said = [Mark(NOON, 36, Bound.WITHIN, None), Mark(NOON + seconds(17), 39, Bound.LOW, None)]
    kept = memory()
    for mark in reversed(said) if low_first else said:
        kept.remember(mark)
    assert [mark.bound for mark in kept.marks] == [Bound.LOW]


def test_the_word_low_after_a_number_is_no_repeat() -> None:
    for at in (NOON, None):
        kept = memory()
        assert kept.place(GlucoseReading("mia", 39, at), NOON, retained=False) is Place.CURRENT
        low = GlucoseReading("mia", 39, at, bound=Bound.LOW)
        assert kept.place(low, NOON, retained=False) is Place.CURRENT
        assert kept.place(low, NOON, retained=False) is Place.REPEAT


def test_a_moment_begins_with_what_can_be_believed() -> None:
    """A doubted reading must not make two moments of a low and of what contradicts it."""
    kept = memory()
    kept.remember(Mark(NOON, 110, Bound.WITHIN, None, trusted=False))
    kept.remember(Mark(NOON + seconds(31), 39, Bound.LOW, None))
    kept.remember(Mark(NOON + seconds(65), 120, Bound.WITHIN, None))
    kept.remember(Mark(NOON + seconds(300), 121, Bound.WITHIN, None))
    assert [mark.mg_dl for mark in kept.marks] == [39, 121]
    assert not kept.twice(at_least=75)


def test_a_minute_apart_is_two_moments() -> None:
    kept = filled(100, 90, every=1)
    assert len(kept.marks) == 2


def test_memory_is_bounded_and_keeps_the_newest() -> None:
    """A source that reports for a year must not fill the Pi's memory."""
    kept = filled(*range(1000), every=1)
    assert len(kept.marks) == 24
    assert kept.marks[-1].mg_dl == 999
    kept.remember(Mark(NOON, 5, Bound.WITHIN, None))
    assert kept.marks[0].mg_dl != 5, "nor does an old one push out a newer"
    for number in range(1000):
        kept.place(GlucoseReading("mia", 100, NOON + seconds(number)), NOON, retained=False)
    assert len(kept._stamps) <= 128


def test_a_late_one_takes_its_place_in_a_full_memory() -> None:
    kept = filled(*range(24))
    kept.remember(Mark(NOON + minutes(112), 50, Bound.WITHIN, None))
    stamps = [mark.stamp for mark in kept.marks]
    assert stamps == sorted(stamps)
    assert len(stamps) == 24
    assert kept.marks[-2].mg_dl == 50


def test_twice_means_two_stamps_both_trusted_and_on_the_scale() -> None:
    assert not filled(80).twice(at_least=75)
    assert filled(60, 75, 75).twice(at_least=75)
    assert not filled(74.9, 75).twice(at_least=75)
    assert not filled(75, 74.9).twice(at_least=75)
    assert filled(300, 245, 240).twice(at_most=245)
    assert not filled(245.1, 240).twice(at_most=245)
    for place in (0, 1):
        doubted = filled(80, 80)
        doubted.marks[place].trusted = False
        assert not doubted.twice(at_least=75)
        off_scale = filled(80, 80)
        off_scale.marks[place].bound = Bound.LOW
        assert not off_scale.twice(at_least=75)
