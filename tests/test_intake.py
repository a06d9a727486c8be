"""From a topic to its decoder: who reads what, for whom, and what is said when nobody can."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from relayd.domain.event import PayloadRejected, ReadingsReceived
from relayd.domain.reading import DeviceReading, GlucoseReading, SeizureReading, Unit, WatchState
from relayd.intake import Intake, covers
from relayd.wearables import FORMATS, OWN, Decoder, Origin

NOW = datetime(2026, 11, 22, 3, 10, 30, tzinfo=UTC)
GLUCOSE = b'{"value": 3.4, "unit": "mmol/L", "at": "2026-11-22T03:10:00Z"}'
WEARERS = {"mia": Origin("mia"), "leo": Origin("leo", unit=Unit.MG_DL)}


@dataclass(frozen=True, slots=True)
class Source:
    """An entry of ``[[sources]]``."""

    topic: str
    wearer: str
    format: str = "relayd"


def read(
    intake: Intake, topic: str, payload: bytes = GLUCOSE, *, retained: bool = False
) -> ReadingsReceived | PayloadRejected:
    return intake.read(topic, payload, retained=retained, received_at=NOW)


def wearer_of(event: ReadingsReceived | PayloadRejected) -> str:
    assert isinstance(event, ReadingsReceived), event
    (reading,) = event.readings
    return reading.wearer


def why(event: ReadingsReceived | PayloadRejected) -> str:
    assert isinstance(event, PayloadRejected), event
    return event.why


def test_it_asks_for_its_own_topics_and_each_source_once() -> None:
    sources = [Source("cgm/+/data", "mia"), Source("cgm/+/data", "leo"), Source("a/b", "mia")]
    assert Intake("home/relayd", WEARERS, sources).topics == (
        *(f"home/relayd/+/{kind}" for kind in OWN),
        "cgm/+/data",
        "a/b",
    )


def test_its_own_topics_name_the_wearer() -> None:
    intake = Intake("relayd", WEARERS)
    glucose = read(intake, "relayd/mia/glucose", retained=True)
    assert isinstance(glucose, ReadingsReceived)
    assert (glucose.retained, glucose.source) == (True, "relayd/mia/glucose")
    (reading,) = glucose.readings
    assert isinstance(reading, GlucoseReading)
    assert reading.mg_dl == pytest.approx(61.26, abs=0.01)
    seizure = read(intake, "relayd/leo/seizure", b'{"state": "alarm"}')
    assert isinstance(seizure, ReadingsReceived)
    assert seizure.readings == (SeizureReading("leo", WatchState.ALARM, None),)
    device = read(intake, "relayd/leo/device", b'{"battery_percent": 12}')
    assert isinstance(device, ReadingsReceived)
    assert device.readings == (DeviceReading("leo", 12, None),)


def test_the_unit_is_the_wearers_own() -> None:
    """A family's 3.4 must not be taken for 3.4 mg/dL, nor its 90 for 90 mmol/L."""
    event = read(Intake("relayd", WEARERS), "relayd/leo/glucose", b'{"value": 90}')
    assert isinstance(event, ReadingsReceived)
    (reading,) = event.readings
    assert isinstance(reading, GlucoseReading)
    assert reading.mg_dl == 90


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_can_be_a_source(name: str) -> None:
    intake = Intake("relayd", WEARERS, [Source("elsewhere/#", "mia", name)])
    rejected = read(intake, "elsewhere/a/b", b"\xff\x00")
    assert isinstance(rejected, PayloadRejected)
    assert (rejected.source, rejected.wearer) == ("elsewhere/a/b", "mia")
    assert rejected.why


def test_of_several_sources_the_first_in_the_file_reads() -> None:
    sources = [Source("cgm/one", "leo"), Source("cgm/+", "mia"), Source("cgm/#", "leo")]
    intake = Intake("relayd", WEARERS, sources)
    assert wearer_of(read(intake, "cgm/one")) == "leo"
    assert wearer_of(read(intake, "cgm/two")) == "mia"
    assert wearer_of(read(intake, "cgm/two/three")) == "leo"


def test_its_own_topics_go_before_sources_unless_the_wearer_is_unknown() -> None:
    intake = Intake("relayd", WEARERS, [Source("#", "leo")])
    assert wearer_of(read(intake, "relayd/mia/glucose")) == "mia"
    assert wearer_of(read(intake, "relayd/amelia/glucose")) == "leo"


@pytest.mark.parametrize(
    ("wearer", "says"),
    [
        ("mja", "did you mean 'mia'?"),
        ("Leo", "did you mean 'leo'?"),
        ("somebody", "add [wearers.somebody]"),
    ],
)
def test_a_wearer_that_does_not_exist_is_said_with_the_nearest_that_does(
    wearer: str, says: str
) -> None:
    intake = Intake("relayd", WEARERS)
    for _ in range(2):
        event = read(intake, f"relayd/{wearer}/glucose")
        assert f"no wearer '{wearer}'" in why(event)
        assert says in why(event)
        assert isinstance(event, PayloadRejected)
        assert event.wearer is None


