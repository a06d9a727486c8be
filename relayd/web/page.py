"""``GET /``: how everybody is, on one page that is read at a glance and works without script."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from relayd.domain.alert import Code, Priority
from relayd.domain.event import KeptReading
from relayd.domain.suspicion import seems_down
from relayd.domain.ward import Ward
from relayd.web.answering import Answering
from relayd.web.events import Feed, Line
from relayd.web.guard import Refusal
from relayd.web.html import Html, el, join
from relayd.web.parts import Parts
from relayd.web.plain import html_page, told
from relayd.web.spark import SPAN, sparkline
from relayd.web.speech import Storyteller, condition_words, modem_words
from relayd.web.state import States, current, watch_is_current

LINES = 40
WHO = "relayd-carer"  # which carer answered from this browser last: their button comes first
REMEMBERED_S = 180 * 86400
ROUTE_WORDS = {"unproven": "never proven", "refused": "the service refuses it"}
NOBODY_WATCHES = (
    "Nobody outside watches relayd: if this Pi loses its power or all its networks, no one will be "
    "told. Add a [watcher] to the household file."
)


class Page:
    """Draws the page, and takes the presses on its buttons."""

    def __init__(self, states: States, feed: Feed, answering: Answering, *, signs_in: bool) -> None:
        self._states = states
        self._relay = states.relay
        self._times = states.times
        self._feed = feed
        self._answering = answering
        self._parts = Parts(states)
        self._signs_in = signs_in
        self._drawn: dict[str, tuple[datetime | None, list[KeptReading]]] = {}

    async def whole(self, request: web.Request) -> web.Response:
        """``GET /``."""
        now = await self._now(request)
        return html_page(self._states.settings.name, now, live=True)

    async def part(self, request: web.Request) -> web.Response:
        """``GET /now``: what changes, for the script to put in place of what it shows."""
        return web.Response(text=await self._now(request), content_type="text/html")

    async def answer(self, request: web.Request) -> web.Response:
        """``POST /alerts/ID/answer``: a button."""
        form = await request.post()
        have, cannot, call = (str(form.get(key, "")) for key in ("have", "cannot", "call"))
        if bool(have) is bool(cannot):
            said = "That form said neither that somebody has it nor that somebody cannot."
            raise Refusal(HTTPStatus.BAD_REQUEST, said)
        alert = request.match_info["alert"]
        seen = (
            int(call) if call.isascii() and call.isdecimal() and len(call) < len("100000") else None
        )
        verdict = await self._answering.by_carer(
            alert, have or cannot, accepted=bool(have), by="page", call=seen
        )
        if not verdict.well:
            return told("That was not done", verdict.sentence, status=verdict.status)
        response = web.Response(
            status=HTTPStatus.SEE_OTHER, headers={"Location": f"/#alert-{alert}"}
        )
        response.set_cookie(
            WHO, have or cannot, max_age=REMEMBERED_S, httponly=True, samesite="Strict"
        )
        return response

    # The parts ----------------------------------------------------------------

    async def _now(self, request: web.Request) -> Html:
        me = request.cookies.get(WHO, "")
        wards = sorted(self._states.wards(), key=self._urgency)
        sparks = [await self._spark(ward) for ward in wards]
        last_seq = self._relay.store.last_seq
        lines = await self._feed.lines(max(0, last_seq - LINES), LINES)
        own = [self._parts.alert(each, me) for each in self._relay.engine.open_alerts(None)]
        title, words, tone = self._summary()
        return el(
            "div",
            el("p", words, class_=f"summary {tone}", role="status"),
            self._drill(),
            [self._parts.wearer(*each, me) for each in zip(wards, sparks, strict=True)],
            (el("section", el("h2", "relayd itself"), own, class_="card") if own else ""),
            self._carers(),
            self._notes(),
            self._timeline(lines),
            self._foot(),
            id="now",
            data_title=title,
        )  # fmt: skip

    def _urgency(self, ward: Ward) -> int:
        assert ward.wearer is not None
        alerts = self._relay.engine.open_alerts(ward.wearer.id)
        return -max((alert.priority for alert in alerts), default=0)

    def _summary(self) -> tuple[str, str, str]:
        """A title for the tab, one sentence over everything, and its tone."""
        alerts = [alert for alert in self._states.alerts()
                  if alert.priority > Priority.LOW and not alert.planned]  # fmt: skip
        unanswered = [alert for alert in alerts if alert.calling]
        story = Storyteller(self._relay.engine.household)
        if unanswered:
            worst = max(unanswered, key=lambda alert: alert.priority)
            what = f"{story.subject(worst.wearer)}: {condition_words(worst.condition)}"
            number = len(unanswered)
            more = f" and {number - 1} more" if number > 1 else ""
            return f"({number}) {what}", f"{what}{more}. Nobody has it yet.", worst.priority.word
        if not self._relay.pulse.progressing():
            return "relayd hangs", "relayd does not keep up: what stands here may be late.", "high"
        if alerts:
            return "In hand", "Every alert is in hand.", "held"
        if self._states.faulty(Code.BROKER_LOST):
            return "No readings", "relayd has no connection to the readings.", "medium"
        unheard = [ward.wearer.name for ward in self._states.wards()
                   if ward.wearer is not None and not self._heard(ward)]  # fmt: skip
        if unheard:
            return "No readings", f"No current reading of {' and '.join(unheard)}.", "medium"
        planned = next((alert for alert in self._states.alerts() if alert.planned), None)
        if planned is not None:
            whose = story.subject(planned.wearer)
            return "Planned silence", f"{whose}: {self._parts.standing(planned)}", "held"
        return "All quiet", "All quiet.", "well"

    def _drill(self) -> Html:
        drill = self._states.drill()
        if drill is None:
            return Html("")
        held = f" {', '.join(drill['held'])}." if drill["held"] else ""
        said = f"A drill is running, {drill['drill']}: what is sent is marked TEST.{held}"
        return el("p", said, class_="note drill")

    def _heard(self, ward: Ward) -> bool:
        """Whether all that is worn was heard of late, or is not expected to be."""
        now = self._times.now()
        if any(case.alert.planned for case in ward.cases.values()):
            return True
        glucose = ward.glucose is None or current(ward, now) is not None
        return glucose and (ward.watch is None or watch_is_current(ward, now))

    async def _spark(self, ward: Ward) -> Html | None:
        wearer, memory, now = ward.wearer, ward.glucose, self._times.now()
        if wearer is None or memory is None or wearer.glucose is None:
            return None
        arrived_at, readings = self._drawn.get(wearer.id, (None, []))
        if memory.arrived_at != arrived_at:
            readings = await self._relay.store.readings(wearer.id, now - SPAN)
            self._drawn[wearer.id] = (memory.arrived_at, readings)
        return sparkline(readings, wearer.glucose, now)

    def _notes(self) -> Html:
        rejected = self._relay.engine.rejected
        notes = [
            f"{count} message{'s' if count > 1 else ''} on {source} could not be read."
            for source, count in rejected.items()
        ]
        if self._states.settings.watcher is None:
            notes.append(NOBODY_WATCHES)
        engine = self._relay.engine
        notes += list(seems_down(engine.household, engine.desk.belief.suspected))[:1]
        paths = ", ".join(f"{path['path']} {path['state']}" for path in self._states.paths())
        if paths:
            notes.append(f"Ways out of the house: {paths}.")
        notes.extend(map(modem_words, self._states.modems()))
        if not notes:
            return Html("")
        said = [el("p", note, class_="note") for note in notes]
        return el("section", el("h2", "Good to know"), said, class_="card")

    def _carers(self) -> Html:
        household = self._relay.engine.household
        cards = [
            el("div", el("h3", carer.name), el("ul", self._routes(carer.id), class_="routes"))
            for carer in household.carers.values()
        ]
        return el("section", el("h2", "Who can be reached"), cards, class_="card carers")

    def _routes(self, name: str) -> Iterator[Html]:
        carer = self._relay.engine.household.carers[name]
        for number, route in enumerate(carer.routes):
            proven_at, state = self._states.proofs.of(carer, number)
            at = self._times.people(self._times.now())
            ago = f"proven {self._times.ago_people(proven_at)}" if proven_at else ""
            words = ROUTE_WORDS.get(state, ago)
            late = self._states.proofs.late_by(carer, number, at)
            if late is not None:
                words = f"not proved for {late.days} days: test it"
            yield el("li", el("b", route.channel), el("span", words, class_=f"proof {state}"))

    def _timeline(self, lines: list[Line]) -> Html:
        story = Storyteller(self._relay.engine.household)
        for alert in self._states.alerts():
            for attempt in self._relay.engine.attempts(alert.id):
                story.knows(attempt)
        rows = [
            el(
                "li",
                el("time", self._times.clock(line.at)),
                el("span", story.tell(line.event, line.fields)),
            )
            for _, line in lines
        ]
        return el("section", el("h2", "What happened"),
                  el("ol", reversed(rows), class_="timeline"), class_="card")  # fmt: skip

    def _foot(self) -> Html:
        at = self._times.clock(self._times.people(self._times.now()))
        button = el("button", "Sign out", class_="plain")
        sign_out = el("form", button, method="post", action="/sign-out")
        return join(
            el("footer", el("p", f"As of {at}."), sign_out if self._signs_in else ""),
        )
