"""Findings about who can be reached: carers, their routes, and what all routes hang on."""

from collections.abc import Iterator

from relayd.check.finding import Finding, PlanFor, called, calls, listed, plans_of
from relayd.config import ChannelSettings, Config
from relayd.config.fate import host_of


def nobody_watches_relayd(config: Config) -> Iterator[Finding]:
    """Without a watcher outside the house, relayd's own death is silent."""
    if config.watcher is None:
        yield Finding(
            "bad",
            "nobody watches relayd itself: if it, its power or all its paths die, no one is told; "
            "add [watcher] with the heartbeat URL of a service outside the house",
        )


def carers_without_proof(config: Config) -> Iterator[Finding]:
    """Where no route can prove delivery, only an answer keeps the promise."""
    for carer in config.household.carers.values():
        routes = calls([carer])
        if not routes:
            text = f"{carer.name} is only a sounder in the house, a place and not a person"
            yield Finding("warn", text, carer=carer.id)
        elif not any(route.proves for route in routes):
            kinds = listed(sorted({route.kind for route in routes}))
            text = f"no route to {carer.name} can prove delivery ({kinds}): only an answer counts"
            yield Finding("warn", text, carer=carer.id)


def carers_who_sleep(config: Config) -> Iterator[Finding]:
    """Delivered is not awake."""
    for carer in config.household.carers.values():
        routes = calls([carer])
        if routes and not any(route.wakes for route in routes):
            text = (
                f"no route to {carer.name} is known to wake a sleeper; "
                "add a call, or wakes = true where the phone makes noise at night"
            )
            yield Finding("warn", text, carer=carer.id)


def carers_never_called(config: Config) -> Iterator[Finding]:
    """A carer in no step hears nothing."""
    named = {word for each in plans_of(config) for word in each.plan.carers}
    for carer in config.household.carers.values():
        if carer.id not in named:
            yield Finding("warn", f"{carer.name} is in no step of any plan", carer=carer.id)


def routes_given_twice(config: Config) -> Iterator[Finding]:
    """The same address again is not another route."""
    for carer in config.household.carers.values():
        seen: set[tuple[str, str]] = set()
        for route in carer.routes:
            if (route.channel, route.to) in seen:
                text = f"{carer.name} has the same route over {route.channel} twice"
                yield Finding("warn", text, carer=carer.id)
            seen.add((route.channel, route.to))


def too_few_carers(config: Config) -> Iterator[Finding]:
    """One person can be out of reach, and no person at all answers nothing."""
    for each in plans_of(config):
        people = [carer for carer in called(config, each.plan) if calls([carer])]
        if not people:
            text = f"nobody who could answer is called for {whom(config, each)}"
            yield Finding("bad", text, wearer=each.owner)
        elif len(people) == 1:
            text = f"{people[0].name} is the only carer called for {whom(config, each)}"
            yield Finding("warn", text, carer=people[0].id, wearer=each.owner)


def everything_hangs_on_one(config: Config) -> Iterator[Finding]:
    """One channel, service or path for all routes that begin within the promise."""
    for each in plans_of(config):
        routes = calls(called(config, each.plan, each.plan.promise))
        used = [config.channels[route.channel] for route in routes]
        if not used:
            continue
        names = whom(config, each)
        for kind, name in (_one_service(used), _one_path(config, used)):
            if name is not None:
                text = f"if the {kind} {name} fails, nobody is reached in time for {names}"
                yield Finding("bad", text, wearer=each.owner, shares={kind: name})


def nobody_in_time(config: Config) -> Iterator[Finding]:
    """The first step itself may come too late."""
    for each in plans_of(config):
        if each.plan.steps[0].after >= each.plan.promise:
            text = f"nobody is called for {whom(config, each)} until the promise has passed"
            yield Finding("bad", text, wearer=each.owner)


def _one_service(used: list[ChannelSettings]) -> tuple[str, str | None]:
    if len({channel.name for channel in used}) == 1:
        return "channel", used[0].name
    services = {host_of(channel) for channel in used}
    return "service", services.pop() if len(services) == 1 else None


def _one_path(config: Config, used: list[ChannelSettings]) -> tuple[str, str | None]:
    ways = {config.paths[way].interface: way for channel in used for way in channel.paths}
    tied = all(channel.paths for channel in used) and len(ways) == 1
    return "path", next(iter(ways.values())) if tied else None


def whom(config: Config, each: PlanFor) -> str:
    """For whom a plan calls, by name."""
    names = [config.household.wearers[word].name for word in each.wearers]
    return listed(names) if names else "relayd's own alerts"
