"""The drills of a running relay: one at a time, never beside a real alert, and lifted by one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from relayd.channels import Reply
from relayd.clock import synchronised
from relayd.config.fault import choose
from relayd.domain.alert import Alert, Priority
from relayd.domain.delivery import Attempt
from relayd.domain.event import AT_ONCE, Answered, Happened
from relayd.drill.copy import Copy, for_drill, for_test
from relayd.drill.drill import Drill
from relayd.drill.held import Held
from relayd.drill.outage import UnknownOutageError, held_by
from relayd.drill.relay import Relay
from relayd.log import get_logger
from relayd.proofs import RouteBook

META = "drills"
ANSWERED_WITHIN = timedelta(minutes=3)
AT_MOST = timedelta(minutes=30)
LINGERS = timedelta(minutes=10)  # a bare "1" may still be meant for a drill that is over
LOOKED_AT_EVERY_S = 3600.0
CALLS = frozenset({"alert.raised", "alert.worsened", "alert.reminded"})

log = get_logger()


class Refused(Exception):  # noqa: N818 - it is a verdict, and its sentence is for people
    """No drill now. *wrong*: what was asked for does not exist; else it is not the moment."""

    def __init__(self, sentence: str, *, wrong: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.wrong = wrong


class Drills:
    """The drill that runs, or the last that did; and the book of what every route has proved."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.current: Drill | None = None
        self.book = RouteBook(relay.config.household, relay.store)

    @property
    def running(self) -> bool:
        """Whether one goes on."""
        return self.current is not None and self.current.running

    @property
    def lingering(self) -> bool:
        """Whether a bare answer may be meant for a drill that runs or ended of late."""
        drill = self.current
        if drill is None or not drill.progress.unanswered():
            return False
        return drill.running or self._relay.clock.now() - drill.ended < LINGERS

    # Beginning and ending ---------------------------------------------------------

    def drill(self, outages: Sequence[str], lasts: timedelta | None, wearer: str | None) -> Drill:
        """Begin a drill with *outages* held dead. Raises Refused."""
        config = self._relay.config
        household = config.household
        if wearer is not None and wearer not in household.wearers:
            raise Refused(_unknown("wearer", wearer, tuple(household.wearers)), wrong=True)
        try:
            held = held_by(config, outages)
        except UnknownOutageError as error:
            raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.", wrong=True) from error
        copy = for_drill(household, wearer or next(iter(household.wearers), None))
        plan = copy.household.plan
        whole = plan.steps[-1].after + plan.promise + ANSWERED_WITHIN
        return self._begin(copy, held, min(lasts or whole, AT_MOST))

    def test(self, carer: str, route: int | None, lasts: timedelta | None) -> Drill:
        """Try every route of *carer*, or one of them, once. Raises Refused."""
        carers = self._relay.config.household.carers
        if carer not in carers:
            raise Refused(_unknown("carer", carer, tuple(carers)), wrong=True)
        routes = carers[carer].routes
        if route is not None and not 0 <= route < len(routes):
            known = ", ".join(f"{n} ({each.channel})" for n, each in enumerate(routes))
            said = f"{carer} has no route {route}. The routes are: {known}."
            raise Refused(said, wrong=True)
        numbers = range(len(routes)) if route is None else (route,)
        copy = for_test(self._relay.config.household, carer, tuple(numbers))
        return self._begin(copy, Held(), min(lasts or ANSWERED_WITHIN, AT_MOST))

    def _begin(self, copy: Copy, held: Held, lasts: timedelta) -> Drill:
        if self.running:
            raise Refused("A drill is running already: wait for its end.")
        alert = self._in_the_way()
        if alert is not None:
            raise Refused(f"{alert.id} is open: no drill while a real alert is.")
        drill = Drill(
            self._relay, copy, self._number(), held=held, lasts=lasts, proved=self._proved
        )
        self.current = drill
        names = [outage.component for outage in held.outages]
        log.info("drill.begun", drill=drill.id, held=", ".join(names))
        self._relay.spawn(drill.run(), drill.id)
        self._relay.listen()
        return drill

    def _number(self) -> int:
        """Numbers never come again: a button of an old drill answers nothing of a new one."""
        kept = self._relay.store.meta(META) or ""
        number = int(kept) + 1 if kept.isdecimal() else 1
        self._relay.store.set_meta(META, str(number), AT_ONCE)
        return number

    def _in_the_way(self) -> Alert | None:
        """A real alert that is open. What relayd quietly says of itself is in nobody's way.

        Nor is a planned silence: its end lifts the drill.
        """
        engine = self._relay.engine
        for wearer in (*engine.household.wearers, None):
            for alert in engine.open_alerts(wearer):
                if alert.planned:
                    continue
                if wearer is not None or alert.priority > Priority.LOW:
                    return alert
        return None

    def hear(self, row: Happened) -> None:
        """Something happened: what calls carers, or calls them anew, lifts the drill."""
        anew = row.event == "alert.escalated" and row.fields.get("reason")
        if anew or row.event in CALLS:
            self.lift(row.fields["alert"] or "")

    def lift(self, alert: str) -> None:
        """A real *alert* was raised: the drill is over at once."""
        if self.current is not None:
            with self.current.apart():
                self.current.end("lifted", lifted_by=alert)

    def stop(self) -> None:
        """End the drill that runs, because whoever began it has seen enough."""
        if self.current is not None:
            self.current.end("ended")

    # Answers ----------------------------------------------------------------------

    def owner(self, alert_or_attempt: str) -> Drill | None:
        """The drill to which an id belongs: ``drill-7`` or ``drill-7/1``."""
        drill = self.current
        owned = drill is not None and alert_or_attempt.partition("/")[0] == drill.id
        return drill if owned else None

    def attempt(self, attempt: str) -> Attempt | None:
        """One attempt: of a real alert, of the drill that runs, or of the last."""
        drill = self.owner(attempt)
        return (drill or self._relay).engine.attempt(attempt)

    def by_token(self, token: str) -> Drill | None:
        """The drill whose message carried *token*; None for a real one, or a forgery."""
        if not token.isascii():
            return None
        answered = self._relay.answers.by_token(token, "link", accepted=True)
        return self.owner(answered.alert) if answered is not None else None

    def add_asked(
        self, told: dict[str, list[tuple[Alert, Attempt]]], channel: str, reply: Reply
    ) -> None:
        """Add to what *reply* may answer: with a drill about, a bare "1" may be meant for it."""
        drill = self.current
        if drill is not None and self.lingering:
            for carer, asked in drill.progress.asked(channel, reply.sender).items():
                told.setdefault(carer, []).append(asked)

    def take(self, answer: Answered) -> bool:
        """Book *answer* if it answers a drill; returns whether it does."""
        drill = self.owner(answer.alert)
        if drill is not None:
            with drill.apart():
                drill.take(answer)
        return drill is not None

    # Proofs -----------------------------------------------------------------------

    def note(self, attempt: Attempt) -> None:
        """A real attempt stands otherwise now: a proof counts whatever it was for."""
        self.book.note(attempt, self._people())

    def _proved(self, carer: str, route: int) -> None:
        known = self._relay.config.household.carers[carer].routes[route]
        self.book.proved(carer, known, self._people())

    async def watch(self) -> None:
        """Learn of new routes once the clock can be believed; log those without proof."""
        said: list[tuple[str, int]] = []
        while True:
            if synchronised():
                self.book.see(self._people())
                late = self.book.overdue(self._people())
                for carer, number in late:
                    if (carer, number) not in said:
                        log.warning("route.unproven", carer=carer, route=number)
                said = late
            await asyncio.sleep(LOOKED_AT_EVERY_S)

    def _people(self) -> datetime:
        return self._relay.clock.now() + self._relay.engine.offset


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    remedy = choose(name, known, "The file names none").rstrip(".")
    return f'There is no {kind} "{name[:80]}". {remedy}' + ("" if remedy.endswith("?") else ".")
