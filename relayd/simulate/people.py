"""Carers: who hears what, when they wake, what they answer and how. All of it is drawn by name."""

from typing import Protocol

from relayd.domain.alert import Priority
from relayd.domain.delivery import Attempt, Purpose
from relayd.domain.event import Answered, Event, Send
from relayd.domain.fate import Bearer
from relayd.simulate.fault import Kind
from relayd.simulate.home import Road
from relayd.simulate.latency import (
    ANSWERS_AWAKE,
    ANSWERS_WOKEN,
    HEARD_BACK,
    PICKED_UP_ASLEEP,
    PICKED_UP_AWAKE,
    PRESSES_A_KEY,
    RINGS,
    TYPES_AN_SMS,
)
from relayd.simulate.setting import Setting
from relayd.simulate.trace import CarerSaid, Shown
from relayd.simulate.ways import Ways

BED, RISE = 23, 7  # hours of the home's own clock; assumed
UP_FOR = 1800.0  # so long a carer who answered at night stays up; assumed
SMS_KINDS = ("twilio-sms", "modem-sms")


class Back(Protocol):
    """The way back to relayd."""

    def bring(self, t: float, road: Road, event: Event) -> None:
        """Let *event* reach relayd from *t* on."""
        ...


class Treats(Protocol):
    """Who hears that a wearer is being looked after."""

    def __call__(self, alert: str, t: float) -> None:
        """A carer has *alert* since *t*."""
        ...


class People:
    """All carers of the household, with their phones in their pockets or beside their beds."""

    def __init__(self, setting: Setting, ways: Ways, treats: Treats) -> None:
        self._setting = setting
        self._ways = ways
        self._treats = treats
        self._back: Back | None = None
        self._answering: set[tuple[str, str, int]] = set()
        self._told_over: set[str] = set()
        self._up_until: dict[str, float] = {}
        self.rang: set[str] = set()  # attempts
        self.seen: list[tuple[float, str, str, str]] = []  # t, alert, carer, attempt

    def heard_by(self, back: Back) -> None:
        """Answers go *back*."""
        self._back = back

    # What they are like -------------------------------------------------------------

    def _is(self, carer: str, kind: Kind, t: float) -> bool:
        faults = self._setting.faults_on(f"carer:{carer}")
        return any(f.kind is kind and f.stands(t) for f in faults)

    def away(self, carer: str, t: float) -> bool:
        """Whether *carer* hears nothing at all."""
        return self._is(carer, Kind.ABSENT, t) or self._is(carer, Kind.DOWN, t)

    def asleep(self, carer: str, t: float) -> bool:
        """Whether *carer* sleeps: at night, by the home's own clock, or because the script says."""
        if self._is(carer, Kind.ASLEEP, t):
            return True
        if t < self._up_until.get(carer, t):
            return False
        hour = self._setting.moment(t).astimezone(self._setting.home.household.zone).hour
        return hour >= BED or hour < RISE

    # What reaches them --------------------------------------------------------------

    def shown(self, send: Send, road: Road, *, woke: bool) -> None:
        """A message stands on the phone; *woke*: with a noise that wakes."""
        setting, attempt = self._setting, send.attempt
        t, carer = setting.now, attempt.carer
        self._note(attempt, woke=woke)
        if attempt.purpose.quiet:
            if attempt.purpose in (Purpose.HANDED_OVER, Purpose.CLEARED):
                self._told_over.add(f"{attempt.alert}/{carer}")
            return
        self._told_over.discard(f"{attempt.alert}/{carer}")
        if attempt.priority is Priority.LOW or self.away(carer, t):
            return
        sleeps = self.asleep(carer, t)
        if sleeps and not woke:
            return
        span = ANSWERS_WOKEN if sleeps else ANSWERS_AWAKE
        self._answers_after(send, road, span)

    def rung(self, send: Send, road: Road) -> tuple[float | None, float]:
        """A call rings: when it is picked up (None: never), and when it is given up."""
        setting, attempt = self._setting, send.attempt
        t, carer = setting.now, attempt.carer
        self._note(attempt, woke=True)
        self.rang.add(attempt.id)
        del road
        if self.away(carer, t):
            return None, t + RINGS
        span = PICKED_UP_ASLEEP if self.asleep(carer, t) else PICKED_UP_AWAKE
        return t + setting.luck.between(f"picked up/{attempt.id}", span), t + RINGS

    def picked_up(self, send: Send, road: Road) -> None:
        """Somebody listens to the call."""
        by_key = self._setting.home.by_key
        self._answers_after(send, road, PRESSES_A_KEY if by_key else TYPES_AN_SMS)

    def _note(self, attempt: Attempt, *, woke: bool) -> None:
        setting = self._setting
        if not attempt.purpose.quiet:
            self.seen.append((setting.now, attempt.alert, attempt.carer, attempt.id))
        if setting.trace is not None:
            setting.trace.entries.append(
                Shown(setting.now, attempt.id, attempt.alert, attempt.carer, attempt.route, woke)
            )

    # What they say -------------------------------------------------------------------

    def _answers_after(self, send: Send, road: Road, span: tuple[float, float]) -> None:
        setting, attempt = self._setting, send.attempt
        key = (attempt.alert, attempt.carer, attempt.call)
        if key in self._answering:
            return
        self._answering.add(key)
        faults = setting.faults_on(f"carer:{attempt.carer}")
        late = sum(f.by for f in faults if f.kind is Kind.LATE and f.stands(setting.now))
        wait = setting.luck.between(f"answers/{attempt.id}", span) + late
        setting.at(setting.now + wait, self._answers, send, road)

    def _answers(self, send: Send, road: Road) -> None:
        """The hand moves: by whatever means this message gives, if that means works now."""
        setting, attempt = self._setting, send.attempt
        t, carer = setting.now, attempt.carer
        means = self._means(road)
        if f"{attempt.alert}/{carer}" in self._told_over:
            return
        if means is None or self.away(carer, t) or self._ways.blocked(means, t, f"re {attempt.id}"):
            self._answering.discard((attempt.alert, carer, attempt.call))
            return
        self._up_until[carer] = t + UP_FOR
        accepted = not self._is(carer, Kind.REFUSES, t)
        if setting.trace is not None:
            said = CarerSaid(t, attempt.alert, carer, accepted, attempt.id)
            setting.trace.entries.append(said)
        if accepted:
            self._treats(attempt.alert, t)
        assert self._back is not None, "answers have nowhere to go"
        takes = setting.luck.between(f"back/{attempt.id}", HEARD_BACK.get(means.kind, (0.5, 2.0)))
        by = means.channel
        answer = Answered(attempt.alert, carer, accepted, attempt.id, by)
        self._back.bring(t + takes, means, answer)

    def _means(self, road: Road) -> Road | None:
        """The route an answer takes: the message's own; a call without keys is answered by text."""
        if road.bearer is not Bearer.VOICE or self._setting.home.by_key:
            return road if road.kind != "webhook" else None
        texts = (r for r in self._setting.home.roads[road.carer] if r.kind in SMS_KINDS)
        return next(texts, None)
