"""The engine: takes one event at a time and answers with what must be done. It never waits.

The daemon and the rehearsal drive this same engine. All they can tell it is an event and the time;
all it can tell them is what to write down, what to send, and when to wake it next.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain

from relayd.domain.alert import Alert
from relayd.domain.belief import Belief
from relayd.domain.booking import Booking
from relayd.domain.delivery import Attempt
from relayd.domain.desk import Desk
from relayd.domain.draft import Draft
from relayd.domain.event import (
    Answered,
    AttemptReported,
    ClockReported,
    Event,
    Kept,
    PathReported,
    Paused,
    PayloadRejected,
    ReadingsReceived,
    SimServed,
    Started,
    TechnicalReported,
    Turn,
    Woke,
)
from relayd.domain.household import Household
from relayd.domain.observe import Observer
from relayd.domain.pause import pause, why_not
from relayd.domain.restore import let_go, restore
from relayd.domain.technical import Technical
from relayd.domain.ward import Ward

LOOKED_AT_AGAIN_AFTER = timedelta(seconds=10)
WARDS_A_TURN = 100  # a thousand that wake together must not keep one that alarms waiting


class Engine:
    """All wearers, their alerts and attempts, and the one place where any of them changes."""

    def __init__(
        self,
        household: Household,
        kept: Kept,
        now: datetime,
        first_number: int = 0,
        belief: Belief | None = None,
    ) -> None:
        self.household = household
        self.observer = Observer()
        self.desk = Desk(household, belief or Belief())
        self.booking = Booking(self.desk)
        self._wakes: list[tuple[datetime, int, str | None]] = []
        self._pushed = 0
        self._draft = Draft(now, self.observer.offset)
        self._again = kept.latest is not None
        self.wards: dict[str | None, Ward] = {
            key: Ward(
                wearer, kept.waited_from.get(key or "", now), kept.numbers.get(key, first_number)
            )
            for key, wearer in chain(((None, None),), household.wearers.items())
        }
        self.technical = Technical(self.wards[None], self.desk.belief)
        for source in restore(kept, self.wards, self.desk, now):
            self.technical.suspect(source)
        self._interrupted = [*self.desk.sending()]

    # What the daemon and the rehearsal use ----------------------------------

    def handle(self, event: Event, now: datetime) -> Turn:
        """Take one event into account and say what must be done because of it."""
        draft = self._draft = Draft(now, self.observer.offset)
        match event:
            case ReadingsReceived():
                self._take_readings(event, draft)
            case Woke():
                self._wake(draft)
            case AttemptReported():
                for ward in self.booking.report(event, self.wards, draft):
                    self.schedule(ward, self.desk.hear(ward, draft))
            case Answered():
                self._after(self.booking.answer(event, self.wards, draft), draft)
            case PayloadRejected():
                self._after(self.technical.reject(event, draft), draft)
            case TechnicalReported():
                self._after(self.technical.report(event, draft), draft)
            case PathReported() | SimServed():
                self._after(self.technical.way_out(event, draft), draft)
            case ClockReported():
                self._take_time(event, draft)
            case Paused():
                self._pause(event, draft)
            case Started():
                self._start(draft)
        return draft.turn()

    def survive(self, event: Event, why: str, now: datetime) -> Turn:
        """Go on after :meth:`handle` raised: *event* is passed over, and carers hear of it.

        What had changed by then stands in the turn. *why* holds no health values.
        """
        draft = self._draft
        draft.happened("event.passed_over", kind=type(event).__name__, why=why)
        for ward in self.wards.values():
            if ward.wake_at is None:
                self.desk.go_on(ward, draft)
            self.schedule(ward, now + LOOKED_AT_AGAIN_AFTER)
        for relay in self.technical.mishap(why, draft):
            self.schedule(relay, now)
        return draft.turn()

    def next_deadline(self) -> datetime | None:
        """When to wake the engine if nothing else happens; None when it waits for nothing."""
        wakes = self._wakes
        while wakes and wakes[0][0] != self.wards[wakes[0][2]].wake_at:
            heappop(wakes)
        return wakes[0][0] if wakes else None

    def wanted(self, attempt: str) -> bool:
        """Whether *attempt* still matters, asked at the last moment before it leaves."""
        case = self.desk.case_of(attempt)
        return case is not None and self.desk.wanted(case, attempt)

    def open_alerts(self, wearer: str | None) -> tuple[Alert, ...]:
        """The alerts of one wearer (None: relayd's own) that are not off, oldest first."""
        return tuple(case.alert for case in self.wards[wearer].cases.values())

    def attempt(self, attempt: str) -> Attempt | None:
        """One attempt of an alert that is open or was of late."""
        case = self.desk.case_of(attempt)
        return case.attempts.get(attempt) if case is not None else None

    def attempts(self, alert: str) -> tuple[Attempt, ...]:
        """What was tried for one such alert, oldest first."""
        case = self.desk.case_of(alert)
        return tuple(case.attempts.values()) if case is not None else ()

    def told(self) -> Iterator[tuple[Alert, tuple[Attempt, ...]]]:
        """Every open alert with what was tried for it, its moments in people's time."""
        offset = self.offset
        for ward in self.wards.values():
            for case in ward.cases.values():
                yield (
                    case.alert,
                    tuple(a._replace(begun_at=a.begun_at + offset) for a in case.attempts.values()),
                )

    def why_no_pause(self, wearer: str, lasts: timedelta) -> str:
        """Why no silence of *wearer* can be planned now; empty where it can."""
        return why_not(self.wards.get(wearer), lasts)

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many payloads of each source nobody could read, since the start."""
        return self.technical.rejected

    @property
    def offset(self) -> timedelta:
        """What leads from the engine's time to people's."""
        return self.observer.offset

    @property
    def anything_open(self) -> bool:
        """Whether some alert is open, so that answers may come."""
        return self.desk.open > 0

    # Readings ---------------------------------------------------------------

    def _take_readings(self, event: ReadingsReceived, draft: Draft) -> None:
        look: Ward | None = None
        for reading in event.readings:
            ward = self.wards.get(reading.wearer)
            if ward is None:
                continue
            if self.observer.take(ward, reading, draft, retained=event.retained):
                if look is not None and look is not ward:
                    self.look_at(look, draft)
                look = ward
            if reading.at is not None and not event.retained:
                impossible = self.observer.impossible(reading, draft.now)
                self._after(self.technical.stamp(ward, impossible, draft), draft)
        self._after(self.technical.understood(event.source, draft), draft)
        if look is not None:
            self.look_at(look, draft)

    def _take_time(self, event: ClockReported, draft: Draft) -> None:
        """People's clocks moved: hours of duty and nights may begin or end with that."""
        moved = event.offset != self.observer.offset
        self.observer.offset, self.observer.synchronised = event.offset, event.synchronised
        draft.offset = event.offset
        if moved:
            self._after(self.wards.values(), draft)
        self._after(self.technical.clock(draft, known=event.synchronised), draft)

    def _pause(self, event: Paused, draft: Draft) -> None:
        ward = self.wards.get(event.wearer)
        why = why_not(ward, event.lasts)
        if ward is None or why:
            draft.happened("pause.refused", wearer=event.wearer, why=why)
        else:
            pause(self.desk, ward, event, draft)
            self.look_at(ward, draft)

    # Waking -----------------------------------------------------------------

    def _wake(self, draft: Draft) -> None:
        for _ in range(WARDS_A_TURN):
            due = self.next_deadline()
            if due is None or due > draft.now:
                return
            ward = self.wards[heappop(self._wakes)[2]]
            ward.wake_at = None
            self.look_at(ward, draft)

    def look_at(self, ward: Ward, draft: Draft) -> None:
        """Apply every rule to one ward, do what is due, and note when to look again."""
        self.schedule(ward, self.desk.look_at(ward, draft))

    def schedule(self, ward: Ward, at: datetime | None) -> None:
        """Look at *ward* at *at* at the latest. An earlier wake stands: it will ask anew."""
        if at is None or (ward.wake_at is not None and ward.wake_at <= at):
            return
        ward.wake_at = at
        self._pushed += 1
        key = ward.wearer.id if ward.wearer is not None else None
        heappush(self._wakes, (at, self._pushed, key))

    def _after(self, wards: Iterable[Ward], draft: Draft) -> None:
        for ward in wards:
            self.look_at(ward, draft)

    # Beginning, and beginning again ------------------------------------------

    def _start(self, draft: Draft) -> None:
        """Say so, and send anew what was being sent when the relay stopped: rather twice."""
        draft.happened("relay.restarted" if self._again else "relay.started")
        let_go(self.wards.values(), self.desk, draft)
        draft.urgent = True
        for attempt in self._interrupted:
            if self.wanted(attempt.id) and (case := self.desk.case_of(attempt.id)):
                draft.send(case.attempts[attempt.id], case.alert)
        for ward in self.wards.values():
            self.look_at(ward, draft)
