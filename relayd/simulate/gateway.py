"""Beyond the house: gateways, carers' networks and phones, and what comes back from them."""

from typing import Protocol

from relayd.compose import VALID_FOR
from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.engine import Engine
from relayd.domain.event import AttemptReported, Event, Send
from relayd.domain.fate import Bearer
from relayd.simulate.fault import Kind
from relayd.simulate.home import Road
from relayd.simulate.latency import ARRIVES, ENGAGED, NOT_ON_THE_NETWORK, PROVEN
from relayd.simulate.people import People
from relayd.simulate.setting import Setting
from relayd.simulate.ways import Met, Ways

UNDELIVERABLE, DELIVERED = Dissemination.UNDELIVERABLE, Dissemination.DELIVERED
FOLLOWED_FOR = 3 * 3600.0  # relayd.outbox
ASKED_AGAIN = 2.0
ASKED_AT_MOST = 60.0


class Relay(Protocol):
    """What is asked of the process that sends."""

    engine: Engine
    life: int
    alive: bool

    def take(self, event: Event) -> None:
        """Hand the engine an event."""
        ...

    def aimed(self, transition: str) -> None:
        """Say that a transition was passed, at which a crash may be aimed."""
        ...


class Gateways:
    """What became of a message once a gateway had it."""

    def __init__(self, setting: Setting, ways: Ways, people: People, relay: Relay) -> None:
        self._setting = setting
        self._ways = ways
        self._people = people
        self._relay = relay
        self._hushed: set[str] = set()
        people.heard_by(self)

    # In -----------------------------------------------------------------------

    def taken(self, send: Send, road: Road, *, lost: bool) -> None:
        """A gateway has it, whatever became of us."""
        if lost or road.sounder:
            return
        setting, attempt = self._setting, send.attempt
        if road.echoes:
            self._people.shown(send, road, woke=road.wakes)
            return
        name = f"{attempt.id}/{self._relay.life}"
        span = ARRIVES.get(road.kind, ARRIVES["ntfy"])
        setting.at(
            setting.now + setting.luck.between(f"arrives/{name}", span), self._arrives, send, road
        )

    def _arrives(self, send: Send, road: Road) -> None:
        """It reaches the carer's network."""
        setting, attempt = self._setting, send.attempt
        if road.bearer is Bearer.VOICE:
            self._rings(send, road)
            return
        valid = VALID_FOR[Priority.LOW if attempt.purpose.quiet else attempt.priority]
        until = setting.now + valid.total_seconds()
        opens = self._ways.opens(road, setting.now, until, attempt.id)
        if opens is None:
            return
        if opens > setting.now:
            setting.at(opens + 1.0, self._lands, send, road)
        else:
            self._lands(send, road)

    def _lands(self, send: Send, road: Road) -> None:
        setting, attempt = self._setting, send.attempt
        urgent = attempt.priority is Priority.HIGH and not attempt.purpose.quiet
        self._people.shown(send, road, woke=road.wakes and (urgent or road.kind != "pushover"))
        if road.proves and (urgent or road.kind != "pushover"):
            span = PROVEN.get(road.kind, PROVEN["twilio-sms"])
            t = setting.now + setting.luck.between(f"proven/{attempt.id}", span)
            self.bring(t, road, AttemptReported(attempt.id, DELIVERED))

    def _rings(self, send: Send, road: Road) -> None:
        setting, attempt = self._setting, send.attempt
        if attempt.alert in self._hushed:
            return
        killers = self._ways.blocked(road, setting.now, attempt.id)
        if killers:
            busy = all(killer.kind is Kind.BUSY for killer in killers)
            span = ENGAGED if busy else NOT_ON_THE_NETWORK
            t = setting.now + setting.luck.between(f"given up/{attempt.id}", span)
            failure = Failure.BUSY if busy else Failure.UNREACHABLE
            self.bring(t, road, AttemptReported(attempt.id, UNDELIVERABLE, failure))
            return
        picked_up_at, gives_up_at = self._people.rung(send, road)
        if picked_up_at is None:
            report = AttemptReported(attempt.id, UNDELIVERABLE, Failure.UNREACHABLE)
            self.bring(gives_up_at + 1.0, road, report)
            return
        setting.at(picked_up_at, self._picked_up, send, road)

    def _picked_up(self, send: Send, road: Road) -> None:
        attempt, setting = send.attempt, self._setting
        if attempt.alert in self._hushed:
            return
        span = PROVEN["twilio-voice"]
        t = setting.now + setting.luck.between(f"proven/{attempt.id}", span)
        self.bring(t, road, AttemptReported(attempt.id, DELIVERED))
        self._people.picked_up(send, road)

    # Back ---------------------------------------------------------------------

    def bring(self, t: float, road: Road, event: Event) -> None:
        """Let *event* reach relayd from *t* on, as soon as it asks and a path answers."""
        self._setting.at(t, self._asks, road, event, t, ASKED_AGAIN)

    def _asks(self, road: Road, event: Event, since: float, again: float) -> None:
        setting, relay = self._setting, self._relay
        if setting.now - since > FOLLOWED_FOR:
            return
        if not (relay.alive and self._reachable(road)):
            following = min(again * 1.5, ASKED_AT_MOST)
            setting.at(setting.now + again, self._asks, road, event, since, following)
            return
        if isinstance(event, AttemptReported):
            known = relay.engine.attempt(event.attempt)
            if known is None or known.receipt is None:
                return  # the process that knew how to ask for it is gone
            relay.take(event)
            return
        relay.aimed("answer")
        if relay.alive:
            relay.take(event)
        else:
            setting.at(setting.now + again, self._asks, road, event, since, again)

    def _reachable(self, road: Road) -> bool:
        setting = self._setting
        if not setting.faults:
            return True
        t = setting.now
        name = f"back/{road.channel}/{t:.1f}"
        if not any(self._ways.out(way, t, name) is Met.WORLD for way in road.ways.values()):
            return False
        return self._ways.alive(road.service, t, name, "house")

    def hush(self, alert: str, *, calling: bool, quiet_call: bool) -> None:
        """Somebody has *alert*: what still rings for it stops, until it calls again."""
        if calling or quiet_call:
            self._hushed.discard(alert)
        else:
            self._hushed.add(alert)
