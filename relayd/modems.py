"""The Pi's own SIMs while nothing is sent: whether each could send now, and who serves it.

A dead SIM is to be known before it is needed. Asking costs no bytes: the bus is in the house.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from relayd.channels.modem_sms import ModemSms
from relayd.channels.modem_terms import ModemState
from relayd.clock import Clock
from relayd.domain.alert import Code
from relayd.domain.delivery import Failure
from relayd.domain.event import Event, SimServed, TechnicalReported
from relayd.log import get_logger
from relayd.networks import NetworkTable
from relayd.outbox_wires import Wire

EVERY_S = 60.0
WHILE_DOWN_S = 5.0  # it may only be looking for its network yet

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
log = get_logger()


class Relay(Protocol):
    """What the watch asks of the daemon."""

    clock: Clock

    @property
    def wires(self) -> Mapping[str, Wire]: ...  # noqa: D102

    def take(self, event: Event) -> None:
        """Hand an event to the engine."""
        ...


class Settings(Protocol):
    """What the file says of a channel."""

    @property
    def network(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Modem:
    """How one SIM stands. *up* is None until it was asked.

    *network* is whose core it hangs on: what the modem itself says beats the file and the table.
    *operator* is the network that serves it, as mobile country and network code; *elsewhere*: that
    is another one than the file has. *signal* is in per cent.
    """

    channel: str
    up: bool | None = None
    since: datetime | None = None
    evidence: str = ""
    network: str | None = None
    operator: str = ""
    elsewhere: bool = False
    signal: int | None = None

    @property
    def state(self) -> str:
        """The same, in the words that paths have."""
        if self.up is None:
            return "unproven"
        return "up" if self.up else "down"


class Modems:
    """Asks every modem of the file, now and then."""

    def __init__(
        self, relay: Relay, settings: Mapping[str, Settings], networks: NetworkTable
    ) -> None:
        self._relay = relay
        self._networks = networks
        opened = {name: wired.channel for name, wired in relay.wires.items()}
        self._channels = {n: one for n, one in opened.items() if isinstance(one, ModemSms)}
        self._named = {name: settings[name].network for name in self._channels}
        self._known = {name: Modem(name, network=of) for name, of in self._named.items()}

    def __iter__(self) -> Iterator[Modem]:
        """Each, as it stood when it was asked last."""
        return iter(tuple(self._known.values()))

    def begin(self, spawn: Spawn) -> None:
        """Start asking."""
        for name in self._channels:
            spawn(self._keep_asking(name), f"modem {name}")

    async def _keep_asking(self, name: str) -> None:
        while True:
            await self.ask(name)
            await asyncio.sleep(EVERY_S if self._known[name].up else WHILE_DOWN_S)

    async def ask(self, name: str) -> None:
        """Ask one modem, and tell the engine what changed."""
        state = await self._channels[name].state()
        before, now = self._known[name], self._relay.clock.now()
        up = state.trouble is None
        since = before.since if before.up is up else now
        served = self._core(state.operator)
        home = self._networks.network(self._named[name])
        self._known[name] = Modem(
            name,
            up,
            since,
            self._evidence(state),
            served or home.name,
            state.operator,
            elsewhere=served is not None and bool(home.cores) and served not in home.cores,
            signal=state.signal,
        )
        if before.evidence != self._known[name].evidence:
            said = {"modem": name, "up": up, "why": self._known[name].evidence}
            log.log(20 if up else 30, "modem.reported", **said)
        self._relay.take(SimServed(name, served))
        self._tell(name, state)

    def _tell(self, name: str, state: ModemState) -> None:
        """What only a person can mend, and what may pass; each ends when the modem can send."""
        trouble = state.trouble
        ours = trouble is not None and trouble.failure is Failure.CREDENTIALS
        detail = f"{name}: {trouble}" if trouble is not None else ""
        lost = trouble is not None and not ours
        about = f"modem {name}"
        self._relay.take(TechnicalReported(Code.PATH_LOST, lost, about, detail))
        if ours or trouble is None:
            self._relay.take(TechnicalReported(Code.CHANNEL_REFUSED, ours, about, detail))

    def _evidence(self, state: ModemState) -> str:
        if state.trouble is not None:
            return str(state.trouble)
        host = self._core(state.operator)
        brand = self._networks.brand(host) if host is not None else state.operator_name
        served = f"served by {brand or 'a network'}"
        return f"{served} ({state.operator})" if state.operator else served

    def _core(self, operator: str) -> str | None:
        """The core that an operator's code stands for; None where it is not known."""
        cores = {core for row in self._networks.of_plmn(operator) for core in row.core}
        return cores.pop() if len(cores) == 1 else None
