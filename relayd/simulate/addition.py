"""Single additions to a household: what a family could buy or agree on, each as a changed file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from relayd.channels import module_of
from relayd.config import ChannelSettings, Config, PathSettings
from relayd.config.cores import with_cores
from relayd.config.secrets import UNREAD
from relayd.domain.household import Carer, Household, Plan, Route
from relayd.networks import Row
from relayd.simulate.home import Home, home_of

VOICE, LOUD = "twilio-voice", "pushover"
NEW_CARER, NEW_PATH, NEW_CALLS = "a-new-carer", "a-new-path", "a-new-call-service"
NEW_LOUD = "a-new-loud-push"
COUNTRY = "uk"

Change = Callable[[Config], Config]


@dataclass(frozen=True, slots=True)
class Addition:
    """One change: its *words*, and the file after it."""

    words: str
    change: Change

    def on(self, config: Config) -> Home:
        """A household that has it."""
        return home_of(_resolved(self.change(config)))

    def with_another(self, other: "Addition") -> "Addition":
        """Both at once."""
        return Addition(
            f"{self.words}, and {other.words}", lambda config: other.change(self.change(config))
        )


def additions(home: Home) -> list[Addition]:
    """Every single addition worth a thought, cheapest first."""
    return list(_additions(home))


def pairs(single: list[Addition]) -> list[Addition]:
    """Every two of them."""
    return [one.with_another(other) for one, other in combinations(single, 2)]


def _additions(home: Home) -> Iterator[Addition]:
    carers = [home.household.carers[name] for name in home.household.plan.carers]
    for carer in carers:
        yield from _call_to_the_phone(carer)
    if not any(c.kind == LOUD for c in home.config.channels.values()):
        for carer in carers:
            yield from _loud_push(carer)
    landline = _free(home, "landline")
    mobile = _free(home, "mobile")
    if mobile is not None:
        yield Addition(f"a second way out, such as a dongle on {mobile.brand}", _path(mobile.name))
    if landline is not None:
        for carer in carers:
            route = _call(landline.name, f"a landline of {carer.id}")
            yield Addition(f"a landline route to {carer.name}", _route(carer.id, route))
    if mobile is not None:
        yield Addition(f"another carer, whose phone is on {mobile.brand}", _carer(mobile.name))


def _call_to_the_phone(carer: Carer) -> Iterator[Addition]:
    """A call to a phone that so far only gets messages."""
    mobiles = [route.network for route in carer.routes if not route.sounder and route.network]
    called = any("voice" in route.kind for route in carer.routes)
    if mobiles and not called:
        route = _call(mobiles[0], f"the phone of {carer.id}")
        yield Addition(f"calls to the phone of {carer.name}", _route(carer.id, route))


def _loud_push(carer: Carer) -> Iterator[Addition]:
    """A push that rings through silence and proves it, by another company."""
    mobiles = [r.network for r in carer.routes if not r.sounder and r.network and r.quiet]
    if mobiles:
        route = Route(NEW_LOUD, LOUD, "x" * 30, mobiles[0], wakes=True, proves=True, quiet=True)
        yield Addition(
            f"a push that wakes {carer.name} and proves it, such as Pushover",
            _add_loud(carer.id, route),
        )


def _add_loud(carer: str, route: Route) -> Change:
    def change(config: Config) -> Config:
        settings = module_of(LOUD).Config(token=UNREAD)
        channel = ChannelSettings(NEW_LOUD, LOUD, settings, tuple(config.paths))
        config = replace(config, channels={**config.channels, NEW_LOUD: channel})
        return _with_route(config, carer, route)

    return change


def _with_route(config: Config, carer: str, route: Route) -> Config:
    household = config.household
    known = household.carers[carer]
    more = replace(known, routes=(*known.routes, route))
    carers = {**household.carers, carer: more}
    return replace(config, household=replace(household, carers=carers))


def _free(home: Home, kind: str) -> Row | None:
    """A network of *kind* in this home's country that shares nothing with it; the best known."""
    used = {name for way in home.paths.values() for name in way.parts}
    used |= {
        p for roads in home.roads.values() for r in roads for leg in r.ends for w in leg for p in w
    }
    names = {name.partition(":")[2].partition(":")[0] for name in used}
    country = _country(home)
    rows = [r for r in home.table.rows() if r.kind == kind and r.country == country]

    def shares(row: Row) -> int:
        network = home.table.network(row.name)
        parts = (*network.cores, *network.groups)
        return len(names & set(parts)) * 10 + len(names & set(network.rans))

    return min(rows, key=lambda row: (shares(row), not row.hosts), default=None)


def _country(home: Home) -> str:
    networks = [r.network for c in home.household.carers.values() for r in c.routes if r.network]
    networks += [way.network for way in home.paths.values() if way.network]
    countries = [row.country for name in networks if (row := home.table.row(name)) is not None]
    return max(sorted(set(countries)), key=countries.count, default=COUNTRY)


def _call(network: str, to: str) -> Route:
    return Route(NEW_CALLS, VOICE, to=to, network=network, wakes=True, proves=True)


def _route(carer: str, route: Route) -> Change:
    def change(config: Config) -> Config:
        config = _with_calls(config)
        return _with_route(config, carer, replace(route, channel=_calls(config)))

    return change


def _carer(network: str) -> Change:
    route = _call(network, "the phone of another carer")

    def change(config: Config) -> Config:
        config = _with_calls(config)
        household = config.household
        person = Carer(NEW_CARER, "another carer", (replace(route, channel=_calls(config)),))
        return replace(
            config,
            household=replace(
                household,
                carers={**household.carers, NEW_CARER: person},
                plan=_told_too(household.plan),
                plans={name: _told_too(plan) for name, plan in household.plans.items()},
            ),
        )

    return change


def _told_too(plan: Plan) -> Plan:
    first, *rest = plan.steps
    return replace(plan, steps=(replace(first, tell=(*first.tell, NEW_CARER)), *rest))


def _path(network: str) -> Change:
    def change(config: Config) -> Config:
        probe = next((p.probe for p in config.paths.values()), ())
        path = PathSettings(NEW_PATH, NEW_PATH, network, (), probe)
        everything = tuple(config.paths)
        channels = {
            name: replace(c, paths=(*c.paths, NEW_PATH)) if c.paths == everything else c
            for name, c in config.channels.items()
        }
        return replace(config, paths={**config.paths, NEW_PATH: path}, channels=channels)

    return change


def _calls(config: Config) -> str:
    return next(name for name, c in config.channels.items() if c.kind == VOICE)


def _with_calls(config: Config) -> Config:
    """The file with a service that can call, over every path; the family's own where there is."""
    if any(c.kind == VOICE for c in config.channels.values()):
        return config
    make = module_of(VOICE).Config
    settings = make(account_sid="AC" + "0" * 32, auth_token=UNREAD, from_="+447700900000")
    channel = ChannelSettings(NEW_CALLS, VOICE, settings, tuple(config.paths))
    return replace(config, channels={**config.channels, NEW_CALLS: channel})


def _resolved(config: Config) -> Config:
    household: Household = with_cores(config.household, config.channels, config.networks)
    return replace(config, household=household)
