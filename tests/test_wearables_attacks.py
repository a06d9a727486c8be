"""Hostile and broken payloads: no decoder raises, hangs, or says more than one plain sentence."""

import gzip
import json
import pickle
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from relayd.domain.reading import (
    IMPLAUSIBLE_ABOVE_MG_DL,
    IMPLAUSIBLE_BELOW_MG_DL,
    DeviceReading,
    GlucoseReading,
    Malformed,
    NoReading,
    Reading,
    SeizureReading,
)
from relayd.wearables import FORMATS, OWN, Decoded, Decoder, Origin

LEO = Origin("leo", zone=ZoneInfo("Europe/London"))
NOW = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
DECODERS = {**FORMATS, **{f"own {topic}": decoder for topic, decoder in OWN.items()}}
STRANGE: list[object] = [None, True, -1, 0, 39, 1e18, 10**19, "", "LOW", "x", [], {}, [None]]
KEYS = ("value", "state", "battery_percent", "sgv", "Value", "ValueInMgPerDl", "alarmState")
TIMES = ("at", "date", "dateString", "WT", "FactoryTimestamp", "Timestamp", "dataTime")
GENEROUS_S = 10.0  # the largest takes some 50 ms; quadratic work on it would take hours

LIBRE = (
    b'{"status":0,"data":{"graphData":[],"connection":{"glucoseMeasurement":{"TrendArrow":2,'
    b'"FactoryTimestamp":"11/22/2026 3:10:00 AM","ValueInMgPerDl":96,"Value":5.3}}}}'
)
SOUND = [
    b'{"value": 112, "unit": "mg/dL", "at": 1732240000.123, "trend": "steady"}',
    b'{"state": "alarm", "at": "2026-11-22T03:10:00Z", "battery_percent": 12}',
    b'[{"type":"sgv","sgv":"104","date":1732240000123,"dateString":"2024-11-22T02:00:00Z"}]',
    LIBRE,
    b'[{"WT":"Date(1732240000123)","ST":"/Date(1732240000123)/","Value":88,"Trend":"Flat"}]',
    b'{"dataTime":"22-11-2026 03:10:00","alarmState":0,"batteryPc":80,"hr":NaN}',
    b'"72.5"',
]


def said_everywhere(value: str, *, keys: tuple[str, ...] = KEYS, bare: bool = True) -> list[bytes]:
    """Put *value* under every key that a decoder reads, and alone."""
    other = '"value": 6, "sgv": 99, "Value": 99, "state": "ok", "alarmState": 0'
    documents = [f'{{"{key}": {value}}}' for key in keys]
    documents += [f'{{{other}, "{key}": {value}}}' for key in keys]
    documents += [f"[{documents[0]}, {documents[-1]}]"]
    return [text.encode() for text in [*documents, *([value] if bare else [])]]


def texts() -> dict[str, list[bytes]]:
    """Give the values that go into every place, named after the list of attacks."""
    numbers = ["NaN", "-Infinity", "-0", "1e309", "9" * 400, "9" * 5000, "1e-400", "-7", "0"]
    odd = ['"3.1"', '"3,1"', '"LOW"', '"HIGH"', '"???"', "0.1", "55.5", "[[]]", '{"a": 1}', "true"]
    times = ["null", '"soon"', "1.5", "1795317000123456", "1795317000123456789", "0", "4e9"]
    times += ["2147483648", "253402300799", "1e18", "1e200", '"9999-12-31T23:59:59-12:00"']
    times += ['"2026-11-22T03:10:00+14:00"', '"2026-11-22T03:10:00"', '"2016-12-31T23:59:60Z"']
    times += ['"2026-11-22T24:00:00Z"', '"2026-10-25T01:30:00"', '"2036-11-22T03:10:00Z"']
    times += ['"31-02-2026 00:00:00"', '"00-00-00 00:00:00"', '"13/32/2026 1:00:00 PM"']
    times += ['"1/1/0001 12:00:00 AM"', '"Date(99999999999999999999)"', '"/Date(-1)/"']
    names = [
        "\\u0000",
        "\\r\\n",
        "\\u001b[2J",
        "\\u202e",
        "a\\u200db",
        "😀",
        "%s%n",
        "{0.__class__}",
    ]
    names += ["${jndi:ldap://x}", "'; DROP TABLE readings;--", "\\ud800", "A" * 60_000]
    return {
        "8 numbers that are none": [p for n in numbers for p in said_everywhere(n)],
        "9-12 odd values": [p for n in odd for p in said_everywhere(n)],
        "13-16 odd times": [p for t in times for p in said_everywhere(t, keys=TIMES)],
        "20, 22, 23 odd text": [p for n in names for p in said_everywhere(f'"{n}"')],
    }


