"""What is peculiar to webhooks: the signature, the body, and the echo that proves delivery."""

from datetime import UTC, datetime, timedelta, timezone

import aiohttp
import pytest
from doubles import behaviours
from doubles.base import Behaviour
from doubles.speaking import PATIENT, message, say, verdict
from doubles.webhook import WebhookDouble

from relayd.channels.webhook import Config, Webhook, faults, traits
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "plain words, no base64")


def siren(double: WebhookDouble, secret: str | None = None, *, echo: bool = False) -> Webhook:
    kept = None if secret is None else Secret(secret)
    return Webhook("siren", Config(double.endpoint, kept, "echo" if echo else None), PATIENT)


@pytest.mark.parametrize("secret", [*SECRETS, None])
async def test_the_receiver_can_verify_the_signature(secret: str | None) -> None:
    """The double refuses, and fails the test, unless the signature fits the very bytes sent."""
    async with WebhookDouble(secret) as double, aiohttp.ClientSession() as session:
        outcome = await say(siren(double, secret), message(""), session)
    assert verdict(outcome) == (Dissemination.SENT, None)


async def test_the_signature_is_the_one_of_the_specification() -> None:
    """The published example: other people's libraries must accept ours."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    channel = Webhook("siren", Config("http://x.example/", Secret(secret)), PATIENT)
    said = message("", "msg_p5jXN8AQM9LWM0D4loKWxJek")._replace(
        at=datetime.fromtimestamp(1614265330, UTC)
    )
    headers = channel._headers(said, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_body_is_the_contracts() -> None:
    zone = timezone(timedelta(hours=1))
    at = datetime.now(UTC).replace(microsecond=120_999).astimezone(zone)
    async with WebhookDouble() as double, aiohttp.ClientSession() as session:
        await say(siren(double), message("")._replace(at=at), session)
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + ".120Z"
    said = {"type": "alert.raised", "timestamp": stamp, "data": message("").document}
    assert double.documents == [said]


@pytest.mark.parametrize("echo", ["header", "json"])
async def test_an_echo_of_the_id_proves_delivery(echo: str) -> None:
    async with (
        WebhookDouble(echo="header" if echo == "header" else "json") as double,
        aiohttp.ClientSession() as session,
    ):
        asked = await say(siren(double, echo=True), message(""), session)
        unasked = await say(siren(double), message(""), session)
    assert (asked.status, unasked.status) == (Dissemination.DELIVERED, Dissemination.SENT)


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.answer('{"id": "mia-1/1"}'),
        behaviours.answer('{"id": null}'),
        behaviours.answer('["mia-1/2"]'),
        behaviours.answer("", 204),
    ],
    ids=lambda behaviour: behaviour.name,
)
async def test_no_echo_is_no_proof(behaviour: Behaviour) -> None:
    """A receiver that mixes up its messages says 200 too."""
    async with WebhookDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviour)
        outcome = await say(siren(double, echo=True), message(""), session)
    assert outcome.status is Dissemination.SENT


async def test_where_an_echo_is_due_a_web_page_is_no_receiver() -> None:
    """A captive portal says 200 to everything: the message must try another way at once."""
    async with WebhookDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.portal())
        outcome = await say(siren(double, echo=True), message(""), session)
    assert outcome.failure is Failure.PATH_DOWN


async def test_a_repeat_after_an_unknown_outcome_keeps_its_id() -> None:
    """The receiver can then sound once."""
    async with WebhookDouble(echo="json") as double, aiohttp.ClientSession() as session:
        double.will(behaviours.drop())
        channel = siren(double, echo=True)
        outcomes = [await say(channel, message(""), session) for _ in range(2)]
    assert outcomes[0].failure is Failure.PATH_DOWN
    assert outcomes[1].status is Dissemination.DELIVERED
    assert double.ids == ["mia-1/2", "mia-1/2"]
    assert len(double.once) == 1


async def test_it_has_no_receipts_and_no_answers() -> None:
    channel = Webhook("siren", Config("http://x.example/"), PATIENT)
    async with aiohttp.ClientSession() as session:
        assert [outcome async for outcome in channel.follow("x", session)] == []
        assert [reply async for reply in channel.replies(session)] == []


def test_without_an_echo_it_is_a_place_and_not_a_carer() -> None:
    silent, echoing = traits(Config("http://x/")), traits(Config("http://x/", receipt="echo"))
    assert (silent.sounder, silent.proves) == (True, False)
    assert (echoing.sounder, echoing.proves) == (False, True)
    assert not silent.needs_to


@pytest.mark.parametrize(
    ("url", "secret", "keys"),
    [
        ("http://192.168.1.20/alert", None, []),
        ("https://user:word@host.example/x?y=z", "any text", []),
        ("ftp://host/", None, ["url"]),
        ("192.168.1.20/alert", None, ["url"]),
        ("http://", None, ["url"]),
        ("http://[::1/", "whsec_not base64!", ["url", "secret"]),
    ],
)
def test_faults_name_the_key_and_a_remedy(url: str, secret: str | None, keys: list[str]) -> None:
    found = faults(Config(url, None if secret is None else Secret(secret)))
    assert [key for key, _, _ in found] == keys
    assert all(what and remedy for _, what, remedy in found)


def test_its_config_prints_neither_secret_nor_address() -> None:
    """An address often holds a token of its own."""
    shown = repr(Config("https://host/T0KEN", Secret("s3cret")))
    assert "T0KEN" not in shown
    assert "s3cret" not in shown


@pytest.mark.parametrize(
    ("value", "said"), [(2.9, "2.9"), (45.0, "45.0"), (45.0, "45"), (131, "131"), ("LOW", "LOW")]
)
async def test_a_receiver_that_says_our_value_back_puts_it_into_no_log(
    value: float | str, said: str
) -> None:
    """A validator that names what it refuses is common; the words of a refusal are kept."""
    sent = message("")
    sent = sent._replace(document={**sent.document, "value": value})
    async with WebhookDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.refuse(400, 0, f"bad field value: {said} is not allowed"))
        outcome = await say(siren(double), sent, session)
    assert outcome.failure is Failure.REFUSED
    assert "bad field value" in outcome.words
    assert said not in outcome.words
