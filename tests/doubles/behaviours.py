"""What networks and services do to one request, each under its own name."""

import asyncio

from aiohttp import web

from doubles.base import OK, Behaviour, Call

__all__ = ["OK", "Behaviour"]

PORTAL = "<!DOCTYPE html><html><head><title>Welcome to Train Wi-Fi</title></head></html>"
LONG = 86400


def lose() -> Behaviour:
    """Accept it, and never deliver it."""

    async def act(call: Call) -> web.StreamResponse:
        call.lost = True
        return await call.accept(call)

    return Behaviour("accepted and lost", act)


def refuse(status: int, code: int = 0, words: str = "no", **headers: str) -> Behaviour:
    """Refuse it in the service's own form."""

    async def act(call: Call) -> web.StreamResponse:
        return call.double.error(status, code, words, headers)

    return Behaviour(f"refused {status}", act)


def fail_after(status: int = 500) -> Behaviour:
    """Do it, and then report a failure all the same."""

    async def act(call: Call) -> web.StreamResponse:
        await call.accept(call)
        return call.double.error(status, 0, "internal error", {})

    return Behaviour(f"accepts and fails {status}", act)


def parrot(status: int = 400) -> Behaviour:
    """Refuse it, and say back everything that was said."""

    async def act(call: Call) -> web.StreamResponse:
        body = (await call.request.read()).decode()
        words = f"{call.request.headers} {body}"
        return call.double.error(status, 0, words, {})

    return Behaviour(f"parrots {status}", act)


def busy(retry_after: int = LONG) -> Behaviour:
    """Ask for patience, as RFC 9110 section 10.2.3 words it."""
    return refuse(429, 0, "too many requests", **{"Retry-After": str(retry_after)})


def hang(*, accepted: bool = True) -> Behaviour:
    """Say nothing until the double closes; whether it was *accepted* nobody can tell."""

    async def act(call: Call) -> web.StreamResponse:
        response = await call.accept(call) if accepted else web.Response(status=500)
        await call.double.closing.wait()
        return response

    return Behaviour("hangs", act)


def slow(seconds: float) -> Behaviour:
    """Take *seconds* before the answer."""

    async def act(call: Call) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await call.accept(call)

    return Behaviour("slow", act)


def drop(*, accepted: bool = True) -> Behaviour:
    """Break the connection once the request has come."""

    async def act(call: Call) -> web.StreamResponse:
        if accepted:
            await call.accept(call)
        assert call.request.transport is not None
        call.request.transport.abort()
        return web.Response()

    return Behaviour("drops the connection", act)


def portal(status: int = 200) -> Behaviour:
    """Answer in the service's place with a page that asks for a room number."""

    async def act(call: Call) -> web.StreamResponse:
        return web.Response(status=status, text=PORTAL, content_type="text/html")

    return Behaviour(f"captive portal {status}", act)


def redirect(status: int = 302) -> Behaviour:
    """Send the client elsewhere, which must not go there."""

    async def act(call: Call) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": f"{call.double.url}/elsewhere"})

    return Behaviour(f"redirects {status}", act)


def answer(body: str, status: int = 200) -> Behaviour:
    """Answer with just this, whatever it is."""

    async def act(call: Call) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type="application/json")

    return Behaviour(f"answers {body[:20]!r}", act)


def drip() -> Behaviour:
    """Say yes, begin a body and never end it."""

    async def act(call: Call) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(call.request)
        await response.write(b'{"id": "')
        await call.double.closing.wait()
        return response

    return Behaviour("never ends its body", act)


def flood(megabytes: int = 4) -> Behaviour:
    """Say yes, and say far too much."""

    async def act(call: Call) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(call.request)
        try:
            for _ in range(megabytes * 16):
                await response.write(b"[" * 65536)
        except ConnectionError:
            pass
        return response

    return Behaviour("floods", act)


def raw(spoken: bytes) -> Behaviour:
    """Put these very bytes on the wire, and close."""

    async def act(call: Call) -> web.StreamResponse:
        transport = call.request.transport
        assert transport is not None
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(spoken)
        transport.close()
        return web.Response()

    return Behaviour(f"says {spoken[:12]!r}", act)
