"""What people type at three in the morning, and what it means."""

import pytest

from relayd.domain.answer import code_of, read_answer


@pytest.mark.parametrize(
    "text",
    ["1", " 1 ", "1.", "1!", "1\n", "\uff11", "\u0661", "yes", "Yes.", "YES", "y", "ok", "OK!",
     "Okay", "I have it", "i have it, thanks", "on it, mine", "coming", "ja", "oui", "si", "one",
     "ok mia2", "I have her", "2 minutes away, coming", "10 min, coming",
     "1 coming now", "1 = I have it, 2 = I cannot", "1 no worries"],
)  # fmt: skip
def test_i_have_it_is_read_however_it_is_typed(text: str) -> None:
    assert read_answer(text).accepted is True


@pytest.mark.parametrize(
    "text",
    ["2", " 2.", "2!", "\uff12", "no", "No", "NO!", "n", "two", "I cannot", "cant", "can't",
     "Can\u2019t", "nein", "non", "2 sorry at work", "2 ok?"],
)  # fmt: skip
def test_i_cannot_is_read_however_it_is_typed(text: str) -> None:
    assert read_answer(text).accepted is False


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "who is this", "what happened", "12", "3", "21", "1200", "yes no", "no yes",
     "Is she ok?", "who is coming?", "not coming", "I don't have it", "not mine", "She is not ok",
     "Sorry I have my phone off till 5", "ok thanks", "1 2", "1?", "2?", "I have no car", "yes?",
     "nobody is coming", "2 minutes", "I'm ok",
     "okey dokey", "\U0001f44d", "not sure", "ok but I cannot"],
)  # fmt: skip
def test_what_says_both_or_neither_says_nothing(text: str) -> None:
    """A guess in either direction can hurt: the calling goes on."""
    assert read_answer(text).accepted is None


@pytest.mark.parametrize(
    ("text", "accepted", "codes"),
    [
        ("1 mia2", True, ("mia2",)),
        ("2 MIA2", False, ("mia2",)),
        ("1 mia-2", True, ("mia2",)),
        ("1 Mia_2.", True, ("mia2",)),
        ("mia2 1", True, ("mia2",)),
        ("yes mia2 leo1", True, ("mia2", "leo1")),
        ("1", True, ()),
    ],
)
def test_a_code_tells_which_alert_is_meant(
    *, text: str, accepted: bool, codes: tuple[str, ...]
) -> None:
    typed = read_answer(text)
    assert typed.accepted is accepted
    assert typed.codes == codes


@pytest.mark.parametrize(
    ("alert", "code"),
    [("mia-1", "mia1"), ("relay-12", "relay12"), ("gran-ma-3", "granma3"), ("Mia-1", "mia1")],
)
def test_the_code_of_an_alert_is_a_word_that_can_be_typed_back(alert: str, code: str) -> None:
    assert code_of(alert) == code
    assert read_answer(f"1 {code_of(alert)}").codes == (code,)


def test_a_novel_is_not_read_to_its_end() -> None:
    """Somebody forwards a long message: the first words decide, and no more are looked at."""
    assert read_answer("x " * 12 + "yes").accepted is None
    assert len(read_answer("word " * 10_000).codes) == 12


@pytest.mark.parametrize("letter", ["\u00b2", "\u2460", "\u2160", "\u0967", "\u06f1", "\u200b1"])
def test_odd_digits_never_raise(letter: str) -> None:
    """Superscripts are digits to Python and not numbers to int(): that once crashed programs."""
    assert read_answer(letter).accepted in (True, False, None)
