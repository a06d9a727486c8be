"""SMS text: one message, every phone's letters, and the way to answer always on it."""

# ruff: noqa: RUF001 - letters that look alike are what this file is about

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relayd.channels.gsm7 import BASIC, EXTENDED, fit, septets, to_gsm7

HOW = "Reply 1 if you have it, 2 if you cannot."


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Mia 2.9 mmol/L", "Mia 2.9 mmol/L"),
        ("“urgent” – now…", '"urgent" - now...'),
        ("Zoë Łukasz Çağla José", "Zoe Lukasz Çagla José"),
        ("Мия, Щука", "Miya, Shchuka"),
        ("3.4 ↓", "3.4 down"),
        ("４８２１ ½", "4821 1/2"),
        ("€5 {a} ß æ Ω", "€5 {a} ß æ Ω"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("a\N{NO-BREAK SPACE}b\tc", "a b c"),
        ("low \N{POLICE CARS REVOLVING LIGHT}", "low "),
        ("AT+CMGD\x1a\r\x1b\x00", "AT+CMGD"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}a\N{ZERO WIDTH JOINER}b", "ab"),
        ("山田", "??"),
    ],
)
def test_letters_a_phone_lacks_become_near_ones(written: str, sent: str) -> None:
    """One of them would cut the message from 160 letters to 70."""
    assert to_gsm7(written) == sent


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("abc", 3), ("€", 2), ("[{}]", 8), ("@£Ω\n", 4)]
)
def test_septets_are_counted_as_a_network_does(text: str, count: int) -> None:
    assert septets(text) == count


def test_what_fits_is_left_alone() -> None:
    text = "x" * (159 - len(HOW)) + " " + HOW
    assert fit(text) == text


def test_what_does_not_fit_keeps_how_to_answer() -> None:
    """A carer who cannot answer is called for nothing."""
    cut = fit("Mia 2.9 mmol/L and falling. " + "School office 01632 960111. " * 9 + HOW)
    assert cut.startswith("Mia 2.9 mmol/L and falling. ")
    assert cut.endswith("... " + HOW)
    assert septets(cut) <= 160


def test_a_number_is_never_cut_in_two() -> None:
    """12.9 cut short would read as 12 or as 1."""
    for room in range(3, 11):
        assert not fit("Mia 12.9345", room).startswith(("Mia 1.", "Mia 12.", "Mia 12.9.."))


def test_only_the_last_sentence_that_begins_with_it_is_the_ending() -> None:
    cut = fit("Reply to school. NoReply. " + "word " * 60 + "Reply 1.")
    assert cut.endswith("... Reply 1.")


def test_an_ending_longer_than_a_message_is_cut_itself() -> None:
    assert septets(fit("x " * 100 + "Reply " + "y" * 300)) <= 160


@given(st.text(max_size=400), st.integers(min_value=20, max_value=306))
def test_whatever_is_written_fits_and_is_gsm(text: str, most: int) -> None:
    sent = fit(text, most)
    assert septets(sent) <= most
    assert BASIC.union(EXTENDED).issuperset(sent)


@given(st.text(max_size=300))
def test_how_to_answer_survives_every_text(text: str) -> None:
    assert fit(f"{text} {HOW}").endswith(HOW)
