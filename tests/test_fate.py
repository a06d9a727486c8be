"""What dies together: legs and ways, three levels of sharing, bearers apart, the unknown shared."""

from itertools import combinations, product

import pytest

from relayd.domain.chain import Line, Recipient, Service, fate_of
from relayd.domain.fate import (
    Bearer,
    Component,
    Fate,
    Level,
    Network,
    RouteFate,
    View,
    failing,
    hits,
    shared,
    survivors,
)
from relayd.networks import NetworkTable

TABLE = NetworkTable()
BRANDS = (
    "o2-uk", "giffgaff-uk", "tesco-mobile-uk", "sky-mobile-uk", "ee-uk", "lycamobile-uk",
    "three-uk", "vodafone-uk", "bt-landline-uk", "village-net-uk", None,
)  # fmt: skip
BROADBAND = Line("broadband", TABLE.network("sky-broadband-uk"), home=True)
DONGLE = Line("dongle", TABLE.network("three-uk"))
PUSH = Service("push", "ntfy.sh", Bearer.DATA, (DONGLE, BROADBAND))
TEXT = Service("text", "api.twilio.com", Bearer.SMS, (BROADBAND, DONGLE), account="text")
CALL = Service("call", "api.twilio.com", Bearer.VOICE, (BROADBAND, DONGLE), account="text")
SIM = Service("sim", "modem any", Bearer.SMS, sim=TABLE.network("three-uk"))
SIREN = Service("siren", "192.168.1.20", None, (BROADBAND,), local=True)


def core(name: str, bearer: Bearer | None = None) -> Component:
    return Component(Level.CORE, name, bearer)


def route(service: Service, network: str | None, *, at_home: bool = False) -> Fate:
    return fate_of(service, Recipient("ana", TABLE.network(network), (BROADBAND,), at_home))


@pytest.mark.parametrize(("one", "other"), list(product(BRANDS, BRANDS)))
def test_fate_is_symmetric(one: str | None, other: str | None) -> None:
    """If Ana falls with Tom, Tom falls with Ana."""
    fates = [route(PUSH, one), route(TEXT, other)]
    assert shared(fates) == shared(reversed(fates))


@pytest.mark.parametrize("brand", BRANDS)
def test_every_route_shares_its_fate_with_itself(brand: str | None) -> None:
    assert shared([route(PUSH, brand), route(PUSH, brand)], Level.CORE)


@pytest.mark.parametrize(("one", "other"), list(product(BRANDS, (None, "village-net-uk"))))
def test_what_nobody_knows_is_assumed_shared_with_every_other(
    one: str | None, other: str | None
) -> None:
    """Independence may be claimed only of what is known."""
    assert shared([route(PUSH, one), route(TEXT, other)], Level.CORE)


@pytest.mark.parametrize("brand", BRANDS)
def test_more_failures_never_bring_a_route_back(brand: str | None) -> None:
    fate = route(TEXT, brand, at_home=True)
    parts = sorted(fate.components, key=repr)
    for one, other in combinations(parts, 2):
        if not fate.survives(failing(one)):
            assert not fate.survives(failing(one, other))


PAIRS = [
    ("giffgaff-uk", "tesco-mobile-uk", {"core": {"o2-uk"}, "ran": {"cornerstone-uk"},
                                        "group": {"vmo2-uk"}}),
    ("o2-uk", "ee-uk", {}),
    ("o2-uk", "vodafone-uk", {"ran": {"cornerstone-uk"}}),
    ("ee-uk", "vodafone-uk", {}),
    ("smarty-uk", "voxi-uk", {"ran": {"vodafonethree-mocn-uk"}, "group": {"vodafonethree-uk"}}),
    ("ee-uk", "bt-landline-uk", {"group": {"bt-group-uk"}}),
    ("rogers-ca", "rogers-landline-ca", {"group": {"rogers-ca"}}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "levels"), PAIRS)
