"""What can be wrong with a household file: each fault at its place, all at once, with a remedy."""

import pytest
from files import SOUND, faults_of, read, spoiled

from relayd.config import ConfigFaults, Fault, parse

MIA = "[wearers.mia.glucose]"
PLAN = '{ tell = ["ana", "tom"] },'
STEPS = f"steps = [\n  {PLAN}\n]"
SOURCE = '[[sources]]\ntopic = "a/b"\nwearer = "mia"\nformat = "number"\n[plan]'
ANA = '{ channel = "push", to = "relayd-ana-k3f9x" }'

TABLE = [
    # spoiled by                                        where                     a word of it
    ("[home]", "[hoem]", "hoem", "home"),
    ("timezone", "timezoen", "home.timezoen", "timezone"),
    ("Europe/London", "Europe/Londno", "home.timezone", "Europe/London"),
    ("Europe/London", "Europe", "home.timezone", "time zone"),
    ('name = "home"', "name = 5", "home.name", "a number"),
    ('name = "home"', 'night = "22:00"', "home.night", "22:00-07:00"),
    ('name = "home"', 'night = "22:00-22:00"', "home.night", "ends when it begins"),
    ('name = "home"', "keep_readings = 30", "home.keep_readings", '"5 min"'),
    ("127.0.0.1:1883", "127.0.0.1:99999", "mqtt.broker", "65535"),
    ("127.0.0.1:1883", "127.0.0.1:port", "mqtt.broker", "port"),
    ("mqtt://", "http://", "mqtt.broker", "mqtt://"),
    ("mqtt://", "mqtt://me:sesame@", "mqtt.broker", "password_file"),
    ("[mqtt]", '[mqtt]\npassword = "sesame"', "mqtt.username", "username"),
    ("[mqtt]", '[mqtt]\nca_file = "ca.pem"', "mqtt.ca_file", "TLS"),
    ("[mqtt]", '[mqtt]\nroot = "relayd/#"', "mqtt.root", "relayd"),
    ("[mqtt]", '[mqtt]\nkeepalive = "1"', "mqtt.keepalive", "unit"),
    ("127.0.0.1:8480", "8480", "web.listen", "port"),
    ("127.0.0.1:8480", "127.0.0.1:65536", "web.listen", "65535"),
    ('token = "sesame"', "metrics = 1", "web.metrics", "true"),
    ('token = "sesame"', 'public_url = "relayd.local"', "web.public_url", "https://"),
    ('"eth0"', '"an interface too long"', "paths.broadband.interface", "eth0"),
    ('interface = "eth0"', 'network = "bt-uk"', "paths.broadband.interface", "missing"),
    ("[paths.broadband]", '[paths."broad band"]', 'paths."broad band"', "letters"),
    ('"eth0"', '"eth0"\nnameservers = ["one"]', "paths.broadband.nameservers[0]", "9.9.9.9"),
    ('["https://connectivity.example/generate_204"]', '["x"]', "paths.broadband.probe[0].url", ""),
    ('"ntfy"', '"ntfi"', "channels.push.kind", "ntfy"),
    ('kind = "ntfy"', 'kind = "ntfy"\nsrever = "x"', "channels.push.srever", "server"),
    ('kind = "ntfy"', 'kind = "ntfy"\nserver = "ntfy.sh"', "channels.push.server", ""),
    ('kind = "ntfy"', 'kidn = "ntfy"', "channels.push.kidn", "kind"),
    ('kind = "ntfy"', 'kind = "ntfy"\npaths = ["wifi"]', "channels.push.paths[0]", "dongle"),
    ('kind = "ntfy"', 'kind = "ntfy"\npaths = []', "channels.push.paths", "no path"),
    ("[channels.push]", '[channels.sim]\nkind = "modem-sms"\npaths = ["dongle"]\n[channels.push]',
     "channels.sim.paths", "Take paths out"),
    ('url = "http://192.168.1.20/alert"', "", "channels.siren.url", "missing"),
    ('"+447700900000"', '"07700 900000"', "channels.text.from", "+44"),
    ('auth_token = "sesame"', "", "channels.text.auth_token", "auth_token_file"),
    ('heartbeat = "https://hc', 'heartbeat = "hc', "watcher.heartbeat", "https://"),
    ("[wearers.mia]", '[wearers."mia/x".glucose]\n[wearers.mia]', 'wearers."mia/x"', "letters"),
    (MIA, "", "wearers.mia", "wears"),
    ("[wearers.mia]", "[wearers.alert.glucose]\n[wearers.mia]", "wearers.alert", "itself"),
    ('unit = "mmol/L"', 'unit = "mmol"', "wearers.mia.unit", "mmol/L"),
    (MIA, f"{MIA}\nlow = nan", "wearers.mia.glucose.low", "number"),
    (MIA, f"{MIA}\nlow = 0.5", "wearers.mia.glucose.low", "sensor"),
    (MIA, f'{MIA}\nlow = "4"', "wearers.mia.glucose.low", "text"),
    (MIA, f"{MIA}\nlow = 3.0", "wearers.mia.glucose.low", "urgent_low (3.0 mmol/L, its default)"),
    (MIA, f"{MIA}\nhigh = 3.5", "wearers.mia.glucose.high", "low (3.9"),
    (MIA, f"{MIA}\nhigh = 20\nvery_high = 19", "wearers.mia.glucose.very_high", "high (20.0"),
    (MIA, f"{MIA}\nfalling_fast = 0", "wearers.mia.glucose.falling_fast", "0.17"),
    (MIA, f"{MIA}\nsilent_after = 16", "wearers.mia.glucose.silent_after", "5 min"),
    ("[plan]", SOURCE.replace("mia", "mai"), "sources[0].wearer", "mia"),
    ("[plan]", SOURCE.replace("number", "osd"), "sources[0].format", "seizure"),
    ("[plan]", SOURCE.replace("mia", "leo"), "sources[0].format", "glucose"),
    ("[plan]", SOURCE.replace("number", "nightscuot"), "sources[0].format", "nightscout"),
    ("[plan]", SOURCE.replace("a/b", "a+/b"), "sources[0].topic", "+"),
    ("[plan]", SOURCE.replace("a/b", "#/b"), "sources[0].topic", "#"),
    ("[plan]", SOURCE.replace("a/b", "relayd/#"), "sources[0].topic", "back to it"),
    (ANA, '{ channel = "psuh", to = "x" }', "carers.ana.routes[0].channel", "push"),
    (ANA, '{ channel = "push" }', "carers.ana.routes[0].to", "push (ntfy)"),
    (ANA, '{ channel = "text", to = "0770" }', "carers.ana.routes[0].to", "+44"),
    (ANA, '{ to = "relayd-ana" }', "carers.ana.routes[0].channel", "missing"),
    (ANA, ANA.replace(" }", ', details = "some" }'), "carers.ana.routes[0].details", "least"),
    (ANA, '"push"', "carers.ana.routes[0]", "a table"),
    ('name = "Tom"\nroutes', 'name = "Tom"\nrotues', "carers.tom.rotues", "routes"),
    ('name = "Tom"', 'name = "Tom"\nwhen = "Mondays"', "carers.tom.when", "Mon-Fri"),
    (PLAN, '{ tell = ["anna", "tom"] }', "plan.steps[0].tell[0]", "ana"),
    (PLAN, "{ tell = [] }", "plan.steps[0].tell", "nobody"),
    (PLAN, '{ after = "5 min" }', "plan.steps[0].tell", "missing"),
    (PLAN, "", "plan.steps", "nobody would be called"),
    (STEPS, "", "plan.steps", "nobody would be called"),
    (f"[plan]\n{STEPS}", "", "plan", "nobody would be called"),
    (PLAN, f'{{ tell = ["tom"], after = "5 min" }}, {PLAN}', "plan.steps[1].after", "order"),
    (STEPS, f'{STEPS}\nat_once = ["seizures"]', "plan.at_once[0]", "seizure"),
    (STEPS, f'{STEPS}\npromise = "2 minuts"', "plan.promise", "5 min"),
    ("[plan]", "[plans.lea]\n[plan]", "plans.lea", "leo"),
    ("[plan]", "[networks.my-net]\n[plan]", "networks.my-net", "core"),
    ("[plan]", '[networks.my-net]\ncroe = "x"\n[plan]', "networks.my-net.croe", "core"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "word"), TABLE)
