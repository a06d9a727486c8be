"""What holds for documents of all foreign formats, and a number alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    HIGH_MG_DL,
    LOW_MG_DL,
    MG_DL_PER_MMOL_L,
    Bound,
    GlucoseReading,
    Malformed,
    NoReading,
    Reading,
    SeizureReading,
    Unit,
)
from relayd.wearables import FORMATS, Decoded, Origin
from relayd.wearables.document import MENDED_LIMIT

MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOON = datetime(2026, 6, 22, 12, 0, tzinfo=UTC)
MS = 1782126000000  # of NOON - 1 h


def decoded(form: str, document: object, origin: Origin = MIA) -> Decoded:
    return FORMATS[form](json.dumps(document).encode(), origin, NOON)


def readings(form: str, document: object, origin: Origin = MIA) -> tuple[Reading, ...]:
    found = decoded(form, document, origin)
    assert isinstance(found, tuple), found
    return found


def one(form: str, document: object, origin: Origin = MIA) -> Reading:
    (reading,) = readings(form, document, origin)
    return reading


def libre(**said: object) -> dict[str, object]:
    return {"FactoryTimestamp": "6/22/2026 11:00:00 AM", "type": 1, **said}


def test_the_list_of_formats_is_the_contracts() -> None:
    assert [*FORMATS] == ["relayd", "nightscout", "librelinkup", "dexcom-share", "osd", "number"]


@pytest.mark.parametrize(
    ("form", "document"),
    [
        ("nightscout", []),
        ("nightscout", {"status": 200, "result": []}),
        ("nightscout", {"status": 401, "message": "Unauthorized"}),
        ("dexcom-share", []),
        ("dexcom-share", {"Code": "SessionIdNotFound", "Message": "…", "SubCode": ""}),
        ("librelinkup", {"status": 0, "data": []}),
        ("librelinkup", {"status": 2, "error": {"message": "notAuthenticated"}}),
        ("librelinkup", {"status": 4, "data": {"step": {"type": "tou"}}}),
        ("librelinkup", {"status": 920, "data": {"minimumVersion": "9"}}),
        ("librelinkup", {"status": 0, "data": {"redirect": True, "region": "eu"}}),
        ("librelinkup", {"data": {"connection": {"glucoseMeasurement": None}, "graphData": []}}),
        ("osd", []),
    ],
)
def test_an_answer_without_readings_is_one_that_says_so(form: str, document: object) -> None:
    """It is a word of the source, not a fault of the payload; and it is silence, not health."""
    reading = one(form, document)
    assert isinstance(reading, NoReading)
    assert (reading.wearer, reading.at) == ("mia", None)


@pytest.mark.parametrize("form", ["nightscout", "dexcom-share", "librelinkup", "osd"])
@pytest.mark.parametrize("document", [{}, 5, "text", None, [5], [{}], {"a": 1}, [[1]]])
def test_a_document_of_something_else_is_malformed(form: str, document: object) -> None:
    assert isinstance(decoded(form, document), Malformed)


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("nightscout", {"sgv": 104, "date": MS}, {"sgv": [], "date": MS}),
        ("dexcom-share", {"Value": 104, "WT": f"Date({MS})"}, {"Trend": "Flat"}),
        ("librelinkup", libre(ValueInMgPerDl=104), {"isLow": True}),
        ("osd", {"alarmState": 2}, {"alarmState": 99}),
    ],
)
def test_one_bad_entry_does_not_spoil_the_others(form: str, good: object, bad: object) -> None:
    flaw, reading = readings(form, [good, bad])
    assert isinstance(flaw, NoReading)
    assert isinstance(reading, GlucoseReading | SeizureReading)
    assert isinstance(decoded(form, [bad, bad]), Malformed)


@pytest.mark.parametrize(
    ("form", "value", "time"),
    [
        ("nightscout", "sgv", "date"),
        ("dexcom-share", "Value", "WT"),
        ("librelinkup", "ValueInMgPerDl", "FactoryTimestamp"),
    ],
)
def test_only_a_low_stands_without_its_time(form: str, value: str, time: str) -> None:
    """A value in range could be of yesterday; a low that is not told is worse than one late."""
    assert isinstance(decoded(form, {value: 104, time: "?"}), Malformed)
    assert one(form, {value: 60, time: "?"}) == GlucoseReading("mia", 60.0, None)


@pytest.mark.parametrize(
    ("payload", "mg_dl", "bound"),
    [
        (b"72", 72.0, Bound.WITHIN),
        (b"72.0\n", 72.0, Bound.WITHIN),
        (b'"72"', 72.0, Bound.WITHIN),
        (b' "72,5" ', 72.5, Bound.WITHIN),
        (b"\xef\xbb\xbf72", 72.0, Bound.WITHIN),
        (b'"LOW"', LOW_MG_DL, Bound.LOW),
        (b"high", HIGH_MG_DL, Bound.HIGH),
    ],
)
def test_a_number_alone_is_a_value(payload: bytes, mg_dl: float, bound: Bound) -> None:
    found = FORMATS["number"](payload, replace(MIA, unit=Unit.MG_DL), NOON)
    assert found == (GlucoseReading("mia", mg_dl, None, None, bound),)


def test_a_number_alone_is_of_the_origins_unit() -> None:
    expected = GlucoseReading("mia", 4.0 * MG_DL_PER_MMOL_L, None)
    assert FORMATS["number"](b"4.0", MIA, NOON) == (expected,)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b'""', b"  ", b"nan", b"NaN", b'"unavailable"', b"unavailable", b'"unknown"'),
        *(b"None", b"null", b"offline", b'"Warming up"', b"5.5", b"0", b"-1", b"1e9", b"inf"),
    ],
)
def test_a_word_alone_is_no_reading(payload: bytes) -> None:
    """Home Assistant's "unavailable" is silence, and silence must be noticed."""
    found = FORMATS["number"](payload, replace(MIA, unit=Unit.MG_DL), NOON)
    assert isinstance(found, tuple)
    assert isinstance(found[0], NoReading)


@pytest.mark.parametrize("payload", [b'{"value": 5}', b"[5]", b"\xff", b"5" * 65, b"5\x005"])
def test_anything_else_in_place_of_a_number_is_malformed(payload: bytes) -> None:
    assert isinstance(FORMATS["number"](payload, MIA, NOON), Malformed)


@pytest.mark.parametrize("form", ["nightscout", "dexcom-share", "librelinkup", "osd"])
def test_a_document_of_more_than_a_megabyte_or_3000_entries_is_malformed(form: str) -> None:
    """Every wearer's alarms wait while one document is read."""
    entry = {"sgv": 99, "Value": 99, "alarmState": 0}
    assert len(readings(form, [entry] * 3_000)) == 3_000
    assert isinstance(decoded(form, [entry] * 3_001), Malformed)
    assert isinstance(decoded(form, {**entry, "note": "x" * (1 << 20)}), Malformed)


def test_a_large_document_with_words_that_json_lacks_is_malformed_and_not_mended() -> None:
    """Mending is slow; every wearer's alarms would wait for it."""
    large = b'{"alarmState": 2, "hr": NaN, "note": "%s"}' % (b"x" * MENDED_LIMIT)
    assert isinstance(FORMATS["osd"](large, MIA, NOON), Malformed)
    assert isinstance(FORMATS["osd"](large.replace(b"NaN", b"72"), MIA, NOON), tuple)
