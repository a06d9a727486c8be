"""The contingency table, and a drill laid beside its rehearsal."""

from dataclasses import replace

import pytest
from rich.cells import cell_len
from stories import NAMES, Tale, broken, kept, story

from relayd.domain.contingency import Case, Certificate
from relayd.domain.story import AlertTold, Reached, Remedy, Story
from relayd.report.comparing import EXTRA, MISSING, SAME, compared, findings
from relayd.report.tables import compare, contingency

LOW = "glucose.urgent_low"
FINE = Case(("o2",), "all of O2", LOW, "mia", Reached("tom", 31.2, "text"), ("ana",), kept=True)
SLOW = replace(FINE, outage=("ee",), words="all of EE", delivered=Reached("gran", 90, "call"))
LOST = Case(("ee", "o2"), "O2 and EE", LOW, "mia", None, ("ana", "tom"), kept=False)
PI = Case(("pi",), "the Pi", LOW, "mia", None, (), kept=False, covered_by_watcher=True)
MEDIUM = replace(FINE, condition="glucose.low", kept=None)
ROWS = (FINE, MEDIUM, PI, SLOW, LOST)


def table(*rows: Case, certificate: Certificate | None = None, width: int = 100) -> str:
    made = certificate or Certificate(len(rows), len(rows))
    return contingency(rows, made, NAMES, colour=False, width=width)


def test_the_worst_case_comes_first() -> None:
    text = table(*ROWS)
    places = [text.index(words) for words in ("O2 and EE", "the Pi", "all of EE", "all of O2")]
    assert places == sorted(places)
    flat = " ".join(text.split())
    assert "✘ O2 and EE Mia: urgent low nobody Ana (mum) and Tom (dad)" in flat
    assert "○ the Pi Mia: urgent low the outside watcher" in flat
    assert "✔ all of EE Mia: urgent low Gran by call 1 min 30 s Ana (mum)" in flat
    assert "· all of O2 Mia: low Tom (dad) by text 31 s" in flat


def test_the_certificate_stands_at_the_end_with_what_each_addition_would_buy() -> None:
    remedies = (Remedy("give gran a landline route", 5, 5), Remedy("a second dongle", 4, 5))
    text = table(*ROWS, certificate=Certificate(4, 5, (LOST,), remedies))
    assert text.endswith(
        "✘ This household survives 4 of 5; what it does not survive:\n"
        "  ·  O2 and EE\n"
        "  In 1 case only the watcher outside the house tells the carers.\n"
        "\n"
        "What one addition would buy\n"
        "  keeps 5 of 5  give gran a landline route\n"
        "  keeps 4 of 5  a second dongle\n"
    )


def test_what_is_not_survived_stands_worst_first_and_none_is_passed_over_in_silence() -> None:
    """Thirty are named: those that leave nobody told come before those that are only late."""
    late = [
        replace(LOST, outage=(f"{n}",), words=f"a {n}", delivered=Reached("tom", 300.0 + n))
        for n in range(40)
    ]
    pair = replace(LOST, outage=("o2", "sky"), words="O2 and Sky")
    alone = replace(LOST, outage=("o2",), words="all of O2")
    lost = (*late, pair, alone, LOST)
    text = table(*lost, certificate=Certificate(0, len(lost), lost))
    named = text.partition("what it does not survive:\n")[2].splitlines()
    assert named[:2] == ["  ·  all of O2", "  ·  a 39"]
    assert named[30:] == [
        "  and 11 more, none of them worse",
        "  and 2 pairs of which one alone is too much",
    ]


def test_it_is_said_what_is_counted() -> None:
    remedies = (Remedy("a second dongle", 1, 3, "lost case"),)
    text = table(
        LOST,
        certificate=Certificate(
            0, 1, (LOST,), remedies, counted="1 case.", tried="Tried on some.", notes=("A typo.",)
        ),
    )
    assert text.startswith("If this fails, and then that happens\n1 case.\n")
    assert "\n  A typo.\n" in text
    assert text.endswith("  Tried on some.\n  keeps 1 of 3 lost cases  a second dongle\n")


def test_a_household_that_survives_everything_is_told_so() -> None:
    assert table(FINE).endswith("✔ This household survives all of it: 1 of 1.\n")


