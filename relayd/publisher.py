"""What others read of us: the alerts of each wearer, retained, soon after they change."""

import asyncio
from collections.abc import Callable

import msgspec

from relayd.documents import alerts_document
from relayd.domain.engine import Engine
from relayd.mqtt import Link

SOON_S = 0.1  # changes that come together are published once
PUT_OFF_S = 0.01
PUT_OFF_AT_MOST = 100  # times: calls that are under way go first
AT_ONCE = 50  # then the rest of the daemon has its turn


class Publisher:
    """Publishes ``<root>/<wearer>/alert`` and, for relayd's own, ``<root>/alert``."""

    def __init__(self, engine: Engine, link: Link, root: str, busy: Callable[[], bool]) -> None:
        self._engine = engine
        self._link = link
        self._root = root
        self._busy = busy
        self._changed: dict[str | None, None] = {}
        self._put_off = 0
        self._timer: asyncio.TimerHandle | None = None

    def change(self, wearer: str | None) -> None:
        """The alerts of *wearer* changed (None: relayd's own)."""
        self._changed[wearer] = None
        if self._timer is None:
            self._later(SOON_S)

    def publish(self) -> None:
        """Publish what changed, each wearer once; while calls are under way, a little later."""
        self._timer = None
        if self._put_off < PUT_OFF_AT_MOST and self._busy():
            self._put_off += 1
            self._later(PUT_OFF_S)
            return
        for wearer in list(self._changed)[:AT_ONCE]:
            del self._changed[wearer]
            document = alerts_document(self._engine.open_alerts(wearer), self._engine.offset)
            topic = f"{self._root}/alert" if wearer is None else f"{self._root}/{wearer}/alert"
            self._link.publish(topic, msgspec.json.encode(document))
        if self._changed:
            self._later(0.0)
        else:
            self._put_off = 0

    def _later(self, after_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(after_s, self.publish)

    def close(self) -> None:
        """Publish nothing more."""
        if self._timer is not None:
            self._timer.cancel()
