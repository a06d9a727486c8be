"""The report at a terminal: what it says, how wide it is, and when it may use colour."""

import io
import sys
from dataclasses import replace

import pytest
from rich.cells import cell_len
from stories import Tale, broken, kept, story

from relayd.domain.story import AlertTold, Band, Reached, Story, Trouble
from relayd.report.terminal import ascii_only, progress, render

EVIL = "Ana\x1b[31m\r\n[red]boss[/red]\u202e :warning:"


def plain(tale: Story, width: int = 80) -> str:
    return render(tale, colour=False, width=width)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_kept_promise_says_who_was_told_by_what_and_when() -> None:
    text = flat(plain(kept()))
    for said in (
        "o2-2018 Mobile data on O2 dies at half past five.",
        "Thursday 6 December 2018, 05:30, for 1 d 7 h, seed 7",
        "05:30 to Fri 03:30 mobile data on O2",
        "05:30 to the end one text in five on O2 (assumed)",
        "05:30:44 ✔ proof: the text has reached Tom (dad)",
        "✔ Mia: urgent low, 05:30:10, high priority",
        "✔ Tom (dad) text 34 s answered after 1 min 14 s",
        "✘ Ana (mum) no proof nothing came back from push; text failed",
        "It really began at 05:20, 10 min before relayd could know of it.",
        "The phone of Ana (mum) showed it first, after 4 s; relayd could not know that yet.",
        "The watcher outside the house tells Ana when the Pi is dead.",
        "✔ The promise is kept: the alert of high priority reached somebody in time",
    ):
        assert said in text


def test_a_broken_promise_ends_with_who_is_unreached_and_the_cheapest_change() -> None:
    text = flat(plain(broken()))
    assert "Nobody was told, as far as relayd can know." in text
    assert text.endswith(
        "✘ The promise is broken: the alert of high priority reached nobody in time "
        "(promised: 2 min). Not reached at all: Ana (mum). The cheapest change: give gran a "
        "landline route: keeps 14 of 17 Or: give ana a second SIM on EE: keeps 9 of 17"
    )
    assert "14 more times" in text


def test_a_story_without_a_high_alert_promises_nothing() -> None:
    alert = AlertTold("mia-1", "mia", "glucose.high", "low", 0.0)
    text = flat(plain(story(Tale(), alerts=(alert,))))
    assert "No alert here was of high priority: there was no promise to keep." in text
    assert "Nothing but 1 more alert, of low priority." in text


def test_a_drill_that_a_real_alert_ended_says_so_first() -> None:
    text = plain(kept(lifted_by="leo-3"))
    assert text.index("A real alert (leo-3) ended the drill at once") < text.index("What happens")


def test_of_many_alerts_the_broken_ones_are_told_in_full() -> None:
    alerts = tuple(
        AlertTold(
            f"mia-{number}",
            "mia",
            "glucose.low",
            "high",
            number * 600.0,
            delivered=None if number == 17 else Reached("tom", 20.0, "text"),
            kept=number != 17,
        )
        for number in range(1, 20)
    )
    text = flat(plain(story(Tale(), alerts=alerts, kept_promise=False)))
    assert "✘ Mia: low, 08:20:00, high priority Nobody was told" in text
    assert "And 13 more alerts (13 kept the promise, 0 broke it)." in text
    assert "1 of 19 alerts of high priority reached nobody in time" in text


def test_an_outage_of_seconds_is_told_to_the_second_and_once() -> None:
    band = Band("broker", "the broker restarts", 60.0, 90.0)
    text = plain(story(Tale(), outages=(band, replace(band, component="other"))))
    assert text.count("05:31:00 to 05:31:30  the broker restarts") == 1


def test_an_alert_that_became_high_is_counted_from_then() -> None:
    """What was proven while it was not urgent says nothing about the promise."""
    tale = Tale(priority="medium")
    tale.got(5.0, tale.begun(0.0, "tom", "push"), "delivered")
    tale.got(840.5, tale.begun(840.0, "tom", "push"), "sent")
    tale.got(850.0, tale.begun(840.0, "gran", "call"), "delivered")
    alert = AlertTold("mia-1", "mia", "glucose.silent", "high", 0.0, called_s=840.0, kept=True,
                      delivered=Reached("gran", 10.0, "call"))  # fmt: skip
    text = flat(plain(story(tale, alerts=(alert,))))
    assert "✔ Mia: no readings, 05:44:00, high priority; first raised at 05:30:00" in text
    assert "✔ Gran call 10 s did not answer ✘ Tom (dad) no proof nothing came back" in text


@pytest.mark.parametrize(
    ("answered_at", "said"),
    [
        (None, "did not answer"),
        (20.0, "answered before, not since"),
        (860.0, "answered after 20 s"),
    ],
)
def test_who_answered_before_it_was_high_is_not_said_to_have_kept_quiet(
    answered_at: float | None, said: str
) -> None:
    """The timeline above says that he has it: the table must not say that he never answered."""
    tale = Tale(priority="medium")
    first = tale.begun(0.0, "tom", "call")
    second = tale.begun(840.0, "tom", "push")
    tale.got(845.0, second, "delivered")
    if answered_at is not None:
        tale.got(answered_at, first if answered_at < 840 else second, "accepted", carer="tom")
    alert = AlertTold("mia-1", "mia", "glucose.silent", "high", 0.0, called_s=840.0, kept=True)
    assert said in flat(plain(story(tale, alerts=(alert,))))


