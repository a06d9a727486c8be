"""The server: binds, guards, hands requests to their handlers, and ends at once."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from relayd.drill import Drills
from relayd.log import get_logger
from relayd.web.answering import Answering
from relayd.web.api import Api, document
from relayd.web.drilling import AnyLinks, Drilling
from relayd.web.events import Feed
from relayd.web.guard import HEADERS, SAFE, TO_CHANGE_THINGS, Guard, Handler, Refusal, route_of
from relayd.web.links import Links
from relayd.web.metrics import Metrics
from relayd.web.page import Page
from relayd.web.pausing import Pausing
from relayd.web.plain import sign_in_page, static, told
from relayd.web.proof import Proofs, history
from relayd.web.relay import Relay, Settings
from relayd.web.sign_in import COOKIE, VALID_FOR
from relayd.web.state import States

BODY_AT_MOST = 16 * 1024
BODY_WITHIN_S = 10.0
HEAD_WITHIN_S = 20.0  # also how long an idle connection is kept
ENDS_WITHIN_S = 1.0
CONNECTIONS = 200  # more are made room for: files must be left for what calls carers
BROKEN = "Something went wrong inside this page. relayd itself goes on; its log says more."

log = get_logger()


class Web:
    """The page and the API of one running relay."""

    def __init__(self, relay: Relay, settings: Settings, drills: Drills | None = None) -> None:
        self._relay = relay
        self._drills = drills
        self._settings = settings
        self._guard = Guard(relay, settings)
        self._feed = Feed(relay)
        self._proofs = Proofs(relay, drills.book if drills is not None else None)
        self._states = States(relay, settings, self._proofs, drills)
        self._metrics = Metrics(relay, self._states)
        self._busy: set[object] = set()
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._feed.listen(self._proofs.happened)
        self._feed.listen(self._metrics.happened)

    @property
    def port(self) -> int:
        """The port it listens on; of use where the settings leave the choice to the system."""
        assert self._server is not None, "it is not open"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def open(self) -> None:
        """Begin to listen. Raises OSError where that cannot be."""
        self._proofs.learn(await history(self._relay.store))
        runner = web.AppRunner(
            self._app(),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=HEAD_WITHIN_S,
            lingering_time=ENDS_WITHIN_S,
            shutdown_timeout=ENDS_WITHIN_S,
        )
        await runner.setup()
        self._runner = runner
        settings = self._settings.web
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._door(), settings.host, settings.port)
        except BaseException:
            await self.close()
            raise
        log.info("page.opened", host=settings.host, port=self.port)

    async def close(self) -> None:
        """Stop listening, and let every connection go."""
        self._feed.close()
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _door(self) -> Callable[[], RequestHandler]:
        """Let connections in; the oldest that only wait make room when there are too many."""
        assert self._runner is not None
        server = self._runner.server
        assert server is not None

        def admit() -> RequestHandler:
            connections = server.connections
            if len(connections) >= CONNECTIONS:
                waiting = [each for each in connections if each not in self._busy]
                for each in waiting[: len(connections) - CONNECTIONS + 1]:
                    each.force_close()
            return server()

        return admit

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._serve], client_max_size=BODY_AT_MOST)
        app.on_response_prepare.append(_dress)
        answering = Answering(self._relay)
        api = Api(self._relay, self._states, self._feed, answering, self._metrics)
        signs_in = self._guard.sessions is not None
        page = Page(self._states, self._feed, answering, signs_in=signs_in)
        links: Links | AnyLinks = Links(self._relay, answering)
        acknowledge = api.acknowledge
        if self._drills is not None:
            links = AnyLinks(Links(self._relay, answering), self._drills)
            drilling = Drilling(self._drills, api)
            acknowledge = drilling.acknowledge
            app.add_routes(drilling.routes())
        app.add_routes(
            [
                web.get("/", page.whole),
                web.get("/now", page.part),
                web.post("/alerts/{alert}/answer", page.answer),
                web.get("/page.css", static),
                web.get("/page.js", static),
                web.get("/sign-in", self._ask),
                web.post("/sign-in", self._sign_in),
                web.post("/sign-out", self._sign_out),
                web.get("/a/{token}", links.show),
                web.post("/a/{token}", links.press),
                web.get("/healthz", api.healthz),
                web.get("/api/state", api.state),
                web.get("/api/timeline", api.timeline),
                web.get("/api/events", self._feed.stream, allow_head=False),
                web.post("/api/alerts/{alert}/acknowledge", acknowledge),
                web.post("/api/wearers/{wearer}/pause", Pausing(self._relay).pause),
            ]
        )
        if self._settings.web.metrics:
            app.router.add_get("/metrics", api.metrics)
        return app

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Guard a request, and turn whatever ends it into an answer that helps."""
        self._busy.add(request.protocol)
        try:
            self._guard.admit(request)
            if request.method not in SAFE:
                async with asyncio.timeout(BODY_WITHIN_S):
                    await request.read()
            return await handler(request)
        except Refusal as refusal:
            return self._refused(request, refusal.status, refusal.sentence)
        except web.HTTPException as error:
            allow = {k: v for k, v in error.headers.items() if k == "Allow"}
            answer = self._refused(request, HTTPStatus(error.status), f"{error.reason}.")
            answer.headers.update(allow)
            return answer
        except TimeoutError:
            said = "The request did not come to its end in time."
            return self._refused(request, HTTPStatus.REQUEST_TIMEOUT, said)
        except ConnectionError:
            raise
        except Exception:  # a page that breaks must not break the relay
            log.exception("page.broken", route=route_of(request))
            return self._refused(request, HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN)
        finally:
            self._busy.discard(request.protocol)

    def _refused(self, request: web.Request, status: HTTPStatus, said: str) -> web.Response:
        if request.path.startswith("/api/"):
            answer = document({"error": said}, status)
        elif status is HTTPStatus.UNAUTHORIZED and request.method in SAFE:
            answer = sign_in_page(status=status)
        else:
            answer = told(status.phrase, said, status=status)
        if status is HTTPStatus.UNAUTHORIZED:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="relayd"'
        return answer

    # Signing in ---------------------------------------------------------------

    async def _ask(self, _: web.Request) -> web.Response:
        if self._guard.sessions is None:
            return told("Nothing to sign in to", TO_CHANGE_THINGS)
        return sign_in_page()

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self._guard.sessions is None:
            return told("Nothing to sign in to", TO_CHANGE_THINGS, status=HTTPStatus.FORBIDDEN)
        if not self._guard.right_token(request, str(form.get("token", "")).strip()):
            return sign_in_page("That is not the token.", HTTPStatus.UNAUTHORIZED)
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        response.set_cookie(
            COOKIE,
            self._guard.session(),
            max_age=int(VALID_FOR.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
        return response

    async def _sign_out(self, _: web.Request) -> web.Response:
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        response.del_cookie(COOKIE)
        return response


async def _dress(_: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that keep a browser careful."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "relayd"
