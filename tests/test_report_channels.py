"""Channels, networks and alerts are told as people call them, and for what they are."""

import pytest
from stories import Tale, story

from relayd.domain.story import AlertTold, Story
from relayd.report.folding import told
from relayd.report.trimming import everything
from relayd.report.words import Mark


def said(tale: Story) -> list[str]:
    return [line.words for line in everything(tale)]


def test_a_channel_is_called_after_its_kind_where_its_name_does_not_say_it() -> None:
    tale = Tale()
    tale.begun(0.0, "ana", "loud")
    tale.begun(1.0, "ana", "sim")
    tale.begun(2.0, "ana", "text")
    tale.begun(3.0, "ana", "other")
    tale.begun(4.0, "ana", "call", passed_over="loud: o2-uk is suspected")
    kinds = {"loud": "pushover", "sim": "modem-sms", "text": "twilio-sms", "other": "twilio-sms"}
    assert said(story(tale, kinds=kinds, names={"ana": "Ana", "o2-uk": "O2"})) == [
        "relayd sends Ana a Pushover alarm",
        "relayd texts Ana from the SIM",
        "relayd texts Ana",
        "relayd texts Ana by “other”",
        "relayd rings Ana (left for later: Pushover alarm: O2 is suspected)",
    ]


def test_a_network_is_called_by_its_brand() -> None:
    tale = Tale()
    tale.line(0.0, "network.suspected", network="o2-uk")
    assert said(story(tale, names={"o2-uk": "O2"})) == ["relayd suspects that O2 is down"]


@pytest.mark.parametrize(
    ("rang", "words"),
    [
        (frozenset({"mia-1/1"}), "it rang, and nobody answered"),
        (frozenset[str](), "the phone is off or out of reach"),
        (None, "nobody answered, or the phone is off or out of reach"),
    ],
)
def test_a_call_that_rang_is_not_told_as_a_dead_phone(
    rang: frozenset[str] | None, words: str
) -> None:
    tale = Tale()
    tale.got(30.0, tale.begun(0.0, "ana", "call"), "undeliverable", failure="unreachable")
    assert said(story(tale, rang=rang))[-1] == f"the call to Ana (mum) fails: {words}"


@pytest.mark.parametrize(
    ("condition", "priority", "words"),
    [
        ("glucose.low", "high", "Mia: still low; now high priority"),
        ("glucose.urgent_low", "high", "Mia is worse: urgent low (high priority)"),
        ("glucose.low", "medium", "Mia is worse: low (medium priority)"),
    ],
)
def test_what_only_lasts_is_not_called_worse(condition: str, priority: str, words: str) -> None:
    """Time alone raises a priority; the same at the same priority is a further fall."""
    tale = Tale(condition="glucose.low", priority="medium")
    tale.alerted(0.0, "raised")
    tale.condition, tale.priority = condition, priority
    tale.alerted(900.0, "worsened")
    assert said(story(tale))[-1] == words


def test_repeats_about_two_alerts_say_which() -> None:
    tale = Tale()
    for lap in range(4):
        for alert in ("mia-1", "relay-1"):
            tale.alert = alert
            reason = "every route has been tried; again from the first" if lap else "first call"
            tale.begun(600.0 * lap, "ana", "push", reason)
    alerts = (
        AlertTold("mia-1", "mia", "glucose.low", "high", 0.0),
        AlertTold("relay-1", None, "relay.clock", "high", 0.0),
    )
    again = [line.words for line in told(story(tale, alerts=alerts)) if line.mark is Mark.AGAIN]
    assert [words.partition(" by ")[0] for words in again] == [
        "relayd tries Ana (mum) again about Mia (low)",
        "relayd tries Ana (mum) again about relayd itself (a clock is wrong)",
    ]
