"""A very high value that nobody answered, and what is left of it when it has eased."""

from houses import TEXT, Drive, calls_of, home


def test_what_rose_unanswered_is_a_little_thing_again_once_it_is_only_high() -> None:
    """Plain high is one push, once: nobody is called for it day and night."""
    drive = Drive(home(ana=(TEXT,), tom=(TEXT,)))
    drive.series(*[320] * 24)
    assert drive.open() == [("glucose.very_high", "high", "on")]
    drive.until(drive.minute + 5)
    drive.series(285, 280)
    assert drive.open() == [("glucose.high", "low", "on")]
    calls = len(calls_of(drive, "mia-1"))
    for _ in range(24):
        drive.until(drive.minute + 5)
        drive.glucose(275)
    assert len(calls_of(drive, "mia-1")) == calls
    for _ in range(20):
        drive.until(drive.minute + 5)
        drive.glucose(320)
    assert drive.open()[0][0] == "glucose.very_high", "and it may rise again"
