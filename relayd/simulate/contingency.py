"""The contingency table: everything that can fail, alone and in pairs, against every alert."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from relayd.domain.alert import Code
from relayd.domain.contingency import Case, Certificate
from relayd.domain.fate import UNKNOWN, Level
from relayd.domain.household import Wearer
from relayd.domain.judgement import Judgement
from relayd.domain.story import AlertTold, Line, Reached, Remedy
from relayd.simulate.addition import additions
from relayd.simulate.body import LAST_WORD, Onset
from relayd.simulate.counting import SELF, Alarm, counted_of, tried_of
from relayd.simulate.fault import BEARERS, Fault
from relayd.simulate.home import Home, name_of, unknown_networks
from relayd.simulate.lost import Lost
from relayd.simulate.words import thing_of
from relayd.simulate.world import World

NIGHT = datetime(2026, 1, 12, 3, 0)  # noqa: DTZ001 - local: whoever can be reached now always can
SETTLES = 720.0
JUDGED_AFTER = 140.0
SILENCE_SEEN_AFTER = 780.0  # a silence after a low is raised 12 min after its last word
LOOKED_AGAIN = 30.0
DIES = 30.0  # so long before what calls for it, the outage begins: nothing is known of it yet
MUTE = ("source", "wearer", "broker")  # with them gone, nothing of a wearer is seen
UNSEEN_JUDGED_AFTER = 2400.0
REMEDIED = 24  # so many of the lost cases are tried anew with each addition
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Table:
    """All cases, worst first, and the household's certificate."""

    cases: tuple[Case, ...]
    certificate: Certificate

    @property
    def kept_promise(self) -> bool:
        """Whether every case is covered."""
        return not self.certificate.lost


Step = Callable[[int, int], None]


def every_outage(home: Home, *, by_pairs: bool = False, on_step: Step | None = None) -> Table:
    """Rehearse every outage of *home*; *on_step* hears how many of how many are done."""
    rehearsals = _Rehearsals(home)
    found = outages(home, by_pairs=by_pairs)
    cases = rehearsals.cases(found, on_step)
    cases.sort(key=lambda case: (_order(case), case.outage, case.wearer, case.condition))
    lost = tuple(case for case in cases if not case.kept)
    made = Certificate(
        len(cases) - len(lost),
        len(cases),
        lost,
        rehearsals.remedies(lost),
        counted=counted_of(found, rehearsals.alarms, home),
        tried=tried_of(lost, _tried_on(lost)),
        notes=unknown_networks(home),
    )
    return Table(tuple(cases), made)


def outages(home: Home, *, by_pairs: bool = False) -> list[tuple[str, ...]]:
    """Every single thing that can fail, and every two of them that say more than one."""
    single = list(_single(home))
    found: list[tuple[str, ...]] = [(each,) for each in single]
    if by_pairs:
        found += [pair for pair in combinations(single, 2) if _says_more(*pair)]
    return found


def _single(home: Home) -> Iterator[str]:
    for part in home.view.components():
        yield name_of(part)
        if part.level is Level.CORE and part.name != UNKNOWN:
            for bearer in BEARERS:
                name = f"{name_of(part)}:{bearer}"
                if name in home.components:
                    yield name
    known = {name_of(part) for part in home.view.components()}
    for name in home.components:
        level = name.partition(":")[0]
        if level in (*MUTE, *SELF, "carer", "handset") and name not in known:
            yield name


def _says_more(one: str, other: str) -> bool:
    """Whether a pair is more than its greater half: a network and one of its bearers is not."""
    if one in SELF or other in SELF:
        return one in SELF and other not in SELF
    return not (one.startswith(f"{other}:") or other.startswith(f"{one}:"))


def _order(case: Case) -> tuple[bool, int, float]:
    """Worst first; one failure is worse than two that must meet."""
    after = case.delivered.after_s if case.delivered is not None else NEVER
    return bool(case.kept), len(case.outage), -after


