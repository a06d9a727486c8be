"""The static half of ``relayd check``: what a sound file still keeps from being a good one."""

from pathlib import Path

import pytest
from files import MANUAL, SOUND, spoiled

from relayd.channels import modem_sms
from relayd.check import Finding, as_json, findings, kept_promise
from relayd.config import Config, load, parse

PRESENT = ("eth0", "wwan0")
WATCHER = '[watcher]\nheartbeat = "https://hc.example/ping/sesame"\n'
ANA_TEXT = '  { channel = "text", to = "+447700900123", wakes = true },\n'
ANA_PUSH = '  { channel = "push", to = "relayd-ana-k3f9x" },\n'
TOM = '{ channel = "text", to = "+447700900456", wakes = true }'
TOM_PUSH = '{ channel = "push", to = "relayd-tom-7hq2m" }'
SOURCE = '[[sources]]\ntopic = "ha/state"\nwearer = "mia"\nformat = "number"\n[plan]'
MIA, LEO = "[wearers.mia.glucose]", "[wearers.leo.seizure]"
STEPS = 'steps = [\n  { tell = ["ana", "tom"] },\n]'
BROKER, BROKER_ABROAD = 'broker = "mqtt://127.0.0.1', 'broker = "mqtt://a.example'
DONGLE = '[paths.dongle]\ninterface = "wwan0"'


NETWORKS = {
    'interface = "eth0"': '\nnetwork = "sky-broadband-uk"',
    'interface = "wwan0"': '\nnetwork = "three-uk"',
    'to = "relayd-ana-k3f9x"': ', network = "giffgaff-uk"',
    'to = "+447700900123"': ', network = "ee-uk"',
    'to = "+447700900456"': ', network = "vodafone-uk"',
    'to = "relayd-tom-7hq2m"': ', network = "vodafone-uk"',
    'name = "Ana"\nroutes = [': '\n  { channel = "siren" },',
}


def named(text: str) -> str:
    """Name every network, and give Ana the siren: shared fate is judged in tests of its own."""
    for place, more in NETWORKS.items():
        text = text.replace(place, place + more)
    return text


def read(*changes: tuple[str, str], text: str = SOUND) -> Config:
    return parse(named(spoiled(*changes, text=text)), base=Path("/nowhere"))


def found(*changes: tuple[str, str], text: str = SOUND) -> list[Finding]:
    return findings(read(*changes, text=text), PRESENT)


def test_a_good_file_has_no_findings() -> None:
    assert found() == []
    assert kept_promise(read())


