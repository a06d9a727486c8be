"""Signed words that answer exactly one attempt: they stand in buttons and links."""

import base64
import hashlib
import hmac

SIGNATURE_BYTES = 16


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