def test_the_three_levels_are_told_apart(one: str, other: str, levels: dict[str, set[str]]) -> None:
    """One core, shared masts, one company: three different things to lose."""
    found: dict[str, set[str]] = {}
    for part in shared([route(PUSH, one), route(TEXT, other)], Level.CORE, Level.RAN, Level.GROUP):
        found.setdefault(part.level.value, set()).add(part.name)
    assert found == levels


def test_two_channels_of_one_account_die_together() -> None:
    parts = shared([route(TEXT, "ee-uk"), route(CALL, "o2-uk")])
    wanted = {Component(Level.SERVICE, "api.twilio.com"), Component(Level.ACCOUNT, "text")}
    assert wanted <= parts
    assert not shared([route(TEXT, "ee-uk"), route(PUSH, "ee-uk")]) & wanted


def test_no_routes_share_nothing() -> None:
    assert shared([]) == frozenset()


@pytest.mark.parametrize(
    ("service", "brand", "at_home", "failed", "alive"),
    [
        # the O2 outage of 2018: data only
        (PUSH, "tesco-mobile-uk", False, [core("o2-uk", Bearer.DATA)], False),
        (TEXT, "tesco-mobile-uk", False, [core("o2-uk", Bearer.DATA)], True),
        (CALL, "tesco-mobile-uk", False, [core("o2-uk", Bearer.DATA)], True),
        (PUSH, "tesco-mobile-uk", True, [core("o2-uk", Bearer.DATA)], True),  # on Wi-Fi
        (PUSH, "tesco-mobile-uk", True,
         [core("o2-uk"), Component(Level.PATH, "broadband")], False),
        (TEXT, "tesco-mobile-uk", True, [core("o2-uk")], False),  # Wi-Fi carries no SMS
        # both ends
        (SIM, "ee-uk", False, [core("three-uk", Bearer.SMS)], False),
        (SIM, "ee-uk", False, [core("three-uk", Bearer.DATA)], True),
        (SIM, "ee-uk", False, [core("ee-uk", Bearer.SMS)], False),
        (SIM, "ee-uk", False, [Component(Level.PATH, "broadband"),
                               Component(Level.PATH, "dongle")], True),
        # any way out will do
        (TEXT, "ee-uk", False, [core("three-uk")], True),
        (TEXT, "ee-uk", False, [Component(Level.PATH, "broadband")], True),
        (TEXT, "ee-uk", False, [core("three-uk"), Component(Level.PATH, "broadband")], False),
        (TEXT, "ee-uk", False, [core("three-uk"), Component(Level.GROUP, "sky-uk")], False),
        (TEXT, "ee-uk", False, [Component(Level.SERVICE, "ntfy.sh")], True),
        # the siren needs the cable and nobody outside
        (SIREN, None, False, [core("sky-broadband-uk"), core("three-uk"), core("o2-uk")], True),
        (SIREN, None, False, [Component(Level.PATH, "broadband")], False),
        # a landline on the house's own broadband, and one elsewhere
        (CALL, "sky-landline-uk", True, [Component(Level.PATH, "broadband")], False),
        (CALL, "sky-landline-uk", False, [Component(Level.PATH, "broadband")], True),
        (CALL, "sky-landline-uk", False, [Component(Level.HANDSET, "ana")], True),
        (CALL, "ee-uk", False, [Component(Level.HANDSET, "ana")], False),
        (CALL, "sky-landline-uk", False, [Component(Level.CARER, "ana")], False),
    ],
)  # fmt: skip
def test_what_an_outage_does_to_one_route(
    service: Service,
    brand: str | None,
    at_home: bool,  # noqa: FBT001
    failed: list[Component],
    alive: bool,  # noqa: FBT001
) -> None:
    assert route(service, brand, at_home=at_home).survives(failing(*failed)) is alive


