"""Every shipped scenario on the shipped households: who keeps the promise, and who does not."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from relayd.config import load
from relayd.domain.story import Story
from relayd.simulate import Home, home_of, names, rehearse
from relayd.simulate import load as load_scenario
from relayd.simulate.addition import additions
from relayd.simulate.remedy import with_remedies
from relayd.simulate.search import onsets, try_at

HOUSEHOLDS = Path(__file__).parent.parent / "config" / "households"
NAMES = [name for name, _ in names()]
GREAT = ["o2-2018", "rogers-2022", "optus-2023", "att-2024"]


@cache
def home(name: str) -> Home:
    return home_of(load(HOUSEHOLDS / f"{name}.toml", with_secrets=False))


def story(name: str, scenario: str) -> Story:
    return rehearse(home(name), scenario)


def test_all_the_scenarios_that_are_promised_are_shipped() -> None:
    assert {
        "o2-2018",
        "rogers-2022",
        "optus-2023",
        "att-2024",
        "dexcom-2019",
        "school-bus-2018",
        "broadband-down",
        "dongle-down",
        "dns-dead",
        "captive-portal",
        "accepted-never-delivered",
        "wan-flap",
        "power-cut",
        "broker-restart",
        "nobody-answers",
        "carer-phone-off",
        "silent-sensor",
    } == set(NAMES)


@pytest.mark.parametrize("scenario", NAMES)
def test_the_recommended_household_keeps_the_promise(scenario: str) -> None:
    told = story("recommended", scenario)
    assert told.kept_promise is True
    assert any(alert.delivered is not None for alert in told.alerts)


@pytest.mark.parametrize("scenario", [*GREAT, "school-bus-2018"])
def test_one_sim_breaks_it_names_who_is_unreached_and_what_would_help(scenario: str) -> None:
    played = load_scenario(scenario, home("one-sim"))
    told = with_remedies(home("one-sim"), played, rehearse(home("one-sim"), played))
    assert told.kept_promise is False
    assert told.unreached == ("ana",)
    assert told.remedies
    assert told.remedies[0].keeps == told.remedies[0].of > 0


def test_a_silent_source_is_told_even_by_one_sim() -> None:
    """Nobody's phone is cut when a sensor's cloud fails: silence is all that is to be told."""
    told = story("one-sim", "dexcom-2019")
    assert next(alert.condition for alert in told.alerts) == "glucose.silent"
    assert told.kept_promise is True


def test_who_is_told_at_night_by_nothing_that_makes_a_noise_is_not_woken() -> None:
    """A text beside a sleeping mother was proved delivered, and nobody knew of the silence."""
    played = load_scenario("dexcom-2019", home("one-sim"))
    told = with_remedies(home("one-sim"), played, rehearse(home("one-sim"), played))
    assert (told.unreached, told.unwoken) == ((), ("ana",))
    assert told.remedies[0].words == "calls to the phone of Ana (mum)"
    assert all(remedy.keeps == remedy.of == 1 for remedy in told.remedies)
    better = additions(home("one-sim"))[0].on(home("one-sim").config)
    assert rehearse(better, "dexcom-2019").unwoken == ()


@pytest.mark.parametrize("scenario", ["dexcom-2019", "nobody-answers", "o2-2018"])
def test_where_something_rings_nobody_is_said_to_have_slept_on(scenario: str) -> None:
    assert story("recommended", scenario).unwoken == ()


def test_o2_takes_its_brands_and_not_the_others() -> None:
    told = story("recommended", "o2-2018")
    proven = {line.fields["attempt"] for line in told.lines if line.event == "attempt.delivered"}
    begun = {
        line.fields["attempt"]: (line.fields["carer"], line.fields["channel"])
        for line in told.lines
        if line.event == "attempt.begun" and line.t < 120
    }
    reached = {begun[attempt] for attempt in proven if attempt in begun}
    assert ("tom", "loud") in reached
    assert not {("ana", "loud"), ("ana", "text")} & reached
    assert ("ana", "call") in reached  # calls went on, in December 2018


def test_the_story_of_the_school_bus_counts_from_the_true_onset() -> None:
    """What counts is how long after 08:15 somebody knew that nobody was watching."""
    told = story("recommended", "school-bus-2018")
    (alert,) = [each for each in told.alerts if each.wearer == "mia"]
    assert alert.condition == "glucose.silent"
    assert alert.true_onset_s == 270 * 60
    assert 165 * 60 < alert.raised_s < (165 + 16) * 60 + 15
    assert alert.called_s is not None
    assert alert.called_s < alert.true_onset_s
    assert (
        "In truth an urgent low began for Mia at 10:00, unseen. That nobody was watching had "
        "reached Tom (dad) 1 h 33 min before, who answered."
    ) in told.notes


def test_a_dead_pi_is_for_the_watcher_to_tell() -> None:
    watched, alone = story("recommended", "power-cut"), story("one-sim", "power-cut")
    assert any("The watcher outside the house" in note for note in watched.notes)
    assert any("there is no [watcher]" in note for note in alone.notes)


def test_what_cannot_fail_here_is_said() -> None:
    told = story("one-sim", "dongle-down")
    assert told.notes[0] == "This home has no mobile path: nothing of that fails here."


def test_a_company_of_another_country_is_played_by_the_one_that_hurts_most() -> None:
    told = story("one-sim", "rogers-2022")
    assert "Virgin Media broadband plays its part" in told.notes[0]
    assert told.outages[0].component == "group:vmo2-uk"


@pytest.mark.parametrize("scenario", [*GREAT, "dexcom-2019"])
def test_the_promise_is_kept_whenever_the_low_begins(scenario: str) -> None:
    """One onset in twenty minutes here; `--at worst` tries every minute of the outage."""
    played = load_scenario(scenario, home("recommended"))
    lost = [
        at for at in list(onsets(played))[::20] if not try_at(home("recommended"), played, at).kept
    ]
    assert lost == []


def test_a_low_that_begins_when_nothing_fails_was_not_put_to_the_test() -> None:
    """Between the two silences of the sensor's cloud everything worked for a day."""
    played = load_scenario("dexcom-2019", home("recommended"))
    assert played.onset is not None
    later = replace(played, onset=replace(played.onset, t=3000 * 60.0))
    assert rehearse(home("recommended"), later).remarks == (
        "When it begins nothing of this outage fails: it was not put to the test.",
    )
    assert rehearse(home("recommended"), played).remarks == ()
