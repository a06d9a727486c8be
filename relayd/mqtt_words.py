"""What is wrong between relayd and its broker, in words for people: what, where, what to do."""

import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from paho.mqtt.reasoncodes import ReasonCode

BAD_PASSWORD = 0x86
NOT_AUTHORISED = 0x87
TAKEN_OVER = 0x8E
UNSUPPORTED_VERSION = 0x84
BAD_CLIENT_ID = 0x85
KEEP_ALIVE_TIMEOUT = 0x8D


def unreachable(where: str, error: OSError | UnicodeError) -> str:
    """Say why no connection to *where* (``host:port``) came about."""
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {where}: start the broker, or correct [mqtt] broker"
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the name in {where} cannot be found: correct [mqtt] broker, or see to the DNS"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of the broker at {where} is not to be trusted "
            f"({error.verify_message}): point [mqtt] ca_file to the authority that signed it"
        )
    if isinstance(error, ssl.SSLError):
        return f"no TLS with {where} ({error.reason}): is that the broker's mqtts:// port?"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer: see whether the broker runs and can be reached"
    return f"{where} cannot be reached: {error.strerror or type(error).__name__}"


def untrusted(ca_file: Path | None, error: OSError) -> str:
    """Say why the certificates to trust could not be read."""
    what = f"[mqtt] ca_file {ca_file}" if ca_file is not None else "the system's certificates"
    return f"{what} cannot be read ({error.strerror or type(error).__name__}): PEM is expected"


def refused(where: str, code: ReasonCode, username: str | None, client_id: str) -> str:
    """Say why the broker answered the greeting with a no."""
    if code.value in (BAD_PASSWORD, NOT_AUTHORISED):
        who = f"of {username!r}" if username is not None else "(none is set)"
        return (
            f"the broker at {where} refuses the user name or password {who}: correct [mqtt] "
            "username and password, or the broker's own list"
        )
    if code.value == BAD_CLIENT_ID:
        return f"the broker at {where} refuses the client id {client_id!r}: allow it there"
    return f"the broker at {where} refuses relayd: {code}"


def speechless(where: str) -> str:
    """Say that the connection opened, and nothing answered the greeting."""
    return (
        f"{where} takes the connection and gives no answer: is it an MQTT broker, and does it "
        "expect mqtts:// there?"
    )


def ended(where: str, code: ReasonCode, client_id: str, *, by_broker: bool) -> str:
    """Say why a connection that stood has ended."""
    if code.value == TAKEN_OVER:
        return (
            f"another program connected to {where} with the client id {client_id!r}: "
            "only one relayd may run on one broker and root"
        )
    if code.value == KEEP_ALIVE_TIMEOUT:
        return f"the broker at {where} has stopped answering"
    if by_broker:
        return f"the broker at {where} ended the connection: {code}"
    return f"the connection to the broker at {where} was lost"


def unreadable(where: str, refusals: Sequence[tuple[str, str]], username: str | None) -> str:
    """Say which topics the broker keeps from relayd; each with the broker's own reason."""
    topics = ", ".join(f"{topic} ({reason})" for topic, reason in refusals)
    who = f"user {username!r}" if username is not None else "users without a name"
    return f"the broker at {where} does not let relayd read {topics}: allow {who} to, there"


def connected(where: str) -> str:
    """Say that all is well."""
    return f"connected to the broker at {where}"


def abandoned(topic: str, error: str) -> str:
    """Say that a message was given up because relayd itself failed over it."""
    return (
        f"a message on {topic} was not used, because relayd stumbled over it ({error}): "
        "report this fault of relayd with the log line delivery.failed"
    )
