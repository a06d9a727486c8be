"""Which of this household's own things play a scenario's parts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from relayd.config.fault import ConfigFaults, Faults, choose, join
from relayd.domain.alert import Code
from relayd.domain.household import Wearer
from relayd.simulate.body import SEIZURES, SILENCES, Onset
from relayd.simulate.fault import BEARERS, Fault
from relayd.simulate.fitting import misfit
from relayd.simulate.home import Home
from relayd.simulate.part import part_of
from relayd.simulate.script import Cut, Script
from relayd.simulate.wearing import Away

ROLES = (
    "network",
    "home-line",
    "mobile-path",
    "every-path",
    "first-carer",
    "every-carer",
    "first-phone",
    "first-service",
    "source",
    "wearer",
)
"""What a script may name instead of a thing: each household has its own. ``network`` may carry a
bearer (``network:data``)."""

LEVELS = ("network", "group", "ran")

INSTEAD = {
    Code.SEIZURE_ALARM: "a seizure alarm",
    Code.SEIZURE_SILENT: "a silence of the watch",
    Code.URGENT_LOW: "an urgent low",
    Code.SILENT: "a silence of the sensor",
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script with every part taken: ready to be rehearsed. Times in seconds, *starts* aware.

    *spared*: something fails in the script, and nothing of it in this household.
    """

    name: str
    about: str
    starts: datetime
    lasts: float
    follow: float
    faults: tuple[Fault, ...] = ()
    onset: Onset | None = None
    away: tuple[Away, ...] = ()
    notes: tuple[str, ...] = ()
    spared: bool = False

    def beginning(self, at: float) -> "Scenario":
        """The same, but what the wearer suffers begins at *at* seconds."""
        return self if self.onset is None else replace(self, onset=replace(self.onset, t=at))


def cast(script: Script, home: Home, faults: Faults | None = None) -> Scenario:
    """Give every part of *script* to something of *home*.

    Raises ``ConfigFaults`` where the script names what is not there, and where *faults* were found
    in it before: all of them at once.
    """
    faults, notes = faults or Faults(), list[str]()
    part = part_of(script, home, notes, faults)
    casting = _Casting(script, home, part, notes, faults)
    cuts = tuple(fault for cut in script.cuts for fault in casting.faults_of(cut))
    onset = _onset(script, home, notes, faults)
    for who, _, _ in script.away:
        _check_wearer(who, "away.wearer", home, faults)
    if faults.found:
        raise ConfigFaults(script.file, faults.found)
    return Scenario(
        script.name,
        script.about,
        script.starts.replace(tzinfo=home.household.zone),
        script.lasts * 60,
        script.follow * 60,
        cuts,
        onset,
        tuple((who, a * 60, b * 60) for who, a, b in script.away),
        tuple(dict.fromkeys(notes)),
        spared=bool(script.cuts) and not any(cut.hits & set(home.components) for cut in cuts),
    )


def _onset(script: Script, home: Home, notes: list[str], faults: Faults) -> Onset | None:
    """What begins, and for whom: where no such wearable is worn, the like of what is worn."""
    if script.condition is None:
        return None
    if script.wearer is not None:
        _check_wearer(script.wearer, "alert.wearer", home, faults)
    condition, after_low = script.condition, script.after_low
    fit = _wearing(condition, home)
    if not fit and script.wearer is None:
        condition, after_low = _like(condition), False
        fit = _wearing(condition, home)
        worn = _worn(script.condition)
        notes.append(f"Nobody in this home wears {worn}: {INSTEAD[condition]} begins instead.")
    if not fit:
        worn = _worn(condition)
        faults.add("alert.condition", f"nobody in this household wears {worn}", "Name another")
        return None
    wearer = script.wearer if script.wearer in fit else fit[0]
    return Onset(script.at * 60, condition, wearer, after_low)


def _like(condition: Code) -> Code:
    """What a home without such a wearable can have in its place."""
    if condition in SILENCES:
        return Code.SILENT if _watched(condition) else Code.SEIZURE_SILENT
    return Code.URGENT_LOW if _watched(condition) else Code.SEIZURE_ALARM


def _watched(condition: Code) -> bool:
    return condition in SEIZURES or condition is Code.SEIZURE_SILENT


