"""The parts of the page that say how everybody is: wearers, and the alerts about them."""

from collections.abc import Iterator, Sequence

from relayd.domain.alert import Alert, Presence, Priority
from relayd.domain.delivery import Attempt
from relayd.domain.household import Carer
from relayd.domain.names import PURPOSE
from relayd.domain.reading import Trend
from relayd.domain.ward import Ward
from relayd.domain.words import value_text
from relayd.web.html import Html, el, join
from relayd.web.relay import lasted
from relayd.web.speech import PRESENCE, WATCH, condition_words, how_far
from relayd.web.state import States, current, newest, watch_is_current, watch_warns

SHOWN = 6  # so many attempts at a glance; the others a tap away
TURN = {
    Trend.RISING_FAST: -90,
    Trend.RISING: -90,
    Trend.RISING_SLOWLY: -40,
    Trend.STEADY: 0,
    Trend.FALLING_SLOWLY: 40,
    Trend.FALLING: 90,
    Trend.FALLING_FAST: 90,
}
FAST = frozenset({Trend.RISING_FAST, Trend.FALLING_FAST})
ONE, TWO = "M3 12h17M13 5l7 7-7 7", "M1 12h21M9 5l7 7-7 7M15 5l7 7-7 7"


class Parts:
    """Draws wearers and alerts. *me* is the carer who answered from this browser last."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._relay = states.relay
        self._times = states.times

    def wearer(self, ward: Ward, spark: Html | None, me: str) -> Html:
        """One wearer's card, with the alerts about them."""
        wearer = ward.wearer
        assert wearer is not None
        alerts = self._relay.engine.open_alerts(wearer.id)
        explained = self._states.explanation(ward)
        worst = max((alert.priority for alert in alerts if not alert.planned), default=None)
        tone = worst.word if worst is not None else "well"
        if worst is None and watch_warns(ward, self._times.now()):
            tone = "medium"
        return el(
            "article",
            el("h2", wearer.name),
            self._glucose(ward) if ward.glucose is not None else "",
            self._watch(ward) if ward.watch is not None else "",
            el("p", explained, class_="detail") if explained else "",
            spark or "",
            [self.alert(alert, me) for alert in sorted(alerts, key=lambda a: -a.priority)],
            class_=f"card wearer {tone}",
            id=f"wearer-{wearer.id}",
        )

    def _glucose(self, ward: Ward) -> Html:
        assert ward.wearer is not None
        now = self._times.now()
        mark, last = current(ward, now), newest(ward)
        if last is None:
            return el("p", "No reading yet", class_="value absent")
        said = value_text(ward.wearer.unit, last.mg_dl, last.bound)
        at = self._times.steady_clock(last.stamp)
        if mark is None:
            was = f"It was {said} at {at}, {self._times.ago(last.stamp)}."
            return join(
                el("p", f"No reading since {at}", class_="value absent"), el("p", was, class_="age")
            )
        number, _, unit = said.partition(" ")
        age = self._times.ago(mark.stamp)
        if not mark.trusted:
            age = f"{age}, with a time stamp that cannot be true"
        trend = mark.trend
        return join(
            el(
                "p",
                el("strong", number),
                el("span", unit, class_="unit"),
                arrow(trend) if trend is not None else "",
                class_="value",
            ),
            el("p", f"{trend.value}, {age}" if trend is not None else age, class_="age"),
        )

    def _watch(self, ward: Ward) -> Html:
        watch = ward.watch
        assert watch is not None
        if watch.state is None or watch.arrived_at is None:
            return el("p", "No word from the watch yet", class_="value absent")
        ago = self._times.ago(watch.arrived_at)
        if not watch_is_current(ward, self._times.now()):
            at = self._times.steady_clock(watch.arrived_at)
            last = f"It last said: {WATCH[watch.state].lower()}, {ago}."
            silent = el("p", f"No word from the watch since {at}", class_="value absent")
            return join(silent, el("p", last, class_="age"))
        return join(
            el("p", el("strong", WATCH[watch.state]), class_="value words"),
            el("p", f"the watch said so {ago}", class_="age"),
        )

    # Alerts -----------------------------------------------------------------

    def alert(self, alert: Alert, me: str) -> Html:
        """One alert: since when, who has it, who was called, and the buttons."""
        since = self._times.steady_clock(alert.raised_at)
        long = lasted(self._times.now() - alert.raised_at)
        wearer = self._relay.engine.household.wearers.get(alert.wearer or "")
        helps = wearer is not None and wearer.help and alert.priority is Priority.HIGH
        detail = alert.evidence.detail
        return el(
            "section",
            el("h3", "Planned silence" if alert.planned else condition_words(alert.condition)),
            el("p", f"since {since}, for {long}", class_="since"),
            el("p", f"{detail[:1].upper()}{detail[1:]}", class_="detail") if detail else "",
            el("p", self.standing(alert), class_="standing"),
            el("p", wearer.help, class_="help") if wearer is not None and helps else "",
            self._buttons(alert, me),
            self._calls(alert),
            class_=f"alert {alert.priority.word} {alert.presence.value}",
            id=f"alert-{alert.id}",
        )

    def standing(self, alert: Alert) -> str:
        """Who has it, and until when; or that nobody has."""
        holder = alert.acknowledged_by
        if alert.presence is not Presence.ACKNOWLEDGED or holder is None:
            refused = ", ".join(self._name(carer) for carer in alert.refused_by)
            if alert.priority is Priority.LOW:
                return "Told once, by day. It wakes nobody."
            return PRESENCE[alert.presence] + (f" {refused} cannot." if refused else "")
        until, name = alert.quiet_until, self._name(holder)
        if alert.planned and until is not None:
            by = f", planned by {name}" if holder else ""
            at = self._times.steady_clock(until)
            return f"No readings expected until {at}{by}. Lows and seizures still call."
        if alert.reminded_at is not None:
            asked = self._times.steady_clock(alert.reminded_at)
            return f"{name} had it, and was asked again at {asked}: no answer yet."
        since = alert.acknowledged_at
        at = f" since {self._times.steady_clock(since)}" if since is not None else ""
        if until is None or alert.priority is Priority.LOW:
            return f"{name} has it{at}."
        return f"{name} has it{at}, and will be asked again at {self._times.steady_clock(until)}."

    def _buttons(self, alert: Alert, me: str) -> Html:
        carers, tone = self._carers(alert, me), alert.priority.word
        call = el("input", type="hidden", name="call", value=str(alert.call))
        holder = alert.acknowledged_by if alert.presence is Presence.ACKNOWLEDGED else None
        cannot = [
            el("button", f"{carer.name} cannot", name="cannot", value=carer.id, class_="plain")
            for carer in carers
            if holder in (None, carer.id) and carer.id not in alert.refused_by
        ]
        have = [
            el("button", f"{carer.name} has it", name="have", value=carer.id, class_=tone)
            for carer in carers
            if holder is None or alert.reminded_at is not None
        ]
        word = "Somebody cannot" if holder is None else "Not any more?"
        if alert.planned:
            word = "Expect readings at once"
        if alert.priority is Priority.LOW:  # it is told once, and asks for no answer
            word, have, cannot = "Answer it all the same", [], have + cannot
        more = el("details", el("summary", word), el("p", cannot, class_="buttons"),
                  id=f"cannot-{alert.id}")  # fmt: skip
        return el(
            "form",
            call,
            el("p", have, class_="buttons") if have else "",
            more if cannot else "",
            method="post",
            action=f"/alerts/{alert.id}/answer",
        )

    def _carers(self, alert: Alert, me: str) -> list[Carer]:
        household = self._relay.engine.household
        carers = [household.carers[name] for name in household.plan_of(alert.wearer).carers]
        return sorted(carers, key=lambda carer: carer.id != me)

    def _calls(self, alert: Alert) -> Html:
        attempts = tuple(reversed(self._relay.engine.attempts(alert.id)))
        if not attempts:
            return el("p", "Nobody has been called yet.", class_="detail")
        rest = attempts[SHOWN:]
        more = el("details", el("summary", f"{len(rest)} earlier"), self._list(rest),
                  id=f"calls-{alert.id}")  # fmt: skip
        return join(self._list(attempts[:SHOWN]), more if rest else "")

    def _list(self, attempts: Sequence[Attempt]) -> Html:
        return el("ul", self._attempts(attempts), class_="calls")

    def _attempts(self, attempts: Sequence[Attempt]) -> Iterator[Html]:
        for attempt in attempts:
            about = PURPOSE[attempt.purpose]
            by = f"by {attempt.channel}" + (f" over {attempt.path}" if attempt.path else "")
            yield el(
                "li",
                el("time", self._times.steady_clock(attempt.begun_at)),
                el(
                    "span",
                    el("b", self._name(attempt.carer)),
                    f" {by}{f', {about}' if about else ''}: ",
                    el("span", how_far(attempt), class_=f"far {attempt.status.value}"),
                ),
            )

    def _name(self, carer: str) -> str:
        known = self._relay.engine.household.carers.get(carer)
        return known.name if known is not None else carer


def arrow(trend: Trend) -> Html:
    """An arrow that points where the value is heading."""
    path = el("path", d=TWO if trend in FAST else ONE, transform=f"rotate({TURN[trend]} 12 12)")
    return el("svg", path, viewBox="0 0 24 24", class_="arrow", aria_hidden="true")
