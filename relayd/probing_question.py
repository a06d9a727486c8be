"""One question to the world over one path, and what its answer proves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import aiohttp
from yarl import URL

from relayd.channels.http import BROKEN, why
from relayd.log import get_logger
from relayd.paths import fresh_names

MOST_BYTES = 4096  # what proves a path is short; a portal's page may be long
REDIRECTS = range(300, 400)
PORTAL = "something answered that was not expected: a captive portal?"

log = get_logger()


class Probe(Protocol):
    """What is asked, and the answer expected; the configuration's own type fits."""

    @property
    def url(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def body(self) -> str | None: ...  # noqa: D102


class Proof(Enum):
    """What an answer shows: the world, nothing, or somebody in its place."""

    WORLD = 2
    STRANGER = 1
    NOTHING = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one round of questions showed, and the evidence in words."""

    proof: Proof
    evidence: str


async def inquire(
    session: aiohttp.ClientSession, probes: Sequence[Probe], within_s: float, *, fresh: bool
) -> Verdict:
    """Ask the first; where it proves nothing, all others at once. Any one proves the path.

    It takes *within_s* seconds at most for each of the two rounds, and never raises. *fresh*: the
    connection is not kept for the next question.
    """
    first, *others = probes
    best = await _ask(session, first, within_s, fresh=fresh)
    if best.proof is Proof.WORLD or not others:
        return best
    more = (_ask(session, probe, within_s, fresh=fresh) for probe in others)
    return max((best, *await asyncio.gather(*more)), key=lambda verdict: verdict.proof.value)


async def _ask(
    session: aiohttp.ClientSession, probe: Probe, within_s: float, *, fresh: bool
) -> Verdict:
    try:
        return await _exchange(session, probe, within_s, fresh=fresh)
    except aiohttp.ClientSSLError as error:
        return Verdict(Proof.STRANGER, f"{PORTAL} ({_host(probe)}: {why(error)})")
    except aiohttp.ClientResponseError:
        return Verdict(Proof.STRANGER, f"{PORTAL} ({_host(probe)}: the answer was no HTTP)")
    except BROKEN as error:
        return Verdict(Proof.NOTHING, f"{_host(probe)}: {why(error)}")
    except Exception:  # a probe that fails in a new way is a failed probe, not the daemon's end
        log.exception("probe.failed", host=_host(probe))
        return Verdict(Proof.NOTHING, f"{_host(probe)}: it could not be asked")


async def _exchange(
    session: aiohttp.ClientSession, probe: Probe, within_s: float, *, fresh: bool
) -> Verdict:
    limits = aiohttp.ClientTimeout(total=within_s, ceil_threshold=float("inf"))
    headers = {"Connection": "close"} if fresh else {}
    with fresh_names():
        asked = session.get(probe.url, timeout=limits, headers=headers, allow_redirects=False)
        answer = await asked
    async with answer:
        body = await _start(answer) if probe.body is not None else ""
        expected = probe.body is None or body.strip() == probe.body.strip()
    if answer.status == probe.status and expected:
        return Verdict(Proof.WORLD, f"{_host(probe)} answered HTTP {answer.status} as expected")
    if answer.status in REDIRECTS:
        said = f"redirected, HTTP {answer.status}"
    elif answer.status != probe.status:
        said = f"HTTP {answer.status} in place of {probe.status}"
    else:
        said = f"HTTP {answer.status}, but other words"
    return Verdict(Proof.STRANGER, f"{PORTAL} ({_host(probe)}: {said})")


async def _start(answer: aiohttp.ClientResponse) -> str:
    """The body, cut where it grows longer than any that proves a path."""
    body = bytearray()
    while len(body) < MOST_BYTES and (chunk := await answer.content.read(MOST_BYTES)):
        body += chunk
    return body.decode(errors="replace")


def _host(probe: Probe) -> str:
    """Who was asked; the rest of an address may hold secrets."""
    return URL(probe.url).host or "the probe"
