"""Addresses in the file: of the web, of a broker, of an interface, of topics."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from relayd.config.fault import Wrong
from relayd.config.values import text

MQTT_PORT, MQTTS_PORT = 1883, 8883
IFNAMSIZ = 16  # the kernel's own limit, with the closing zero


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port; *tls* where the scheme asks for it."""

    host: str
    port: int
    tls: bool = False


def http_url(value: object) -> str:
    """Read a URL of http or https. Never repeats it: it may hold a secret."""
    written = text(value)
    parts = _split(written, "https://example.org/path")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Wrong("this is no web address", 'Write one like "https://example.org/path"')
    if any(mark.isspace() for mark in written):
        raise Wrong("there is a space in this web address", "Take it out, or write it as %20")
    return written


def public_url(value: object) -> str:
    """Read what links begin with: no query, and no slash at the end."""
    written = http_url(value)
    if "?" in written or "#" in written:
        raise Wrong("links cannot be appended to this", 'Write one like "http://relayd.local:8480"')
    return written.rstrip("/")


def broker(value: object) -> Endpoint:
    """Read ``mqtt://host[:1883]`` or ``mqtts://host[:8883]``."""
    form = "mqtt://127.0.0.1:1883"
    parts = _split(text(value), form)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise Wrong("this is no address of a broker", f'Write one like "{form}" (mqtts:// for TLS)')
    if parts.username is not None or parts.password is not None:
        raise Wrong("a name or password stands in the address", "Use username and password_file")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Wrong("the address goes on after the port", f'End it there: "{form}"')
    tls = parts.scheme == "mqtts"
    port = parts.port if parts.port is not None else (MQTTS_PORT if tls else MQTT_PORT)
    if port == 0:
        raise Wrong("no broker listens on port 0", f'Write one like "{form}"')
    return Endpoint(parts.hostname, port, tls)


def listen(value: object) -> Endpoint:
    """Read ``host:port`` to listen on; port 0 is whichever is free."""
    form = "127.0.0.1:8480"
    written = text(value)
    parts = _split(f"//{written}", form)
    if not parts.hostname or parts.port is None or parts.netloc != written or "@" in written:
        raise Wrong("this is no address to listen on", f'Write a host and a port, like "{form}"')
    return Endpoint(parts.hostname, parts.port)


def _split(address: str, form: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise Wrong(
            "the address or its port makes no sense",
            f'Ports run from 1 to 65535; write it like "{form}"',
        ) from error
    return parts


def ip_address(value: object) -> str:
    """Read an IPv4 or IPv6 address."""
    written = text(value)
    try:
        return str(ipaddress.ip_address(written))
    except ValueError as error:
        raise Wrong(f'"{written}" is no IP address', 'Write one like "9.9.9.9"') from error


def interface(value: object) -> str:
    """Read the name of a network interface, as ``ip link`` shows it."""
    written = text(value)
    if len(written.encode()) >= IFNAMSIZ or "/" in written or any(map(str.isspace, written)):
        raise Wrong(f'"{written}" cannot be an interface', 'Names are like "eth0"; see `ip link`')
    return written


def topic_root(value: object) -> str:
    """Read the topic under which all of relayd's own topics stand."""
    written = topic_filter(value)
    if set(written) & {"+", "#"} or written.startswith(("$", "/")) or written.endswith("/"):
        raise Wrong(f'"{written}" cannot begin topics', 'Write plain words, like "relayd"')
    return written


def topic_filter(value: object) -> str:
    """Read an MQTT topic filter: ``+`` stands for one whole level, ``#`` for all that follow."""
    written = text(value)
    levels = written.split("/")
    if any(("+" in level or "#" in level) and len(level) > 1 for level in levels):
        raise Wrong(f'"{written}": + and # must fill a level', 'Like "librelinkup/+/data"')
    if "#" in levels[:-1]:
        raise Wrong(f'"{written}": # must come last', 'Write it like "librelinkup/#"')
    if "\0" in written:
        raise Wrong("this is no topic", 'Write one like "librelinkup/+/data"')
    return written
