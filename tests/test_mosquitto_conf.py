"""The broker's configuration that relayd ships, under a real mosquitto."""

import contextlib
import os
import queue
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

CONF = Path(__file__).parent.parent / "config" / "mosquitto-relayd.conf"
SBIN = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
MOSQUITTO = shutil.which("mosquitto", path=SBIN)
PASSWD = shutil.which("mosquitto_passwd", path=SBIN)
DEADLINE_S = 60

pytestmark = pytest.mark.skipif(
    MOSQUITTO is None or PASSWD is None, reason="mosquitto is absent: apt install mosquitto"
)


def eventually(met: Callable[[], bool], what: str) -> None:
    """Wait until *met*, or say that *what* never came."""
    end = time.monotonic() + DEADLINE_S
    while not met():
        assert time.monotonic() < end, f"still not so after {DEADLINE_S} s: {what}"
        time.sleep(0.02)


@dataclass
class Broker:
    """Debian's mosquitto with relayd's file among its own, all of it in one folder."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def set_up(self) -> None:
        """Lay the folder out as Debian does, with a password for the name relayd."""
        (self.folder / "conf.d").mkdir()
        passwords = self.folder / "relayd.passwd"
        assert PASSWD
        subprocess.run([PASSWD, "-b", "-c", str(passwords), "relayd", "sesame"], check=True)
        shipped = CONF.read_text().replace("/etc/mosquitto/relayd.passwd", str(passwords))
        shipped = re.sub(r"^listener 1883 ", f"listener {self.port} ", shipped, flags=re.MULTILINE)
        (self.folder / "conf.d" / CONF.name).write_text(shipped)
        (self.folder / "mosquitto.conf").write_text(
            f"pid_file {self.folder}/mosquitto.pid\n"
            "persistence true\n"
            f"persistence_location {self.folder}/\n"
            f"log_dest file {self.folder}/mosquitto.log\n"
            + ("user root\n" if os.geteuid() == 0 else "")
            + f"include_dir {self.folder}/conf.d\n"
        )

    def start(self) -> None:
        """Start it, and wait until it can be reached."""
        assert MOSQUITTO
        command = [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._answers, f"mosquitto on port {self.port}: {self.folder}/mosquitto.log")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE_S)

    def disk(self) -> bytes:
        """Give what a power cut would leave."""
        database = self.folder / "mosquitto.db"
        return database.read_bytes() if database.exists() else b""

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Give a running broker of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    broker = Broker(tmp_path, port)
    broker.set_up()
    broker.start()
    yield broker
    broker.kill()


class Session:
    """One client with a session that outlives its connection, as relayd's does."""

    def __init__(self, broker: Broker, name: str, password: str | None = "sesame") -> None:
        self.verdicts: queue.Queue[ReasonCode] = queue.Queue()
        self.payloads: queue.Queue[bytes] = queue.Queue()
        self.subscribed: queue.Queue[int] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5)
        if password is not None:
            self._client.username_pw_set("relayd", password)
        self._client.on_connect = self._connected
        self._client.on_message = self._received
        self._client.on_subscribe = self._on_subscribe
        keep = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        keep.SessionExpiryInterval = 86400
        self._client.connect("127.0.0.1", broker.port, clean_start=False, properties=keep)
        self._client.loop_start()

    def verdict(self) -> str:
        """Give the broker's answer to the greeting."""
        return str(self.verdicts.get(timeout=DEADLINE_S))

    def subscribe(self, topic: str) -> None:
        """Subscribe, and wait until it holds."""
        self._client.subscribe(topic, qos=1)
        self.subscribed.get(timeout=DEADLINE_S)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish, and wait for the broker's acknowledgement."""
        sent = self._client.publish(topic, payload, qos=1)
        assert sent.rc is MQTTErrorCode.MQTT_ERR_SUCCESS
        sent.wait_for_publish(DEADLINE_S)

    def leave(self) -> None:
        """Disconnect; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, _client: Client, _data: object, _flags: object, code: ReasonCode, _more: object
    ) -> None:
        self.verdicts.put(code)

    def _received(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.payloads.put(bytes(message.payload))

    def _on_subscribe(
        self, _client: Client, _data: object, mid: int, _codes: object, _more: object
    ) -> None:
        self.subscribed.put(mid)


def test_a_reading_published_with_the_password_arrives(broker: Broker) -> None:
    session = Session(broker, "relayd")
    assert session.verdict() == "Success"
    session.subscribe("relayd/#")
    session.publish("relayd/mia/glucose", b'{"value": 5.5}')
    assert session.payloads.get(timeout=DEADLINE_S) == b'{"value": 5.5}'
    session.leave()


@pytest.mark.parametrize("password", [None, "guess"])
def test_without_the_password_nobody_publishes_anything(
    broker: Broker, password: str | None
) -> None:
    """Whoever can publish can hide a low behind a value of their own."""
    stranger = Session(broker, "stranger", password)
    assert stranger.verdict() == "Not authorized"
    stranger.leave()


def test_readings_that_wait_for_relayd_outlive_a_power_cut(broker: Broker) -> None:
    relayd = Session(broker, "relayd")
    relayd.subscribe("relayd/#")
    relayd.leave()
    bridge = Session(broker, "bridge")
    bridge.publish("relayd/mia/glucose", b"waits for relayd")
    eventually(lambda: b"waits for relayd" in broker.disk(), "the queued reading on disk")
    broker.kill()
    bridge.leave()
    broker.start()
    relayd = Session(broker, "relayd")
    assert relayd.payloads.get(timeout=DEADLINE_S) == b"waits for relayd"
    relayd.leave()


def test_more_than_the_default_thousand_readings_wait(broker: Broker) -> None:
    """An hour and a half of a seizure watch: what came after would be dropped without a word."""
    relayd = Session(broker, "relayd")
    relayd.subscribe("relayd/#")
    relayd.leave()
    bridge = Session(broker, "bridge")
    for number in range(1500):
        bridge.publish("relayd/leo/seizure", str(number).encode())
    bridge.leave()
    relayd = Session(broker, "relayd")
    came = [int(relayd.payloads.get(timeout=DEADLINE_S)) for _ in range(1500)]
    assert came == list(range(1500))
    relayd.leave()


def test_only_this_machine_can_reach_the_broker() -> None:
    open_ports = re.findall(r"^listener (.*)$", CONF.read_text(), flags=re.MULTILINE)
    assert open_ports == ["1883 127.0.0.1"]
