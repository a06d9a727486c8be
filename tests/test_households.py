"""The example households: what each is said to survive, it survives."""

import pytest
from files import MANUAL, spoiled

from relayd.channels import KINDS
from relayd.check import findings, kept_promise
from relayd.config import Config, load, parse
from relayd.config.fate import view_of
from relayd.domain.fate import Component, Level, failing, survivors

HOUSEHOLDS = MANUAL.parent / "households"


def household(name: str) -> Config:
    """Read a shipped household, once every kind of channel that it uses is there."""
    text = (HOUSEHOLDS / name).read_text()
    missing = {line.split('"')[1] for line in text.splitlines() if line.startswith("kind =")}
    if missing - set(KINDS):
        pytest.skip(f"{name} uses kinds of channel that are not here yet: {missing - set(KINDS)}")
    return load(HOUSEHOLDS / name, with_secrets=False)


def test_one_sim_says_what_most_homes_lack() -> None:
    config = household("one-sim.toml")
    bad = [f for f in findings(config, ()) if f.level == "bad"]
    shares = [dict(f.shares) for f in bad if f.shares is not None]
    assert {"core": "o2-uk"} in shares
    assert {"path": "wifi"} in shares
    assert any("nobody watches relayd" in f.text for f in bad)
    assert not kept_promise(config)


@pytest.mark.parametrize("name", ["recommended.toml", "two-homes.toml"])
def test_good_households_have_nothing_bad(name: str) -> None:
    config = household(name)
    assert [f.text for f in findings(config, ()) if f.level == "bad"] == []
    assert kept_promise(config)


def test_the_recommended_household_is_what_it_says_it_is() -> None:
    config = household("recommended.toml")
    assert len(config.paths) == 3
    assert [len(carer.routes) for carer in config.household.carers.values()] == [5, 5, 5, 5]
    assert config.watcher is not None
    assert any(r.sounder for c in config.household.carers.values() for r in c.routes)


FIVE = [
    Component(Level.CORE, "o2-uk"),
    Component(Level.GROUP, "sky-uk"),
    Component(Level.GROUP, "bt-group-uk"),
    Component(Level.GROUP, "vodafonethree-uk"),
    Component(Level.GROUP, "vmo2-uk"),
    Component(Level.CORE, "three-uk"),
    Component(Level.CORE, "ee-uk"),
]


@pytest.mark.parametrize("part", FIVE, ids=lambda part: f"{part.level.value} {part.name}")
def test_the_recommended_household_reaches_a_parent_whatever_fails(part: Component) -> None:
    left = survivors(view_of(household("recommended.toml")), failing(part))
    assert {"ana", "tom"} & set(left)


EVERY_LINK_BUT_ONE = [
    [Component(Level.ACCOUNT, "text")],
    [Component(Level.SERVICE, "api.twilio.com")],
    [Component(Level.CHANNEL, "loud"), Component(Level.CHANNEL, "push")],
    [Component(Level.CHANNEL, "sim")],
    [Component(Level.PATH, "dongle"), Component(Level.CHANNEL, "sim")],  # the same piece of plastic
    [
        Component(Level.PATH, "broadband"),
        Component(Level.PATH, "dongle"),
        Component(Level.PATH, "wifi"),
    ],
    [Component(Level.ACCOUNT, "text"), Component(Level.GROUP, "sky-uk")],
]


@pytest.mark.parametrize("parts", EVERY_LINK_BUT_ONE, ids=lambda parts: parts[0].name)
def test_the_recommended_household_has_both_parents_whatever_link_fails(
    parts: list[Component],
) -> None:
    """Texts hang on no account and on no line of the house: they leave by a SIM of its own."""
    left = survivors(view_of(household("recommended.toml")), failing(*parts))
    assert {"ana", "tom"} <= set(left)


def test_the_files_of_households_hold_no_real_number() -> None:
    """Only the ranges that Ofcom keeps for drama."""
    for path in HOUSEHOLDS.glob("*.toml"):
        numbers = [part for part in path.read_text().split('"') if part.startswith("+")]
        assert numbers
        assert all(part.startswith(("+447700900", "+441632960")) for part in numbers)


def test_a_spoiled_household_is_found_out() -> None:
    """What the remarks in the recommended file promise: without it, check tells."""
    household("recommended.toml")
    text = (HOUSEHOLDS / "recommended.toml").read_text()
    one = text.replace('"ee-uk"', '"giffgaff-uk"')
    assert not kept_promise(parse(one, with_secrets=False))
    heartbeat = ('[watcher]\nheartbeat_file = "watcher-url"\nevery = "1 min"\n', "")
    assert not kept_promise(parse(spoiled(heartbeat, text=text), with_secrets=False))
