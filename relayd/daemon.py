"""The live driver: the broker, the engine, the store and the channels, on one loop."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from relayd import sd_notify
from relayd.answers import AnswerDesk
from relayd.backlog import Backlog
from relayd.channels import Message
from relayd.clock import Clock, keep_offset, kept_offset
from relayd.compose import Composer
from relayd.config import Config
from relayd.departed import departed
from relayd.domain.alert import Alert, Code
from relayd.domain.delivery import Attempt
from relayd.domain.engine import Engine
from relayd.domain.event import Event, Happened, Send, Started, TechnicalReported, Turn, Woke
from relayd.drill import Drills
from relayd.intake import Intake
from relayd.listening import Listening
from relayd.listening_replies import Replies
from relayd.log import get_logger, where
from relayd.modems import Modems
from relayd.mqtt import Delivery, Link
from relayd.networks import NetworkTable
from relayd.outbox import Outbox
from relayd.outbox_wires import open_wires
from relayd.paths import Paths
from relayd.probing import Prober
from relayd.publisher import Publisher
from relayd.pulse import Pulse
from relayd.store import Store, starting_from, waited_from
from relayd.tasks import Tasks
from relayd.tokens import Signer, kept_secret
from relayd.waker import Waker
from relayd.watcher import Heartbeat
from relayd.wearables import Origin

Service = Callable[["Daemon"], Coroutine[Any, Any, None]]
log = get_logger()


class Daemon:
    """One household, live. Everything that happens goes through :meth:`take`, on the loop."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._loop = asyncio.get_running_loop()
        self.tasks = Tasks(self._stumbled)
        self.spawn = self.tasks.spawn
        self._stopping = asyncio.Event()
        self._log = log.bind()  # bound once: a line that nobody wants costs nothing
        self._storage = TechnicalReported(Code.STORAGE, present=False)
        self.store = Store(
            config.state / "relayd.db",
            loop=self._loop,
            on_state=self._storage_stands,
            keep=config.keep_readings,
        )
        kept, lost = self.store.open()
        self.clock = Clock(kept.latest, kept_offset(self.store))
        self._waker = Waker(self.clock, lambda: self.take(Woke()))
        now = self.clock.now()
        kept = replace(
            kept,
            waited_from=waited_from(self.store, config.household.wearers, now),
            starting_from=starting_from(self.store, kept.latest, now),
        )
        self.engine = Engine(config.household, kept, now, int(now.timestamp() // 60) if lost else 0)
        self._equip(config)

    def _equip(self, config: Config) -> None:
        self.drills = Drills(self)
        self.signer = Signer(kept_secret(self.store))
        seen = msgspec.json.decode(self.store.meta("replies") or "[]", type=list[str])
        self.answers = AnswerDesk(config.household, self.signer, self.drills.attempt, seen)
        self._composer = Composer(config.household, self.signer, config.web.public_url)
        self.paths = Paths(config.paths)
        self._prober = Prober(self, config.paths, NetworkTable(config.networks))
        self.wires = open_wires(config.channels, config.household)
        self.modems = Modems(self, config.channels, NetworkTable(config.networks))
        self._outbox = Outbox(self, self.wires, self.paths, self.spawn, self._prober.used)
        self._listening = Listening(self, Replies(self), self.wires, self.paths, self.spawn)
        self.listen = self._listening.begin
        self.pulse = Pulse(self, partial(keep_offset, self.store))
        zone = config.household.zone
        origins = {w.id: Origin(w.id, w.unit, zone) for w in config.household.wearers.values()}
        self._intake = Intake(config.mqtt.root, origins, config.sources)
        self.link = Link(
            config.mqtt,
            topics=self._intake.topics,
            on_delivery=self._delivered,
            on_state=self._broker_stands,
        )
        self._backlog = Backlog(self.store.hurry)
        self._publisher = Publisher(self.engine, self.link, config.mqtt.root, self._outbox.busy)

    # Life ---------------------------------------------------------------------

    async def run(self, services: Sequence[Service] = ()) -> None:
        """Run until :meth:`stop`; *services* (the page) run beside it. Every task ends here."""
        self.paths.open()
        try:
            async with asyncio.TaskGroup() as self.tasks.group:
                self._begin()
                for service in services:
                    self.spawn(service(self), "service", vital=True)
                self.spawn(self.link.run(), "mqtt", vital=True)
                self.spawn(self.pulse.run(), "pulse", vital=True)
                self.spawn(self.drills.watch(), "proofs")
                self._prober.begin(self.spawn)
                self.modems.begin(self.spawn)
                if self.config.watcher is not None:
                    self.spawn(Heartbeat(self, self.config.watcher).run(), "heartbeat")
                sd_notify.ready()
                await self._stopping.wait()
                sd_notify.stopping()
                self._outbox.book()
                await self.link.close()
                self.tasks.cancel()
        finally:
            self._stopping.set()  # whatever ended it: what is written now, the next start sends
            self._backlog.close()
            self._publisher.close()
            self._waker.cancel()
            await self.paths.close()
            self.store.close()

    def _begin(self) -> None:
        self.pulse.tell_time()
        self.take(self._storage)
        not_yet = "the broker has not answered yet"  # no warning: that is so at every start
        self.take(TechnicalReported(Code.BROKER_LOST, present=True, detail=not_yet))
        self.take(Started())
        for over in departed(self.config, self.engine.open_alerts(None)):
            self.take(over)
        self._resume()
        for wearer in (None, *self.config.household.wearers):
            self._publisher.change(wearer)
        log.info("relay.started", home=self.config.name, open_alerts=self.engine.desk.open)

    def _resume(self) -> None:
        """Hear the answers to what was sent before the stop, and what became of it."""
        if not self.engine.anything_open:
            return
        self._listening.begin()
        for alert, attempts in self.engine.told():
            log.info("alert.resumed", alert=alert.id, presence=alert.presence.value)
            self._outbox.resume(attempts)

    def stop(self) -> None:
        """End :meth:`run`, cleanly."""
        self._stopping.set()

    # The one inbox --------------------------------------------------------------

    def take(self, event: Event, done: Callable[[], None] | None = None) -> None:
        """Hand *event* to the engine; *done* is called once its consequences are on disk."""
        now = self.clock.now()
        try:
            turn = self.engine.handle(event, now)
        except Exception as error:  # noqa: BLE001 -- one event must not end the calling for all others
            why = where(error)
            self._log.error("event.failed", kind=type(event).__name__, why=why)
            turn = self.engine.survive(event, why, now)
        if turn.rows or done is not None:  # a repeat waits for what it repeats
            waits = turn.sends or done is not None
            then = partial(self._written, turn, done) if waits else None
            self._outbox.expected += bool(turn.sends)
            self.store.write(turn.rows, turn.within, then)
            self._loop.call_soon(self._note, turn)  # the disk goes first
        self._waker.set(self.engine.next_deadline())

    def _note(self, turn: Turn) -> None:
        for row in turn.rows:
            if isinstance(row, Happened):
                known = {name: said for name, said in row.fields.items() if said is not None}
                if row.event != "relay.started":  # _begin says more of it
                    self._log.info(row.event, **known)
                self.drills.hear(row)
            elif isinstance(row, Attempt):
                self.drills.note(row)
            elif isinstance(row, Alert):
                self._publisher.change(row.wearer)
                if not row.calling and row.reminded_at is None:
                    self._outbox.withdraw(self.engine.attempts(row.id))

    def _written(self, turn: Turn, done: Callable[[], None] | None) -> None:
        self._outbox.expected -= bool(turn.sends)
        if turn.sends and not self._stopping.is_set():
            self._outbox.begin(turn.sends)
            self._listening.begin()
        if done is not None:
            self._loop.call_soon(done)  # the call goes first

    # Readings -----------------------------------------------------------------

    def _delivered(self, delivery: Delivery) -> None:
        received_at = self.clock.now() + self.engine.offset
        event = self._intake.read(
            delivery.topic, delivery.payload, retained=delivery.retained, received_at=received_at
        )
        self._backlog.arrive()
        self.take(event, partial(self._acknowledge, delivery))

    def _acknowledge(self, delivery: Delivery) -> None:
        self._backlog.settle()
        self.link.acknowledge(delivery.token)

    # What the others ask ------------------------------------------------------------

    def compose(self, send: Send) -> Message:
        """Put an attempt into words, as things stand now."""
        now = self.clock.now()
        desk = self.engine.desk
        asking = desk.open + self.drills.lingering
        return self._composer.compose(send, asking, now, self.engine.offset, desk.belief.suspected)

    def withdraw(self, attempts: Sequence[Attempt]) -> None:
        """Stop what still rings of *attempts*."""
        self._outbox.withdraw(attempts)

    def progressing(self) -> bool:
        """Whether the engine keeps up with its own deadlines."""
        return self.pulse.progressing()

    def ways(self, paths: Sequence[str | None]) -> Sequence[str | None]:
        """The paths to try, best first: what is believed lost comes last, never not at all."""
        return sorted(self.paths.names(paths), key=self._prober.doubts)

    # What fails -----------------------------------------------------------------

    def _stumbled(self, why: str) -> None:
        self.take(TechnicalReported(Code.MISHAP, present=True, detail=why))

    def _storage_stands(self, well: bool, why: str) -> None:  # noqa: FBT001 - the store's own call
        log.log(20 if well else 40, "storage.reported", well=well, why=why)
        self._storage = TechnicalReported(Code.STORAGE, present=not well, detail=why)
        if self.tasks.group is not None:  # before, nothing can be sent: _begin takes it
            self.take(self._storage)

    def _broker_stands(self, up: bool, why: str) -> None:  # noqa: FBT001 - the link's own call
        log.log(20 if up else 30, "broker.reported", up=up, why=why)
        self.take(TechnicalReported(Code.BROKER_LOST, present=not up, detail=why))
