"""What ``relayd check`` says of shared fate: networks, companies, services, hours."""

import pytest
from fates import DONGLE, GRAN, SIREN, TOM_ON, found, read, sharing

from relayd.check import kept_promise


def test_carers_on_two_cores_keep_the_promise() -> None:
    assert found(level="bad") == []
    assert kept_promise(read())


def test_golden_k_giffgaff_and_tesco_mobile_are_one_network() -> None:
    """Two SIMs of two brands, and O2 fails for both."""
    changes = (TOM_ON, '"giffgaff-uk"')
    (text,) = sharing({"core": "o2-uk"}, changes)
    assert "Tesco Mobile and giffgaff are one network, O2" in text
    assert "If O2 fails, nobody is reached in time for Mia: only the siren in the house" in text
    assert "An EE or Three SIM would be independent" in text
    assert "Vodafone has a core of its own but shares masts with O2" in text
    assert "a landline only if it does not ride on the same broadband" in text
    assert not kept_promise(read(changes))


def test_a_carers_routes_on_one_sim_are_said_to_be_one() -> None:
    (text,) = sharing({"core": "o2-uk"}, level="warn")
    assert text == (
        "Ana's push and text both end on O2: Tesco Mobile is O2. If O2 fails, "
        "only the siren in the house is left"
    )
    (carer,) = [f.carer for f in found(level="warn") if f.shares == {"core": "o2-uk"}]
    assert carer == "ana"


def test_routes_that_share_a_service_are_a_note_while_others_do_not() -> None:
    extra = (SIREN, '  { channel = "text", to = "+441632960123", network = "bt-landline-uk" },\n')
    (text,) = sharing({"service": "api.twilio.com"}, extra, level="note")
    assert "If it fails, only push still works" in text


@pytest.mark.parametrize("brand", ["village-net-uk", "nobody-knows"])
def test_an_unknown_brand_is_assumed_shared(brand: str) -> None:
    """Two carers on brands nobody knows may well be on one core."""
    changes = (("tesco-mobile-uk", f"{brand}"), (TOM_ON, '"other-net-uk"'))
    (text,) = sharing({"core": "unknown"}, *changes)
    assert "assumed shared" in text
    assert brand in text
    said = [f.text for f in found(*changes, level="warn")]
    assert sum("assumed shared with every other" in line for line in said) == 2
    assert not kept_promise(read(*changes))


def test_one_unknown_brand_beside_a_known_one_may_still_be_the_same() -> None:
    (text,) = sharing({"core": "unknown"}, (TOM_ON, '"village-net-uk"'))
    assert "village-net-uk" in text


def test_a_misspelt_brand_is_told_the_right_one() -> None:
    (text,) = [f.text for f in found((TOM_ON, '"gifgaff-uk"')) if "gifgaff-uk:" in f.text]
    assert "did you mean giffgaff-uk?" in text


def test_routes_without_a_network_are_assumed_shared() -> None:
    changes = ((', network = "tesco-mobile-uk"', ""), (f", network = {TOM_ON}", ""))
    (text,) = sharing({"core": "unknown"}, *changes)
    assert "name no network" in text
    notes = [f.text for f in found(*changes, level="note")]
    assert any("Ana's push, Ana's text, Tom's text and Tom's push" in line for line in notes)


def test_paths_without_a_network_are_assumed_shared() -> None:
    """If both ways out may be the same company's, one failure may mute relayd."""
    changes = ((f"{DONGLE}\n", ""), ('network = "sky-broadband-uk"\n', ""))
    assert sharing({"core": "unknown"}, *changes)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ('[networks.village-net-uk]\ncore = "village-net-uk"\n', True),
        ('[networks.village-net-uk]\ncore = "o2-uk"\n', False),
        ('[networks.village-net-uk]\ngroup = "village-uk"\n', False),
    ],
)
def test_what_the_family_knows_counts(told: str, kept: bool) -> None:  # noqa: FBT001
    config = read((TOM_ON, '"village-net-uk"'), ("[plan]", f"{told}[plan]"))
    assert kept_promise(config) is kept


def test_a_core_that_nobody_else_is_on_may_be_a_slip() -> None:
    told = '[networks.village-net-uk]\ncore = "thre-uk"\n[plan]'
    (text,) = [f.text for f in found(("[plan]", told)) if "nobody else is on" in f.text]
    assert 'did you mean "three-uk"?' in text


