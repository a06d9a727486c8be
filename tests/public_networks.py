"""Public tables of networks, read where they lie, and what families call the brands in them."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A brand in a public table, and the code that its SIMs carry."""

    table: str
    plmn: str
    brand: str


NAMES: Mapping[str, str] = {
    "BT": "bt-mobile-uk", "BT Mobile": "bt-mobile-uk", "British Telecom": "bt-mobile-uk",
    "BT Business": "bt-mobile-uk", "BT One Phone": "bt-onephone-uk",
    "EE": "ee-uk", "EE Business": "ee-uk", "1pMobile": "1pmobile-uk", "Spusu GB": "spusu-uk",
    "Spitfire Network Services Ltd": "spitfire-uk",
    "O2": "o2-uk", "o2prepaid_gb": "o2-uk", "giffgaff": "giffgaff-uk", "Tesco": "tesco-mobile-uk",
    "Tesco Mobile": "tesco-mobile-uk", "TalkTalk": "talktalk-mobile-uk", "Sky": "sky-mobile-uk",
    "Virgin": "virgin-mobile-uk", "Virgin Mobile": "virgin-mobile-uk",
    "Opal Telecom Ltd": "talktalk-mobile-uk",
    "Three Mobile": "three-uk", "3": "three-uk", "Smarty": "smarty-uk", "Superdrug": "superdrug-uk",
    "iD Mobile": "id-mobile-uk", "Vodafone": "vodafone-uk", "Lebara": "lebara-uk",
    "Lebara UK": "lebara-uk", "TalkMobile": "talkmobile-uk", "Asda Mobile": "asda-mobile-uk",
    "Truphone": "truphone-uk", "Lycamobile": "lycamobile-uk",
    "Manx Telecom": "manx-telecom-im", "Jersey Telecom": "jt-je",
    "Cable and Wireless Guensey Ltd": "sure-gg", "Jersey Telenet Ltd": "airtel-vodafone-je",
}  # fmt: skip
IRISH: Mapping[str, str] = {
    "3": "three-ie", "O2": "three-ie", "Three Ireland": "three-ie", "Vodafone": "vodafone-ie",
    "Tesco": "tesco-mobile-ie", "Eircom": "eir-ie", "E-Mobile": "emobile-ie",
    "Meteor": "meteor-ie", "Meteor Mobile Communications Ltd.": "meteor-ie",
    "Lycamobile": "lycamobile-ie", "Virgin Media Ireland": "virgin-mobile-ie",
}  # fmt: skip
NOT_FOR_FAMILIES = {
    "Mapesbury Communications Ltd.": "Vectone, closed",
    "FMS Solutions Ltd": "reserved", "Internet One Ltd": "withdrawn", "Flextel Ltd": "withdrawn",
    "Cable and Wireless plc": "withdrawn", "Wire9 Telecom plc": "not told to families",
    "Ntework Rail Infrastructure Ltd": "railway", "Hay Systems Ltd": "gateway",
    "Teleware plc": "business", "Gamma": "business", "Jump": "business", "Travelfy": "travel SIM",
    "Sainsbury's": "closed", "Google Fi-3UK": "Americans abroad", "Google Fi": "Americans abroad",
    "DENT": "travel SIM", "TANGO-UK": "business", "TANGO": "business", "LIFE": "closed",
    "Emergency Services Network": "emergency services", "Telet": "rural research",
    "Inquam Telecom (Holdings) Ltd.": "closed", "Airwave mmO2 Ltd": "emergency services",
    "Access Telecom": "closed", "Clever Communications Ltd.": "closed",
}  # fmt: skip


def entries(data: Path) -> Iterator[Entry]:
    """Every brand of the two public tables that go by codes."""
    folder = data / "networks"
    for name, column in (("aosp_carrier_id", "carrier_name"), ("gnome_providers", "provider")):
        with (folder / f"{name}_gb_ie.csv").open(newline="") as file:
            for line in csv.DictReader(file):
                if line["mnc"]:
                    yield Entry(name, line["mcc"] + line["mnc"], line[column])


def our_name(entry: Entry) -> str | None:
    """The row of ours that *entry* speaks of; None for what families never meet."""
    irish = entry.plmn.startswith("272")
    return (IRISH if irish else NAMES).get(entry.brand)