def test_without_a_named_path_nothing_is_known_of_the_way_out() -> None:
    bare = fate_of(
        Service("push", "ntfy.sh", Bearer.DATA), Recipient("ana", TABLE.network("ee-uk"))
    )
    assert not bare.survives(failing(core("o2-uk")))
    assert bare.survives(failing(core("o2-uk"), assume=False))
    assert bare.survives(failing(Component(Level.SERVICE, "api.twilio.com")))


def test_the_unknown_falls_only_in_the_bearer_that_fails() -> None:
    text = route(TEXT, "village-net-uk")
    assert text.survives(failing(core("o2-uk", Bearer.DATA)))
    assert not text.survives(failing(core("o2-uk", Bearer.SMS)))


def test_a_brand_of_several_hosts_falls_with_each() -> None:
    fate = route(TEXT, "consumer-cellular-us")
    assert not fate.survives(failing(core("att-us")))
    assert not fate.survives(failing(core("t-mobile-us")))
    assert fate.survives(failing(core("verizon-us")))


def _view() -> View:
    routes = (
        _of("ana", 0, PUSH, "tesco-mobile-uk"),
        _of("ana", 1, SIREN, None),
        _of("ana", 2, CALL, "bt-landline-uk"),
        _of("tom", 0, TEXT, "ee-uk"),
        _of("tom", 1, PUSH, "ee-uk"),
    )
    paths = {line.name: Fate(((line.way,),)) for line in (BROADBAND, DONGLE)}
    mia = Fate(((TABLE.network("giffgaff-uk").components(Bearer.DATA),),))
    return View(routes, paths, {"mia": mia})


def _of(carer: str, index: int, service: Service, brand: str | None) -> RouteFate:
    network = TABLE.network(brand)
    fate = fate_of(service, Recipient(carer, network, (BROADBAND,)))
    sounder = service is SIREN
    return RouteFate(carer, index, service.channel, service.bearer, sounder, fate, network)


def _left(*failed: Component) -> dict[str, list[int]]:
    left = survivors(_view(), failing(*failed))
    return {carer: [each.index for each in routes] for carer, routes in left.items()}


def test_survivors_are_carers_with_the_routes_they_still_have() -> None:
    assert _left() == {"ana": [0, 2], "tom": [0, 1]}
    assert _left(core("o2-uk")) == {"ana": [2], "tom": [0, 1]}
    assert _left(core("ee-uk")) == {"ana": [0, 2]}
    assert _left(Component(Level.GROUP, "bt-group-uk")) == {"ana": [0]}
    assert _left(Component(Level.CARER, "tom")) == {"ana": [0, 2]}
    assert _left(Component(Level.PATH, "broadband"), core("three-uk")) == {}


def test_an_outage_names_routes_paths_and_wearers() -> None:
    o2 = hits(_view(), failing(core("o2-uk", Bearer.DATA)))
    assert [(each.carer, each.channel) for each in o2.routes] == [("ana", "push")]
    assert (o2.paths, o2.wearers) == ((), ("mia",))
    three = hits(_view(), failing(core("three-uk")))
    assert (three.routes, three.paths, three.wearers) == ((), ("dongle",), ())


def test_an_outage_of_texts_leaves_readings_alone() -> None:
    assert hits(_view(), failing(core("o2-uk", Bearer.SMS))).wearers == ()


def test_every_part_of_a_household_is_listed_once_and_matters() -> None:
    """The contingency table goes through exactly these."""
    parts = _view().components()
    assert len(parts) == len(set(parts))
    assert {part.level for part in parts} == set(Level)
    assert all(part.bearer is None and part.name != "unknown" for part in parts)
    assert list(parts) == sorted(parts, key=lambda p: (list(Level).index(p.level), p.name))


def test_a_network_that_is_not_known_can_still_have_a_company() -> None:
    network = Network("village-net-uk", groups=("bt-group-uk",))
    fate = fate_of(TEXT, Recipient("ana", network))
    assert not fate.survives(failing(Component(Level.GROUP, "bt-group-uk"), assume=False))