def test_whoever_answers_second_has_answered_too() -> None:
    tale = Tale()
    for carer, t in (("tom", 20.0), ("gran", 24.0)):
        tale.got(t, tale.begun(0.0, carer, "call"), "accepted", carer=carer)
    tale.line(20.0, "alert.acknowledged", alert="mia-1", carer="tom")
    alert = AlertTold("mia-1", "mia", "glucose.low", "high", 0.0, kept=True)
    assert "Gran call 24 s answered after 24 s" in flat(plain(story(tale, alerts=(alert,))))


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        ((None,), "Nobody answered: delivered is not awake."),
        ((2400.0,), "Nobody answered for 40 min: delivered is not awake."),
        ((None, 40.0), "Nobody answered 1 of the 2: delivered is not awake."),
        ((None, None), "Nobody answered: delivered is not awake."),
        ((40.0,), ""),
    ],
)
def test_a_promise_that_was_kept_to_sleepers_is_not_left_without_a_remark(
    answered: tuple[float | None, ...], said: str
) -> None:
    """Delivered in time keeps the promise; that nobody came must stand beside it."""
    alerts = tuple(
        AlertTold(f"mia-{n}", "mia", "glucose.urgent_low", "high", 0.0, kept=True,
                  delivered=Reached("tom", 20.0, "text"),
                  acknowledged=None if after is None else Reached("tom", after))
        for n, after in enumerate(answered)
    )  # fmt: skip
    text = flat(plain(story(Tale(), alerts=alerts, kept_promise=True)))
    assert ("Nobody answered" in text) is bool(said)
    assert said in text


def test_what_was_told_of_an_onset_by_one_alert_is_no_surprise_in_the_next() -> None:
    low = AlertTold("mia-1", "mia", "glucose.low", "high", 70.0, true_onset_s=60.0, kept=True)
    silent = replace(low, alert="mia-2", condition="glucose.silent", raised_s=820.0)
    assert "It really began" not in plain(story(Tale(), alerts=(low, silent)))
    assert "It really began" in plain(story(Tale(), alerts=(silent,)))


def test_an_outage_that_outlasts_the_story_is_told_to_its_end() -> None:
    text = plain(kept(lasts_s=5400.0))
    assert "05:30, the first 1 h 30 min, seed 7" in text
    assert "05:30 to Fri 03:30  mobile data on O2" in text


def test_what_truly_begins_stands_at_the_top() -> None:
    text = plain(kept(trouble=Trouble(16200.0, "an urgent low begins for Mia")))
    assert text.index("In truth an urgent low begins for Mia at 10:00.") < text.index("What fails")


def test_a_day_that_begins_is_named() -> None:
    assert "\n  Friday 7 December\n" in plain(broken())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("tale", [kept(), broken(200), kept(about="word " * 60)])
def test_no_line_is_longer_than_the_terminal(tale: Story, width: int) -> None:
    hostile = replace(tale, names={"ana": EVIL * 9, "tom": "🧑‍🚒" * 40, "mia": "名" * 90})
    for each in (tale, hostile):
        assert max(map(cell_len, plain(each, width).splitlines())) <= width


def test_without_colour_there_is_not_one_escape() -> None:
    assert "\x1b" not in plain(replace(kept(), names={"ana": EVIL}))


def test_with_colour_the_words_are_the_same() -> None:
    coloured = render(kept(), colour=True, width=80)
    assert "\x1b[1;32m✔ The promise is kept" in coloured
    assert "\x1b[1;31m✘ The promise is broken" in render(broken(), colour=True, width=80)


def test_a_hostile_name_is_shown_as_it_stands() -> None:
    text = flat(plain(replace(kept(), names={"tom": EVIL}), width=200))
    assert "Ana [31m [red]boss[/red] :warning: has it" in text


def test_a_terminal_that_knows_only_ascii_gets_only_that() -> None:
    text = ascii_only(plain(kept()))
    assert text.isascii()
    assert "?" not in text
    assert [len(line) for line in text.splitlines()] == [
        len(line) for line in plain(kept()).splitlines()
    ]


class Stream(io.StringIO):
    """A stream that says of itself whether it is a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_a_long_run_shows_how_far_it_is_and_wipes_it_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream(terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    for done in range(10_001):
        progress(done, 10_000, "cases")
    shown = stream.getvalue()
    assert "50%  5,000 of 10,000 cases" in shown
    assert shown.count("\r") < 250, "a slow terminal must not be what a run waits for"
    assert shown.endswith("\r\x1b[K")


def test_a_file_gets_no_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(terminal=False)
    monkeypatch.setattr(sys, "stderr", stream)
    progress(1, 2)
    assert stream.getvalue() == ""
