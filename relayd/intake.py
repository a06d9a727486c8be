"""From a topic to the decoder that reads it: what the broker brings, as events for the engine."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from relayd.domain.event import PayloadRejected, ReadingsReceived
from relayd.domain.reading import Malformed, NoReading
from relayd.log import get_logger
from relayd.wearables import FORMATS, OWN, Decoder, Origin

LARGEST_PAYLOAD_BYTES = 1024 * 1024  # a day of readings of any source is a tenth of it
_KNOWN_AT_MOST = 65_536  # three topics each of 20,000 wearers
_UNKNOWN_AT_MOST = 1_000

_log = get_logger()


class Source(Protocol):
    """A topic filter of somebody else's, whose documents it carries, and in which format."""

    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def wearer(self) -> str: ...  # noqa: D102
    @property
    def format(self) -> str: ...  # noqa: D102


class _Desk(NamedTuple):
    """Who reads a topic's documents, and for whom."""

    decoder: Decoder
    origin: Origin


class _Refusal(NamedTuple):
    """Why nobody reads a topic's documents; an empty sentence where nobody asked for them."""

    why: str


class Intake:
    """Reads what arrives.

    relayd's own topics (``<root>/<wearer>/glucose`` and so on) come first, then *sources* in the
    order of the file: where several match a topic, the first of them reads it. *wearers* are by
    id, the same that stands in the topic. Every wearer and format of a source must exist.
    """

    def __init__(
        self, root: str, wearers: Mapping[str, Origin], sources: Sequence[Source] = ()
    ) -> None:
        self._root = tuple(root.split("/"))
        self._wearers = wearers
        self._sources = tuple(
            (source.topic.split("/"), _Desk(FORMATS[source.format], wearers[source.wearer]))
            for source in sources
        )
        own = [f"{root}/+/{kind}" for kind in OWN]
        self.topics: tuple[str, ...] = tuple(
            dict.fromkeys([*own, *(source.topic for source in sources)])
        )
        self._known: dict[str, _Desk] = {}
        self._unknown: dict[str, _Refusal] = {}

    def read(
        self, topic: str, payload: bytes, *, retained: bool, received_at: datetime
    ) -> ReadingsReceived | PayloadRejected:
        """Read one message. It never raises: what cannot be read is rejected, in a sentence.

        An empty payload is how a retained message is deleted, and says nothing. Nor does a topic
        that no filter covers: a lasting session still brings what an older file asked for.
        """
        desk = self._known.get(topic) or self._find(topic)
        if not payload:
            return ReadingsReceived((), retained, topic)
        if isinstance(desk, _Refusal):
            if not desk.why:
                return ReadingsReceived((), retained, topic)
            return PayloadRejected(topic, desk.why)
        if len(payload) > LARGEST_PAYLOAD_BYTES:
            return PayloadRejected(topic, _too_large(topic, len(payload)), desk.origin.wearer)
        try:
            decoded = desk.decoder(payload, desk.origin, received_at)
        except Exception as error:  # noqa: BLE001 -- a fault of a decoder must not stop the flow
            decoded = Malformed(_stumbled(topic, error))
        if isinstance(decoded, Malformed):
            return PayloadRejected(topic, decoded.why, desk.origin.wearer)
        wrong = [each for each in decoded if isinstance(each, NoReading) and each.wrong]
        if wrong and len(wrong) == len(decoded):
            return PayloadRejected(topic, wrong[-1].why, desk.origin.wearer)
        return ReadingsReceived(decoded, retained, topic)

    def _find(self, topic: str) -> _Desk | _Refusal:
        refusal = self._unknown.get(topic)
        if refusal is not None:
            return refusal
        levels = topic.split("/")
        desk = self._own(levels) or self._sourced(levels)
        if desk is None:
            return self._refuse(topic, levels)
        if len(self._known) >= _KNOWN_AT_MOST:
            self._known.clear()
        self._known[topic] = desk
        return desk

    def _own(self, levels: Sequence[str]) -> _Desk | None:
        if not self._is_own(levels):
            return None
        origin = self._wearers.get(levels[-2])
        return None if origin is None else _Desk(OWN[levels[-1]], origin)

    def _is_own(self, levels: Sequence[str]) -> bool:
        return tuple(levels[:-2]) == self._root and levels[-1] in OWN

    def _sourced(self, levels: Sequence[str]) -> _Desk | None:
        matching = (desk for pattern, desk in self._sources if covers(pattern, levels))
        return next(matching, None)

    def _refuse(self, topic: str, levels: Sequence[str]) -> _Refusal:
        crowded = len(self._unknown) >= _UNKNOWN_AT_MOST
        if self._is_own(levels):
            refusal = _Refusal(self._nobody(levels[-2], guess=not crowded))
        else:
            refusal = _Refusal("")
            _log.info("topic.unasked", topic=topic)
        if not crowded:
            self._unknown[topic] = refusal
        return refusal

    def _nobody(self, wearer: str, *, guess: bool) -> str:
        near = difflib.get_close_matches(wearer, self._wearers, n=1) if guess else []
        meant = (
            f"did you mean {near[0]!r}? If so, correct the sender's topic"
            if near
            else (f"add [wearers.{wearer}] to the file, or stop the sender")
        )
        return f"there is no wearer {wearer!r} in the configuration: {meant}"


def covers(pattern: Sequence[str], levels: Sequence[str]) -> bool:
    """Whether a filter matches a topic, both as levels; ``+`` is one level, ``#`` the rest."""
    if pattern[0] in ("+", "#") and levels[0].startswith("$"):
        return False  # the broker's own topics are never meant by a wildcard
    for place, wanted in enumerate(pattern):
        if wanted == "#":
            return True
        if place == len(levels) or wanted not in ("+", levels[place]):
            return False
    return len(pattern) == len(levels)


def _too_large(topic: str, size: int) -> str:
    return (
        f"the message on {topic} is {size:,} bytes long; relayd reads up to "
        f"{LARGEST_PAYLOAD_BYTES:,}: let the source send single readings"
    )


def _stumbled(topic: str, error: Exception) -> str:
    return (
        f"relayd stumbled over the message on {topic} ({type(error).__name__}): report this fault"
    )
