"""The table of brands: every row is whole, dated and of one mind; the family's word wins."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from public_networks import NOT_FOR_FAMILIES, entries, our_name
from rich.console import Console

from relayd.config.settings import NetworkSettings
from relayd.networks import NetworkTable, Row
from relayd.terminal_networks import networks, rows

TABLE = NetworkTable()
ROWS = TABLE.rows()
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*-[a-z]{2}")
COUNTRIES = {"uk", "je", "gg", "im", "ie", "de", "fr", "es", "it", "nl"}
COUNTRIES |= {"at", "be", "pl", "pt", "se", "us", "ca", "au"}
MCC = {
    "uk": ("234", "235"), "je": ("234",), "gg": ("234",), "im": ("234",), "ie": ("272",),
    "de": ("262",), "fr": ("208",), "es": ("214",), "it": ("222",), "nl": ("204",),
    "at": ("232",), "be": ("206",), "pl": ("260",), "pt": ("268",), "se": ("240",),
    "us": ("310", "311", "312", "313"), "ca": ("302",), "au": ("505",),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_whole(row: Row) -> None:
    """A row without a date or a source cannot be judged when it has aged."""
    assert KEBAB.fullmatch(row.name)
    assert row.country in COUNTRIES
    assert row.name.endswith(f"-{row.country}")
    assert row.brand
    assert row.kind in {"mobile", "broadband", "landline"}
    assert row.core
    assert row.as_of is not None
    assert date(2018, 1, 1) <= row.as_of <= date(2026, 11, 22)
    assert row.source
    assert row.confidence in {"high", "medium", "low"}
    assert all(KEBAB.fullmatch(word) for word in (row.group or "", *row.ran))
    assert all(re.fullmatch(r"\d{5,6}", plmn) for plmn in row.plmn)
    assert all(plmn.startswith(MCC[row.country]) for plmn in row.plmn)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_core_is_run_by_somebody_in_the_table(row: Row) -> None:
    """A misspelt core would be a network of its own: independence that does not exist."""
    for core in row.core:
        host = TABLE.row(core)
        assert host is not None, f"{core} has no row"
        assert core in host.core
        assert host.country == row.country


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_brands_on_one_core_use_the_same_masts(row: Row) -> None:
    hosts = [TABLE.row(core) for core in row.core]
    assert set(row.ran) == {word for host in hosts if host is not None for word in host.ran}


def test_general_knowledge_is_never_called_sure() -> None:
    unsure = [row for row in ROWS if "general knowledge" in row.source]
    assert len(unsure) > 50
    assert [row.name for row in unsure if row.confidence == "high"] == []


def test_the_table_has_the_brands_that_families_use() -> None:
    wanted = (
        "ee-uk bt-mobile-uk 1pmobile-uk lycamobile-uk spusu-uk ecotalk-uk utility-warehouse-uk "
        "your-co-op-uk ctexcel-uk o2-uk giffgaff-uk tesco-mobile-uk sky-mobile-uk virgin-mobile-uk "
        "talktalk-mobile-uk three-uk smarty-uk id-mobile-uk superdrug-uk honest-mobile-uk "
        "vodafone-uk voxi-uk lebara-uk talkmobile-uk asda-mobile-uk bt-broadband-uk "
        "ee-broadband-uk plusnet-uk sky-broadband-uk talktalk-broadband-uk "
        "virgin-media-broadband-uk vodafone-broadband-uk three-broadband-uk hyperoptic-uk "
        "bt-landline-uk vodafone-landline-uk telekom-de rogers-ca fido-ca chatr-ca optus-au att-us"
    )
    assert [name for name in wanted.split() if name not in TABLE] == []


SAME_CORE = [
    ("giffgaff-uk", "tesco-mobile-uk", True),
    ("sky-mobile-uk", "o2-uk", True),
    ("lycamobile-uk", "ee-uk", True),  # on O2 in December 2018
    ("lycamobile-uk", "o2-uk", False),
    ("bt-landline-uk", "bt-broadband-uk", True),  # digital: the same line
    ("three-broadband-uk", "smarty-uk", True),  # a mobile router
    ("three-uk", "vodafone-uk", False),  # one company, two cores
    ("rogers-ca", "rogers-broadband-ca", False),
    ("fido-ca", "chatr-ca", True),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME_CORE)
def test_who_shares_a_core_with_whom(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    shared = set(TABLE.network(one).cores) & set(TABLE.network(other).cores)
    assert bool(shared) is same


def test_the_uk_has_four_cores_and_three_companies_behind_them() -> None:
    hosts = [row for row in TABLE.rows("uk mobile") if row.hosts and row.country == "uk"]
    assert {row.name for row in hosts} == {"o2-uk", "ee-uk", "three-uk", "vodafone-uk"}
    assert {row.group for row in hosts} == {"vmo2-uk", "bt-group-uk", "vodafonethree-uk"}


def test_masts_are_shared_across_cores() -> None:
    rans = {name: set(TABLE.network(f"{name}-uk").rans) for name in ("o2", "ee", "three")}
    vodafone = set(TABLE.network("vodafone-uk").rans)
    assert vodafone & rans["o2"]
    assert rans["ee"] & rans["three"]
    assert vodafone & rans["three"]
    assert not rans["o2"] & rans["ee"]


def test_a_guest_falls_with_the_company_that_runs_its_core() -> None:
    """When all of Virgin Media O2 fails, Tesco Mobile has no network either."""
    assert "vmo2-uk" in TABLE.network("tesco-mobile-uk").groups


def test_a_brand_on_several_hosts_may_be_any_of_them() -> None:
    cores = TABLE.network("consumer-cellular-us").cores
    assert set(cores) == {"att-us", "t-mobile-us"}


def test_nothing_is_claimed_of_an_unknown_brand() -> None:
    assert not TABLE.network("village-net-uk").known
    assert not TABLE.network(None).known
    assert TABLE.brand("village-net-uk") == "village-net-uk"


def test_the_familys_word_wins() -> None:
    told = {"sky-mobile-uk": NetworkSettings(core="three-uk")}
    network = NetworkTable(told).network("sky-mobile-uk")
    assert network.cores == ("three-uk",)
    assert "mbnl-uk" in network.rans
    assert network.groups == ("sky-uk", "vodafonethree-uk")
    assert TABLE.network("sky-mobile-uk").cores == ("o2-uk",)


def test_a_core_that_the_family_calls_by_a_brands_name_is_that_brands_core() -> None:
    told = {"village-net-uk": NetworkSettings(core="tesco-mobile-uk")}
    assert NetworkTable(told).network("village-net-uk").cores == ("o2-uk",)


def test_a_family_may_add_a_network_of_its_own() -> None:
    told = {"village-net-uk": NetworkSettings("village-net-uk", "mast-uk", "village-uk")}
    table = NetworkTable(told)
    network = table.network("village-net-uk")
    assert (network.cores, network.rans, network.groups) == (
        ("village-net-uk",), ("mast-uk",), ("village-uk",),
    )  # fmt: skip
    assert [row.source for row in table.rows("village")] == ["the household file"]


def test_a_correction_of_the_company_alone_leaves_the_core() -> None:
    told = {"giffgaff-uk": NetworkSettings(group="other-uk")}
    network = NetworkTable(told).network("giffgaff-uk")
    assert network.cores == ("o2-uk",)
    assert network.groups == ("other-uk", "vmo2-uk")


def test_a_network_with_a_company_but_no_core_is_still_unknown() -> None:
    told = {"village-net-uk": NetworkSettings(group="bt-group-uk")}
    network = NetworkTable(told).network("village-net-uk")
    assert not network.known
    assert network.groups == ("bt-group-uk",)


@pytest.mark.parametrize("text", ["tesco", "TESCO uk", "Tesco Mobile"])
def test_brands_are_found_by_any_words(text: str) -> None:
    assert "tesco-mobile-uk" in [row.name for row in rows(text)]


def test_the_code_that_a_sim_carries_finds_its_brands() -> None:
    assert {"o2-uk", "giffgaff-uk", "tesco-mobile-uk"} <= {r.name for r in TABLE.of_plmn("23410")}


def test_the_command_prints_what_a_family_asks_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert networks("lycamobile uk", console=Console(width=200)) == 0
    said = capsys.readouterr().out
    for word in ("lycamobile-uk", "ee-uk", "2025-01-08", "telecoms.com", "on O2 in December 2018"):
        assert word in said


def test_the_command_says_what_an_unknown_brand_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert networks("[xyzzy]") == 1
    assert 'knows no network "[xyzzy]": it is assumed shared' in capsys.readouterr().out


def test_the_command_speaks_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert networks("o2-de", as_json=True) == 0
    document = json.loads(capfdbinary.readouterr().out)
    (host,) = [row for row in document["networks"] if row["name"] == "o2-de"]
    assert (host["core"], host["as_of"], host["confidence"]) == (["o2-de"], "2025-03-14", "high")


CONTRADICTIONS = {
    ("23430", "virgin-mobile-uk"): "Virgin left EE for Vodafone in 2021 and went to O2 in 2023",
    ("23431", "virgin-mobile-uk"): "the same",
    ("23432", "virgin-mobile-uk"): "the same",
    ("23433", "virgin-mobile-uk"): "the same",
    ("23410", "manx-telecom-im"): "its SIMs begin 519 there and roam; at home it has its own core",
}
"""What public tables say and ours does not, and why: the code, our row, the reason."""


def test_brands_that_share_a_code_share_a_core(data: Path) -> None:
    """The code on the SIM is the best evidence there is of whose core it hangs on."""
    cores: dict[str, dict[str, set[str]]] = {}
    for entry in entries(data):
        name = our_name(entry)
        if name is not None and (entry.plmn, name) not in CONTRADICTIONS:
            cores.setdefault(entry.plmn, {})[name] = set(TABLE.network(name).cores)
    torn = {
        plmn: brands for plmn, brands in cores.items() if not set.intersection(*brands.values())
    }
    assert torn == {}
    assert sum(len(brands) > 1 for brands in cores.values()) >= 8


def test_each_contradiction_is_still_one(data: Path) -> None:
    """An exception whose reason is gone would hide the next mistake."""
    said = {(entry.plmn, our_name(entry)) for entry in entries(data)}
    assert set(CONTRADICTIONS) <= said
    for plmn, name in CONTRADICTIONS:
        hosts = {core for row in TABLE.of_plmn(plmn) if row.hosts for core in row.core}
        assert hosts
        assert not hosts & set(TABLE.network(name).cores)


def test_every_brand_of_the_public_tables_has_a_row_or_a_reason(data: Path) -> None:
    lost = {e.brand for e in entries(data) if our_name(e) is None} - set(NOT_FOR_FAMILIES)
    assert lost == set()
    assert all(name in TABLE for e in entries(data) if (name := our_name(e)) is not None)


def test_our_codes_that_go_by_a_public_table_are_in_it(data: Path) -> None:
    """A row that names its source must say what the source says."""
    tables = {"gnome_providers": "GNOME", "aosp_carrier_id": "AOSP carrier_list"}
    known = {(tables[entry.table], entry.plmn) for entry in entries(data)}
    lost = [
        (row.name, plmn)
        for row in ROWS
        if row.country in {"uk", "ie"} and row.confidence == "high"
        for plmn in row.plmn
        if not any((word, plmn) in known for word in tables.values() if word in row.source)
    ]
    assert lost == []
