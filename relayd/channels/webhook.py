"""Any program that takes an HTTP POST, signed as Standard Webhooks say: a siren, a lamp, a bridge.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import aiohttp
import msgspec
from yarl import URL

from relayd.channels import Message, Outcome, Reply, Traits
from relayd.channels.http import (
    Answer,
    Limits,
    NoAnswer,
    decode,
    exchange,
    nothing,
    refused,
    undeliverable,
    url_fault,
)
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

KIND = "webhook"
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Config:
    """The keys of a webhook channel."""

    url: str = field(repr=False, metadata={"doc": "where to POST"})
    secret: Secret | None = field(
        default=None, metadata={"doc": "signs each request; whsec_ and base64, or plain text"}
    )
    receipt: Literal["echo"] | None = field(
        default=None,
        metadata={"doc": '"echo": an answer that returns the webhook-id proves delivery'},
    )


def traits(config: Config) -> Traits:
    """Without an echo it is a sounder: a place that makes noise, not a carer who has heard."""
    echoes = config.receipt == "echo"
    return Traits(proves=echoes, sounder=not echoes, quiet=True, needs_to=False)


def check_to(to: str) -> str | None:
    """Nothing is asked of ``to``: the address is the channel's own."""
    del to
    return None


def faults(config: Config) -> list[tuple[str, str, str]]:
    """What is wrong with the values: key, what, remedy."""
    found = url_fault("url", config.url)
    if config.secret is not None:
        try:
            signing_key(config.secret)
        except binascii.Error:
            remedy = "copy it again as the receiver shows it, or leave the prefix off"
            found.append(("secret", "after whsec_ this secret is not base64", remedy))
    return found


def signing_key(secret: Secret) -> bytes:
    """The key's bytes. Raises ``binascii.Error`` where ``whsec_`` is not followed by base64."""
    text = secret.reveal()
    if text.startswith(PREFIX):
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    return text.encode()


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "Webhook":
    """Make the channel; *addresses* are not needed."""
    del addresses
    return Webhook(name, config)


class Webhook:
    """One receiver."""

    def __init__(self, name: str, config: Config, limits: Limits | None = None) -> None:
        self.name = name
        self._url = URL(config.url)
        self._echo = config.receipt == "echo"
        self._timeout = (limits or Limits()).timeout()
        self._mac: hmac.HMAC | None = None
        self._hide = [config.url]
        if config.secret is not None:
            self._mac = hmac.new(signing_key(config.secret), digestmod=hashlib.sha256)
            self._hide.append(config.secret.reveal())

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """POST the document. Any 2xx is SENT; DELIVERED only where it echoes the id.

        Where an echo is due, a page for people comes from somebody in the receiver's place.
        """
        body = encode(message)
        headers = self._headers(message, body)
        try:
            answer = await exchange(
                session,
                "POST",
                self._url,
                self._timeout,
                data=aiohttp.BytesPayload(body),
                headers=headers,
            )
        except NoAnswer as error:
            return error.outcome
        if not answer.good:
            return refused(answer, (*self._hide, message.text, *_values(message)))
        echoed = self._echo and echoes(answer, message.key)
        if self._echo and answer.html and not echoed:
            return undeliverable(Failure.PATH_DOWN, "a web page answered: a captive portal?")
        return Outcome(Dissemination.DELIVERED if echoed else Dissemination.SENT)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        stamp = str(int(message.at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "relayd",
            "webhook-id": message.key,
            "webhook-timestamp": stamp,
        }
        if self._mac is not None:
            mac = self._mac.copy()
            mac.update(f"{message.key}.{stamp}.".encode() + body)
            headers["webhook-signature"] = "v1," + base64.b64encode(mac.digest()).decode()
        return headers

    def follow(self, receipt: str, session: aiohttp.ClientSession) -> AsyncIterator[Outcome]:
        """Nothing: what the answer did not say is never said."""
        del receipt, session
        return nothing()

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Nothing: a receiver hears that somebody has it, and decides."""

    def replies(self, session: aiohttp.ClientSession) -> AsyncIterator[Reply]:
        """Nothing: a receiver answers through relayd's own API, if at all."""
        del session
        return nothing()


def _values(message: Message) -> tuple[str, ...]:
    """How a receiver may say our value back in a refusal: it stays out of logs."""
    value = message.document.get("value")
    return () if value is None else (f"{value}", f"{value:g}" if isinstance(value, float) else "")


def encode(message: Message) -> bytes:
    """The body of the contract: what kind of event, when it is sent, and about what."""
    return msgspec.json.encode(
        {"type": message.type, "timestamp": rfc3339(message.at), "data": message.document}
    )


def rfc3339(moment: datetime) -> str:
    """*moment* in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def echoes(answer: Answer, key: str) -> bool:
    """Whether the answer returns the id, in its header or as ``id`` of a JSON object."""
    if answer.headers.get("webhook-id") == key:
        return True
    document = decode(answer.body)
    return document is not None and document.get("id") == key