def test_one_slip_is_one_fault(old: str, new: str, where: str, word: str) -> None:
    """One slip must not bury itself under faults that follow from it."""
    (fault,) = faults_of((old, new))
    assert fault.where == where
    assert word in f"{fault.what} {fault.remedy}"
    assert fault.what
    assert fault.remedy


@pytest.mark.parametrize(
    ("unit", "line", "remedy"),
    [
        ("mmol/L", "low = 70", "Write 3.9,"),
        ("mmol/L", "urgent_low = 54", "Write 3.0,"),
        ("mmol/L", "high = 250", "Write 13.9,"),
        ("mmol/L", "very_high = 36", "Write 2.0,"),
        ("mmol/L", "falling_fast = 3", "Write 0.17,"),
        ("mg/dL", "low = 3.9", "Write 70,"),
        ("mg/dL", "high = 13.9", "Write 250,"),
        ("mg/dL", "low = 29", "Write 523,"),
        ("mg/dL", "falling_fast = 0.17", "Write 3.1,"),
    ],
)
def test_golden_j_a_limit_that_looks_like_the_other_unit_is_a_fault(
    unit: str, line: str, remedy: str
) -> None:
    """At 70 mmol/L every reading would be low; at 3.9 mg/dL none would ever be."""
    (fault,) = faults_of(('"mmol/L"', f'"{unit}"'), (MIA, f"{MIA}\n{line}"))
    assert fault.where == f"wearers.mia.glucose.{line.partition(' ')[0]}"
    assert "looks like" in fault.what
    assert remedy in fault.remedy


