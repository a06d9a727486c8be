"""The plan in words that a parent understands."""

from collections.abc import Iterator
from datetime import time

from relayd.check.finding import PlanFor, called, length, listed, plans_of
from relayd.config import Config
from relayd.domain.condition import silent_limit
from relayd.domain.household import Carer, Hours, Plan, Route, Wearer

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def plan_in_words(config: Config) -> list[str]:
    """Say who is called, over what, how patiently; what silence is; what waits for the morning."""
    sentences = [_first(config, each) for each in plans_of(config)]
    sentences.extend(_patience(config))
    sentences.extend(_ladder(carer) for carer in _everyone(config))
    sentences.extend(_silence(config))
    sentences.append(_small_things(config))
    sentences.append(_watcher(config))
    return sentences


def _first(config: Config, each: PlanFor) -> str:
    names = _names(config, each)
    whom = f"an alert about {listed(names)}" if names else "relayd's own alerts"
    return f"For {whom}, {_steps(config, each.plan)}."


def _names(config: Config, each: PlanFor) -> list[str]:
    return [config.household.wearers[word].name for word in each.wearers]


def _patience(config: Config) -> Iterator[str]:
    """What plans have in common is said once, the rest with whose plan it is."""
    plans = plans_of(config)
    alike: dict[str, list[PlanFor]] = {}
    for each in plans:
        for text in _patient(each.plan):
            alike.setdefault(text, []).append(each)
    for text, shared in alike.items():
        names = [name for each in shared for name in _names(config, each) or ["relayd itself"]]
        yield text if len(shared) == len(plans) else f"({listed(names)}) {text}"


def _patient(plan: Plan) -> Iterator[str]:
    yield (
        "Each carer is called over one route after the other: the next is tried when the last has "
        f"not been proven to arrive within {length(plan.confirm_within)}, or has arrived and is "
        f"not answered within {length(plan.answer_within)}."
    )
    yield (
        "An urgent alert must be proven to arrive, or be answered, within "
        f"{length(plan.promise)} (a seizure within {length(plan.promise_seizure)}); all routes of "
        "a step are begun within half of that unless somebody answers."
    )
    yield (
        "If nobody answers an urgent alert, calling begins again from the first route after "
        f"{length(plan.lap_pause)}, later with longer pauses, until somebody does."
    )
    if plan.at_once:
        meant = listed([f"{word} alerts" for word in sorted(plan.at_once)])
        yield f"For {meant}, every route of every carer in the step is called at once."
    yield (
        "Once somebody has answered, the others are told who has it; if it is still there, a "
        f"reminder comes after {length(plan.remind_every)}."
    )


def _steps(config: Config, plan: Plan) -> str:
    parts = []
    for place, step in enumerate(plan.steps):
        who = listed([_on_duty(config.household.carers[word]) for word in step.tell])
        when = f"after {length(step.after)} " if step.after else ""
        verb = "is" if len(step.tell) == 1 else "are"
        parts.append(f"{when}{who} {verb} called {'as well' if place else 'first'}")
    return "; ".join(parts)


def _on_duty(carer: Carer) -> str:
    hours = ", ".join(_hours(window) for window in carer.hours)
    return f"{carer.name} [{hours}]" if hours else carer.name


def _hours(window: Hours) -> str:
    days = sorted(window.weekdays)
    if len(days) == len(DAYS):
        spoken = "daily"
    elif len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004  a run of days
        spoken = f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    else:
        spoken = ",".join(DAYS[day] for day in days)
    return f"{spoken} {_clock(window.start)}-{_clock(window.end)}"


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _everyone(config: Config) -> tuple[Carer, ...]:
    found = {carer.id: carer for each in plans_of(config) for carer in called(config, each.plan)}
    return tuple(found.values())


def _ladder(carer: Carer) -> str:
    return f"{carer.name} is called over {', then '.join(_route(r) for r in carer.routes)}."


def _route(route: Route) -> str:
    what = "a sounder in the house" if route.sounder else route.kind
    patience = route.confirm_within
    waits = f", waiting {length(patience)} for proof" if patience is not None else ""
    return f"{route.channel} ({what}{waits})"


def _silence(config: Config) -> Iterator[str]:
    alike: dict[str, list[str]] = {}
    for wearer in config.household.wearers.values():
        for text in _silences(wearer):
            alike.setdefault(text, []).append(wearer.name)
    for text, names in alike.items():
        yield f"{listed(names)}: {text}."


def _silences(wearer: Wearer) -> Iterator[str]:
    if (limits := wearer.glucose) is not None:
        after = length(silent_limit(limits, None, watchful=False))
        low = length(silent_limit(limits, None, watchful=True))
        slow = "" if limits.silent_after else "; longer where the sensor reports less often"
        yield f"no glucose reading for {after} is an alert ({low} after a low or falling one{slow})"
    if wearer.seizure is not None:
        after = length(wearer.seizure.silent_after)
        yield f"no word from the seizure watch for {after} is an alert"


def _small_things(config: Config) -> str:
    home = config.household
    held = f"{_clock(home.night_start)} to {_clock(home.night_end)}"
    return (
        "High glucose, an empty battery and small faults of relayd's own are said once, as a push "
        f"or to a webhook and never as a text or a call; from {held} they wait for the morning."
    )


def _watcher(config: Config) -> str:
    if config.watcher is None:
        return "Nobody watches relayd itself: if it dies, no one is told."
    every = length(config.watcher.every)
    return f"A watcher outside the house hears from relayd every {every}, and notices when it dies."
