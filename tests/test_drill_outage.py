"""What an outage by name holds dead: a path, a service, or the far end of a route."""

from pathlib import Path

import pytest
from files import MANUAL

from relayd.config import Config, load
from relayd.drill import Held, UnknownOutageError, held_by

HOUSEHOLDS = MANUAL.parent / "households"


def recommended() -> Config:
    return load(HOUSEHOLDS / "recommended.toml", with_secrets=False)


def far(held: Held) -> set[str]:
    return {f"{carer} {channel}" for carer, channel, _ in held.far}


@pytest.mark.parametrize("name", ["o2-uk", "O2", "tesco-mobile-uk", "giffgaff", "network:O2"])
def test_a_brand_takes_all_that_rides_on_its_core(name: str) -> None:
    """Ana is on Tesco Mobile, which is O2; nobody else is, and no way out of the house is."""
    held = held_by(recommended(), [name])
    assert far(held) == {"ana loud", "ana push", "ana sim", "ana call"}
    assert (held.paths, held.channels) == (frozenset(), frozenset())


def test_one_bearer_leaves_the_others() -> None:
    """O2 in December 2018: data was dead, and calls went on."""
    held = held_by(recommended(), ["o2-uk:data"])
    assert far(held) == {"ana loud", "ana push"}
    assert held.outages[0].component == "network:o2-uk:data"


def test_a_companys_broadband_takes_its_paths_and_nothing_far() -> None:
    held = held_by(recommended(), ["sky-broadband-uk"])
    assert held.paths == {"broadband", "wifi"}
    assert far(held) == set()


def test_a_path_is_that_path_alone() -> None:
    held = held_by(recommended(), ["dongle"])
    assert held.paths == {"dongle"}
    assert (far(held), held.channels) == (set(), frozenset())


def test_a_channel_and_its_service_answer_nobody() -> None:
    assert held_by(recommended(), ["push"]).channels == {"push"}
    assert held_by(recommended(), ["api.twilio.com"]).channels == {"text", "call"}


def test_a_carer_out_of_reach_is_the_far_end_of_every_route_but_the_siren() -> None:
    held = held_by(recommended(), ["tom"])
    assert far(held) == {"tom loud", "tom push", "tom sim", "tom call"}
    assert held.outages[0].words == "the phones of Tom (dad) held dead"


def test_several_at_once_and_one_twice() -> None:
    held = held_by(recommended(), ["dongle", "tom", "dongle"])
    assert held.paths == {"dongle"}
    assert len(held.outages) == 2


def test_nothing_named_holds_nothing() -> None:
    assert held_by(recommended(), []) == Held()


def test_a_network_that_nobody_knows_falls_with_any_and_that_is_said(tmp_path: Path) -> None:
    text = (HOUSEHOLDS / "recommended.toml").read_text()
    file = tmp_path / "relayd.toml"
    file.write_text(text.replace('"+447700900456", network = "ee-uk"', '"+447700900456"'))
    held = held_by(load(file, with_secrets=False), ["o2-uk"])
    assert "tom sim" in far(held)
    assert "tom by sim" in held.doubtful
    assert "ana by sim" not in held.doubtful


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dongel", 'Did you mean "dongle"?'),
        ("three-uk:dta", "nothing in this household is called"),
        ("ana:data", "only a network has data, sms and voice"),
    ],
)
def test_what_cannot_be_held_is_said_in_a_sentence(name: str, words: str) -> None:
    with pytest.raises(UnknownOutageError) as caught:
        held_by(recommended(), [name])
    assert words in str(caught.value)


def test_one_name_for_two_things_asks_which(tmp_path: Path) -> None:
    text = (HOUSEHOLDS / "recommended.toml").read_text()
    file = tmp_path / "relayd.toml"
    file.write_text(text.replace("[paths.dongle]", "[paths.push]"))
    config = load(file, with_secrets=False)
    with pytest.raises(UnknownOutageError, match="path:push or channel:push"):
        held_by(config, ["push"])
    assert held_by(config, ["path:push"]).paths == {"push"}
    assert held_by(config, ["channel:push"]).channels == {"push"}
