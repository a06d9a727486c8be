"""Days on which the swarm found a fault, cut down to what mattered, kept for good."""

from swarm.live import violations
from swarm.schedule import Day, day_of

from relayd.domain.alert import Code
from relayd.simulate.body import Onset
from relayd.simulate.fault import Fault, Kind

HOUR = 3600.0


def test_an_hour_s_step_and_a_restart_make_no_reading_a_repeat() -> None:
    """Kept stamps were taken for the source's own: with the wall an hour off, each fell on another.

    The readings after a restart were then repeats, fed no silence timer, and carers were called
    for a silence that was none.
    """
    step = Fault(component="clock", kind=Kind.STEP, begins=0.0, ends=40000.0, by=HOUR)
    crash = Fault(component="pi", kind=Kind.CRASH, begins=58000.0, ends=58001.0)
    low = Onset(t=57000.0, condition=Code.URGENT_LOW, wearer="mia")
    assert violations(Day(152, (low,), (step, crash), (), "jo", 0)) == []


def test_after_a_boot_with_a_wall_clock_two_hours_ahead_the_next_low_is_the_newest_reading() -> (
    None
):
    """Steady time lost a stop of half an hour, and old readings were stamped later than new ones.

    An urgent low that came with the next start was then no news, for as long as that stop was.
    """
    wrong = Fault(
        component="clock", kind=Kind.UNSYNCHRONISED, begins=19000.0, ends=20305.0, by=7200.0
    )
    boot = Fault(component="pi", kind=Kind.CRASH, begins=19400.0, ends=19401.0)
    away = Fault(component="pi", kind=Kind.DOWN, begins=45300.0, ends=47278.0)
    low = Onset(t=46133.0, condition=Code.URGENT_LOW, wearer="mia")
    assert violations(Day(2175, (low,), (wrong, boot, away), (), "ana", 0)) == []


def test_whole_days_on_which_something_was_wrong_once() -> None:
    """In the world (a flap that never moved on, a message acknowledged twice) or in the oracle."""
    seeds = (2, 12, 65, 160, 250, 284, 357, 490, 788, 935, 1041, 1117, 5097, 5906,
             6384, 8151, 9106, 9620, 11398, 11441, 17693, 19993,
             20197, 21509, 27442, 34612, 46881, 83239, 89855, 120358, 122822, 130452,
             153175, 189011, 230788)  # fmt: skip
    assert {seed: found for seed in seeds if (found := violations(day_of(seed)))} == {}
