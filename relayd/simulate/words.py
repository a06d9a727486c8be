"""Faults in words for a family."""

from relayd.domain.alert import Code
from relayd.domain.story import Trouble
from relayd.simulate.body import Onset
from relayd.simulate.fault import Fault, Kind
from relayd.simulate.home import Home

WHAT = {
    Kind.DOWN: "is down",
    Kind.BLACK_HOLE: "carries nothing, and looks as if it did",
    Kind.DELAY: "is slow",
    Kind.DNS_DEAD: "finds no names",
    Kind.CAPTIVE_PORTAL: "leads to a sign-in page instead of the world",
    Kind.LOSES: "takes messages and delivers none",
    Kind.REFUSES_US: "refuses our credentials",
    Kind.RATE_LIMITED: "asks us to try later",
    Kind.CRASH: "is killed and starts again",
    Kind.AMNESIA: "restarts and forgets",
    Kind.STEP: "is wrong",
    Kind.UNSYNCHRONISED: "does not know the time",
    Kind.FULL: "is full",
    Kind.ABSENT: "hears nothing",
    Kind.ASLEEP: "sleeps",
    Kind.REFUSES: "cannot come",
    Kind.LATE: "answers late",
    Kind.SILENT: "says nothing",
    Kind.REPEATS: "repeats its last value",
    Kind.FUTURE: "stamps its readings ahead of time",
    Kind.GARBAGE: "sends what nobody can read",
    Kind.BACKFILL: "brings its readings late, all at once",
}
TROUBLES = {
    Code.URGENT_LOW: "an urgent low begins for {}",
    Code.LOW: "a low begins for {}",
    Code.SEIZURE_ALARM: "a seizure begins for {}",
    Code.SEIZURE_FALL: "{} falls",
    Code.SEIZURE_MANUAL: "{} calls for help",
    Code.SILENT: "{}'s sensor falls silent",
    Code.SEIZURE_SILENT: "{}'s watch falls silent",
}
BEARERS = {"data": "mobile data", "sms": "texts", "voice": "calls"}


def words_of_fault(fault: Fault, home: Home) -> str:
    """One fault as a sentence's beginning: ``texts on O2: 20 % are lost``."""
    thing = thing_of(fault.component, home)
    if fault.words and fault.component.startswith(("network:", "group:", "ran:")):
        thing = f"{fault.words} on {thing_of(_whole(fault.component), home)}"
    elif fault.words:
        thing = fault.words
    match fault.kind:
        case Kind.LOSS:
            what = f"{fault.p:.0%} are lost"
        case Kind.BUSY:
            what = f"{fault.p:.0%} find no free line"
        case Kind.PARTIAL if fault.p_to is not None:
            what = f"dead for {fault.p:.0%} of all phones at first, {fault.p_to:.0%} at last"
        case Kind.PARTIAL:
            what = f"dead for {fault.p:.0%} of all phones"
        case Kind.FLAP:
            what = f"down {fault.duty:.0%} of every {fault.period / 60:g} min"
        case _ if fault.component.partition(":")[0] in ("network", "group", "ran"):
            what = "dead"
        case kind:
            return f"{thing} {WHAT[kind]}"
    return f"{thing}: {what}"


def trouble_of(onset: Onset, home: Home) -> Trouble:
    """What begins for the wearer, in truth: ``an urgent low begins for Mia``."""
    who = home.household.wearers[onset.wearer].name
    words = TROUBLES[onset.condition].format(who)
    return Trouble(onset.t, f"{words}, after a low," if onset.after_low else words)


def thing_of(component: str, home: Home) -> str:
    """A component as a family calls it."""
    level, _, name = component.partition(":")
    household = home.household
    match level:
        case "network":
            core, _, bearer = name.partition(":")
            brand = home.table.brand(core)
            return f"{BEARERS[bearer]} on {brand}" if bearer else brand
        case "group":
            group, _, bearer = name.partition(":")
            brands = _riding(home, group)
            company = f"the company of {' and '.join(brands)}" if brands else group
            return f"{BEARERS[bearer]} of {company}" if bearer else company
        case "ran":
            mast, _, bearer = name.partition(":")
            brands = _riding(home, mast)
            masts = f"the masts or lines of {' and '.join(brands)}" if brands else mast
            return f"{BEARERS[bearer]} over {masts}" if bearer else masts
        case "carer":
            return household.carers[name].name
        case "handset":
            return f"the phone of {household.carers[name].name}"
        case "source":
            return f"the source of {household.wearers[name].name}'s readings"
        case "wearer":
            return f"the phone of {household.wearers[name].name}"
        case "path":
            return f"the path {name}"
        case "service" | "channel" | "account":
            return f"the {level} {name}"
        case "pi":
            return "the Pi"
        case "pi.power":
            return "the power"
        case _:
            return f"the {component}"


def _riding(home: Home, shared: str) -> list[str]:
    """The brands of this home that share masts or a company."""
    names = [way.network for way in home.paths.values()]
    names += [route.network.name for route in home.view.routes]
    brands = []
    for name in dict.fromkeys(each for each in names if each is not None):
        network = home.table.network(name)
        if shared in (*network.rans, *network.groups):
            brands.append(home.table.brand(name))
    return brands


def _whole(component: str) -> str:
    level, _, name = component.partition(":")
    return f"{level}:{name.partition(':')[0]}"
