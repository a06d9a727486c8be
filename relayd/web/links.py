"""Signed links in messages: looking shows what a press would do; only the press does it."""

from http import HTTPStatus

from aiohttp import web

from relayd.domain.alert import Alert, Presence
from relayd.domain.case import Case
from relayd.domain.delivery import Attempt
from relayd.domain.words import value_text
from relayd.web import keys
from relayd.web.answering import Answering, counts, held_by, shown_of
from relayd.web.guard import Refusal
from relayd.web.html import Html, el, join
from relayd.web.plain import html_page
from relayd.web.relay import Answerable, Times, lasted
from relayd.web.speech import Storyteller, condition_words

DEAD = (
    "This link answers nothing. The alert it belonged to may be long over, or the link may have "
    "been cut short on its way. If you were called just now, use the newest message."
)


class Links:
    """``/a/TOKEN``: the token is the right to answer one alert as one carer, and no other."""

    def __init__(self, relay: Answerable, answering: Answering) -> None:
        self._relay = relay
        self._answering = answering
        self._times = Times(relay)

    async def show(self, request: web.Request) -> web.Response:
        """``GET``: who, what, since when, and two buttons. It changes nothing."""
        found = self._answering.read_link(request.match_info["token"])
        return self._dead() if found is None else self._page(*found)

    async def press(self, request: web.Request) -> web.Response:
        """``POST``: the answer; it works once, and then says who has it."""
        form = await request.post()
        found = self._answering.read_link(request.match_info["token"])
        key = keys.pressed(form)
        if key is not None:
            return await self._key(found, key)
        if found is None:
            return self._dead()
        word = str(form.get("answer", "have"))
        if word not in ("have", "cannot"):
            raise Refusal(HTTPStatus.BAD_REQUEST, "The answer must be have or cannot.")
        case, attempt = found
        late = await self._answering.by_link(
            case, attempt, accepted=word == "have", shown=str(form.get("shown", ""))
        )
        if late is not None:
            raise Refusal(late.status, late.sentence)
        current = self._relay.engine.attempt(attempt.id) or attempt
        return self._page(case, current, after=word)

    async def _key(self, found: tuple[Case, Attempt] | None, key: str) -> web.Response:
        """A key pressed in a call: it answers what the call said, and nothing worse."""
        if found is None or not found[0].alert.open:
            return keys.spoken(keys.OVER)
        if key not in (keys.ACCEPTED, keys.REFUSED):
            return keys.asked_again()
        case, attempt = found
        accepted = key == keys.ACCEPTED
        late = await self._answering.by_link(case, attempt, accepted=accepted, shown="")
        if late is not None:
            return keys.spoken(keys.OVER)
        if not accepted:
            return keys.spoken(keys.UNDERSTOOD)
        return keys.spoken(keys.WORSE if case.alert.calling else keys.THANKS)

    def _page(self, case: Case, attempt: Attempt, after: str = "") -> web.Response:
        alert, carer = case.alert, attempt.carer
        story = Storyteller(self._relay.engine.household)
        what = f"{story.subject(alert.wearer)}: {condition_words(alert.condition)}"
        since = self._times.steady_clock(alert.raised_at)
        long = lasted((alert.ended_at or self._times.now()) - alert.raised_at)
        missed = after == "have" and alert.calling
        says = self._answering.says(alert, carer)
        if missed:
            says = "It has become worse since that message. Look, and answer once more."
        elif alert.reminded_at is not None and not held_by(alert, carer):
            says = f"{story.carer(alert.acknowledged_by or '')} had it, and does not answer."
        card = el(
            "section",
            el("h2", what),
            el("p", self._value(alert, attempt), class_="value"),
            el("p", f"since {since}, for {long}", class_="since") if alert.open else "",
            el("p", says, class_="standing"),
            self._form(alert, carer, story.carer(carer)),
            class_=f"card alert {alert.priority.word} {alert.presence.value}",
        )
        response = html_page(what, el("div", card, class_="narrow"))
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _value(self, alert: Alert, attempt: Attempt) -> Html | str:
        """The value, where this route may carry it: a link is as private as its message was."""
        household = self._relay.engine.household
        wearer = household.wearers.get(alert.wearer or "")
        carer = household.carers.get(attempt.carer)
        routes = carer.routes if carer is not None else ()
        may = attempt.route < len(routes) and routes[attempt.route].details
        mg_dl = alert.evidence.mg_dl
        if wearer is None or mg_dl is None or not may or not alert.open:
            return ""
        read_at = alert.evidence.reading_at
        at = f"at {self._times.steady_clock(read_at)}" if read_at is not None else ""
        said = value_text(wearer.unit, mg_dl, alert.evidence.bound)
        return join(el("strong", said), el("span", at, class_="unit"))

    def _form(self, alert: Alert, carer: str, name: str) -> Html | str:
        have = el("button", "I have it", name="answer", value="have", class_=alert.priority.word)
        cannot = el("button", "I cannot", name="answer", value="cannot", class_="plain")
        buttons = [have] if counts(alert, carer, accepted=True) else []
        buttons += [cannot] if counts(alert, carer, accepted=False) else []
        if not buttons:
            return ""
        return el(
            "form",
            el("input", type="hidden", name="shown", value=shown_of(alert)),
            el("p", buttons, class_="buttons"),
            [el("p", words, class_="note") for words in self._consequences(alert, carer, name)],
            method="post",
        )

    def _consequences(self, alert: Alert, carer: str, name: str) -> tuple[str, ...]:
        if held_by(alert, carer) and alert.reminded_at is None:
            return (f"{name}, if you press “I cannot”, everybody else is called again.",)
        ends = alert.presence is Presence.LATCHED
        then = "and this alert ends" if ends else "and you will be asked again in a while"
        return (
            f"{name}, if you press “I have it”, relayd stops calling the others, {then}.",
            "If you press “I cannot”, it goes on calling the others.",
            "Looking at this page does nothing.",
        )

    def _dead(self) -> web.Response:
        card = el("section", el("h2", "This link does not work"), el("p", DEAD), class_="card")
        response = html_page(
            "This link does not work",
            el("div", card, class_="narrow"),
            status=HTTPStatus.NOT_FOUND,
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
