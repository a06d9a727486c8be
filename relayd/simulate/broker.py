"""The imagined broker: keeps what is not acknowledged, brings it again, and may itself be gone."""

from typing import Protocol

from relayd.domain.alert import Code
from relayd.domain.event import Event, TechnicalReported
from relayd.simulate.disk import Then
from relayd.simulate.fault import Kind
from relayd.simulate.latency import BROKER, BROKER_BACK
from relayd.simulate.setting import Setting
from relayd.simulate.trace import BrokerAcked, BrokerBrought

LONG = 1e7  # seconds: longer than any rehearsal
Held = tuple[int, str, Event, float, float | None]


class Taker(Protocol):
    """The process the broker talks to."""

    alive: bool

    def take(self, event: Event, then: Then | None = None) -> None:
        """Hand the engine an event."""
        ...


class Broker:
    """One session that outlives the relay's process."""

    def __init__(self, setting: Setting, relay: Taker) -> None:
        self._setting = setting
        self._relay = relay
        self._held: dict[int, Held] = {}
        self._outside: list[Held] = []
        self._number = 0
        self._session = 0
        self._connected = False
        self._faults = setting.faults_on("broker")
        for fault in self._faults:
            for gone, back in fault.spans(min(fault.ends, LONG)):
                if back > setting.now:
                    setting.at(max(gone, setting.now), self._edge)
                    setting.at(back, self._edge)

    @property
    def up(self) -> bool:
        """Whether it is there."""
        now = self._setting.now
        return not any(f.stands(now) for f in self._faults)

    def publish(self, wearer: str, event: Event, true_at: float, mg_dl: float | None) -> None:
        """A source says something; where the broker is gone, the source keeps it."""
        self._number += 1
        held = (self._number, wearer, event, true_at, mg_dl)
        if self._faults and not self.up:
            self._outside.append(held)
            return
        self._held[self._number] = held
        if self._connected:
            self._setting.at(self._setting.now + BROKER, self._bring, held, self._session)

    def connect(self) -> None:
        """The process asks for its session."""
        if not self._relay.alive or self._connected or not self.up:
            return
        self._connected = True
        self._session += 1
        back = TechnicalReported(Code.BROKER_LOST, present=False)
        self._relay.take(back)
        for held in list(self._held.values()):
            self._setting.at(self._setting.now + BROKER, self._bring, held, self._session)

    def part(self) -> None:
        """The process is gone."""
        self._connected = False
        self._session += 1

    def _bring(self, held: Held, session: int) -> None:
        if session != self._session or not self._relay.alive or held[0] not in self._held:
            return
        number, wearer, event, true_at, mg_dl = held
        setting = self._setting
        if setting.trace is not None:
            brought = BrokerBrought(setting.now, number, wearer, true_at, mg_dl)
            setting.trace.entries.append(brought)
        self._relay.take(event, lambda: self._acked(number))

    def _acked(self, number: int) -> None:
        if not self._connected:
            return
        if self._held.pop(number, None) is not None and self._setting.trace is not None:
            self._setting.trace.entries.append(BrokerAcked(self._setting.now, number))

    def _edge(self) -> None:
        setting, relay = self._setting, self._relay
        if not self.up:
            if self._connected:
                self.part()
                why = "the connection was lost"
                if relay.alive:
                    relay.take(TechnicalReported(Code.BROKER_LOST, present=True, detail=why))
            if any(f.kind is Kind.AMNESIA and f.stands(setting.now) for f in self._faults):
                self._held.clear()
            return
        for held in self._outside:
            self._held[held[0]] = held
        self._outside.clear()
        wait = setting.luck.between(f"broker/{setting.now:.1f}", BROKER_BACK)
        setting.at(setting.now + wait, self.connect)
