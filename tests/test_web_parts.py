"""Small parts of the page: words, markup, and the line that is drawn."""

import re
from datetime import timedelta

import pytest
from houses import NOON, home, minutes

from relayd.domain.alert import Code
from relayd.domain.event import KeptReading
from relayd.domain.household import GlucoseLimits
from relayd.web.html import Html, el
from relayd.web.relay import lasted
from relayd.web.spark import sparkline
from relayd.web.speech import HAPPENED, Storyteller, condition_words


def test_every_line_of_the_timeline_can_be_told() -> None:
    story = Storyteller(home())
    for event in (*HAPPENED, "something.new"):
        assert "{" not in story.tell(event, {})
        assert story.tell(event, {"wearer": "mia", "carer": "ana", "condition": "made.up"})


@pytest.mark.parametrize("code", list(Code))
def test_every_condition_has_a_heading(code: Code) -> None:
    assert condition_words(code)[0].isupper()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert lasted(timedelta(seconds=seconds)) == said


def test_only_markup_is_taken_as_markup() -> None:
    assert el("p", "<b>", Html("<i></i>"), title='"') == '<p title="&quot;">&lt;b&gt;<i></i></p>'


def drawn(*ago: float) -> str:
    readings = [
        KeptReading("mia", NOON - minutes(a), NOON, acceptable=True, mg_dl=100.0 + a) for a in ago
    ]
    return str(sparkline(readings, GlucoseLimits(), NOON) or "")


def test_the_line_breaks_where_nothing_was_read() -> None:
    """A line drawn across a silence would say what nobody knows."""
    assert drawn(25, 20, 15, 10, 5, 0).count("<polyline") == 1
    assert drawn(90, 85, 80, 10, 5, 0).count("<polyline") == 2
    assert drawn(100, 10, 5).count("<circle") == 2


@pytest.mark.parametrize("ago", [(), (5,), (500, 400, 300), (-9, -5)])
def test_nothing_is_drawn_of_nothing(ago: tuple[float, ...]) -> None:
    assert drawn(*ago) == ""


def test_what_is_drawn_stays_inside() -> None:
    readings = [
        KeptReading("mia", NOON - minutes(number * 5), NOON, acceptable=True, mg_dl=value)
        for number, value in enumerate((20.0, 39.0, 401.0, 900.0, 100.0))
    ]
    text = str(sparkline(readings, GlucoseLimits(), NOON))
    for point in re.findall(r"([\d.]+),([\d.]+)", text):
        assert 0 <= float(point[0]) <= 300
        assert 0 <= float(point[1]) <= 72
