"""The demo's own MQTT broker, and the sensor that publishes to it. MQTT 3.1.1, and it forgets."""

from datetime import datetime
from typing import Self

import msgspec
from amqtt.broker import Broker as Amqtt
from amqtt.client import MQTTClient
from amqtt.mqtt.constants import QOS_1

ANYBODY = "amqtt.plugins.authentication.AnonymousAuthPlugin"


class Broker:
    """A broker on 127.0.0.1 for as long as the context lasts; anybody may log in."""

    def __init__(self, port: int) -> None:
        listener = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
        plugins = {ANYBODY: {"allow_anonymous": True}}
        self._amqtt = Amqtt({"listeners": {"default": listener}, "plugins": plugins})

    async def __aenter__(self) -> Self:
        await self._amqtt.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._amqtt.shutdown()


class Sensor:
    """A glucose sensor with an MQTT client of its own, as a bridge on the house's Wi-Fi has."""

    def __init__(self, port: int, wearer: str) -> None:
        self._address = f"mqtt://127.0.0.1:{port}/"
        self._topic = f"relayd/{wearer}/glucose"
        self._client = MQTTClient(client_id=f"sensor-{wearer}", config={"auto_reconnect": False})

    async def __aenter__(self) -> Self:
        await self._client.connect(self._address)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.disconnect()

    async def say(self, mmol_l: float, trend: str, at: datetime) -> None:
        """Publish one value with the sensor's own stamp; returns once the broker has it."""
        reading = {"value": mmol_l, "unit": "mmol/L", "at": at.isoformat(), "trend": trend}
        await self._client.publish(self._topic, msgspec.json.encode(reading), qos=QOS_1)
