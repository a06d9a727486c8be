"""The verdict on a timeline: who was told of what, by what, after how long, and the promise kept.

A rehearsal's timeline and a drill's are judged by the same words.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from relayd.domain.household import Household, Plan
from relayd.domain.story import AlertTold, Line, Reached

PROOF = frozenset({"attempt.delivered", "attempt.accepted", "attempt.rejected"})
TOLD_ONCE = "told once"  # what a quiet line's reason says
OVERTAKEN = "overtaken"
ORDER = ("low", "medium", "high")
URGENT = "glucose.urgent_low"
LONG_UNANSWERED_S = 300.0

Span = tuple[float, float]


@dataclass(slots=True)
class _Try:
    """One attempt as the timeline tells it."""

    alert: str
    carer: str
    channel: str
    sounder: bool
    quiet: bool
    kept_in: bool = False
    reached_at: float | None = None


@dataclass(slots=True)
class _Called:
    """One alert as the timeline tells it.

    *highs* are the moments at which it became high and called; *covered*: an answer given to it
    while it was high still stands, so that becoming high again calls nobody.
    """

    alert: str
    wearer: str | None
    condition: str
    priority: str
    raised_s: float
    now: str = ""
    covered: bool = False
    highs: list[float] = field(default_factory=list)
    ended_at: float | None = None
    reached: list[tuple[float, str, str | None]] = field(default_factory=list)
    acknowledged: list[tuple[float, str]] = field(default_factory=list)


@dataclass(slots=True)
class Judgement:
    """What the lines of a timeline come to, for one household."""

    household: Household
    _alerts: dict[str, _Called] = field(default_factory=dict)
    _tries: dict[str, _Try] = field(default_factory=dict)

    def read(self, lines: Iterable[Line]) -> "Judgement":
        """Take *lines* in, oldest first."""
        for line in lines:
            word = line.fields
            match line.event:
                case "alert.raised" | "alert.worsened" | "alert.eased":
                    self._stands(line)
                case "attempt.begun":
                    self._begun(word)
                case "attempt.undeliverable":
                    known = self._tries.get(word["attempt"] or "")
                    if known is not None and word.get("failure") == OVERTAKEN:
                        known.kept_in = True
                case "alert.acknowledged":
                    self._acknowledged(line)
                case "alert.escalated":
                    self._alerts[word["alert"] or ""].covered = False
                case "alert.cleared":
                    called = self._alerts.get(word["alert"] or "")
                    if called is not None:
                        called.ended_at = line.t
                case event if event in PROOF:
                    self._proved(line)
                case _:
                    pass
        return self

    def _stands(self, line: Line) -> None:
        word = line.fields
        name, priority = word["alert"] or "", word["priority"] or ""
        condition = word["condition"] or ""
        called = self._alerts.get(name)
        if called is None:
            called = _Called(name, word.get("wearer"), condition, priority, line.t)
            self._alerts[name] = called
        elif _rank(priority, condition) > _rank(called.priority, called.condition):
            called.condition, called.priority = condition, priority
        if priority == "high" and called.now != "high" and not called.covered:
            called.highs.append(line.t)
        called.now = priority

    def _begun(self, word: Mapping[str, str | None]) -> None:
        carer, channel = word["carer"] or "", word["channel"] or ""
        known = self.household.carers.get(carer)
        routes = [r for r in known.routes if r.channel == channel] if known is not None else []
        sounder = bool(routes) and all(route.sounder for route in routes)
        quiet = word.get("reason") == TOLD_ONCE
        name = word["attempt"] or ""
        self._tries[name] = _Try(word["alert"] or "", carer, channel, sounder, quiet)

    def _proved(self, line: Line) -> None:
        known = self._tries.get(line.fields["attempt"] or "")
        if known is None or known.sounder:
            return
        known.reached_at = line.t if known.reached_at is None else known.reached_at
        called = self._alerts.get(known.alert)
        if called is not None and not known.quiet:
            called.reached.append((line.t, known.carer, known.channel))

    def _acknowledged(self, line: Line) -> None:
        called = self._alerts.get(line.fields["alert"] or "")
        if called is not None:
            carer = line.fields["carer"] or ""
            called.covered = called.now == "high"
            called.acknowledged.append((line.t, carer))
            called.reached.append((line.t, carer, None))

    # What it comes to -------------------------------------------------------------------

    def alerts(self, down: Sequence[Span] = (), until: float = math.inf) -> tuple[AlertTold, ...]:
        """Every alert, oldest first.

        *down*: when the relay itself was not running. What ends after *until*, the end of the
        timeline, is not judged unless it was kept before.
        """
        return tuple(self._told(called, down, until) for called in self._alerts.values())

    def _told(self, called: _Called, down: Sequence[Span], until: float) -> AlertTold:
        since, kept = called.raised_s, None
        if called.highs and called.wearer is not None:
            verdicts = {at: self._kept(called, at, down, until) for at in called.highs}
            broken = [at for at, verdict in verdicts.items() if verdict is False]
            since = (broken or called.highs)[0]
            kept = False if broken else (True if True in verdicts.values() else None)
        elif called.highs:
            since = called.highs[0]
        reached = min((r for r in called.reached if r[0] >= since), default=None, key=_when)
        answered = min((a for a in called.acknowledged if a[0] >= since), default=None)
        first = min(called.reached, default=None, key=_when)
        return AlertTold(
            called.alert,
            called.wearer,
            called.condition,
            called.priority,
            called.raised_s,
            delivered=_reached(reached, since),
            acknowledged=_reached((*answered, None), since) if answered is not None else None,
            kept=kept,
            called_s=since,
            first=_reached(first, called.raised_s),
        )

    def _kept(
        self, called: _Called, since: float, down: Sequence[Span], until: float
    ) -> bool | None:
        """Whether somebody was reached in time, or it was over by then; None: not to be said."""
        plan = self.household.plan_of(called.wearer)
        due = since + promise_s(plan, called.condition)
        due += sum(max(0.0, min(b, due) - max(a, since)) for a, b in down)
        over = called.ended_at is not None and since <= called.ended_at <= due
        if over or any(since <= t <= due for t, _, _ in called.reached):
            return True
        return False if due <= until else None

    def unreached(self, also: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
        """Carers who were called about a wearer and whom nothing reached, in the plan's order.

        *also* are carers whom something is known to have reached though relayd has no proof of it,
        as (alert, carer).
        """
        called: dict[str, bool] = {}
        seen = {carer for _, carer in also}
        for each in self._tries.values():
            alert = self._alerts.get(each.alert)
            if each.sounder or each.quiet or alert is None or alert.wearer is None:
                continue
            if each.kept_in and each.reached_at is None:
                continue
            called[each.carer] = called.get(each.carer, False) or each.reached_at is not None
        answered = {carer for alert in self._alerts.values() for _, carer in alert.acknowledged}
        return tuple(
            carer
            for carer in self.household.carers
            if called.get(carer) is False and carer not in seen | answered
        )

    def unwoken(self, until: float) -> tuple[str, ...]:
        """Carers who were told of a high alert, but by nothing that makes a noise.

        In the plan's order. Delivered is not awake (SAFETY L1b): it counts where nobody answered
        for long, up to *until*, and no one who was called, nor the house, has what wakes.
        """
        told: set[str] = set()
        for called in self._alerts.values():
            over = min(until if called.ended_at is None else called.ended_at, until)
            if called.wearer is None or not called.highs or called.acknowledged:
                continue
            if over - called.highs[0] >= LONG_UNANSWERED_S:
                told |= self._told_without_noise(called)
        return tuple(carer for carer in self.household.carers if carer in told)

    def _told_without_noise(self, called: _Called) -> set[str]:
        carers = {each.carer for each in self._tries.values() if each.alert == called.alert}
        routes = [r for c in carers if c in self.household.carers
                  for r in self.household.carers[c].routes]  # fmt: skip
        noisy = any(route.wakes or route.sounder for route in routes)
        return set() if noisy else {carer for _, carer, _ in called.reached}


def promise_s(plan: Plan, condition: str) -> float:
    """How soon a high alert of *condition* must have reached somebody, in seconds."""
    seizure = condition.startswith("seizure.")
    return (plan.promise_seizure if seizure else plan.promise).total_seconds()


def kept_promise(alerts: Iterable[AlertTold]) -> bool | None:
    """Whether every promise was kept; None where none was at stake."""
    verdicts = [alert.kept for alert in alerts if alert.kept is not None]
    return all(verdicts) if verdicts else None


def _when(reached: tuple[float, str, str | None]) -> float:
    return reached[0]


def _rank(priority: str, condition: str) -> tuple[int, bool]:
    return ORDER.index(priority), condition == URGENT


def _reached(found: tuple[float, str, str | None] | None, since: float) -> Reached | None:
    return Reached(found[1], found[0] - since, found[2]) if found is not None else None
