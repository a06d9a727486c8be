"""The relay's process in a rehearsal: the unchanged engine, fed, woken, written down, killed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from relayd.domain.alert import Alert, Code, Priority
from relayd.domain.engine import Engine
from relayd.domain.event import (
    ClockReported,
    Event,
    Happened,
    Started,
    TechnicalReported,
    Turn,
    Woke,
)
from relayd.domain.steady import begin_again
from relayd.simulate.air import Air
from relayd.simulate.broker import LONG, Broker
from relayd.simulate.disk import Disk, Then
from relayd.simulate.fault import Fault, Kind
from relayd.simulate.latency import BOOTS, BROKER_BACK, PULSE, RESTARTS
from relayd.simulate.people import People
from relayd.simulate.prober import Prober
from relayd.simulate.setting import Setting
from relayd.simulate.trace import Fed, RelayDied
from relayd.simulate.ways import Ways

NOT_YET = "the broker has not answered yet"
SECOND = timedelta(seconds=1)


class Process:
    """One Pi, and the process that runs, dies and begins again on it."""

    def __init__(self, setting: Setting, ways: Ways, people: People) -> None:
        self.setting = setting
        self.life = 0
        self.alive = False
        self.down: list[tuple[float, float]] = []
        self.disk = Disk(setting, self._storage_stands)
        self.prober = Prober(setting, ways, self._take_if_alive, self._calling)
        self.broker = Broker(setting, self)
        self.air = Air(setting, ways, self.prober, people, self)
        self._storage = TechnicalReported(Code.STORAGE, present=False)
        self._base = setting.base
        self._boot_error = timedelta(0)
        self._offset = timedelta(0)  # as the disk has it
        self._wake_at: datetime | None = None
        self._told: tuple[timedelta, bool] | None = None
        self._died_at = 0.0
        self._aims: dict[str, list[Fault]] = {}
        self._clock = setting.faults_on("clock")
        self._power = setting.faults_on("pi", "pi.power")
        self._plan_faults()
        self.engine = self._born()
        self._begin()

    # What will happen to it -----------------------------------------------------------

    def _plan_faults(self) -> None:
        setting = self.setting
        for fault in self._power:
            if fault.aim:
                self._aims.setdefault(fault.aim, []).append(fault)
            elif fault.kind is not Kind.CRASH:
                for away, back in fault.spans(min(fault.ends, LONG)):
                    if back > setting.now:
                        setting.at(max(away, setting.now), self.die)
            elif fault.begins >= setting.now:
                setting.at(fault.begins, self.die)
        for fault in self._clock:
            for edge in (fault.begins, fault.ends):
                if setting.now <= edge < float("inf"):
                    wait = setting.luck.between(f"pulse/{edge}", PULSE)
                    setting.at(edge + wait, self._tell_time)

    def aimed(self, transition: str) -> None:
        """A transition was passed: a crash that is aimed at it strikes, once."""
        if not self._aims:
            return
        now = self.setting.now
        for fault in self._aims.get(transition, []):
            if fault.begins <= now < fault.ends:
                self._aims[transition].remove(fault)
                if fault.after:
                    self.setting.at(now + fault.after, self.die)
                else:
                    self.die()
                return

    # Life ------------------------------------------------------------------------------

    def die(self) -> None:
        """Kill -9, or the power goes."""
        if not self.alive:
            return
        setting, now = self.setting, self.setting.now
        self.alive = False
        self._died_at = now
        self._wake_at = None
        self.disk.lose()
        self.broker.part()
        if setting.trace is not None:
            setting.trace.entries.append(RelayDied(now, back=False))
        setting.at(self._back_at(now), self._rise)

    def _back_at(self, now: float) -> float:
        """When it can begin again: systemd or a boot later, once nothing holds it down."""
        luck = self.setting.luck
        holding = [f for f in self._power if f.kind is not Kind.CRASH and f.stands(now)]
        if not holding:
            return now + luck.between(f"restarts/{now:.3f}", RESTARTS)
        edge = max(f.next_edge(now) for f in holding)
        power = any(f.component == "pi.power" for f in holding)
        return edge + luck.between(f"boots/{now:.3f}", BOOTS if power else RESTARTS)

    def _rise(self) -> None:
        now = self.setting.now
        if self.alive or now == float("inf"):
            return
        if any(f.kind is not Kind.CRASH and f.stands(now) for f in self._power):
            self.setting.at(self._back_at(now), self._rise)
            return
        self.down.append((self._died_at, now))
        if self.setting.trace is not None:
            self.setting.trace.entries.append(RelayDied(now, back=True))
        self.engine = self._born()
        self._begin()

    def _born(self) -> Engine:
        setting, latest = self.setting, self.disk.latest
        now = setting.moment(setting.now)
        unsure = [f for f in self._clock if f.kind is Kind.UNSYNCHRONISED and f.stands(setting.now)]
        self._boot_error = timedelta(seconds=sum(f.by for f in unsure))
        engine_now = begin_again(now + self._error() + self._boot_error, self._offset, latest)
        self._base = setting.base + (engine_now - now)
        self.life += 1
        self.alive = True
        self._told = None
        home = setting.home.household
        return Engine(home, self.disk.kept(home.wearers, engine_now), engine_now)

    def _begin(self) -> None:
        setting = self.setting
        self._tell_time()
        broker = TechnicalReported(Code.BROKER_LOST, present=True, detail=NOT_YET)
        for event in (self._storage, broker, Started()):
            self._take_if_alive(event)
        if not self.alive:
            return
        self.prober.begin(self.life)
        wait = setting.luck.between(f"connects/{setting.now:.1f}", BROKER_BACK) / 5
        setting.at(setting.now + wait, self.broker.connect)
        self.aimed("restart")

    # The clock -------------------------------------------------------------------------

    def now(self) -> datetime:
        """The engine's own steady time."""
        return self._base + timedelta(0, self.setting.now)

    def _error(self) -> timedelta:
        steps = (f for f in self._clock if f.kind is Kind.STEP and f.stands(self.setting.now))
        return timedelta(seconds=sum(f.by for f in steps))

    def _tell_time(self) -> None:
        if not self.alive:
            return
        setting = self.setting
        unsure = any(f.kind is Kind.UNSYNCHRONISED and f.stands(setting.now) for f in self._clock)
        error = self._boot_error if unsure else timedelta(0)
        offset = setting.moment(setting.now) + self._error() + error - self.now()
        if abs(offset) < SECOND:
            offset = timedelta(0)
        told = (offset, not unsure)
        if told != self._told:
            self._told = told
            if self.disk.well:
                self._offset = offset
            self.take(ClockReported(*told))

    # The one inbox -----------------------------------------------------------------------

    def _take_if_alive(self, event: Event) -> None:
        if self.alive:
            self.take(event)

    def take(self, event: Event, then: Then | None = None) -> None:
        """Hand *event* to the engine; *then* is called once its consequences are on disk."""
        turn = self.engine.handle(event, self.now())
        setting = self.setting
        if setting.trace is not None:
            setting.trace.entries.append(Fed(setting.now, event, turn.rows, turn.sends))
        if turn.rows or then is not None:
            done = self._after(turn, then) if turn.sends else then
            self.disk.write(turn.rows, turn.within.total_seconds(), done)
        if not turn.within:
            self._note(turn)
        if self.alive:
            self._arm()

    def _after(self, turn: Turn, then: Then | None) -> Callable[[], None]:
        def written() -> None:
            if then is not None:
                then()
            self.aimed("commit")
            if self.alive:
                self.air.begin(turn.sends)

        return written

    def _note(self, turn: Turn) -> None:
        for row in turn.rows:
            if isinstance(row, Alert):
                self.air.gateways.hush(
                    row.id, calling=row.calling, quiet_call=row.reminded_at is not None
                )
            elif isinstance(row, Happened) and row.event == "alert.raised":
                self.aimed("onset")

    def _arm(self) -> None:
        due = self.engine.next_deadline()
        if due == self._wake_at:
            return
        self._wake_at = due
        if due is not None:
            t = (due - self._base).total_seconds()
            self.setting.at(max(t, self.setting.now), self._woken, due, self.life)

    def _woken(self, due: datetime, life: int) -> None:
        if due == self._wake_at and life == self.life and self.alive:
            self._wake_at = None
            self.take(Woke())

    def _calling(self) -> bool:
        engine = self.engine
        return (
            self.alive
            and engine.anything_open
            and any(
                alert.priority > Priority.LOW
                for wearer in engine.household.wearers
                for alert in engine.open_alerts(wearer)
            )
        )

    def _storage_stands(self, *, well: bool) -> None:
        self._storage = TechnicalReported(Code.STORAGE, present=not well, detail="the disk is full")
        self._take_if_alive(self._storage)
