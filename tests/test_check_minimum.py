"""What ``relayd check`` says of the least that survives the five outages."""

import pytest
from fates import DONGLE, SIREN, TOM_ON, WATCHER, found


def test_a_silence_is_the_only_alarm_when_the_wearers_network_fails() -> None:
    (text,) = [f.text for f in found(level="note") if f.wearer == "mia"]
    assert text == (
        "if O2 fails, Mia's readings stop as well (giffgaff is O2): "
        "silence is the only alarm then, after 16 min"
    )


MINIMUM = [
    ((SIREN, ""), "warn", "no sounder in the house"),
    ((DONGLE, 'network = "three-uk"\n[paths.two]\ninterface = "eth1"'), None, "way out is known"),
    ((DONGLE, 'network = "sky-broadband-uk"'), "warn", "no way out is known"),
    ((WATCHER, ""), "bad", "nobody watches relayd"),
    ((TOM_ON, '"giffgaff-uk"'), "bad", "are one network, O2"),
    (("[wearers.mia.glucose]", '[wearers.mia.glucose]\nsilent_after = "3 h"'), "warn",
     "nobody is watching"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "level", "word"), MINIMUM, ids=lambda value: str(value)[:20])
def test_what_is_missing_of_the_least_that_survives_is_one_finding_each(
    change: tuple[str, str], level: str | None, word: str
) -> None:
    said = [f.level for f in found(change) if word in f.text and f.carer is None]
    assert said == ([level] if level else [])
