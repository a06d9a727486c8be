"""The night itself: what the sensor says and when, and what must have come of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from relayd.clock import synchronised
from relayd.daemon import Daemon
from relayd.demo.broker import Sensor
from relayd.demo.household import WEARER
from relayd.demo.phones import ACCEPT, Phone, Phones
from relayd.demo.screen import Mark, Screen
from relayd.domain.alert import Code
from relayd.domain.delivery import Attempt, Dissemination, Purpose
from relayd.domain.event import Happened

READING_EVERY_S = 1.5
STAMPS_APART = timedelta(seconds=62)  # the engine takes readings of one minute as one
"""The stamps end where the story begins: none lies in the future, none is ten minutes old."""

SLOWLY_S = 61.0  # where the clock is not set relayd trusts no stamp, and recovery takes its time
STEADY_EVERY_S = 60.0
CLOCKS_APART = timedelta(seconds=1)  # relayd's own time beside the wall's, at most
LINKED_WITHIN_S = 30.0
CARERS_WAIT_S = 8.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Value:
    """What the sensor says once, in mmol/L."""

    mmol_l: float
    trend: str


PAST = (7.2, 7.6, 8.1, 8.7, 9.2, 9.5, 9.6, 9.4, 9.1, 8.7, 8.3, 8.0, 7.7, 7.4, 7.1, 6.8)
PAST_APART, PAST_ENDED = timedelta(minutes=6), timedelta(minutes=11)
EVENING = (Value(6.4, "falling"), Value(5.6, "falling"), Value(4.8, "falling"))
LAST_GOOD = Value(4.1, "falling")
LOWS = (Value(2.9, "falling"), Value(2.8, "falling slowly"))
MORNING = (Value(3.5, "rising"), Value(4.8, "rising"), Value(5.9, "rising slowly"))
STEADY = Value(6.1, "steady")
READINGS = len(EVENING) + 1 + len(LOWS) + len(MORNING)


class WentWrongError(Exception):
    """The story did not come out as it should; the sentence says where it stopped."""


class Story:
    """Plays the night on a running daemon, and watches what becomes of it."""

    def __init__(self, daemon: Daemon, sensor: Sensor, phones: Phones, screen: Screen) -> None:
        self._daemon = daemon
        self._sensor = sensor
        self._phones = phones
        self._screen = screen
        self._happened: list[Happened] = []
        self._news = asyncio.Event()
        self.ended = False
        self._stamp = daemon.clock.wall() - STAMPS_APART * READINGS

    def note(self, happened: Happened | None = None) -> None:
        """Something happened: look whether it was waited for."""
        if happened is not None:
            self._happened.append(happened)
        self._news.set()

    # The acts ---------------------------------------------------------------

    async def tell(self) -> None:
        """Play it from the evening to the morning. Raises ``WentWrongError``."""
        await self._link()
        self._line(Mark.NOTE, "relayd reads from its broker. Mia sleeps.")
        await self._catch_up()
        await self._read(*EVENING)
        self._phones.mobile_data = False
        self._line(Mark.OUTAGE, "Mobile data goes out: no push gets through any more.")
        await self._read(LAST_GOOD, LOWS[0])
        await self._until(self._came("alert.raised"), 20, "no alert was raised for the low")
        await self._read(LOWS[1])
        await self._until(self._failed_over, 30, "no text was proven to arrive after the push")
        await self._until(self._came("alert.acknowledged"), 60, "no carer's answer was heard")
        await self._until(self._others_know, 30, "the other carer was not told who has it")
        await self._recover()
        await self._until(self._came("alert.cleared"), 20, "the alert did not end with the low")
        await self._until(self._all_told, 30, "the quiet line at the end did not arrive")
        self.ended = True

    def summary(self) -> str:
        """How it went, in figures."""
        raised_at, proven_at = self._at("alert.raised"), self._at("attempt.delivered")
        answered_at = self._at("alert.acknowledged")
        assert raised_at is not None, "a story that came out well had an alert"
        assert answered_at is not None, "and an answer"
        proven_s = ((proven_at or answered_at) - raised_at).total_seconds()
        answered_s = (answered_at - raised_at).total_seconds()
        promise_s = self._daemon.config.household.plan.promise.total_seconds()
        return (
            f"With the push dead, a text was proven to arrive {proven_s:.0f} s after the alert was "
            f"raised (promised: {promise_s:.0f} s), and a carer had it after {answered_s:.0f} s."
        )

    async def _catch_up(self) -> None:
        """What was read before relayd began: history for the page, and nothing more."""
        if not synchronised():
            return  # without a clock relayd could not tell that it is history
        ended_at = self._daemon.clock.wall() - PAST_ENDED
        for place, mmol_l in enumerate(reversed(PAST)):
            await self._sensor.say(mmol_l, STEADY.trend, ended_at - PAST_APART * place)
        said = f"Her sensor catches up: {len(PAST)} readings, too old to raise or clear anything."
        self._line(Mark.NOTE, said)

    async def _recover(self) -> None:
        every_s = READING_EVERY_S
        if not synchronised():
            every_s = SLOWLY_S
            self._line(Mark.NOTE, "This machine's clock is not set, so relayd trusts no stamp.")
            self._line(Mark.NOTE, "The readings of her recovery come a minute apart: 3 minutes.")
        await self._read(*MORNING, every_s=every_s)

    async def carers(self) -> None:
        """Answer for a carer whom the visitor leaves waiting: Ana, or Tom if she cannot."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            waiting = self._waiting()
            if waiting is None or waiting.asking is None or not self._calling():
                continue
            if loop.time() - waiting.asking.arrived_s >= CARERS_WAIT_S:
                self._phones.answer(waiting, waiting.asking, ACCEPT)

    async def go_on(self) -> None:
        """After the story: a steady value every minute, or relayd would rightly raise *silent*."""
        while True:
            await asyncio.sleep(STEADY_EVERY_S)
            await self._sensor.say(STEADY.mmol_l, STEADY.trend, self._daemon.clock.wall())

    async def _read(self, *values: Value, every_s: float = READING_EVERY_S) -> None:
        for value in values:
            await asyncio.sleep(every_s)
            self._stamp += STAMPS_APART
            said = f"{value.mmol_l} mmol/L, {value.trend}"
            self._line(Mark.READING, f"Mia's sensor: {said}.")
            await self._sensor.say(value.mmol_l, value.trend, self._stamp)

    def _line(self, mark: Mark, words: str) -> None:
        self._screen.line(self._daemon.clock.wall(), mark, words)

    # What is waited for -------------------------------------------------------

    async def _until(self, came: Callable[[], bool], within_s: float, otherwise: str) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not came():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise WentWrongError(f"{otherwise} within {within_s:.0f} s") from None

    async def _link(self) -> None:
        """Wait until relayd reads its topics: the demo's broker keeps nothing for later."""
        try:
            async with asyncio.timeout(LINKED_WITHIN_S):
                while not self._linked():  # noqa: ASYNC110 - the link tells nobody but the daemon
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise WentWrongError("relayd did not reach its broker") from None

    def _linked(self) -> bool:
        faults = self._daemon.engine.wards[None].faults
        return self._daemon.link.connected and (Code.BROKER_LOST, "") not in faults

    def _came(self, event: str) -> Callable[[], bool]:
        return lambda: self._at(event) is not None

    def _attempts(self) -> list[Attempt]:
        alert = self._alert()
        return list(self._daemon.engine.attempts(alert)) if alert is not None else []

    def _alert(self) -> str | None:
        """Mia's alert of tonight, once it is raised."""
        raised = (one for one in self._happened if one.event == "alert.raised")
        return next((one.fields["alert"] for one in raised if one.fields["wearer"] == WEARER), None)

    def _at(self, event: str) -> datetime | None:
        """When *event* first happened to Mia's alert, or to an attempt for it."""
        alert = self._alert()
        for one in self._happened:
            about = one.fields.get("alert") or (one.fields.get("attempt") or "").partition("/")[0]
            if alert == about and one.event == event:
                return one.at
        return None

    def _failed_over(self) -> bool:
        """Ana's push failed, and her text arrived all the same."""
        ana = [one for one in self._attempts() if one.carer == "ana"]
        failed = any(
            one.channel == "push" and one.status is Dissemination.UNDELIVERABLE for one in ana
        )
        return failed and any(one.channel == "text" and one.status in ARRIVED for one in ana)

    def _others_know(self) -> bool:
        return self._told_since("alert.acknowledged")

    def _all_told(self) -> bool:
        return self._told_since("alert.cleared")

    def _told_since(self, event: str) -> bool:
        """Whether everybody who was called has had a line that asks nothing, since *event*."""
        called = {one.carer for one in self._attempts() if one.purpose is Purpose.CALL}
        at = self._at(event)
        return at is not None and called == {
            phone.carer
            for phone in self._phones
            if any(not note.replies and note.at >= at - CLOCKS_APART for note in phone.notes)
        }

    def _calling(self) -> bool:
        return any(alert.calling for alert in self._daemon.engine.open_alerts(WEARER))

    def _waiting(self) -> Phone | None:
        """The first carer who is asked and has not answered; none once somebody accepted."""
        if any(phone.notes and phone.notes[-1].answered == ACCEPT for phone in self._phones):
            return None
        return next((phone for phone in self._phones if phone.asking is not None), None)


ARRIVED = (Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED)
