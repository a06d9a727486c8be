"""What ``relayd check`` says: the plan in words, and the JSON document."""

import json
from typing import Any

from files import SOUND, faults_of, read

from relayd.check import as_json, findings, plan_in_words
from relayd.config import parse
from relayd.terminal import opened

WATCHER = '[watcher]\nheartbeat = "https://hc.example/ping/sesame"\n'
ANA_TEXT = '  { channel = "text", to = "+447700900123", wakes = true },\n'
STEPS = 'steps = [\n  { tell = ["ana", "tom"] },\n]'


def test_the_plan_in_words() -> None:
    words = plan_in_words(
        read(
            (STEPS, 'steps = [{ tell = ["ana"] }, { tell = ["tom"], after = "5 min" }]'),
            ('name = "Tom"', 'name = "Tom"\nwhen = "Mon-Fri 08:30-15:30, Sun 10:00-12:00"'),
        )
    )
    assert words[0] == (
        "For an alert about Mia and Leo, Ana is called first; after 5 min Tom "
        "[Mon-Fri 08:30-15:30, Sun 10:00-12:00] is called as well."
    )
    text = " ".join(words)
    for said in (
        "not been proven to arrive within 30 s",
        "not answered within 3 min",
        "within 2 min (a seizure within 1 min)",
        "If nobody answers an urgent alert, calling begins again from the first route after 2 min",
        "For seizure alerts, every route",
        "Ana is called over push (ntfy), then text (twilio-sms).",
        "Mia: no glucose reading for 16 min is an alert (12 min after a low or falling one",
        "Leo: no word from the seizure watch for 2 min is an alert.",
        "from 22:00 to 07:00 they wait for the morning",
        "A watcher outside the house hears from relayd every 1 min",
    ):
        assert said in text


def test_what_differs_between_plans_is_said_with_whose_it_is() -> None:
    words = plan_in_words(read(("[plan]", '[plans.leo]\nremind_every = "5 min"\n[plan]')))
    assert sum("over one route after the other" in sentence for sentence in words) == 1
    assert any(s.startswith("(Leo) ") and "reminder comes after 5 min" in s for s in words)
    assert any(s.startswith("(Mia) ") and "reminder comes after 15 min" in s for s in words)


def test_no_number_of_anybodys_phone_is_in_the_words() -> None:
    spoken = " ".join(plan_in_words(read())) + str(findings(read((WATCHER, ""), (ANA_TEXT, ""))))
    assert "+44" not in spoken
    assert "k3f9x" not in spoken


def test_many_wearers_are_counted_not_listed() -> None:
    many = "".join(f"[wearers.w{n}.glucose]\n" for n in range(500))
    words = plan_in_words(parse(SOUND + many))
    assert words[0].startswith("For an alert about Mia, Leo, w0, w1, w2 and 497 more, ")
    assert len(words) < 20


def test_the_json_document_of_a_sound_file() -> None:
    document = as_json(read((WATCHER, ""), ("eth0", "lo"), ("wwan0", "lo")))
    assert set(document) == {"faults", "findings", "plan", "kept_promise"}
    assert document["faults"] == []
    assert document["kept_promise"] is False
    assert document["plan"] == json.loads(json.dumps(document))["plan"]
    shown: list[dict[str, Any]] = document["findings"]
    assert all(list(f) == ["level", "carer", "wearer", "text", "shares"] for f in shown)
    assert [f["shares"] for f in shown if f["level"] == "bad"] == [None, {"path": "dongle"}]


def test_the_json_document_of_a_faulty_file() -> None:
    document = as_json(faults_of(("timezone", "timezoen")))
    assert document == {
        "faults": [
            {
                "where": "home.timezoen",
                "what": 'there is no key "timezoen" here',
                "remedy": 'Did you mean "timezone"?',
            }
        ],
        "findings": [],
        "plan": [],
        "kept_promise": False,
    }


def test_a_key_of_the_file_stays_as_it_is_written_there() -> None:
    assert opened("mqtt.password_file: others can read it") == (
        "mqtt.password_file: others can read it"
    )
    assert opened("nobody watches relayd") == "Nobody watches relayd"
