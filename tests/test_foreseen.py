"""What a drill should come to: rehearsed on the same file, with the same things held dead."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from drills import ON_EE_AND_O2
from live import ANA, ANA_TOPIC, MIA

from relayd.cli import main
from relayd.config import Config, parse
from relayd.domain.story import Line, Story
from relayd.drill import held_by
from relayd.report.comparing import compared, findings
from relayd.simulate.drilled import rehearse_drill
from relayd.simulate.latency import ARRIVES, HEARD_BACK, NO_ANSWER, TAKEN
from relayd.terminal_drill import drill_document

FILE = """
[home]
timezone = "UTC"
state = "state"
[mqtt]
broker = "mqtt://127.0.0.1:1883"
[web]
listen = "127.0.0.1:0"
token = "sesame"
[paths.home]
interface = "lo"
network = "bt-broadband-uk"
[channels.push]
kind = "ntfy"
server = "http://127.0.0.1:1"
[channels.text]
kind = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "x"
from = "+447700900000"
[channels.call]
kind = "twilio-voice"
account_sid = "AC00000000000000000000000000000000"
auth_token = "x"
from = "+447700900000"
"""
NIGHT = datetime(2026, 3, 2, 3, 10, tzinfo=UTC)  # carers sleep, by the model
CALLED = f"""
[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "{ANA_TOPIC}", network = "ee-uk" }},
  {{ channel = "call", to = "{ANA}", network = "o2-uk" }},
]
[plan]
steps = [{{ tell = ["ana"] }}]
confirm_within = "10 s"
promise = "1 min"
"""
Told = tuple[float, str, dict[str, str]]


def config_of(people: str = ON_EE_AND_O2) -> Config:
    return parse(FILE + MIA + people, base=Path("/nowhere"))


def began(t: float, number: int, channel: str) -> Told:
    attempt = {"alert": "drill-7", "attempt": f"drill-7/{number}"}
    return t, "attempt.begun", {**attempt, "carer": "ana", "channel": channel, "reason": "x"}


def came(t: float, number: int, far: str) -> Told:
    return t, f"attempt.{far}", {"attempt": f"drill-7/{number}"}


def real(*told: Told, lasts_s: float = 40.0) -> Story:
    """A drill as it was."""
    lines = tuple(Line(t, event, fields) for t, event, fields in told)
    return Story("drill-7", "a drill", NIGHT, lasts_s, 30.0, lines, ())


def foreseen(was: Story, *outages: str, people: str = ON_EE_AND_O2) -> Story:
    config = config_of(people)
    return rehearse_drill(config, held_by(config, outages), None, was)


def lines_of(story: Story, event: str) -> list[Line]:
    return [line for line in story.lines if line.event == event]


def tries(story: Story) -> list[tuple[str, str | None]]:
    begun = lines_of(story, "attempt.begun")
    return [(line.fields["channel"] or "", line.fields["reason"]) for line in begun]


def test_it_bears_the_drills_own_name_and_counts_from_the_alert() -> None:
    story = foreseen(real(), "EE")
    (alert,) = story.alerts
    assert (alert.alert, alert.raised_s, alert.condition) == ("drill-7", 0, "glucose.urgent_low")
    first = lines_of(story, "attempt.begun")[0]
    assert (first.t, first.fields["attempt"]) == (0, "drill-7/1")
    assert story.lines[0].fields == {"outage": "network:ee-uk"}
    assert [band.component for band in story.outages] == ["network:ee-uk"]
    assert not any("relay-" in (line.fields.get("alert") or "") for line in story.lines)


def test_the_same_drill_is_foreseen_the_same() -> None:
    assert foreseen(real(), "EE") == foreseen(real(), "EE")


@pytest.mark.parametrize(
    ("outage", "first_two"),
    [
        ("channel:push", [("push", "first call"), ("text", "the last try failed")]),
        ("EE", [("push", "first call"), ("text", "the last try is unconfirmed")]),
        ("carer:ana", [("push", "first call"), ("text", "the last try is unconfirmed")]),
        ("path:home", [("push", "first call"), ("text", "the last try failed")]),
    ],
)
def test_what_is_held_dead_fails_as_it_does_in_a_drill(
    outage: str, first_two: list[tuple[str, str]]
) -> None:
    people = ON_EE_AND_O2.replace('confirm_within = "1 s"', 'confirm_within = "5 s"')
    assert tries(foreseen(real(), outage, people=people))[:2] == first_two


def test_a_path_held_dead_is_known_to_be_dead_and_takes_no_time() -> None:
    """A drill says so at its beginning, and a send over it fails at once."""
    failed = lines_of(foreseen(real(), "path:home"), "attempt.undeliverable")
    assert failed[0].t < 0.5
    assert failed[0].fields["failure"] == "path down"
    service = lines_of(foreseen(real(), "channel:push"), "attempt.undeliverable")
    assert NO_ANSWER - 0.1 <= service[0].t <= NO_ANSWER + 1


def test_carers_answer_as_they_did_even_at_night() -> None:
    """Their silence is theirs, and what they said they say as soon as the message is there."""
    was = real(began(0, 1, "push"), began(1, 2, "text"), came(13, 2, "accepted"))
    story = foreseen(was)
    (answered,) = lines_of(story, "alert.acknowledged")
    assert answered.fields["carer"] == "ana"
    text = next(x for x in lines_of(story, "attempt.begun") if x.fields["channel"] == "text")
    least, most = TAKEN["twilio-sms"][0], ARRIVES["twilio-sms"][1] + HEARD_BACK["twilio-sms"][1]
    assert text.t + max(12, least) - 0.5 <= answered.t <= text.t + max(12, most)
    assert story.alerts[0].acknowledged is not None
    assert not lines_of(foreseen(real()), "alert.acknowledged")
    refused = foreseen(real(began(0, 1, "push"), began(1, 2, "text"), came(9, 2, "rejected")))
    assert lines_of(refused, "attempt.rejected")


def test_a_call_that_nobody_picked_up_is_not_picked_up() -> None:
    calls = real(began(0, 1, "push"), began(10, 2, "call"), lasts_s=70)
    silent = foreseen(calls, people=CALLED)
    assert not lines_of(silent, "attempt.delivered")
    assert silent.kept_promise is False
    assert silent.unreached == ("ana",)
    talked = real(began(0, 1, "push"), began(10, 2, "call"), came(16, 2, "delivered"), lasts_s=70)
    assert foreseen(talked, people=CALLED).kept_promise is True


def test_what_would_have_come_after_the_end_was_not_left_out() -> None:
    """A drill that a real alert lifts has not deviated from its rehearsal."""
    was = real((0, "alert.raised", {}), began(0, 1, "push"), lasts_s=0.5)
    story = foreseen(was)
    both = compared(replace(was, alerts=story.alerts), story)
    assert all(each.same for each in both)
    assert any("the drill was over" in said for _, said in findings(both))


def test_the_document_has_both() -> None:
    was = real(began(0, 1, "push"), came(2, 1, "sent"))
    document = drill_document(was, foreseen(was, "EE"))
    assert document["lifted_by"] is None
    assert document["timeline"][0]["at"] == "2026-03-02T03:10:00.000Z"
    assert document["predicted"]["scenario"] == document["scenario"] == "drill-7"
    assert document["predicted"]["alerts"][0]["alert"] == "drill-7"
    assert document["predicted"]["outages"][0]["component"] == "network:ee-uk"


def test_a_page_that_cannot_be_written_calls_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "relayd.toml"
    file.write_text(FILE + MIA + ON_EE_AND_O2)
    page = tmp_path / "nowhere" / "drill.html"
    assert main(["simulate", "--config", str(file), "--live", "--html", str(page)]) == 2
    assert "cannot be written" in capsys.readouterr().err
