"""Sensors and watches, and the way of their readings: phone, cloud, broker; cut where it is cut."""

from datetime import timedelta

from relayd.domain.alert import Code
from relayd.domain.event import Event, PayloadRejected, ReadingsReceived
from relayd.domain.household import Wearer
from relayd.domain.reading import GlucoseReading, Reading, SeizureReading, WatchState
from relayd.simulate.body import Body
from relayd.simulate.broker import Broker
from relayd.simulate.fault import Fault, Kind
from relayd.simulate.latency import UPLOAD
from relayd.simulate.setting import Setting
from relayd.simulate.ways import Ways

EVERY = 300.0
WATCH_EVERY = 60.0
SEIZING_EVERY = 10.0
HELD_AT_MOST = 288

STATES = {
    Code.SEIZURE_ALARM: WatchState.ALARM,
    Code.SEIZURE_FALL: WatchState.FALL,
    Code.SEIZURE_MANUAL: WatchState.MANUAL,
}
CUTS = frozenset({Kind.DOWN, Kind.FLAP, Kind.LOSS, Kind.PARTIAL, Kind.BLACK_HOLE})
MUTES = CUTS | {Kind.SILENT}

Away = tuple[str | None, float, float]


class Worn:
    """What one wearer wears. *aligned*: a moment at which the sensor measures."""

    def __init__(
        self,
        setting: Setting,
        ways: Ways,
        broker: Broker,
        *,
        wearer: Wearer,
        body: Body,
        away: tuple[Away, ...],
        aligned: float,
    ) -> None:
        self._setting = setting
        self._ways = ways
        self._broker = broker
        self._wearer = wearer
        self.body = body
        self._away = tuple((a, b) for who, a, b in away if who in (None, wearer.id))
        self._feed = setting.home.feeds[wearer.id]
        self._faults = setting.faults_on(f"source:{wearer.id}", f"wearer:{wearer.id}")
        self._held: list[tuple[float, float]] = []
        self._last: tuple[float, float] | None = None
        self._source = f"relayd/{wearer.id}/glucose"
        self._watch = f"relayd/{wearer.id}/seizure"
        if wearer.glucose is not None:
            first = aligned - ((aligned - setting.now) // EVERY) * EVERY
            setting.at(first, self._measure)
        if wearer.seizure is not None:
            limit = wearer.seizure.silent_after.total_seconds()
            self._watch_every = min(WATCH_EVERY, limit / 2.5)
            setting.at(setting.now + 1.0, self._watched)
            for t, code in body.crossings():
                if Code(code) in STATES and t >= setting.now:
                    setting.at(t, self._say_state)

    # Glucose --------------------------------------------------------------------------

    def _measure(self) -> None:
        setting = self._setting
        t = setting.now
        setting.at(t + EVERY, self._measure)
        if self.body.silent(t):
            return
        value = self.body.mg_dl(t)
        if self._faults or setting.faults or self._away:
            self._speak(t, value)
        else:
            self._publish(t, t, value)

    def _speak(self, t: float, value: float) -> None:
        """Say it if anybody can hear it; what waits goes first, with the stamps it had."""
        kinds = {f.kind for f in self._faults if self._bites(f, t)}
        if Kind.SILENT in kinds:
            return
        if kinds & CUTS or Kind.BACKFILL in kinds or not self.heard(t):
            self._held.append((t, value))
            del self._held[:-HELD_AT_MOST]
            return
        if Kind.GARBAGE in kinds:
            why = "it is not a reading"
            self._broker_takes(t, PayloadRejected(self._source, why, self._wearer.id), t, None)
            return
        if Kind.REPEATS in kinds and self._last is not None:
            self._publish(t, *self._last)
            return
        held, self._held = self._held, []
        for at, past in held:
            self._publish(t, at, past)
        ahead = sum(f.by for f in self._faults if f.kind is Kind.FUTURE and f.stands(t))
        self._last = (t, value)
        self._publish(t, t, value, ahead)

    def _bites(self, fault: Fault, t: float) -> bool:
        setting, name = self._setting, self._wearer.id
        return fault.bites(t, setting.luck, f"{name}/{t}", name, unlucky=setting.unlucky)

    def speaks(self, t: float) -> bool:
        """Whether what begins at *t* is said, and can be heard."""
        mute = any(f.kind in MUTES and self._bites(f, t) for f in self._faults)
        return not (mute or self.body.silent(t)) and self.heard(t)

    def heard(self, t: float) -> bool:
        """Whether what the sensor says at *t* can reach the house's broker."""
        ways, feed = self._ways, self._feed
        away = bool(self._away) and self.away(t)
        if not (self._setting.faults and (away or feed.cloud)):
            return True
        message = f"reading/{self._wearer.id}/{t}"
        if away:
            return ways.alive(feed.phone, t, message, self._wearer.id) and ways.any_out(t)
        return ways.in_house(feed.phone, t, message) and ways.any_out(t)

    def away(self, t: float) -> bool:
        """Whether the wearer is out of the house's Wi-Fi at *t*."""
        return any(a <= t < b for a, b in self._away)

    def _publish(self, t: float, at: float, value: float, ahead: float = 0.0) -> None:
        stamp = self._setting.moment(at) + timedelta(seconds=ahead)
        reading = GlucoseReading(self._wearer.id, round(value, 1), stamp)
        self._broker_takes(t, _received(reading, self._source), at, value)

    def _broker_takes(self, t: float, event: Event, at: float, value: float | None) -> None:
        wait = self._setting.luck.between(f"upload/{self._wearer.id}/{t}", UPLOAD)
        self._setting.at(t + wait, self._broker.publish, self._wearer.id, event, at, value)

    # The watch -------------------------------------------------------------------------

    def _watched(self) -> None:
        setting = self._setting
        seizing = self.body.seizure(setting.now) is not None
        setting.at(setting.now + (SEIZING_EVERY if seizing else self._watch_every), self._watched)
        self._say_state()

    def _say_state(self) -> None:
        setting = self._setting
        t = setting.now
        if not self.speaks(t):
            return
        code = self.body.seizure(t)
        state = STATES[code] if code is not None else WatchState.OK
        reading = SeizureReading(self._wearer.id, state, setting.moment(t))
        event = _received(reading, self._watch)
        setting.at(t + 0.3, self._broker.publish, self._wearer.id, event, t, None)


def _received(reading: Reading, source: str) -> ReadingsReceived:
    return ReadingsReceived((reading,), source=source)
