"""Signed words that answer exactly one attempt: they stand in buttons and links."""

import base64
import hashlib
import hmac
import secrets
from typing import Protocol

SECRET_BYTES = 32
SIGNATURE_BYTES = 16


class Keeper(Protocol):
    """Keeps small things; see :class:`relayd.store.Store`."""

    def meta(self, key: str) -> str | None:
        """Give back what was kept under *key*."""
        ...

    def set_meta(self, key: str, value: str) -> None:
        """Keep *value* under *key*."""
        ...


def kept_secret(keeper: Keeper) -> bytes:
    """What buttons and links are signed with: the same after a restart."""
    kept = keeper.meta("secret")
    if kept is None:
        kept = secrets.token_hex(SECRET_BYTES)
        keeper.set_meta("secret", kept)
    return bytes.fromhex(kept)


class Signer:
    """Makes and reads tokens. *secret* stays the same over restarts, so that old buttons work."""

    def __init__(self, secret: bytes) -> None:
        assert len(secret) >= SIGNATURE_BYTES, "a short secret can be guessed"
        self._secret = secret

    def token(self, attempt: str) -> str:
        """The token for *attempt*, safe in a URL."""
        return f"{attempt.replace('/', '~')}.{self._signature(attempt)}"

    def attempt(self, token: str) -> str | None:
        """The attempt that *token* answers, None where it was not made by this relay."""
        name, dot, signature = token.strip().rpartition(".")
        attempt = name.replace("~", "/")
        genuine = hmac.compare_digest(signature.encode(), self._signature(attempt).encode())
        return attempt if dot and genuine else None

    def _signature(self, attempt: str) -> str:
        mac = hmac.digest(self._secret, attempt.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac[:SIGNATURE_BYTES]).rstrip(b"=").decode()