def test_a_thousand_cases_show_every_loss_and_count_the_rest() -> None:
    lost = [replace(LOST, outage=("ee", str(n)), words=f"EE and {n}") for n in range(60)]
    fine = [replace(FINE, words=f"O2 and {number}") for number in range(1000)]
    text = table(*fine, *lost)
    assert all(f"✘  EE and {number} " in text for number in range(60))
    assert "and 1,000 more cases, all of them survived" in text


def test_alerts_that_come_to_the_same_share_a_row_with_the_longest_time() -> None:
    silent = replace(SLOW, condition="glucose.silent", delivered=Reached("gran", 95, "call"))
    flat = " ".join(table(SLOW, silent).split())
    assert "✔ all of EE any Gran by call 1 min 35 s" in flat
    assert flat.count("all of EE") == 1


@pytest.mark.parametrize("width", [40, 80])
def test_tables_keep_to_the_width(width: int) -> None:
    hostile = replace(LOST, words="O2 \x1b[31m and\n" * 20)
    texts = table(*ROWS, hostile, width=width), compare(kept(), broken(3), width=width)
    for text in texts:
        assert max(map(cell_len, text.splitlines())) <= width
        assert "\x1b" not in text


# A drill beside its rehearsal ----------------------------------------------------


def later(tale: Story, seconds: float) -> Story:
    """The same story; its tries begin so much later after the alert."""
    moved = tuple(
        replace(line, t=line.t + seconds * (line.event == "attempt.begun")) for line in tale.lines
    )
    return replace(tale, lines=moved)


def test_the_same_story_is_the_same() -> None:
    text = " ".join(compare(kept(), kept()).split())
    assert "✔ Tom (dad) text 30 s 30 s 34 s 34 s" in text
    assert text.endswith("the same routes in the same order, begun under 1 s apart.")


def test_times_stand_beside_each_other() -> None:
    text = " ".join(compare(later(kept(), 3.0), kept()).split())
    assert "✔ Tom (dad) text 30 s 33 s 34 s 34 s" in text
    assert "the same routes in the same order, begun at most 3 s apart" in text


def test_a_route_that_nobody_foresaw_is_said() -> None:
    text = " ".join(compare(kept(), broken(0)).split())
    assert "✘ Tom (dad) text not foreseen 30 s - 34 s" in text
    assert "not the same routes: Tom (dad) by push not foreseen and Tom (dad) by text" in text
    assert text.endswith("✘ The promise: foreseen as broken, in the drill kept.")


def test_a_route_that_was_left_out_is_said() -> None:
    [each] = compared(broken(0), kept(kept_promise=False))
    verdicts = {(pair.who, pair.channel): pair.verdict for pair in each.pairs}
    assert verdicts == {
        ("Ana (mum)", "push"): SAME,
        ("Ana (mum)", "text"): SAME,
        ("Tom (dad)", "push"): MISSING,
        ("Tom (dad)", "text"): MISSING,
    }


def test_another_order_is_not_the_same() -> None:
    tale, other = Tale(), Tale()
    for number, (one, two) in enumerate([("push", "text"), ("text", "push")]):
        tale.begun(number, "ana", one)
        other.begun(number, "ana", two)
    alerts = kept().alerts
    [each] = compared(story(tale, alerts=alerts), story(other, alerts=alerts))
    assert {pair.verdict for pair in each.pairs} == {SAME, MISSING, EXTRA}


def test_what_an_answer_made_needless_is_no_difference() -> None:
    """The rehearsal went on calling; in the drill somebody answered sooner."""
    rehearsed = broken(5)
    alert = replace(broken(0).alerts[0], acknowledged=Reached("ana", 60.0))
    [each] = compared(broken(0, alerts=(alert,)), rehearsed)
    assert each.same
    assert each.later == 10
    assert (True, "10 later tries of the rehearsal: not needed, for somebody had answered.") in (
        findings([each])
    )


def test_an_alert_that_never_came_is_said() -> None:
    both = compared(story(Tale()), broken(0))
    [(well, sentence)] = findings(both)
    assert not well
    assert sentence == (
        "Mia: urgent low: not the same routes: Ana (mum) by push not tried and "
        "Ana (mum) by text not tried."
    )


def test_alerts_of_low_priority_are_not_compared() -> None:
    little = AlertTold("relay-1", None, "relay.path_lost", "low", 3.0)
    drill = kept(alerts=(little, *kept().alerts))
    assert [each.title for each in compared(drill, kept())] == ["Mia: urgent low"]
