"""Probing of the Pi's own ways out: whether each is linked, and whether it leads into the world."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from relayd.channels import Outcome
from relayd.domain.belief import PathState
from relayd.domain.delivery import Dissemination, Failure
from relayd.networks import NetworkTable
from relayd.paths import INTERFACES
from relayd.probing_standing import Standing
from relayd.probing_watch import Relay, Settings, Timing, Watch

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class Prober:
    """Watches every path of the file. Bytes cost money where *networks* knows of no line."""

    def __init__(
        self,
        relay: Relay,
        settings: Mapping[str, Settings],
        networks: NetworkTable,
        timing: Timing | None = None,
        interfaces: Path = INTERFACES,
    ) -> None:
        self._watches = {
            name: Watch(
                relay,
                name,
                path,
                timing or Timing(),
                metered=metered(networks, path.network),
                interfaces=interfaces,
            )
            for name, path in settings.items()
        }

    def begin(self, spawn: Spawn) -> None:
        """Start watching: a task for each link, and one for each path that can be probed."""
        for name, watch in self._watches.items():
            spawn(watch.keep_looking(), f"link {name}")
            if watch.probed:
                spawn(watch.keep_asking(), f"probe {name}")

    def used(self, path: str | None, outcome: Outcome | None) -> None:
        """Learn from a send: what it came to over *path*; None: another was faster."""
        if path is None:
            return
        if outcome is None or outcome.failure is Failure.PATH_DOWN:
            self._watches[path].doubted()
        elif outcome.status in (Dissemination.SENT, Dissemination.DELIVERED):
            self._watches[path].carried()

    def doubts(self, path: str | None) -> int:
        """What speaks against *path*: 2 where it is lost, 1 where a stranger answers, else 0."""
        standing = self._watches[path].standing if path is not None else None
        if standing is None or standing.state is PathState.UP:
            return 0
        return 2 if standing.state is PathState.DOWN else int(standing.estranged)

    def standing(self, path: str) -> Standing:
        """How *path* stands."""
        return self._watches[path].standing


def metered(networks: NetworkTable, network: str | None) -> bool:
    """Whether *network* counts bytes: every network but those that are known to come by a line."""
    row = networks.row(network)
    return network is not None and (row is None or row.kind not in ("broadband", "landline"))