def _worn(condition: Code) -> str:
    return "a seizure watch" if _watched(condition) else "a glucose sensor"


def _wearing(condition: Code, home: Home) -> list[str]:
    watch = _watched(condition)
    return [w.id for w in home.household.wearers.values() if _wears(w, watch=watch)]


def _wears(wearer: Wearer, *, watch: bool) -> bool:
    return (wearer.seizure if watch else wearer.glucose) is not None


def _check_wearer(name: str | None, where: str, home: Home, faults: Faults) -> None:
    wearers = home.household.wearers
    if name is not None and name not in wearers:
        faults.add(where, f'there is no wearer "{name}"', choose(name, wearers, ""))


# What each fault hits -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Casting:
    """What is needed to say what each fault of a script hits here."""

    script: Script
    home: Home
    part: str | None
    notes: list[str]
    faults: Faults

    def faults_of(self, cut: Cut) -> Iterator[Fault]:
        """One fault for each thing that *cut* hits."""
        given = cut.given
        for component in self._components(cut):
            where = join(cut.where, "fault")
            if (wrong := misfit(cut.kind, component)) is not None and not self.faults.at(where):
                self.faults.add(where, *wrong)
            yield Fault(
                component=component,
                kind=cut.kind,
                begins=cut.begins,
                ends=cut.ends,
                p=float(given.get("p", 1.0)),
                p_to=float(given["p_to"]) if "p_to" in given else None,
                period=float(given.get("period", 0.0)) * 60,
                duty=float(given.get("duty", 1.0)),
                by=float(given.get("by", 0.0)),
                aim=given.get("aim", ""),
                after=float(given.get("after", 0.0)),
                assumed=given.get("assumed", False),
                words=given.get("words", ""),
                source=given.get("source", "") or self.script.source,
            )

    def _components(self, cut: Cut) -> list[str]:
        word, where = cut.component, join(cut.where, "component")
        role, _, bearer = word.partition(":")
        if role == "network" and (not bearer or bearer in BEARERS):
            if self.script.network is None:
                remedy = 'Add network = "…" at the top'
                self.faults.add(where, "no network is named", remedy)
            if self.part is None:
                return []
            return [f"{self.part}:{bearer}" if bearer else self.part]
        if word in ROLES:
            found = _played(word, self.script, self.home)
            if not found:
                what = word.replace("-", " ")
                self.notes.append(f"This home has no {what}: nothing of that fails here.")
            return found
        if word in self.home.components or _known_elsewhere(word, self.home):
            return [word]
        known = (*ROLES, *(f"network:{each}" for each in BEARERS), *self.home.components)
        self.faults.add(where, f'there is no component "{word}"', choose(word, known, ""))
        return []


def _known_elsewhere(word: str, home: Home) -> bool:
    """Whether *word* names a network that exists, but that nothing here rides on."""
    level, _, rest = word.partition(":")
    name, _, bearer = rest.partition(":")
    if level not in LEVELS or bearer not in ("", *BEARERS):
        return False
    shared = (r.core if level == "network" else r.ran for r in home.table.rows())
    if level == "group":
        return any(row.group == name for row in home.table.rows())
    return any(name in each for each in shared)


def _played(role: str, script: Script, home: Home) -> list[str]:
    plan = home.household.plan
    first = plan.steps[0].tell[0]
    wearers = [script.wearer] if script.wearer else list(home.household.wearers)
    match role:
        case "home-line":
            return sorted({way.link for way in home.paths.values() if way.home})
        case "mobile-path":
            return sorted({way.link for way in home.paths.values() if not way.home})
        case "every-path":
            return sorted({way.link for way in home.paths.values()})
        case "first-carer":
            return [f"carer:{first}"]
        case "every-carer":
            return [f"carer:{carer}" for carer in plan.carers]
        case "first-phone":
            return [f"handset:{first}"]
        case "first-service":
            roads = (road for road in home.roads[first] if not road.sounder)
            names = (part for road in roads for part in sorted(road.service))
            return [part for part in names if part.startswith("service:")][:1]
        case "source":
            return [f"source:{wearer}" for wearer in wearers]
        case _:
            return [f"wearer:{wearer}" for wearer in wearers]
