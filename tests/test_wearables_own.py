"""relayd's own topics for watches and devices, and all three told apart by their keys."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    MG_DL_PER_MMOL_L,
    DeviceReading,
    GlucoseReading,
    Malformed,
    NoReading,
    SeizureReading,
    Unit,
    WatchState,
)
from relayd.wearables import FORMATS, OWN, Origin
from relayd.wearables.own import LIMIT

MIA = Origin("mia", Unit.MMOL_L, ZoneInfo("Europe/London"))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)
ISO = b'"2026-11-22T03:10:00Z"'


@pytest.mark.parametrize("topic", OWN)
def test_64_kib_are_read_and_a_byte_more_is_malformed(topic: str) -> None:
    payload = b'{"value": 5, "state": "ok", "battery_percent": 5}'
    assert isinstance(OWN[topic](payload.ljust(LIMIT), MIA, NOON), tuple)
    assert isinstance(OWN[topic](payload.ljust(LIMIT + 1), MIA, NOON), Malformed)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        *((state.value, state) for state in WatchState),
        ("ALARM", WatchState.ALARM),
        (" net fault ", WatchState.NET_FAULT),
        ("NetFault", WatchState.NET_FAULT),
        ("mute", WatchState.MUTED),
    ],
)
def test_a_watchs_state_is_read(said: str, state: WatchState) -> None:
    payload = b'{"state": "%s", "at": %s}' % (said.encode(), ISO)
    assert OWN["seizure"](payload, MIA, NOON) == (SeizureReading("mia", state, AT),)


@pytest.mark.parametrize("state", ['"seizing"', "2", "true", "[]", '""'])
def test_a_state_that_relayd_does_not_know_is_malformed(state: str) -> None:
    payload = b'{"state": %s}' % state.encode()
    assert isinstance(OWN["seizure"](payload, MIA, NOON), Malformed)


def test_a_watch_without_a_state_is_no_reading() -> None:
    decoded = OWN["seizure"](b'{"state": null, "at": %s}' % ISO, MIA, NOON)
    assert decoded == (NoReading("mia", AT, "the watch gave no state"),)


@pytest.mark.parametrize("state", WatchState)
def test_every_state_but_ok_stands_without_its_time(state: WatchState) -> None:
    """A seizure must not be lost to a bad clock; an "ok" of yesterday must not count."""
    decoded = OWN["seizure"](b'{"state": "%s", "at": "?"}' % state.encode(), MIA, NOON)
    if state is WatchState.OK:
        assert isinstance(decoded, Malformed)
    else:
        assert decoded == (SeizureReading("mia", state, None),)


@pytest.mark.parametrize(("said", "percent"), [("12", 12.0), ('"12,5"', 12.5), ("0", 0.0)])
def test_a_battery_level_is_read(said: str, percent: float) -> None:
    payload = b'{"battery_percent": %s, "at": %s}' % (said.encode(), ISO)
    assert OWN["device"](payload, MIA, NOON) == (DeviceReading("mia", percent, AT),)


@pytest.mark.parametrize("said", ["-1", "101", "255", "null"])
def test_a_battery_level_that_cannot_be_is_no_reading(said: str) -> None:
    decoded = OWN["device"](b'{"battery_percent": %s}' % said.encode(), MIA, NOON)
    assert isinstance(decoded, tuple)
    assert isinstance(decoded[0], NoReading)


@pytest.mark.parametrize("said", ["true", '"full"', "[]"])
def test_a_battery_level_that_is_no_number_is_malformed(said: str) -> None:
    payload = b'{"battery_percent": %s}' % said.encode()
    assert isinstance(OWN["device"](payload, MIA, NOON), Malformed)
    assert isinstance(OWN["device"](b'{"battery_percent": 5, "at": "?"}', MIA, NOON), Malformed)


@pytest.mark.parametrize("topic", OWN)
@pytest.mark.parametrize("payload", [b"{}", b'{"temperature": 21}'])
def test_a_payload_without_its_key_is_malformed(topic: str, payload: bytes) -> None:
    assert isinstance(OWN[topic](payload, MIA, NOON), Malformed)
    assert isinstance(FORMATS["relayd"](payload, MIA, NOON), Malformed)


@pytest.mark.parametrize(
    ("payload", "kinds"),
    [
        (b'{"value": 5}', [GlucoseReading]),
        (b'{"value": null}', [NoReading]),
        (b'{"state": "ok"}', [SeizureReading]),
        (b'{"battery_percent": 12}', [DeviceReading]),
        (b'{"state": "ok", "battery_percent": 12}', [SeizureReading, DeviceReading]),
        (b'{"state": "??", "battery_percent": 12}', [NoReading, DeviceReading]),
        (b'{"value": 5, "unit": "g/L", "state": "fall"}', [NoReading, SeizureReading]),
    ],
)
def test_format_relayd_tells_the_three_payloads_apart_by_their_keys(
    payload: bytes, kinds: list[type]
) -> None:
    decoded = FORMATS["relayd"](payload, MIA, NOON)
    assert isinstance(decoded, tuple)
    assert [type(reading) for reading in decoded] == kinds


@pytest.mark.parametrize(
    ("payload", "mmol_l"),
    [
        pytest.param(
            b'{"__proto__": {"value": 1}, "value": 5.5, "id": "%s%n"}', 5.5, id="unknown keys"
        ),
        pytest.param(b'{"value": 9, "value": 3}', 3, id="a key given twice: the last counts"),
        pytest.param(b'\xef\xbb\xbf{"value": 5}', 5, id="a byte order mark"),
    ],
)
def test_oddities_of_a_document_do_not_spoil_its_value(payload: bytes, mmol_l: float) -> None:
    found = OWN["glucose"](payload, MIA, NOON)
    assert isinstance(found, tuple)
    (reading,) = found
    assert isinstance(reading, GlucoseReading)
    assert reading.mg_dl == pytest.approx(mmol_l * MG_DL_PER_MMOL_L)
