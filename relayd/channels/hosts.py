"""Whose host a name or an address is: the house's own, or the world's."""

import ipaddress
from urllib.parse import urlsplit

PRIVATE_ENDINGS = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localhost")


def is_private(host: str) -> bool:
    """Whether *host* is in the house, and nothing outside can reach it by that name."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.lower().rstrip(".").endswith(PRIVATE_ENDINGS)


def meets(service: str, url: str) -> bool:
    """Whether a service at the URL *service* can come to *url*: not from outside into the house."""
    inside = is_private(urlsplit(url).hostname or "")
    return not inside or is_private(urlsplit(service).hostname or "")
