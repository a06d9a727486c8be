"""One connection to the broker, from the greeting until it ends."""

import asyncio
import socket
import traceback
from collections.abc import Sequence

from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from relayd import mqtt_words as words
from relayd.log import get_logger
from relayd.mqtt_socket import Client, Pipe, Wire
from relayd.mqtt_terms import Delivery, Hooks, Settings, Token

RECEIVE_MAXIMUM = 1000  # unacknowledged messages: one group commit takes them all
LARGEST_PACKET_BYTES = 2 * 1024 * 1024  # twice what is read; what is larger the broker drops
ANSWER_WITHIN_S = 5.0  # from the greeting to the broker's answer
PART_WITHIN_S = 2.0
ASK_AGAIN_AFTER_S = 30.0  # for topics that were refused
FAILED_AT_MOST = 8  # a broker's window may be as small as 10: failures must never fill it

MQTT_5, MQTT_3 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
_log = get_logger()


class Connection:
    """A connection has a client of its own: no packet id and no queue outlives it.

    *answered*: the broker gave any answer to the greeting. *outdated*: it speaks no MQTT 5.
    *subscribed*: this process has subscribed before, so an MQTT 3.1.1 broker that kept the session
    is not asked again; it would repeat every retained message. MQTT 5 can be told not to.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        hooks: Hooks,
        *,
        protocol: MQTTProtocolVersion,
        generation: int,
        subscribed: bool,
    ) -> None:
        self._settings, self._topics, self._hooks = settings, tuple(topics), hooks
        self._modern = protocol is MQTT_5
        self._generation = generation
        self._subscribed = subscribed
        self._where = f"{settings.host}:{settings.port}"
        self.up = self.answered = self.outdated = False
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[str] = loop.create_future()
        self._asked: dict[int | None, tuple[str, ...]] = {}
        self._refused: dict[str, str] = {}
        self._asking_again: asyncio.TimerHandle | None = None
        self._failed = 0
        self._client = self._make_client(protocol)

    async def last(self, sock: socket.socket) -> str:
        """Greet the broker over *sock*, stay until the connection ends, and say why it did."""
        wire = Wire(self._client, Pipe(sock), self._fault)
        try:
            self._greet()
            await asyncio.wait({self._answer}, timeout=ANSWER_WITHIN_S)
            return await self._ended if self.answered else words.speechless(self._where)
        finally:
            self.up = False
            if self._asking_again is not None:
                self._asking_again.cancel()
            wire.drop()

    def acknowledge(self, token: Token) -> None:
        """Release the message at the broker, if it came over this connection and that stands."""
        if self.up and token.generation == self._generation and token.qos:
            self._client.ack(token.mid, token.qos)

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> int:
        """Send at QoS 1 and give the packet id that ``published`` will name."""
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    async def part(self) -> None:
        """Take leave, so that the last will does not speak, and wait until that is said."""
        self._client.disconnect()
        await asyncio.wait({self._ended}, timeout=PART_WITHIN_S)

    def _make_client(self, protocol: MQTTProtocolVersion) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if self._modern else False,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.suppress_exceptions = True  # one that got out would bring the same packet again
        if settings.username is not None:
            password = settings.password
            client.username_pw_set(settings.username, password.reveal() if password else None)
        client.will_set(f"{settings.root}/status", b"offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publication = self._on_publication
        client.on_publish = lambda _c, _u, mid, code, _p: self._hooks.published(mid, code)
        return client

    def _greet(self) -> None:
        settings = self._settings
        if not self._modern:
            self._client.connect(settings.host, settings.port, settings.keepalive_s)
            return
        asks = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asks.SessionExpiryInterval = min(int(settings.session_expiry.total_seconds()), 0xFFFFFFFF)
        asks.ReceiveMaximum = RECEIVE_MAXIMUM
        asks.MaximumPacketSize = LARGEST_PACKET_BYTES
        self._client.connect(
            settings.host, settings.port, settings.keepalive_s, clean_start=False, properties=asks
        )

    def _fault(self, what: str) -> None:
        self._end(f"the connection to the broker at {self._where} broke: {what}")

    def _end(self, reason: str) -> None:
        self.up = False
        self._answer_came()
        if not self._ended.done():
            self._ended.set_result(reason)

    def _answer_came(self) -> None:
        if not self._answer.done():
            self._answer.set_result(None)

    def _on_connect(
        self, _c: object, _u: object, flags: ConnectFlags, code: ReasonCode, _p: object
    ) -> None:
        self.answered = True
        self._answer_came()
        if code.is_failure:
            self.outdated = code.value == words.UNSUPPORTED_VERSION
            username, client_id = self._settings.username, self._settings.client_id
            self._end(words.refused(self._where, code, username, client_id))
            return
        self.up = True
        if self._modern or not (flags.session_present and self._subscribed):
            self._subscribe(self._topics)
        else:
            self._hooks.say(words.connected(self._where), up=True)
        self._hooks.welcomed()

    def _subscribe(self, topics: tuple[str, ...]) -> None:
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        if self._modern:
            _, mid = self._client.subscribe([(topic, options) for topic in topics])
        else:
            _, mid = self._client.subscribe([(topic, 1) for topic in topics])
        self._asked[mid] = topics

    def _on_subscribe(
        self, _c: object, _u: object, mid: int, codes: list[ReasonCode], _p: object
    ) -> None:
        for topic, code in zip(self._asked.pop(mid, ()), codes, strict=False):
            self._refused.pop(topic, None)
            if code.is_failure:
                self._refused[topic] = str(code)
            elif code.value == 0:
                _log.warning("subscription.weakened", topic=topic, qos=0)
        if not self._refused:
            self._hooks.say(words.connected(self._where), up=True)
            return
        refusals, username = tuple(self._refused.items()), self._settings.username
        self._hooks.say(words.unreadable(self._where, refusals, username), up=False)
        self._asking_again = asyncio.get_running_loop().call_later(
            ASK_AGAIN_AFTER_S, self._subscribe, tuple(self._refused)
        )

    def _on_disconnect(
        self, _c: object, _u: object, flags: DisconnectFlags, code: ReasonCode, _p: object
    ) -> None:
        by_broker = flags.is_disconnect_packet_from_server
        client_id = self._settings.client_id
        self._end(words.ended(self._where, code, client_id, by_broker=by_broker))

    def _on_publication(self, name: bytes, payload: bytes, mid: int, flags: int) -> None:
        topic = name.decode("utf-8", "replace")
        token = Token(mid, self._generation, flags >> 1 & 3)
        delivery = Delivery(topic, payload, bool(flags & 1), bool(flags & 8), token)
        try:
            self._hooks.delivery(delivery)
        except Exception as error:  # noqa: BLE001 -- paho and the flow of readings must not feel it
            self._stumbled(delivery, error)

    def _stumbled(self, delivery: Delivery, error: Exception) -> None:
        topic, kind = delivery.topic, type(error).__name__
        place = traceback.extract_tb(error.__traceback__)[-1]
        _log.error(
            "delivery.failed", topic=topic, error=kind, at=f"{place.filename}:{place.lineno}"
        )
        self._failed += 1
        if delivery.duplicate or self._failed > FAILED_AT_MOST:
            self.acknowledge(delivery.token)
            _log.error("delivery.abandoned", topic=topic)
            self._hooks.say(words.abandoned(topic, kind), up=not self._refused)
