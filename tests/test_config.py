"""The household file, where it is sound: what each text comes to."""

import gc
from datetime import time, timedelta
from pathlib import Path
from time import process_time

import pytest
from files import SOUND, faults_of, read

from relayd.config import Config, ConfigFaults, Probe, load, parse
from relayd.domain.household import GlucoseLimits, Plan, Route, SeizureLimits, Step
from relayd.domain.reading import MG_DL_PER_MMOL_L, Unit

BOTH = ("broadband", "dongle")


def test_a_sound_file_becomes_a_household() -> None:
    home = read().household
    assert list(home.wearers) == ["mia", "leo"]
    assert home.wearers["mia"].glucose == GlucoseLimits()
    assert home.wearers["leo"].seizure == SeizureLimits()
    assert home.carers["ana"].routes == (
        Route("push", "ntfy", to="relayd-ana-k3f9x", quiet=True, paths=BOTH),
        Route("text", "twilio-sms", to="+447700900123", proves=True, wakes=True, paths=BOTH),
    )
    assert home.plan == Plan((Step(("ana", "tom")),))
    assert str(home.zone) == "Europe/London"


def test_what_the_file_leaves_out_has_its_default() -> None:
    config = read()
    assert config.keep_readings == timedelta(days=30)
    assert config.state == Path("/var/lib/relayd")
    assert (config.household.night_start, config.household.night_end) == (time(22), time(7))
    assert config.channels["push"].paths == ("broadband", "dongle")
    assert config.watcher is not None
    assert config.watcher.every == timedelta(minutes=1)
    assert (config.mqtt.host, config.mqtt.port, config.mqtt.tls) == ("127.0.0.1", 1883, False)


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("mqtt://10.0.0.2", ("10.0.0.2", 1883, False)),
        ("mqtts://broker.example", ("broker.example", 8883, True)),
        ("mqtts://broker.example:443/", ("broker.example", 443, True)),
        ("mqtt://[fd00::1]:1884", ("fd00::1", 1884, False)),
    ],
)
def test_the_broker_is_a_url(broker: str, expected: tuple[str, int, bool]) -> None:
    mqtt = read(("mqtt://127.0.0.1:1883", broker)).mqtt
    assert (mqtt.host, mqtt.port, mqtt.tls) == expected


def test_a_probe_is_an_address_or_says_what_it_expects() -> None:
    asked = (
        'probe = ["http://a.example/", { url = "http://b.example/", status = 200, body = "ok" }]'
    )
    config = read(('probe = ["https://connectivity.example/generate_204"]', asked))
    assert config.paths["broadband"].probe == (
        Probe("http://a.example/"),
        Probe("http://b.example/", 200, "ok"),
    )


def test_a_route_takes_what_the_file_says_over_what_its_channel_is() -> None:
    config = read(
        (
            '"relayd-ana-k3f9x"',
            '"relayd-ana-k3f9x", wakes = true, details = "least", confirm_within = "20 s"',
        )
    )
    route = config.household.carers["ana"].routes[0]
    assert (route.wakes, route.details, route.confirm_within) == (
        True,
        False,
        timedelta(seconds=20),
    )


def test_a_siren_needs_no_address() -> None:
    config = read(('{ channel = "push", to = "relayd-ana-k3f9x" }', '{ channel = "siren" }'))
    assert config.household.carers["ana"].routes[0].sounder


def test_limits_are_kept_in_mg_dl() -> None:
    config = read(("[wearers.mia.glucose]", "[wearers.mia.glucose]\nlow = 4\nfalling_fast = 0.17"))
    limits = config.household.wearers["mia"].glucose
    assert limits is not None
    assert limits.low == pytest.approx(4 * MG_DL_PER_MMOL_L)
    assert limits.falling_fast == pytest.approx(0.17 * MG_DL_PER_MMOL_L)
    assert limits.urgent_low == 54


def test_very_high_makes_way_for_a_high_that_was_moved_up() -> None:
    """A family that moves one limit must not be stopped by a default it never wrote."""
    config = read(
        ('unit = "mmol/L"', 'unit = "mg/dL"'),
        ("[wearers.mia.glucose]", "[wearers.mia.glucose]\nhigh = 320"),
    )
    limits = config.household.wearers["mia"].glucose
    assert limits is not None
    assert (limits.high, limits.very_high) == (320, 370)


def test_a_wearers_own_plan_keeps_what_it_does_not_change() -> None:
    config = read(
        ("[plan]\n", '[plan]\npromise = "90 s"\n'),
        ("\n[plan]", '\n[plans.leo]\nremind_every = "5 min"\n\n[plan]'),
    )
    plan = config.household.plan_of("leo")
    assert plan.steps == config.household.plan.steps
    assert (plan.promise, plan.remind_every) == (timedelta(seconds=90), timedelta(minutes=5))


def test_without_a_general_plan_relayds_own_alerts_go_to_everybody_named() -> None:
    general = SOUND[SOUND.index("[plan]") :]
    own = '[plans.mia]\nsteps = [{ tell = ["ana"] }]\n[plans.leo]\nsteps = [{ tell = ["tom"] }]\n'
    home = read((general, own)).household
    assert home.plan == Plan((Step(("ana", "tom")),))
    assert home.plan_of("mia").carers == ("ana",)


def test_relayds_own_format_may_speak_of_any_wearer() -> None:
    source = '[[sources]]\ntopic = "other/leo"\nwearer = "leo"\nformat = "relayd"\n[plan]'
    assert read(("[plan]", source)).sources[0].topic == "other/leo"


def test_the_file_is_found_and_its_folder_is_where_paths_begin(tmp_path: Path) -> None:
    file = tmp_path / "relayd.toml"
    text = SOUND.replace('timezone = "Europe/London"', 'state = "data"')
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    config = load(file)
    assert (config.file, config.state) == (file, tmp_path / "data")


@pytest.mark.parametrize("content", [None, b"\xff\xfe[home]"])
def test_a_file_that_cannot_be_read_is_a_fault_too(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "relayd.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigFaults) as caught:
        load(file)
    assert caught.value.path == file
    assert all(fault.remedy for fault in caught.value.faults)


def test_the_same_text_gives_the_same_config() -> None:
    assert read() == read()
    assert isinstance(read(), Config)
    assert read().household.wearers["mia"].unit is Unit.MMOL_L


def test_six_thousand_wearers_are_read_at_once() -> None:
    """Nothing in the file may cost more with every wearer that is already there."""
    wearers = "\n".join(
        f'[wearers.w{n:06d}]\nunit = "mmol/L"\n[wearers.w{n:06d}.glucose]' for n in range(6000)
    )
    gc.collect()
    began = process_time()
    config = parse(SOUND + wearers)
    assert process_time() - began < 2
    assert len(config.household.wearers) == 6002


def test_a_misspelt_key_in_each_of_many_wearers_is_said_for_each() -> None:
    wearers = "\n".join(
        f'[wearers.w{n}]\nunti = "mg/dL"\n[wearers.w{n}.glucose]' for n in range(300)
    )
    assert len(faults_of(text=SOUND + wearers)) == 300