def test_one_company_for_all_ways_out_and_carers_is_bad() -> None:
    """Rogers 2022: broadband and phones of one company fell together."""
    changes = (("sky-broadband-uk", "bt-broadband-uk"), (DONGLE, 'network = "1pmobile-uk"'))
    (text,) = sharing({"group": "bt-group-uk"}, *changes)
    assert text.startswith("EE, BT broadband and 1pMobile belong to one company")
    assert "nobody is reached in time for Mia" in text


def test_a_company_with_two_cores_is_told_apart_from_a_core() -> None:
    changes = (("tesco-mobile-uk", "voxi-uk"), (TOM_ON, '"smarty-uk"'))
    bad = [dict(f.shares or {}) for f in found(*changes, level="bad")]
    assert bad == [{"group": "vodafonethree-uk"}]


def test_cores_on_shared_masts_are_a_warning_and_no_more() -> None:
    changes = (TOM_ON, '"vodafone-uk"')
    (text,) = sharing({"ran": "cornerstone-uk"}, changes, level="warn")
    assert "Tesco Mobile and Vodafone share masts" in text
    assert kept_promise(read(changes))


def test_the_dongle_on_a_carers_network_is_said() -> None:
    (text,) = [f.text for f in found((DONGLE, 'network = "bt-mobile-uk"')) if "both ends" in f.text]
    assert text == (
        "the path dongle and Tom's text and push are both on EE: if it fails, both ends go"
    )


def test_a_dongle_on_the_only_carers_network_that_broadband_cannot_replace_is_bad() -> None:
    """Ana on O2 by the dongle alone, Tom on Three: Three takes the dongle and Tom."""
    changes = (
        ('[paths.broadband]\ninterface = "eth0"\nnetwork = "sky-broadband-uk"\n', ""),
        (TOM_ON, '"three-uk"'),
    )
    assert [dict(f.shares or {}) for f in found(*changes, level="bad")] == [{"path": "dongle"}]


def test_at_home_wifi_counts_for_a_push_and_only_where_the_line_is_another_companys() -> None:
    """Ana and Tom both on O2: Wi-Fi at home saves the push when the O2 core fails."""
    changes = [(TOM_ON, '"o2-uk"')]
    home = ('name = "Ana"', 'name = "Ana"\nat_home = true')
    assert sharing({"core": "o2-uk"}, *changes)
    assert sharing({"core": "o2-uk"}, *changes, home) == []
    line = ("sky-broadband-uk", "virgin-media-broadband-uk")
    assert sharing({"group": "vmo2-uk"}, *changes, home, line)


def test_an_hour_with_one_network_left_is_judged_by_itself() -> None:
    """By day there are two; at night both who may be called are on O2."""
    changes = (
        ('name = "Tom"', 'name = "Tom"\nwhen = "daily 08:00-18:00"'),
        ("[plan]", f"{GRAN}[plan]"),
        ('["ana", "tom"]', '["ana", "tom", "gran"]'),
    )
    (text,) = sharing({"core": "o2-uk"}, *changes)
    assert "while only Ana and Gran can be called (such as Mon 00:00)" in text


def test_an_hour_with_nobody_in_time_is_bad() -> None:
    changes = (
        ('name = "Ana"', 'name = "Ana"\nwhen = "daily 08:00-18:00"'),
        (
            '[{ tell = ["ana", "tom"] }]',
            '[{ tell = ["ana"] }, { tell = ["tom"], after = "5 min" }]',
        ),
    )
    said = [f.text for f in found(*changes, level="bad")]
    assert any("such as Mon 00:00, nobody who is on duty is called for Mia" in s for s in said)


def test_a_brand_of_which_the_table_is_not_sure_is_to_be_verified() -> None:
    (text,) = [f.text for f in found((TOM_ON, '"ecotalk-uk"')) if "unverified" in f.text]
    assert "Ecotalk on EE, as of 2025-06-01" in text


def test_no_finding_gives_a_number_or_a_topic_away() -> None:
    said = " ".join(f.text for f in found((TOM_ON, '"giffgaff-uk"')))
    assert "+44" not in said
    assert "k3f9x" not in said
    assert "AC0000" not in said


def test_two_routes_of_one_channel_are_told_apart() -> None:
    """*Text and text end on O2, only text still works* says nothing."""
    extra = (SIREN, '  { channel = "text", to = "+441632960123", network = "bt-landline-uk" },\n')
    (text, *_) = sharing({"core": "o2-uk"}, extra, level="note")
    assert "Ana's push and text by Tesco Mobile both end on O2" in text
    assert "only text by BT landline still works" in text
    more = extra[1] + extra[1].replace("960123", "960789")
    (text, *_) = sharing({"core": "o2-uk"}, (SIREN, more), level="note")
    assert "only text to …0123 and text to …0789 still work" in text
