"""The household that every day of the swarm is lived in: two wearers, four carers, three paths."""

from functools import cache
from pathlib import Path

from oracle.run import GlucoseFacts, PlanFacts, RouteFacts

from relayd.config import parse
from relayd.simulate.home import Home, home_of

RECOMMENDED = Path(__file__).resolve().parents[2] / "config" / "households" / "recommended.toml"
WATCH = """
[wearers.leo]
name = "Leo"
[wearers.leo.seizure]
silent_after = "13 min"

"""
WATCH_SILENT_S = 780.0


@cache
def home() -> Home:
    """The recommended household with a seizure watch beside the sensor, its silences written out.

    Where a file sets no silence limit the engine may stretch it with the interval it sees; table
    tests hold that. Here the oracle must know the limit from the file alone.
    """
    text = RECOMMENDED.read_text().replace('unit = "mmol/L"', 'unit = "mg/dL"')
    limits = '[wearers.mia.glucose]\nsilent_after = "16 min"\nsilent_after_low = "12 min"\n'
    text = text.replace("[wearers.mia.glucose]\n", limits + WATCH)
    return home_of(parse(text, with_secrets=False))


@cache
def routes() -> dict[str, tuple[RouteFacts, ...]]:
    """What the file says of every carer's routes."""
    return {
        carer.id: tuple(
            RouteFacts(r.channel, r.proves, r.wakes, r.sounder, r.quiet) for r in carer.routes
        )
        for carer in home().household.carers.values()
    }


@cache
def plan() -> PlanFacts:
    """What the file promises."""
    steps = home().household.plan.steps
    return PlanFacts(tuple((step.after.total_seconds(), step.tell) for step in steps))


GLUCOSE = {"mia": GlucoseFacts()}
WATCHES = {"leo": WATCH_SILENT_S}