@pytest.mark.parametrize("topic", ["relayd/mia/glucose", "relayd/gone/glucose", "cgm/data"])
@pytest.mark.parametrize("retained", [True, False])
def test_a_deleted_retained_message_says_nothing(topic: str, *, retained: bool) -> None:
    """An empty payload is how people clean up a broker; it must not become an alert."""
    intake = Intake("relayd", WEARERS, [Source("cgm/data", "mia")])
    assert read(intake, topic, b"", retained=retained) == ReadingsReceived((), retained, topic)


def test_a_topic_of_an_older_configuration_says_nothing() -> None:
    """The broker's session outlives the file: what nobody asks for any more is nobody's fault."""
    event = read(Intake("relayd", WEARERS), "old/source")
    assert event == ReadingsReceived((), source="old/source")


def test_a_payload_beyond_a_mebibyte_is_rejected_unread() -> None:
    intake = Intake("relayd", WEARERS, [Source("big", "mia", "nightscout")])
    rejected = read(intake, "big", b"[" + b" " * 1024 * 1024)
    assert "1,048,577 bytes" in why(rejected)
    assert isinstance(rejected, PayloadRejected)
    assert rejected.wearer == "mia"


def test_a_decoder_with_a_fault_rejects_instead_of_stopping_the_flow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message that relayd cannot bear must not keep the next one from being read."""

    def stumble(payload: bytes, origin: Origin, received_at: datetime) -> tuple[()]:
        raise RecursionError("3.4 is in here somewhere")

    monkeypatch.setitem(cast("dict[str, Decoder]", FORMATS), "faulty", stumble)
    intake = Intake("relayd", WEARERS, [Source("s", "mia", "faulty")])
    sentence = why(read(intake, "s"))
    assert "RecursionError" in sentence
    assert "3.4" not in sentence


@pytest.mark.parametrize(
    ("wearer", "payload", "said"),
    [
        ("leo", b'{"value": 7.5}', "implausibly low"),
        ("mia", b'{"value": 134}', "implausibly high"),
        ("leo", b'{"value": 75}', None),
        ("leo", b'{"value": null}', None),
    ],
)
def test_a_value_in_the_other_unit_is_counted_as_what_cannot_be_read(
    wearer: str, payload: bytes, said: str | None
) -> None:
    """It vanished: nothing was logged, counted or shown, and only the silence would have told."""
    event = read(Intake("relayd", WEARERS), f"relayd/{wearer}/glucose", payload)
    assert isinstance(event, PayloadRejected) is (said is not None)
    if said is not None:
        assert said in why(event)
        assert isinstance(event, PayloadRejected)
        assert event.wearer == wearer


def test_no_sentence_repeats_the_payload() -> None:
    for name in FORMATS:
        intake = Intake("relayd", WEARERS, [Source("s", "mia", name)])
        event = read(intake, "s", b'{"value": "canary-7", "sgv": {"canary-7": 1}, "x": canary-7')
        assert "canary" not in why(event)


def test_topics_by_the_thousand_do_not_fill_the_memory() -> None:
    """A broken bridge may put a clock into its topic."""
    intake = Intake("relayd", WEARERS, [Source("bridge/#", "mia")])
    for number in range(70_000):
        read(intake, f"bridge/{number}")
        if number < 3_000:
            read(intake, f"relayd/nobody-{number}/glucose")
    assert len(intake._known) <= 65_536
    assert len(intake._unknown) <= 1_000
    assert wearer_of(read(intake, "relayd/mia/glucose")) == "mia"
    assert "no wearer 'nobody-2999'" in why(read(intake, "relayd/nobody-2999/glucose"))


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a", False),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("+/+", "/b", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a/b", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
    ],
)
def test_filters_match_as_mqtt_says(pattern: str, topic: str, *, matches: bool) -> None:
    """Sections 4.7.1 and 4.7.2 of MQTT 5."""
    assert covers(pattern.split("/"), topic.split("/")) is matches


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("librelinkup", "payloads/librelinkup_graph.json"),
        ("dexcom-share", "payloads/dexcom_share_reading_2020_format.json"),
        ("nightscout", "payloads/nightscout_v1_entry_from_librelinkup.json"),
        ("osd", "seizure/osd_http_data_example.json"),
    ],
)
def test_real_documents_are_read_by_way_of_their_source(data: Path, name: str, sample: str) -> None:
    intake = Intake("relayd", WEARERS, [Source("real/+", "mia", name)])
    event = read(intake, "real/1", (data / sample).read_bytes())
    assert isinstance(event, ReadingsReceived), why(event)
    assert event.readings
    assert {reading.wearer for reading in event.readings} == {"mia"}