def attacks() -> Iterator[tuple[str, bytes]]:
    """Yield attacks 1 to 24 on a payload; the broker's own limits stand before number 4."""
    for name, payloads in texts().items():
        yield from ((name, payload) for payload in payloads)
    yield "1 empty", b""
    yield from (("2 one byte", bytes([byte])) for byte in range(256))
    yield "3 long", b" " * 4097
    yield "4 huge", b'{"value": 5, "x": "' + b"x" * 4_000_000 + b'"}'
    for opening in (b"[", b'{"value":', b'{"data":', b'{"x":', b'[{"sgv":'):
        yield "5 deep", opening * 10_000
        yield "5 deep", opening * 10_000 + b"1"
    yield "5 deep and closed", b"[" * 10_000 + b"]" * 10_000
    keys = ",".join(f'"{n}":1' for n in range(80_000))
    yield "6 many keys", ('{"sgv":100,"value":5,' + keys + "}").encode()
    yield "6 many entries", ("[" + ",".join(['{"sgv":100}'] * 80_000) + "]").encode()
    yield "7 twice", b'{"value": 3, "value": "LOW", "sgv": 40, "sgv": {}, "alarmState": []}'
    yield "18 counters", b'{"value": 5, "seq": 4294967296, "id": -1}'
    for sound in SOUND:
        yield "19 UTF-16", sound.decode().encode("utf-16")
        yield "19 byte order mark", b"\xef\xbb\xbf" + sound
        yield "19 invalid UTF-8", sound.replace(b"2", b"\xff\xfe")
        yield "19 overlong", sound.replace(b"1", b"\xc0\xb1")
        yield "20 NUL", sound.replace(b":", b"\x00")
        yield "24 gzip", gzip.compress(sound)
    yield "21 prototype", b'{"__proto__": {"value": 1}, "constructor": {"sgv": 1}}'
    yield "21 YAML", b"!!python/object/apply:os.system ['true']"
    yield "21 pickle", pickle.dumps({"value": 5})
    yield "21 XML", b'<!DOCTYPE a [<!ENTITY b "&b;">]><a>&b;</a>'
    yield "24 CBOR", b"\xa1evalue\x18\x70"
    yield "24 protobuf", b"\x08\x96\x01\x12\x04\x08\x01\x10\x02"
    yield "quotes without end", b'{"NaN": "' + b'\\"' * 500_000
    yield "words that are no numbers", b"[" + b"NaN," * 250_000 + b"NaN]"


def judged(decode: Decoder, payload: bytes) -> Decoded:
    """Decode, and hold what comes out against all that was promised of it."""
    decoded = decode(payload, LEO, NOW)
    if isinstance(decoded, Malformed):
        assert 0 < len(decoded.why) < 100
        assert "\n" not in decoded.why
        return decoded
    assert isinstance(decoded, tuple)
    stamps = []
    for reading in decoded:
        judge(reading)
        if reading.at is not None:
            assert reading.at.tzinfo is UTC
            stamps.append(reading.at)
    assert stamps == sorted(stamps)
    return decoded


