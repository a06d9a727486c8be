"""Signing in with a browser, which cannot send a token by itself: a form, and a signed cookie."""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta

from relayd.domain.secret import Secret
from relayd.web.relay import Relay

COOKIE = "relayd-session"
VALID_FOR = timedelta(days=180)  # nobody looks for a password at three in the morning
KEPT_UNDER = "web-secret"
TRIES = 10
TRIES_WITHIN = timedelta(minutes=1)
ADDRESSES = 1000


class Sessions:
    """Makes and reads session cookies. They die with the token, and are worth nothing elsewhere.

    A cookie says until when it is good, and is signed with a key made of a secret of this relay
    and of the token; it holds neither.
    """

    def __init__(self, secret: str, token: Secret) -> None:
        self._key = hmac.digest(secret.encode(), token.reveal().encode(), hashlib.sha256)

    def cookie(self, now: datetime) -> str:
        """A new session, from *now* (people's time)."""
        until = int((now + VALID_FOR).timestamp())
        word = f"{until}.{secrets.token_urlsafe(9)}"
        return f"{word}.{self._signature(word)}"

    def good(self, cookie: str, now: datetime) -> bool:
        """Whether *cookie* was made here, and is still good."""
        word, _, signature = cookie.rpartition(".")
        if not same(signature, self._signature(word)):
            return False
        return int(word.partition(".")[0]) > now.timestamp()

    def _signature(self, word: str) -> str:
        mac = hmac.digest(self._key, word.encode("utf-8", "replace"), hashlib.sha256)
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


class Throttle:
    """Slows down whoever guesses: so many wrong tokens from one address, then a minute's rest.

    Only those who bring a token are ever slowed down. Signed links bring none: an answer is never
    kept out, and nobody's guessing keeps out anybody at another address.
    """

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def resting(self, address: str, now: datetime) -> bool:
        """Whether *address* has guessed too often of late."""
        since, count = self._wrong.get(address, (now, 0))
        if now - since >= TRIES_WITHIN:
            self._wrong.pop(address, None)
            return False
        return count >= TRIES

    def guessed(self, address: str, now: datetime) -> None:
        """Note a wrong token from *address*."""
        since, count = self._wrong.pop(address, (now, 0))
        self._wrong[address] = (since, count + 1)
        if len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)


def same(given: str, wanted: str) -> bool:
    """Whether two words are the same, found out in a time that says nothing of them."""
    digests = (hashlib.sha256(word.encode("utf-8", "replace")).digest() for word in (given, wanted))
    return hmac.compare_digest(*digests)


def relay_secret(relay: Relay) -> str:
    """What cookies are signed with: the same after a restart, another on every relay."""
    kept = relay.store.meta(KEPT_UNDER)
    if kept is None:
        kept = secrets.token_hex(32)
        relay.store.set_meta(KEPT_UNDER, kept)
    return kept
