"""Who may come in: by which name relayd was called, with which token, and from which page."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from relayd.log import get_logger
from relayd.web.relay import Relay, Settings, Times
from relayd.web.sign_in import COOKIE, Sessions, Throttle, relay_secret, same

SAFE = frozenset({"GET", "HEAD"})
TO_CHANGE_THINGS = (
    "No token is set, so nothing may be changed from here. Put a long random word into a file, "
    'name it under [web] in the household file, token_file = "web-token", and restart relayd. '
    "Signed links in messages work without it."
)
ONLY_HERE = (
    "No token is set, so nothing is shown but on this machine. Put a long random word into a "
    'file, name it under [web] in the household file, token_file = "web-token", and restart '
    "relayd. Signed links in messages work without it."
)
NOT_OURS = (
    "relayd does not answer to that name. Use its address, a name that ends in .local, or set "
    "public_url under [web] to the name you use."
)
RESTING = "Too many wrong tokens came from this address. Wait a minute. Signed links still work."
ELSEWHERE = "That came from another website, so it was not done."
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
LINK, METRICS, SIGN_IN = "/a/{token}", "/metrics", "/sign-in"
CARRIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Via")
"""What a proxy says of whom it asks for."""

OPEN = frozenset({"/healthz", "/page.css", "/page.js", SIGN_IN})
"""Routes that need no token: they tell nothing of anybody."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = get_logger()


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """The request ends here: *status*, and a sentence that says why and what to do."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Guard:
    """Stands before every handler."""

    def __init__(self, relay: Relay, settings: Settings) -> None:
        self._settings = settings.web
        self._times = Times(relay)
        self._token = settings.web.token
        self._home = is_loopback(settings.web.host)
        self._names = own_names(settings)
        self.throttle = Throttle()
        self.sessions: Sessions | None = None
        if self._token is not None:
            self.sessions = Sessions(relay_secret(relay), self._token)

    def admit(self, request: web.Request) -> None:
        """Let *request* pass, or raise Refusal."""
        if not self.knows_name(request.headers.get("Host", "")):
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST, NOT_OURS)
        route = route_of(request)
        if route == LINK:
            return  # its token is the right itself, and no other page can know it
        if request.method not in SAFE and from_elsewhere(request):
            raise Refusal(HTTPStatus.FORBIDDEN, ELSEWHERE)
        if route in OPEN or (route == METRICS and from_here(request)):
            return
        if self._token is None:
            self._without_token(request)
        elif not self.signed_in(request):
            said = "Sign in first, or send the token: Authorization: Bearer …"
            raise Refusal(HTTPStatus.UNAUTHORIZED, said)

    def _without_token(self, request: web.Request) -> None:
        if request.method not in SAFE or not self._home:
            raise Refusal(HTTPStatus.FORBIDDEN, TO_CHANGE_THINGS)
        if not from_here(request):
            raise Refusal(HTTPStatus.FORBIDDEN, ONLY_HERE)

    def signed_in(self, request: web.Request) -> bool:
        """Whether *request* carries the token, or a session. Raises Refusal after many guesses."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.right_token(request, given.strip())
        cookie = request.cookies.get(COOKIE, "")
        now = self._times.people(self._times.now())
        return self.sessions is not None and self.sessions.good(cookie, now)

    def right_token(self, request: web.Request, given: str) -> bool:
        """Whether *given* is the token. Raises Refusal when this address must rest."""
        address, now = request.remote or "", self._times.now()
        form = route_of(request) == SIGN_IN
        if self.throttle.resting(address, now) and (form or not is_loopback(address)):
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, RESTING)
        if self._token is not None and same(given, self._token.reveal()):
            return True
        self.throttle.guessed(address, now)
        log.warning("sign_in.refused", address=address)
        return False

    def session(self) -> str:
        """A new session's cookie."""
        assert self.sessions is not None, "without a token nobody signs in"
        return self.sessions.cookie(self._times.people(self._times.now()))

    def knows_name(self, host: str) -> bool:
        """Whether *host*, as a browser sent it, can be meant for relayd (no DNS rebinding)."""
        name = host_of(host)
        if name is None:
            return False
        return is_address(name) or name in self._names or name.endswith(".local")


def route_of(request: web.Request) -> str:
    """The pattern that *request*'s path met, which names nobody; empty where it met none."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def own_names(settings: Settings) -> frozenset[str]:
    """By which names, addresses aside, this relay may be called."""
    public = urlsplit(settings.web.public_url or "").hostname
    names = ("localhost", socket.gethostname(), settings.web.host, public or "")
    return frozenset(name.lower().rstrip(".") for name in names if name)


def host_of(host: str) -> str | None:
    """The name in a Host header, without its port; None where it cannot be read."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return None
    return name.rstrip(".").lower() if name else None


def from_here(request: web.Request) -> bool:
    """Whether this machine itself asks, and not a proxy or a tunnel on it for somebody else."""
    name = host_of(request.headers.get("Host", "")) or ""
    carried = any(header in request.headers for header in CARRIED)
    return is_loopback(request.remote or "") and is_loopback(name) and not carried


def from_elsewhere(request: web.Request) -> bool:
    """Whether a browser says that another website's page sent *request*."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.headers.get("Host", "").lower()
    except ValueError:
        return True


def is_address(name: str) -> bool:
    """Whether *name* is an IP address, which no stranger can make point elsewhere."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Whether *name* is this machine, for itself alone."""
    return name == "localhost" or (
        is_address(name) and ipaddress.ip_address(name.partition("%")[0]).is_loopback
    )