def test_a_limit_is_not_judged_while_its_unit_is_misspelt() -> None:
    (fault,) = faults_of(('unit = "mmol/L"', 'unti = "mg/dL"'), (MIA, f"{MIA}\nlow = 70"))
    assert fault.where == "wearers.mia.unti"


def test_a_time_with_nobody_to_call_is_a_fault() -> None:
    office = 'when = "Mon-Fri 08:30-15:30"\n'
    (fault,) = faults_of(
        ('name = "Ana"\n', f'name = "Ana"\n{office}'),
        ('name = "Tom"\n', 'name = "Tom"\nwhen = "daily 15:30-08:30"\n'),
    )
    assert fault.where == "plan.steps"
    assert "Sat 08:30 to Sat 15:30" in fault.what


def test_a_wearers_own_plan_must_have_somebody_at_every_hour_too() -> None:
    (fault,) = faults_of(
        ('name = "Tom"\n', 'name = "Tom"\nwhen = "daily 15:30-08:30"\n'),
        ("[plan]", '[plans.mia]\nsteps = [{ tell = ["tom"] }]\n[plan]'),
    )
    assert fault.where == "plans.mia.steps"


def test_all_faults_are_found_at_once() -> None:
    """Whoever repairs one fault at a time in the night gives up before the last."""
    found = faults_of(
        ('name = "home"', "name = 5"),
        ("127.0.0.1:1883", "127.0.0.1:99999"),
        ('"ntfy"', '"ntfi"'),
        (MIA, f"{MIA}\nlow = 70"),
        ('channel = "text"', 'channel = "txet"'),
        ('["ana", "tom"]', '["ana", "tmo"]'),
    )
    assert [fault.where for fault in found] == [
        "home.name",
        "mqtt.broker",
        "channels.push.kind",
        "wearers.mia.glucose.low",
        "carers.ana.routes[1].channel",
        "plan.steps[0].tell[1]",
    ]


def test_an_empty_file_says_what_a_file_needs() -> None:
    assert [fault.where for fault in faults_of(text="")] == ["wearers", "carers", "plan"]


