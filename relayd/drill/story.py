"""What a drill came to, as a story that can be laid beside a rehearsal's."""

from datetime import timedelta

from relayd.domain.household import Household
from relayd.domain.judgement import Judgement, kept_promise
from relayd.domain.story import Band, Story
from relayd.drill.held import Held
from relayd.drill.timeline import Timeline

NOT_KNOWN = "held dead as well, because nobody knows its network: {}"


def told(
    name: str, household: Household, timeline: Timeline, held: Held, lasts: timedelta
) -> Story:
    """The story of the drill *name* that has ended after *lasts*; judged as a rehearsal is."""
    lasts_s = round(lasts.total_seconds(), 3)
    lines = tuple(timeline.lines)
    judgement = Judgement(household).read(lines)
    alerts = judgement.alerts(until=lasts_s)
    words = ", ".join(outage.words for outage in held.outages) or "nothing held dead"
    return Story(
        scenario=name,
        about=f"a drill on the running relayd: {words}",
        began_at=timeline.began,
        lasts_s=lasts_s,
        promise_s=household.plan.promise.total_seconds(),
        lines=lines,
        alerts=alerts,
        outages=tuple(Band(each.component, each.words, 0.0, lasts_s) for each in held.outages),
        unreached=judgement.unreached(),
        kept_promise=kept_promise(alerts),
        notes=tuple(NOT_KNOWN.format(route) for route in held.doubtful),
        names=names_in(household),
        kinds={
            route.channel: route.kind
            for carer in household.carers.values()
            for route in carer.routes
        },
        sounders=household.sounders,
    )


def names_in(household: Household) -> dict[str, str]:
    """What carers, wearers and networks are called, by their ids."""
    carers = {carer.id: carer.name for carer in household.carers.values()}
    return (
        {**household.brands}
        | carers
        | {wearer.id: wearer.name for wearer in household.wearers.values()}
    )