TABLE: list[tuple[str, str, str, str | None, str | None, str]] = [
    # spoiled by         level  carer  wearer  a word of it
    (WATCHER, "", "bad", None, None, "nobody watches relayd"),
    (ANA_TEXT, "", "warn", "ana", None, "can prove delivery (ntfy)"),
    (ANA_TEXT, '{ channel = "text", to = "+447700900123" },', "warn", "ana", None, "wake"),
    (ANA_PUSH, ANA_TEXT, "warn", "ana", None, "twice"),
    (TOM, '{ channel = "siren" }', "warn", "tom", None, "a place and not a person"),
    (TOM, '{ channel = "siren" }', "warn", "ana", None, "the only carer called for Mia and Leo"),
    ('["ana", "tom"]', '["ana"]', "warn", "tom", None, "in no step"),
    ('["ana", "tom"]', '["ana"]', "warn", "ana", None, "the only carer"),
    (ANA_PUSH, "", "bad", None, None, "if the channel text fails, nobody is reached"),
    ('{ tell = ["ana"', '{ after = "2 min", tell = ["ana"', "bad", None, None, "until the promise"),
    (STEPS, 'steps = [{ tell = ["ana"] }, { tell = ["tom"] }]', "warn", None, None, "no after"),
    (MIA, f'{MIA}\nsilent_after = "12 min"', "warn", None, "mia", "missed reading"),
    (MIA, f'{MIA}\nsilent_after = "41 min"', "warn", None, "mia", "nobody is watching"),
    (MIA, f'{MIA}\nsilent_after_low = "9 min"', "warn", None, "mia", "at least 10 min"),
    (LEO, f'{LEO}\nsilent_after = "11 min"', "warn", None, "leo", "nobody is watching"),
    ("[plan]", SOURCE, "warn", None, "mia", "steady value looks like silence"),
    ("[plan]", '[plan]\npromise = "6 min"', "warn", None, None, "promise = 6 min is long"),
    ("[plan]", '[plan]\npromise_seizure = "3 min"', "warn", None, None, "promise_seizure"),
    ("[plan]", '[plan]\nconfirm_within = "3 min"', "warn", None, None, "than the promise"),
    ("[plan]", '[plan]\nlap_pause = "1 h"', "warn", None, None, "lap_pause = 1 h"),
    (TOM, TOM.replace(" }", ', confirm_within = "5 min" }'), "warn", "tom", None, "waits 5 min"),
    ("/sesame", '/sesame"\nevery = "6 min', "warn", None, None, "every 6 min"),
    ('token = "sesame"', "", "note", None, None, "the API refuses"),
    ("https://hc.", "http://hc.", "warn", None, None, "heartbeat"),
    ('kind = "ntfy"', 'kind = "ntfy"\nserver = "http://a.example"\ntoken = "x"', "warn", None,
     None, "the channel push sends its secret"),
    ('url = "http://192.168.1.20', 'secret = "x"\nurl = "http://a.example', "warn", None, None,
     "the channel siren sends its secret"),
    (BROKER, f'username = "a"\npassword = "x"\n{BROKER_ABROAD}', "warn", None, None, "mqtts://"),
    ("[web]", '[web]\npublic_url = "http://a.example"', "warn", None, None, "public_url"),
    ('timezone = "Europe/London"', "", "note", None, None, "UTC"),
    ("eth0", "eth9", "note", None, None, "no interface eth9"),
    (DONGLE, '[paths.other]\ninterface = "eth0"\n' + DONGLE, "warn", None, None, "are one"),
    (DONGLE, '[paths.lan]\ninterface = "eth0"\n' + DONGLE, "note", None, None, "lan has no probe"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[-1])
def test_what_is_unwise_is_said(row: tuple[str, str, str, str | None, str | None, str]) -> None:
    old, new, level, carer, wearer, word = row
    matching = [finding for finding in found((old, new)) if word in finding.text]
    assert [(f.level, f.carer, f.wearer) for f in matching] == [(level, carer, wearer)]


CALL = """
[channels.call]
kind = "twilio-voice"
account_sid = "AC00000000000000000000000000000000"
auth_token = "sesame"
from = "+447700900000"
[channels.text]
"""


@pytest.mark.parametrize(
    ("url", "unreachable"),
    [
        ("https://relayd.local:8480", True),
        ("https://192.168.1.4", True),
        ("https://127.0.0.1:8480", True),
        ("https://[fd00::4]", True),
        ("https://pi", True),
        ("https://relayd.example", False),
        ("https://8.8.8.8", False),
    ],
)
def test_a_key_can_come_back_only_to_an_address_of_the_world(
    url: str, *, unreachable: bool
) -> None:
    """Whoever presses 1 in a call must not believe in vain that somebody knows."""
    web = ("[web]", f'[web]\npublic_url = "{url}"')
    said = [f for f in found(web, ("[channels.text]\n", CALL)) if "no key pressed" in f.text]
    assert [(f.level, "by call" in f.text) for f in said] == [("warn", True)] * unreachable
    assert not [f for f in found(web) if "no key pressed" in f.text], "nothing there calls"


def test_a_modem_without_its_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may be judged on a machine that has no modem; the one that runs it must know."""
    change = ("[channels.text]", '[channels.sim]\nkind = "modem-sms"\n[channels.text]')
    assert not [f for f in found(change) if "cannot send here" in f.text]
    monkeypatch.setattr(modem_sms, "find_spec", lambda _: None)
    (said,) = [f for f in found(change) if "cannot send here" in f.text]
    assert (said.level, "relayd[modem]" in said.text) == ("warn", True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "ntfy"', 'kind = "ntfy"\nserver = "http://ntfy.lan"\ntoken = "x"'),
        ('url = "http://192.168.1.20', 'secret = "x"\nurl = "http://siren.local'),
        ('kind = "ntfy"', 'kind = "ntfy"\nserver = "http://127.0.0.1:8000"\ntoken = "x"'),
        ("[web]", '[web]\npublic_url = "http://relayd.local:8480"'),
        (MIA, f'{MIA}\nsilent_after = "12.5 min"\nsilent_after_low = "12 min"'),
        (MIA, f'{MIA}\nsilent_after = "40 min"'),
        ("[plan]", '[plan]\npromise = "5 min"'),
        ("[plan]", SOURCE.replace("number", "nightscout")),
    ],
)
def test_what_is_wise_enough_is_left_alone(old: str, new: str) -> None:
    assert found((old, new)) == []


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ([(ANA_PUSH, "")], {"channel": "text"}),
        ([(ANA_TEXT, ""), (TOM, TOM_PUSH)], {"channel": "push"}),
        ([('kind = "ntfy"', 'kind = "ntfy"\npaths = ["dongle"]'),
          ('"+447700900000"', '"+447700900000"\npaths = ["dongle"]')], {"path": "dongle"}),
        ([(DONGLE, '[paths.dongle]\ninterface = "eth0"')], {"path": "dongle"}),
    ],
)  # fmt: skip
def test_one_thing_that_all_hangs_on_is_bad(
    changes: list[tuple[str, str]], shares: dict[str, str]
) -> None:
    """If it fails nobody is reached: the file cannot keep its promise."""
    config = read(*changes)
    bad = [finding for finding in findings(config, PRESENT) if finding.level == "bad"]
    assert [finding.shares for finding in bad] == [shares]
    assert not kept_promise(config)


def test_two_channels_of_one_service_are_one() -> None:
    other = SOUND[SOUND.index("[channels.text]") : SOUND.index("[watcher]")]
    changes = (
        ("[watcher]", other.replace("channels.text", "channels.second") + "[watcher]"),
        (ANA_PUSH, ""),
        (TOM, TOM.replace("text", "second")),
    )
    (finding,) = found(*changes)
    assert (finding.level, finding.shares) == ("bad", {"service": "api.twilio.com"})


def test_a_later_step_does_not_help_within_the_promise() -> None:
    """After five minutes Tom is called: by then the promise is long broken."""
    steps = 'steps = [{ tell = ["ana"] }, { tell = ["tom"], after = "5 min" }]'
    shares = [finding.shares for finding in found((STEPS, steps), (ANA_PUSH, ""))]
    assert {"channel": "text"} in shares
    assert found((STEPS, steps.replace("5 min", "1 min"))) == []


def test_a_wearers_own_plan_is_judged_by_itself() -> None:
    changes = ("[plan]", '[plans.leo]\nsteps = [{ tell = ["tom"] }]\n[plan]')
    alone = [finding for finding in found(changes) if finding.wearer == "leo"]
    assert [finding.shares for finding in alone if finding.level == "bad"] == [
        {"channel": "text"},
        {"core": "vodafone-uk"},
    ]
    assert any("Tom is the only carer called for Leo" in finding.text for finding in alone)
    assert all("Leo" in finding.text for finding in alone)


def test_nobody_but_a_siren_keeps_no_promise() -> None:
    siren = '{ channel = "siren" }'
    (bad,) = [f for f in found((ANA_PUSH + ANA_TEXT, siren), (TOM, siren)) if f.level == "bad"]
    assert "nobody who could answer" in bad.text


def test_hours_of_duty_in_utc_are_more_than_a_note() -> None:
    changes = [
        ('timezone = "Europe/London"', ""),
        ('name = "Tom"', 'name = "Tom"\nwhen = "Mon 09:00-17:00"'),
    ]
    assert [finding.level for finding in found(*changes) if "UTC" in finding.text] == ["warn"]


@pytest.mark.parametrize(("mode", "level"), [(0o644, "warn"), (0o640, "note"), (0o600, None)])
def test_who_else_may_read_a_secret_is_said(tmp_path: Path, mode: int, level: str | None) -> None:
    secret = tmp_path / "web-token"
    secret.write_text("sesame")
    secret.chmod(mode)
    config = parse(spoiled(('token = "sesame"', 'token_file = "web-token"')), base=tmp_path)
    said = [finding for finding in findings(config, PRESENT) if "web-token" in finding.text]
    assert [finding.level for finding in said] == ([level] if level else [])


def test_the_worst_comes_first() -> None:
    order = ["bad", "warn", "note"]
    levels = [finding.level for finding in found((WATCHER, ""), (ANA_TEXT, ""), ("eth0", "eth9"))]
    assert levels == sorted(levels, key=order.index)
    assert set(levels) == set(order)


def test_without_being_told_the_machine_is_asked_for_its_interfaces() -> None:
    found = findings(read(("eth0", "lo"), ("wwan0", "no-such-if")))
    said = [f.text for f in found if "this machine" in f.text]
    assert said == ["this machine has no interface no-such-if now (path dongle)"]


def test_the_manual_has_nothing_bad() -> None:
    config: Config = load(MANUAL, with_secrets=False)
    assert [finding.text for finding in findings(config) if finding.level == "bad"] == []
    assert as_json(config)["kept_promise"] is True