@pytest.mark.parametrize("table", ["carers", "channels", "wearers", "paths"])
def test_a_misspelt_section_is_one_fault_each(table: str) -> None:
    found = faults_of(text=SOUND.replace(f"[{table}.", f"[{table}x."))
    assert [fault.where for fault in found] == [f"{table}x"]
    assert f'"{table}"' in found[0].remedy


@pytest.mark.parametrize(
    ("text", "where", "word"),
    [
        (spoiled(("[home]", "[home]\nname = 'a'")), "line 4, column 14", "name is given twice"),
        (spoiled(("[plan]", "[home]\n[plan]")), "line 57, column 6", "[home] is given twice"),
        ("[home]\nname = home\n", "line 2, column 8", "TOML"),
        ('[home]\nname = "home', "the end of the file", "TOML"),
        ("[home\n", "line 1, column 6", "TOML"),
    ],
)
def test_what_is_no_toml_is_said_with_its_place(text: str, where: str, word: str) -> None:
    (fault,) = faults_of(text=text)
    assert fault.where == where
    assert word in fault.what
    assert fault.remedy


@pytest.mark.parametrize(
    "text",
    [
        "home = 5", "wearers = [1]", "wearers = { mia = 5 }", "carers = 'ana'", "plan = []",
        "sources = 5", "sources = [5]", "plans = 5", "channels = 5", "channels = { push = 5 }",
        "paths = { a = 1979-05-27 }", "plan = { steps = 5 }", "plan = { steps = [5] }",
        "plan = { steps = [{ tell = 'ana' }] }", "carers = { ana = { routes = 5 } }",
        "carers = { ana = { routes = [{ channel = 5, to = 5 }] } }", "networks = [[]]",
        "watcher = 5", "watcher = {}", "mqtt = { broker = 1.5, root = '' }",
        "wearers.a.glucose = 5",
        "wearers.a.seizure.silent_after = []", "paths.a.probe = [5]", "paths.a.probe = 5",
        "channels.a.kind = []", "plan = { at_once = [[]] }", "carers.a.when = 07:32:00",
        "web = { listen = '\\u0000:1' }", "home.timezone = '../../etc/passwd'", "x = {}",
        "[channels.a]\nkind='twilio-sms'\nfrom=5", "home.state = ''", "home.night = '1-2-3'",
    ],
)  # fmt: skip
def test_no_file_however_odd_ends_in_anything_but_faults(text: str) -> None:
    """A crash would say nothing to the person who has to repair the file."""
    for fault in faults_of(text=text):
        assert isinstance(fault, Fault)
        assert fault.where
        assert fault.what
        assert fault.remedy


def test_faults_read_as_lines() -> None:
    with pytest.raises(ConfigFaults) as caught:
        parse(SOUND.replace("timezone", "timezoen"))
    lines = str(caught.value).splitlines()
    assert lines[0] == "relayd.toml has 1 fault:"
    assert lines[1].startswith('home.timezoen: there is no key "timezoen" here.')


def test_secrets_stay_out_of_the_config_and_of_its_faults() -> None:
    """Logs and bug reports carry reprs and faults to people who must not know secrets."""
    assert "sesame" not in repr(read())
    spoilt = SOUND.replace("token = ", "tokne = ").replace("auth_token", "auth_tokne")
    spoilt = spoilt.replace("heartbeat", "heartbaet").replace("mqtt://", "mqtt://me:sesame@")
    spoilt = spoilt.replace('"https://hc', '"hc').replace('kind = "ntfy"', 'token = ["sesame"]')
    found = faults_of(text=spoilt)
    assert len(found) >= 5
    assert "sesame" not in str(found)


def test_a_remedy_that_asks_ends_with_its_question_mark() -> None:
    with pytest.raises(ConfigFaults) as caught:
        parse(SOUND.replace("timezone", "timezoen").replace("listen", "lisetn"))
    assert str(caught.value).splitlines()[0] == "relayd.toml has 2 faults:"
    assert str(caught.value).count("?") == 2
    assert "?." not in str(caught.value)
