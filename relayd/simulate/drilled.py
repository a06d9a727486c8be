"""What a drill should come to: the same outage at the same hour, rehearsed on the same file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC

from relayd.config import Config
from relayd.domain.alert import Code
from relayd.domain.event import Answered, Send
from relayd.domain.judgement import Judgement, kept_promise
from relayd.domain.story import Band, Line, Story
from relayd.drill.copy import Copy, for_drill
from relayd.drill.held import Held
from relayd.drill.story import names_in
from relayd.simulate.body import Onset
from relayd.simulate.fault import Fault
from relayd.simulate.home import Home, Road, home_of, names_of
from relayd.simulate.latency import RINGS
from relayd.simulate.people import People, Treats
from relayd.simulate.setting import Setting
from relayd.simulate.ways import Ways
from relayd.simulate.world import WARM_UP, World

SOON = 60.0  # what was foreseen so shortly after the drill's end is told too
RELAYS_OWN = "relay-"
ANSWERS = {"attempt.accepted": True, "attempt.rejected": False}


@dataclass(frozen=True, slots=True)
class Reply:
    """How a carer answered on one channel: so many seconds after that try began."""

    after_s: float
    accepted: bool


class AsTheyDid(People):
    """Carers who answer as they did in *real*, and where they did not, not at all."""

    def __init__(self, setting: Setting, ways: Ways, treats: Treats, real: Story) -> None:
        super().__init__(setting, ways, treats)
        self._replies = dict(_replies(real))
        self._talked = set(_talked(real))

    def asleep(self, carer: str, t: float) -> bool:
        """Nobody is taken to sleep: whoever slept did not answer."""
        del carer, t
        return False

    def rung(self, send: Send, road: Road) -> tuple[float | None, float]:
        """A call rings, and is picked up if it was."""
        picked_up_at, gives_up_at = super().rung(send, road)
        if (send.attempt.carer, send.attempt.channel) not in self._talked:
            return None, self._setting.now + RINGS
        return picked_up_at, gives_up_at

    def _answers_after(self, send: Send, road: Road, span: tuple[float, float]) -> None:
        del span
        setting, attempt = self._setting, send.attempt
        reply = self._replies.pop((attempt.carer, attempt.channel), None)
        if reply is None:
            return
        begun_s = (attempt.begun_at - setting.base).total_seconds()
        answer = Answered(
            attempt.alert, attempt.carer, reply.accepted, attempt.id, by=attempt.channel
        )
        assert self._back is not None, "answers have nowhere to go"
        self._back.bring(max(setting.now, begun_s + reply.after_s), road, answer)


def rehearse_drill(config: Config, held: Held, wearer: str | None, real: Story) -> Story:
    """Rehearse the drill that *real* tells of, by *wearer*'s plan and with *held* held dead.

    Carers answer as they did. Its times are, like a drill's, since the alert was raised.
    """
    household = config.household
    copy = for_drill(household, wearer or next(iter(household.wearers), None))
    home = home_of(replace(config, household=copy.household))
    world = World(
        home,
        starts=real.began_at.astimezone(UTC),
        begins=-WARM_UP,
        faults=tuple(_faults(home, held)),
        onsets=(Onset(0.0, Code.URGENT_LOW, copy.wearer),),
        unlucky=True,
        people=lambda setting, ways, treats: AsTheyDid(setting, ways, treats, real),
    )
    world.run(max(real.lasts_s, real.promise_s) + 2 * SOON)
    return _tell(world, copy, held, real)


def _faults(home: Home, held: Held) -> Iterator[Fault]:
    """What was named, and each path as a drill holds it: without a link, so that relayd knows."""
    links = {home.paths[path].link for path in held.paths}
    for name in sorted(names_of(held.components) | links):
        yield Fault(component=name)


def _tell(world: World, copy: Copy, held: Held, real: Story) -> Story:
    mine = f"{copy.wearer}-1"
    raised = next(
        t for t, row in world.timeline
        if row.event == "alert.raised" and row.fields["alert"] == mine
    )  # fmt: skip
    named = [Line(0.0, "outage.began", {"outage": each.component}) for each in held.outages]
    lines = [
        Line(round(t - raised, 3), row.event, _renamed(row.fields, mine, real.scenario))
        for t, row in world.timeline
        if t >= raised and not _relays_own(row.fields)
    ]
    judgement = Judgement(copy.household).read(lines)
    alerts = judgement.alerts(until=real.lasts_s)
    return Story(
        scenario=real.scenario,
        about="what the rehearsal of this drill foresees",
        began_at=real.began_at,
        lasts_s=real.lasts_s,
        promise_s=real.promise_s,
        lines=(*named, *(line for line in lines if line.t <= real.lasts_s + SOON)),
        alerts=alerts,
        outages=tuple(Band(each.component, each.words, 0.0, None) for each in held.outages),
        unreached=judgement.unreached(),
        kept_promise=kept_promise(alerts),
        seed=0,
        names=names_in(copy.household),
        sounders=copy.household.sounders,
    )


def _relays_own(fields: Mapping[str, str | None]) -> bool:
    return (fields.get("alert") or fields.get("attempt") or "").startswith(RELAYS_OWN)


def _renamed(fields: Mapping[str, str | None], mine: str, name: str) -> dict[str, str | None]:
    """Numbers never come again in drills: what is the first here has the drill's own number."""
    said = dict(fields)
    for key in ("alert", "attempt"):
        value = said.get(key)
        if value is not None and value.partition("/")[0] == mine:
            said[key] = f"{name}{value.removeprefix(mine)}"
    return said


# What the real carers did ---------------------------------------------------------------


def _begun(real: Story) -> dict[str, Line]:
    begun = (line for line in real.lines if line.event == "attempt.begun")
    return {line.fields.get("attempt") or "": line for line in begun}


def _replies(real: Story) -> Iterator[tuple[tuple[str, str], Reply]]:
    begun = _begun(real)
    for line in reversed(real.lines):  # the first answer stands
        was = begun.get(line.fields.get("attempt") or "")
        if was is not None and line.event in ANSWERS:
            yield _route(was), Reply(line.t - was.t, ANSWERS[line.event])


def _talked(real: Story) -> Iterator[tuple[str, str]]:
    begun = _begun(real)
    for line in real.lines:
        was = begun.get(line.fields.get("attempt") or "")
        if was is not None and line.event in ("attempt.delivered", *ANSWERS):
            yield _route(was)


def _route(begun: Line) -> tuple[str, str]:
    return begun.fields.get("carer") or "", begun.fields.get("channel") or ""