def judge(reading: Reading) -> None:
    assert reading.wearer == "leo"
    match reading:
        case GlucoseReading(mg_dl=mg_dl):
            assert type(mg_dl) is float
            assert IMPLAUSIBLE_BELOW_MG_DL <= mg_dl <= IMPLAUSIBLE_ABOVE_MG_DL
        case DeviceReading(battery_percent=percent):
            assert 0 <= percent <= 100
        case NoReading(why=why):
            assert 0 < len(why) < 100
        case SeizureReading():
            pass


@pytest.fixture(params=DECODERS)
def decode(request: pytest.FixtureRequest) -> Decoder:
    return DECODERS[request.param]


def test_no_attack_makes_a_decoder_raise_or_hang(decode: Decoder) -> None:
    """One uncaught exception or endless loop in here would deafen relayd for every wearer."""
    for name, payload in attacks():
        began_at = time.monotonic()
        judged(decode, payload)
        assert time.monotonic() - began_at < GENEROUS_S, name


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 10_000,
        gzip.compress(SOUND[0]),
        SOUND[0].decode().encode("utf-16"),
        b"<html>502 Bad Gateway</html>",
        b'{"value": 5, "x": "' + b"x" * 4_000_000 + b'"}',
        b"\x00",
    ],
)
def test_what_is_no_document_at_all_is_malformed(decode: Decoder, payload: bytes) -> None:
    assert isinstance(judged(decode, payload), Malformed)


def test_why_tells_nothing_of_the_payload(decode: Decoder) -> None:
    """Reasons go to the log: health values, names and whatever an attacker wrote must not."""
    for secret in ("7131", '"Mia Smith"', '"\\u001b[2J"', "1.9171"):
        for payload in said_everywhere(secret) + said_everywhere(secret, keys=TIMES):
            decoded = judged(decode, payload)
            items = (decoded,) if isinstance(decoded, Malformed) else decoded
            reasons = [item.why for item in items if isinstance(item, Malformed | NoReading)]
            assert not [why for why in reasons if json.loads(secret).__str__() in why]


def test_random_bytes_never_make_a_decoder_raise(decode: Decoder) -> None:
    chance = random.Random(20261122)
    for _ in range(3_000):
        judged(decode, chance.randbytes(chance.randrange(80)))


def test_damaged_documents_never_make_a_decoder_raise(decode: Decoder) -> None:
    chance = random.Random(1018)
    for _ in range(4_000):
        judged(decode, damaged(chance, chance.choice(SOUND)))


def damaged(chance: random.Random, sound: bytes) -> bytes:
    """Cut, overwrite, double or splice parts of a sound document, a few times over."""
    tokens = (b"null", b"-1", b"1e308", b"[]", b"{}", b'""', b"NaN", b'"LOW"', b"99999999999", b"0")
    data = bytearray(sound)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randrange(12))
        match chance.randrange(4):
            case 0:
                del data[start:end]
            case 1:
                data[start:end] = chance.randbytes(end - start)
            case 2:
                data[start:start] = data[start:end]
            case _:
                data[start:end] = chance.choice(tokens)
    return bytes(data)


def test_documents_with_any_json_in_any_place_never_make_a_decoder_raise(decode: Decoder) -> None:
    chance = random.Random(54)
    for _ in range(3_000):
        payload = json.dumps(grown(chance, json.loads(chance.choice(SOUND).replace(b"NaN", b"1"))))
        judged(decode, payload.encode())


def grown(chance: random.Random, value: object) -> object:
    """Replace parts of a sound document by values of another kind."""
    if chance.random() < 0.15:
        return chance.choice(STRANGE)
    if isinstance(value, dict):
        return {key: grown(chance, item) for key, item in value.items()}
    if isinstance(value, list):
        return [grown(chance, item) for item in value] * chance.randrange(3)
    return value
