"""What others read of us: the alerts of each wearer, retained, soon after they change."""

import asyncio

import msgspec

from relayd.documents import alerts_document
from relayd.domain.engine import Engine
from relayd.mqtt import Link

WITHIN_S = 0.1  # changes that come together are published once


class Publisher:
    """Publishes ``<root>/<wearer>/alert`` and, for relayd's own, ``<root>/alert``."""

    def __init__(self, engine: Engine, link: Link, root: str) -> None:
        self._engine = engine
        self._link = link
        self._root = root
        self._changed: set[str | None] = set()
        self._timer: asyncio.TimerHandle | None = None

    def change(self, wearer: str | None) -> None:
        """The alerts of *wearer* changed (None: relayd's own)."""
        self._changed.add(wearer)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WITHIN_S, self.publish)

    def publish(self) -> None:
        """Publish what changed, each wearer once."""
        self._timer = None
        for wearer in self._changed:
            document = alerts_document(self._engine.open_alerts(wearer), self._engine.offset)
            topic = f"{self._root}/alert" if wearer is None else f"{self._root}/{wearer}/alert"
            self._link.publish(topic, msgspec.json.encode(document))
        self._changed.clear()

    def close(self) -> None:
        """Publish nothing more."""
        if self._timer is not None:
            self._timer.cancel()
