"""Durations and hours of duty, as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from relayd.config.fault import Wrong
from relayd.config.hours import gaps, in_words, windows
from relayd.config.values import duration

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 s", 90),
        ("1s", 1),
        ("1 sec", 1),
        ("5 min", 300),
        ("1 minute", 60),
        ("1.5 h", 5400),
        ("2 hours", 7200),
        ("30 days", 2592000),
        (" 2 Days ", 172800),
    ],
)
def test_durations_are_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [90, 1.5, "90", "s", "", "0 s", "0.5 s", "-5 min", "5 weeks", "1 h 30 min", "9999999 h"],
)
def test_what_is_no_duration_is_told_the_form(value: object) -> None:
    with pytest.raises(Wrong) as caught:
        duration(value)
    assert any(word in caught.value.remedy for word in ('"5 min"', "1 s"))


@pytest.mark.parametrize(
    ("when", "on", "off"),
    [
        (
            "Mon-Fri 08:30-15:30",
            ["Mon 08:30", "Fri 15:29"],
            ["Mon 08:29", "Fri 15:30", "Sat 09:00"],
        ),
        ("Sat 10:00-12:00", ["Sat 11:00"], ["Sun 11:00"]),
        ("Mon,Wed 09:00-17:00", ["Mon 09:00", "Wed 16:59"], ["Tue 09:00"]),
        ("mon, wednesday 09:00-17:00", ["Wed 09:00"], ["Tue 09:00"]),
        ("daily 20:00-06:00", ["Sun 23:00", "Mon 05:59"], ["Mon 06:00", "Mon 19:59"]),
        ("Fri 22:00-02:00", ["Fri 23:00", "Sat 01:00"], ["Fri 01:00", "Sat 22:30"]),
        ("Sat-Mon 00:00-24:00", ["Sat 00:00", "Mon 23:59"], ["Tue 00:00", "Fri 23:59"]),
        ("Mon 08:00-09:00, Tue 10:00-11:00", ["Mon 08:00", "Tue 10:30"], ["Mon 10:30"]),
        ("Mon 08:00-09:00; Tue 10:00-11:00", ["Tue 10:30"], ["Tue 08:30"]),
        (["Mon 08:00-09:00", "Tue 10:00-11:00"], ["Mon 08:30", "Tue 10:30"], ["Wed 08:30"]),
    ],
)
def test_hours_of_duty(when: object, on: list[str], off: list[str]) -> None:
    rota = windows(when)
    on_duty = {moment for moment in on + off if any(w.covers(_moment(moment)) for w in rota)}
    assert on_duty == set(on)


def _moment(text: str) -> datetime:
    day, clock = text.split()
    hour, minute = clock.split(":")
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(day)
    return MONDAY + timedelta(days=days, hours=int(hour), minutes=int(minute))


@pytest.mark.parametrize(
    "when",
    [
        "",
        "Mon",
        "08:00-09:00",
        "Mon 08:00",
        "Mon 8-9",
        "Xyz 08:00-09:00",
        "Mon 25:00-26:00",
        "Mon 08:00-09:60",
        "Mon 08:00-09:00 Tue",
        5,
        [],
        ["Mon 08:00-09:00", 5],
    ],
)
def test_what_are_no_hours_is_told_how_to_write_them(when: object) -> None:
    with pytest.raises(Wrong) as caught:
        windows(when)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("rotas", "expected"),
    [
        (["daily 00:00-24:00"], []),
        (["daily 20:00-06:00", "daily 06:00-20:00"], []),
        (["Mon-Fri 08:00-24:00", "Sat-Sun 00:00-24:00", "Mon-Fri 00:00-07:59"], 5),
        (["Mon-Sat 00:00-24:00"], ["Sun 00:00 Mon 00:00"]),
        (["Mon-Fri 08:00-24:00", "Tue-Fri 00:00-08:00"], ["Sat 00:00 Mon 08:00"]),
    ],
)
def test_gaps_of_a_rota_are_found_to_the_minute(rotas: list[str], expected: object) -> None:
    found = [f"{in_words(start)} {in_words(end)}" for start, end in gaps(map(windows, rotas))]
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_gaps_agree_with_the_engines_own_hours() -> None:
    """The rota is judged here and obeyed in the engine: the two must be one rule."""
    rota = windows("Mon-Fri 08:30-15:30; Sat 22:00-03:00; Sun 23:15-23:15")
    uncovered = {minute for start, end in gaps([rota]) for minute in range(start, end)}
    for minute in range(7 * 24 * 60):
        local = MONDAY + timedelta(minutes=minute)
        off_duty = not any(window.covers(local) for window in rota)
        assert off_duty == (minute in uncovered or minute + 7 * 24 * 60 in uncovered), local