class _Rehearsals:
    """Rehearses; what loses the same things comes to the same, and is rehearsed once."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.alarms = [a for w in home.household.wearers.values() for a in _alarms(w)]
        self._known: dict[object, tuple[Reached | None, bool]] = {}

    def cases(self, found: list[tuple[str, ...]], on_step: Step | None) -> list[Case]:
        """Every alarm in every outage."""
        cases: list[Case] = []
        for done, outage in enumerate(found):
            if on_step is not None:
                on_step(done, len(found))
            lost = Lost(self.home, outage)
            cases.extend(self.case(outage, alarm, lost) for alarm in self.alarms)
        return cases

    def case(self, outage: tuple[str, ...], alarm: Alarm, lost: Lost) -> Case:
        """What comes of one alarm in one outage."""
        onset, home = alarm.onset, self.home
        words = " and ".join(thing_of(part, home) for part in outage)
        case = Case(outage, words, onset.condition.value, onset.wearer)
        if any(part in SELF for part in outage):
            watched = home.config.watcher is not None
            everybody = tuple(home.household.carers)
            unreachable = () if watched else everybody
            return replace(case, kept=watched, covered_by_watcher=watched, unreachable=unreachable)
        mute = any(part.partition(":")[0] in MUTE for part in outage)
        key = (lost.signature, onset.wearer, onset.condition, mute)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._rehearsed(outage, alarm, mute=mute)
        delivered, kept = known
        return replace(case, delivered=delivered, kept=kept, unreachable=lost.unreachable)

    def _rehearsed(
        self, outage: tuple[str, ...], alarm: Alarm, *, mute: bool
    ) -> tuple[Reached | None, bool]:
        fails_at = alarm.fails_at
        until = alarm.until
        if mute and alarm.onset.condition is not Code.SILENT:
            until = alarm.onset.t + UNSEEN_JUDGED_AFTER
        faults = [Fault(component=part, begins=fails_at) for part in outage]
        world = World(
            self.home,
            starts=NIGHT.replace(tzinfo=self.home.household.zone),
            begins=alarm.onset.t - SETTLES,
            faults=faults,
            onsets=(alarm.onset,),
            unlucky=True,
        )
        verdict: tuple[Reached | None, bool] = None, False
        for t in (alarm.looked_at, alarm.looked_at + LOOKED_AGAIN, until):
            world.run(t)
            verdict = self._verdict(world, alarm.onset.wearer, t)
            if verdict[1]:
                break
        return verdict

    def _verdict(self, world: World, wearer: str, t: float) -> tuple[Reached | None, bool]:
        lines = (Line(at, row.event, row.fields) for at, row in world.timeline)
        alerts = Judgement(self.home.household).read(lines).alerts(until=t)
        return _worst([told for told in alerts if told.wearer == wearer])

    def remedies(self, lost: Sequence[Case]) -> tuple[Remedy, ...]:
        """What each single addition would buy of what is lost to a single failure, if anything."""
        tried = _tried_on(lost)
        found = []
        for addition in additions(self.home) if tried else ():
            better = _Rehearsals(addition.on(self.home.config))
            kept = sum(better.again(case) for case in tried)
            found.append(Remedy(addition.words, kept, len(tried), "lost case"))
        return tuple(sorted((each for each in found if each.keeps), key=lambda r: -r.keeps))

    def again(self, case: Case) -> bool:
        """Whether the promise is kept here in the same *case*."""
        lost = Lost(self.home, case.outage)
        return all(
            self.case(case.outage, alarm, lost).kept
            for alarm in self.alarms
            if alarm.onset.wearer == case.wearer and alarm.onset.condition.value == case.condition
        )


def _tried_on(lost: Sequence[Case]) -> list[Case]:
    """The lost cases on which additions are tried: a dead relay is mended by none of them."""
    ours = [case for case in lost if not set(case.outage) & set(SELF)]
    tried = [case for case in ours if len(case.outage) == 1] or ours
    return tried[:: max(1, len(tried) // REMEDIED)]


def _alarms(wearer: Wearer) -> Iterator[Alarm]:
    """Urgent low, silence after a low, and a seizure: whatever this wearer's wearables can say."""
    if wearer.glucose is not None:
        low = Onset(0.0, Code.URGENT_LOW, wearer.id)
        yield Alarm(low, -DIES, LOOKED_AGAIN, JUDGED_AFTER)
        silent = Onset(LAST_WORD, Code.SILENT, wearer.id, after_low=True)
        yield Alarm(
            silent,
            SILENCE_SEEN_AFTER - DIES - 60,
            SILENCE_SEEN_AFTER - 20,
            SILENCE_SEEN_AFTER + JUDGED_AFTER,
        )
    if wearer.seizure is not None:
        seizure = Onset(0.0, Code.SEIZURE_ALARM, wearer.id)
        yield Alarm(seizure, -DIES, LOOKED_AGAIN, JUDGED_AFTER)


def _worst(alerts: list[AlertTold]) -> tuple[Reached | None, bool]:
    """The worst of the high alerts; where none came at all, nobody was told."""
    high = [told for told in alerts if told.kept is not None]
    if not high:
        return None, False
    worst = max(high, key=_late)
    return worst.delivered, all(told.kept for told in high)


def _late(told: AlertTold) -> tuple[bool, float]:
    return not told.kept, told.delivered.after_s if told.delivered is not None else NEVER
