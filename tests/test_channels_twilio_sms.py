"""What is peculiar to SMS through Twilio: one text, in time, and what its codes mean."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from doubles import behaviours
from doubles.speaking import TEXT, message, say
from doubles.texting import ANA, fate, opened
from doubles.twilio import TwilioDouble

from relayd.channels.twilio_api import ServiceClock
from relayd.channels.twilio_codes import FAILURES, failed
from relayd.domain.delivery import Dissemination, Failure


async def test_a_text_goes_out_once_and_is_not_kept_for_ten_hours() -> None:
    """Twilio's own default would deliver an alert up to ten hours late."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        outcome = await say(channel, message(ANA), session)
    (text,) = double.sent(ANA)
    assert (outcome.status, outcome.receipt) == (Dissemination.SENT, text.sid)
    assert (text.body, text.validity) == (TEXT, 300)


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [(timedelta(0), 1), (timedelta(seconds=90.9), 90), (timedelta(days=2), 36000)],
)
async def test_validity_stays_within_what_twilio_takes(valid_for: timedelta, seconds: int) -> None:
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        await say(channel, message(ANA)._replace(valid_for=valid_for), session)
    assert double.sent(ANA)[0].validity == seconds


async def test_only_our_own_file_says_where_twilio_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would take another region from the environment, unseen by `check`."""
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        outcome = await say(channel, message(ANA), session)
    assert outcome.status is Dissemination.SENT


async def test_stop_is_said_in_words_that_help() -> None:
    """After STOP nothing reaches this phone, and only its owner can change that."""
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.reply(ANA, "Stop")
        double.tolerate(400)
        outcome = await say(channel, message(ANA), session)
    assert outcome.failure is Failure.REFUSED
    assert "START" in outcome.words


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (401, 20003, Failure.CREDENTIALS),
        (403, 20005, Failure.CREDENTIALS),
        (404, 20404, Failure.CREDENTIALS),
        (400, 21606, Failure.CREDENTIALS),
        (400, 21210, Failure.CREDENTIALS),
        (400, 21219, Failure.REFUSED),
        (429, 63038, Failure.BUSY),
        (400, 21611, Failure.BUSY),
        (503, 20503, Failure.BUSY),
        (400, 21211, Failure.REFUSED),
        (403, 21408, Failure.REFUSED),
        (400, 12345, Failure.REFUSED),
        (403, 12345, Failure.CREDENTIALS),
        (500, 12345, Failure.BUSY),
    ],
)
async def test_refusals_are_sorted_by_what_must_be_done(
    status: int, code: int, failure: Failure
) -> None:
    double = TwilioDouble()
    async with opened(double) as (channel, session):
        double.will(behaviours.refuse(status, code, f"no to {ANA}"))
        outcome = await say(channel, message(ANA), session)
    assert outcome.failure is failure
    assert str(code) in outcome.words
    assert ANA not in outcome.words


async def test_nothing_of_numbers_texts_or_tokens_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The library would log addresses and bodies as information."""
    double = TwilioDouble()
    with caplog.at_level(logging.DEBUG):
        async with opened(double) as (channel, session):
            sent = await say(channel, message(ANA), session)
            await fate(channel, sent.receipt or "", session)
    for private in (ANA, double.number, double.auth_token, "2.9"):
        assert private not in caplog.text


def test_every_code_has_a_meaning_that_is_said_with_its_number() -> None:
    for code, failure in FAILURES.items():
        outcome = failed(code, "because", ())
        assert outcome.failure is failure
        assert outcome.words.startswith(f"Twilio {code}: ")


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", True),
        ("Mon, 23 Nov 2026 10:00:00 -0000", True),
        ("Mon, 99 Nov 2026 10:00:00 GMT", False),
        ("", False),
        (None, False),
    ],
)
async def test_the_clock_of_the_service_is_read_from_whatever_date_it_gives(
    said: str | None, *, known: bool
) -> None:
    """RFC 5322, 3.3: "-0000" says UTC of nobody's zone; Python reads it as a time without one."""
    clock = ServiceClock()
    clock.hear(said)
    now = clock.now()
    assert (now is not None) is known
    assert now is None or abs(now - datetime(2026, 11, 23, 10, tzinfo=UTC)) < timedelta(minutes=1)
