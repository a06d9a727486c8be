"""What a rehearsal says beside its table: true, once, and in a family's words."""

import re
from functools import cache
from pathlib import Path

import pytest

from relayd.cli import main
from relayd.config import load, parse
from relayd.domain.story import Story
from relayd.report import tables, terminal
from relayd.simulate import Home, home_of, rehearse
from relayd.simulate import load as load_scenario
from relayd.simulate.contingency import every_outage
from relayd.simulate.remedy import with_remedies

HOUSEHOLDS = Path(__file__).parent.parent / "config" / "households"
LUCK = "counts as taken every time"


@cache
def home(name: str) -> Home:
    return home_of(load(HOUSEHOLDS / f"{name}.toml", with_secrets=False))


@cache
def story(name: str, scenario: str) -> Story:
    return rehearse(home(name), scenario)


def shown(told: Story) -> str:
    return " ".join(terminal.render(told, colour=False, width=100).split())


@pytest.mark.parametrize("household", ["one-sim", "recommended", "two-homes"])
def test_a_low_that_was_told_at_once_was_not_unseen(household: str) -> None:
    """It becomes high a quarter of an hour later; they knew of it since its first minute."""
    told = story(household, "silent-sensor")
    assert not [note for note in told.notes if "In truth" in note]
    assert "It really began" not in shown(told)
    assert "still low; now high priority" in shown(told)
    assert "In truth Mia's sensor falls silent, after a low, at 03:06." in shown(told)


@pytest.mark.parametrize(
    ("household", "scenario", "known"),
    [
        ("one-sim", "dexcom-2019", "Ana (mum) 1 h 48 min before, and nobody had answered."),
        ("recommended", "dexcom-2019", "Ana (mum) 1 h 48 min before; Tom (dad) answered 1 h 44 "),
        ("recommended", "school-bus-2018", "Tom (dad) 1 h 33 min before, who answered."),
    ],
)
def test_who_was_told_before_an_unseen_low_is_not_said_to_have_known(
    household: str, scenario: str, known: str
) -> None:
    """Delivered is not awake: only an answer says that somebody knew."""
    [note] = [note for note in story(household, scenario).notes if "In truth" in note]
    assert "That nobody was watching had reached" in note
    assert known in note


def test_a_call_that_rang_is_told_as_unanswered_and_so_is_the_alert() -> None:
    text = shown(story("two-homes", "nobody-answers"))
    assert "the call to Tom (dad) fails: it rang, and nobody answered" in text
    assert "off or out of reach" not in text
    assert text.endswith("Nobody answered for 40 min 37 s: delivered is not awake.")


def test_a_phone_that_is_off_is_still_told_as_off() -> None:
    text = shown(story("recommended", "carer-phone-off"))
    assert "the call to Ana (mum) fails: the phone is off or out of reach" in text
    assert "it rang" not in text


def test_an_outage_that_hits_nothing_here_proves_nothing() -> None:
    text = shown(story("one-sim", "dongle-down"))
    assert "Nothing of this outage fails in this home: it was not put to the test." in text
    assert "put to the test" not in shown(story("recommended", "dongle-down"))
    assert "put to the test" not in shown(story("one-sim", "silent-sensor"))


def test_what_is_lost_now_and_then_is_said_to_count_as_lost() -> None:
    told = story("one-sim", "o2-2018")
    assert "texts on O2: 20% are lost, here all" in [band.words for band in told.outages]
    assert [note for note in told.notes if LUCK in note]
    drawn = rehearse(home("one-sim"), "o2-2018", by_chance=True)
    assert "texts on O2: 20% are lost" in [band.words for band in drawn.outages]
    assert not [note for note in drawn.notes if LUCK in note]
    assert not [note for note in story("one-sim", "dns-dead").notes if LUCK in note]


def test_a_network_that_nobody_knows_is_said() -> None:
    """A slip in a name makes a route fall with every network."""
    text = (HOUSEHOLDS / "recommended.toml").read_text(encoding="utf-8")
    typo = home_of(parse(text.replace('"vodafone-uk"', '"vodafon-uk"'), with_secrets=False))
    said = 'relayd does not know the network "vodafon-uk": here it fails with every other.'
    hint = 'Did you mean "vodafone-uk"?'
    [note] = [note for note in rehearse(typo, "o2-2018").notes if said in note]
    assert hint in note
    assert every_outage(typo).certificate.notes == (note,)
    assert every_outage(home("recommended")).certificate.notes == ()


def test_networks_and_channels_are_called_as_people_call_them() -> None:
    text = shown(story("recommended", "o2-2018"))
    assert "relayd suspects that O2 is down" in text
    assert "relayd sends Ana (mum) and Tom (dad) a Pushover alarm" in text
    assert "Tom (dad) Pushover alarm 4 s" in text
    assert not re.search(r"o2-uk|“loud”|“sim”", text)


def test_the_clocks_are_the_homes_own_in_summer_too() -> None:
    """04:58 on a summer's morning in London is 03:58 UTC."""
    assert "Friday 8 July 2022, 04:58" in shown(story("recommended", "rogers-2022"))


def tried_over(household: str, scenario: str) -> set[tuple[str | None, str | None]]:
    lines = story(household, scenario).lines
    begun = [line.fields for line in lines if line.event == "attempt.begun"]
    return {(fields["channel"], fields["path"]) for fields in begun}


def test_every_attempt_has_the_path_it_was_first_tried_over() -> None:
    """None only where the channel is a way of its own: the SIM."""
    paths = tried_over("recommended", "o2-2018")
    assert paths == {
        ("loud", "broadband"),
        ("siren", "wifi"),
        ("push", "broadband"),
        ("sim", None),
        ("call", "broadband"),
    }
    assert ("loud", "dongle") in tried_over("recommended", "broadband-down")


def test_what_a_change_keeps_is_counted_in_lost_onsets() -> None:
    scenario = load_scenario("o2-2018", home("one-sim"))
    told = with_remedies(home("one-sim"), scenario, story("one-sim", "o2-2018"))
    lost = told.remedies[0].of
    assert any(f"onsets tried over the outage, {lost} break the promise" in n for n in told.notes)
    assert f"keeps {lost} of {lost} lost onsets" in shown(told)


def test_the_table_says_what_it_counts_and_on_what_it_tried() -> None:
    made = every_outage(home("one-sim"))
    text = tables.contingency(made.cases, made.certificate, {}, colour=False, width=100)
    assert "44 cases: 22 failures, each with a low and a silence." in text
    assert "Tried on 28 of the 32 lost cases (a dead Pi is mended by none of these)." in text
    assert len(made.cases) == 44
    assert len(made.certificate.lost) == 32
    assert {remedy.of for remedy in made.certificate.remedies} == {28}


def test_a_moved_onset_is_told_where_it_was_moved_to(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(HOUSEHOLDS / "recommended.toml")
    assert main(["simulate", "school-bus-2018", "--at", "15:05", "--config", file]) == 0
    text = capsys.readouterr().out
    assert "In truth an urgent low begins for Mia at 15:05." in text
    assert "10:00" not in text.partition("What fails")[0]


def test_the_worst_moment_is_said_by_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(HOUSEHOLDS / "one-sim.toml")
    main(["simulate", "wan-flap", "--at", "worst", "--config", file])
    text = capsys.readouterr().out
    [clock] = re.findall(r"this is the worst, at (\d\d:\d\d)\.", text)
    assert f"In truth an urgent low begins for Mia at {clock}." in text
