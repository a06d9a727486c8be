"""Documents recorded from real services and apps, read in place, with what they come to."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    DeviceReading,
    GlucoseReading,
    Malformed,
    NoReading,
    Reading,
    SeizureReading,
    Trend,
    Unit,
    WatchState,
)
from relayd.wearables import FORMATS, OWN, Decoded, Origin

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the recorded documents are kept beside the repository, not in it"
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def value(mg_dl: float, at: str, trend: Trend | None = None) -> GlucoseReading:
    return GlucoseReading("mia", mg_dl, utc(at), trend)


def decoded(form: str, name: str) -> Decoded:
    return FORMATS[form]((DATA / name).read_bytes(), MIA, NOW)


def readings(form: str, name: str) -> tuple[Reading, ...]:
    found = decoded(form, name)
    assert isinstance(found, tuple), found
    stamps = [reading.at for reading in found if reading.at is not None]
    assert stamps == sorted(stamps)
    return found


RECORDED = [
    (
        "nightscout",
        "payloads/nightscout_v1_entries_xdrip.json",
        10,
        value(206.0, "2020-08-05T18:13:16.104", Trend.STEADY),
        value(169.0, "2020-08-05T19:01:06.533", Trend.FALLING_SLOWLY),
    ),
    (
        "nightscout",
        "payloads/nightscout_v1_entry_from_librelinkup.json",
        1,
        value(188.0, "2022-12-30T07:15:40", Trend.STEADY),
        value(188.0, "2022-12-30T07:15:40", Trend.STEADY),
    ),
    (
        "nightscout",
        "payloads/nightscout_v1_entry_schema_example.json",
        1,
        value(120.0, "2024-01-01T00:00:00", Trend.STEADY),
        value(120.0, "2024-01-01T00:00:00", Trend.STEADY),
    ),
    (
        "nightscout",
        "payloads/nightscout_v3_entries_search.json",
        3,
        value(130.0, "2021-02-11T15:15:28.225", Trend.STEADY),
        value(116.0, "2021-02-11T15:25:28.928", Trend.FALLING_SLOWLY),
    ),
    (
        "librelinkup",
        "payloads/librelinkup_graph.json",
        142,
        value(173.0, "2022-12-30T04:50:40"),
        value(115.0, "2022-12-30T16:47:40", Trend.STEADY),
    ),
    (
        "librelinkup",
        "payloads/librelinkup_logbook_mmol.json",
        3,
        value(159.0, "2024-11-09T15:19:00", Trend.STEADY),
        value(197.0, "2024-11-10T17:13:36", Trend.STEADY),
    ),
    (
        "dexcom-share",
        "payloads/dexcom_share_reading_2020_format.json",
        1,
        value(110.0, "2020-04-18T03:13:43", Trend.STEADY),
        value(110.0, "2020-04-18T03:13:43", Trend.STEADY),
    ),
    (
        "osd",
        "seizure/osd_event_53708_hr_alarm_test.json",
        2,
        SeizureReading("mia", WatchState.ALARM, utc("2023-06-17T21:17:27")),
        DeviceReading("mia", 85.0, utc("2023-06-17T21:17:27")),
    ),
    (
        "osd",
        "seizure/osd_http_data_example.json",
        2,
        SeizureReading("mia", WatchState.OK, None),
        DeviceReading("mia", 80.0, None),
    ),
    (
        "osd",
        "seizure/osd_http_data_fault_1970.json",
        1,
        SeizureReading("mia", WatchState.FAULT, None),
        SeizureReading("mia", WatchState.FAULT, None),
    ),
    (
        "osd",
        "seizure/osd_http_settings_example.json",
        2,
        SeizureReading("mia", WatchState.OK, utc("2026-05-08T11:34:56")),
        DeviceReading("mia", 85.0, utc("2026-05-08T11:34:56")),
    ),
    (
        "osd",
        "seizure/osd_garmin_settings_post_example.json",
        1,
        DeviceReading("mia", 80.0, None),
        DeviceReading("mia", 80.0, None),
    ),
]


@pytest.mark.parametrize(
    ("form", "name", "count", "first", "last"), RECORDED, ids=[row[1] for row in RECORDED]
)
def test_a_recorded_document_comes_to(
    form: str, name: str, count: int, first: Reading, last: Reading
) -> None:
    found = readings(form, name)
    assert len(found) == count
    assert (found[0], found[-1]) == (first, last)


def test_golden_n_a_recorded_night_of_error_codes_is_no_reading() -> None:
    """Twelve times ``sgv: "5"`` after a gap of six hours: silence, and no severe hypo."""
    found = readings("nightscout", "payloads/nightscout_v1_entries_sensor_error.json")
    values, codes = found[:-12], found[-12:]
    assert values[0] == value(169.0, "2014-07-19T09:34:15", Trend.STEADY)
    assert values[-1] == value(178.0, "2014-07-19T10:59:15", Trend.STEADY)
    assert len(values) == 18
    assert all(isinstance(reading, GlucoseReading) for reading in values)
    assert all(isinstance(reading, NoReading) for reading in codes)
    assert codes[0].at == utc("2014-07-19T16:54:15")
    assert codes[-1].at == utc("2014-07-19T17:49:15")


def test_the_recorded_day_of_a_libre_touches_70_and_never_lies_below() -> None:
    values = readings("librelinkup", "payloads/librelinkup_graph.json")
    assert min(r.mg_dl for r in values if isinstance(r, GlucoseReading)) == 70.0


def test_the_recorded_times_of_nightscout_agree_with_each_other() -> None:
    """The same moment, written as epoch, as UTC and with an offset."""
    for name in ("entries_xdrip", "entries_sensor_error"):
        entries = json.loads((DATA / f"payloads/nightscout_v1_{name}.json").read_bytes())
        for entry in entries:
            ways = [{"sgv": 99, key: entry[key]} for key in ("date", "dateString")]
            by_epoch, by_text = (
                FORMATS["nightscout"](json.dumps(way).encode(), MIA, NOW) for way in ways
            )
            assert by_epoch == by_text


def shared(name: str) -> list[bytes]:
    """Unwrap what Dexcom Share answered from the recording around it."""
    recording = json.loads((DATA / name).read_bytes())
    return [json.dumps(exchange["body"]).encode() for exchange in recording]


def test_what_dexcom_share_answered_on_three_occasions() -> None:
    found = [
        FORMATS["dexcom-share"](body, MIA, NOW)
        for body in shared("payloads/dexcom_share_current_reading.json")
    ]
    assert found == [
        (value(224.0, "2025-04-19T16:43:33.817", Trend.STEADY),),
        (value(216.0, "2025-04-19T16:58:33.085", Trend.STEADY),),
        (value(175.0, "2025-06-15T21:29:29.925", Trend.STEADY),),
    ]


def test_what_dexcom_share_answered_when_it_had_nothing() -> None:
    bodies = shared("payloads/dexcom_share_no_reading.json")
    assert len(bodies) == 3
    for body in bodies:
        found = FORMATS["dexcom-share"](body, MIA, NOW)
        assert found == (NoReading("mia", None, "Dexcom Share has no readings"),)


def test_a_sign_in_that_librelinkup_refused_is_said() -> None:
    found = readings("librelinkup", "payloads/librelinkup_login_failed.json")
    assert found == (NoReading("mia", None, "the account refused the sign-in"),)


@pytest.mark.parametrize(
    "name",
    [
        "payloads/nightscout_alarm_socket_alarm.json",
        "payloads/tidepool_cbg_examples.json",
        "payloads/hl7_cgm_sensor_reading_examples.fsh",
        "seizure/osd_alarm_states.csv",
    ],
)
def test_a_recorded_document_of_another_kind_is_malformed_to_everybody(name: str) -> None:
    """A source set to the wrong format must be told, not pass for a quiet night."""
    for form in FORMATS:
        assert isinstance(decoded(form, name), Malformed)


def test_every_recorded_document_is_survived_by_every_decoder() -> None:
    names = [*(DATA / "payloads").iterdir(), *(DATA / "seizure").iterdir()]
    assert len(names) > 15
    for decode in (*FORMATS.values(), *OWN.values()):
        for name in names:
            assert isinstance(decode(name.read_bytes(), MIA, NOW), tuple | Malformed)
