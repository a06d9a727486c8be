"""Broker to inbox and back: one lasting MQTT session, acknowledged by hand."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from relayd import mqtt_words as words
from relayd.log import get_logger
from relayd.mqtt_connection import MQTT_3, MQTT_5, Connection
from relayd.mqtt_socket import open_socket, trust
from relayd.mqtt_terms import Delivery, Hooks, Settings, Token

__all__ = ["Delivery", "Link", "Settings", "Token"]

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0  # a broker in the house costs nothing to ask, and readings wait behind it
STEADY_AFTER_S = 10.0  # a connection that stood so long ends the back-off
MQTT_5_AGAIN_AFTER_S = 86400.0
FAREWELL_WITHIN_S = 2.0
UNSENT_AT_MOST = 50_000  # topics

_log = get_logger()


class _Publication(NamedTuple):
    payload: bytes
    retain: bool


class Link:
    """Keeps one session with one broker for as long as :meth:`run` runs.

    *on_delivery* gets every message; the broker keeps each until it is acknowledged, over
    restarts of either side. It must not raise. Should it, the message stays unacknowledged
    (nothing of it is on disk) and comes again with the next connection; if it fails then too, or
    others before it did, it is given up: acknowledged, logged as ``delivery.abandoned`` and said
    through *on_state*. So a poisonous message neither goes round for ever nor vanishes in silence.

    *on_state* is told ``(up, sentence)``, on change only: the same trouble is said once until the
    link is up again. Up means that every topic can be read. The link itself logs no states.
    ``connected`` means that the broker has let us in, which a refused topic does not end.

    MQTT 5 is spoken where the broker knows it. One that does not may hang up or just say nothing
    for five seconds; *mqtt_5* False spares a broker that is known to be such.

    All of it belongs to the event loop; nothing may be called from another thread.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        topics: Sequence[str],
        on_delivery: Callable[[Delivery], None],
        on_state: Callable[[bool, str], None],
        mqtt_5: bool = True,
    ) -> None:
        assert topics, "a link that reads no topic is of no use"
        self._settings = settings
        self._topics = tuple(dict.fromkeys(topics))
        self._on_state = on_state
        self._hooks = Hooks(on_delivery, self._welcomed, self._published, self._say)
        self._where = f"{settings.host}:{settings.port}"
        self._well = (True, words.connected(self._where))
        self._status = f"{settings.root}/status"
        self._connection: Connection | None = None
        self._generation = 0
        self._protocol: MQTTProtocolVersion = MQTT_5 if mqtt_5 else MQTT_3
        self._mqtt_5_again_at = 0.0 if mqtt_5 else math.inf
        self._welcomed_at: float | None = None
        self._subscribed = False
        self._said: set[tuple[bool, str]] = set()
        self._unsent: dict[str, _Publication] = {}
        self._in_flight: dict[int, tuple[str, _Publication]] = {}
        self._settled = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether the broker has let us in and the connection stands."""
        return self._connection is not None and self._connection.up

    async def run(self) -> None:
        """Connect and stay connected, with back-off for ever, until closed or cancelled."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while not self._closing.is_set():
            trouble = await self._connect_once()
            if trouble is None:
                continue
            if self._welcomed_at and loop.time() - self._welcomed_at >= STEADY_AFTER_S:
                pause = FIRST_PAUSE_S
            self._say(trouble, up=False)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    def acknowledge(self, token: Token) -> None:
        """Release a message at the broker: its consequences are on disk.

        Nothing happens if the connection that brought it is gone. The broker sends it again, and
        by then the packet id may belong to a message that is not yet on disk.
        """
        if self._connection is not None:
            self._connection.acknowledge(token)

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """Send at QoS 1; the last payload of each topic is kept until the broker confirms one."""
        publication = _Publication(payload, retain)
        self._unsent.pop(topic, None)
        self._unsent[topic] = publication
        if len(self._unsent) > UNSENT_AT_MOST:
            oldest = next(iter(self._unsent))
            del self._unsent[oldest]
            _log.warning("publication.dropped", topic=oldest)
        self._send(topic, publication)

    async def close(self) -> None:
        """Say ``offline`` on the status topic and take leave; :meth:`run` then ends by itself.

        The broker keeps the session: what arrives from now on waits there.
        """
        self._closing.set()
        connection = self._connection
        if connection is None or not connection.up:
            return
        self.publish(self._status, b"offline")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), FAREWELL_WITHIN_S)
        await connection.part()

    async def _connect_once(self) -> str | None:
        """Connect, stay until it ends, and say why; None asks for another try at once."""
        settings = self._settings
        self._welcomed_at = None
        try:
            context = await asyncio.to_thread(trust, settings.ca_file) if settings.tls else None
        except OSError as error:
            return words.untrusted(settings.ca_file, error)
        try:
            sock = await open_socket(settings.host, settings.port, context)
        except (OSError, UnicodeError) as error:
            return words.unreachable(self._where, error)
        if self._closing.is_set():
            sock.close()
            return None
        connection = self._connection = self._next_connection()
        trouble = await connection.last(sock)
        return None if self._closing.is_set() or self._speak_older(connection) else trouble

    def _next_connection(self) -> Connection:
        if asyncio.get_running_loop().time() >= self._mqtt_5_again_at:
            self._protocol = MQTT_5
        self._generation += 1
        return Connection(
            self._settings,
            self._topics,
            self._hooks,
            protocol=self._protocol,
            generation=self._generation,
            subscribed=self._subscribed,
        )

    def _speak_older(self, connection: Connection) -> bool:
        """Whether to greet again at once in MQTT 3.1.1; without an answer to it either, back to 5.

        Some old brokers refuse MQTT 5, others just hang up.
        """
        if self._protocol is MQTT_5 and (connection.outdated or not connection.answered):
            self._protocol = MQTT_3
            now = asyncio.get_running_loop().time()
            self._mqtt_5_again_at = now + MQTT_5_AGAIN_AFTER_S
            return True
        if not connection.answered and self._mqtt_5_again_at < math.inf:
            self._mqtt_5_again_at = 0.0
        return False

    def _welcomed(self) -> None:
        self._welcomed_at = asyncio.get_running_loop().time()
        version = "5" if self._protocol is MQTT_5 else "3.1.1"
        _log.info("broker.greeted", broker=self._where, mqtt=version)
        self._in_flight.clear()
        self._unsent[self._status] = _Publication(b"online", retain=True)
        for topic, publication in self._unsent.items():
            self._send(topic, publication)

    def _send(self, topic: str, publication: _Publication) -> None:
        if self._connection is None or not self._connection.up:
            return
        mid = self._connection.publish(topic, publication.payload, retain=publication.retain)
        self._in_flight[mid] = (topic, publication)
        self._settled.clear()

    def _published(self, mid: int, code: ReasonCode) -> None:
        topic, publication = self._in_flight.pop(mid, ("", None))
        if code.is_failure:
            _log.warning("publication.refused", topic=topic, reason=str(code))
        if self._unsent.get(topic) is publication:
            self._unsent.pop(topic, None)
        if not self._in_flight:
            self._settled.set()

    def _say(self, sentence: str, *, up: bool) -> None:
        said = (up, sentence)
        if said in self._said:
            return
        if said == self._well:
            self._subscribed = True
            self._said.clear()
        else:
            self._said.discard(self._well)
        self._said.add(said)
        try:
            self._on_state(up, sentence)
        except Exception as error:  # noqa: BLE001 -- called from within paho as well
            _log.error("state.untold", error=type(error).__name__)
