"""Worlds for tests of rehearsals: a household, faults, and what the timeline says of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from relayd.config import load
from relayd.domain.alert import Code
from relayd.domain.judgement import Judgement
from relayd.domain.story import AlertTold, Line
from relayd.simulate import Home, World, home_of
from relayd.simulate.body import Onset
from relayd.simulate.fault import Fault
from relayd.simulate.trace import Trace

HOUSEHOLDS = Path(__file__).parent.parent / "config" / "households"
NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)
LOW = Onset(0.0, Code.URGENT_LOW, "mia")


@cache
def home(name: str = "recommended") -> Home:
    return home_of(load(HOUSEHOLDS / f"{name}.toml", with_secrets=False))


def world(
    *faults: Fault,
    household: str = "recommended",
    starts: datetime = NOON,
    onsets: Sequence[Onset] = (LOW,),
    until: float = 600.0,
    trace: Trace | None = None,
    unlucky: bool = False,
    away: Sequence[tuple[str | None, float, float]] = (),
) -> World:
    made = World(
        home(household),
        starts=starts,
        faults=faults,
        onsets=onsets,
        trace=trace,
        unlucky=unlucky,
        away=away,
    )
    return made.run(until)


def told(made: World) -> AlertTold:
    lines = (Line(t, row.event, row.fields) for t, row in made.timeline)
    alerts = Judgement(made.home.household).read(lines).alerts(made.relay.down)
    return next(alert for alert in alerts if alert.wearer == "mia")


def lines(made: World, event: str) -> list[tuple[float, dict[str, str | None]]]:
    return [(t, dict(row.fields)) for t, row in made.timeline if row.event == event]


def proven(made: World) -> set[tuple[str, str]]:
    """(carer, channel) of every attempt that brought proof."""
    begun = {f["attempt"]: (f["carer"], f["channel"]) for _, f in lines(made, "attempt.begun")}
    found = {begun[fields["attempt"]] for _, fields in lines(made, "attempt.delivered")}
    return {(carer or "", channel or "") for carer, channel in found}
