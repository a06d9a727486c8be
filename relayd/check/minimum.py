"""The least that survives the outages everybody has heard of, and what this file lacks of it.

Carers on different cores, a sounder in the house, a way out that is not the home's own provider,
relayd's own silence alarm. (The first is judged with shared fate; the last is always on.)
"""

from collections.abc import Iterator

from relayd.check import reach
from relayd.check.finding import Finding, called, length, listed, plans_of
from relayd.check.sight import Sight, sight
from relayd.config import Config
from relayd.config.fault import nearest
from relayd.domain.condition import silent_limit
from relayd.domain.household import Wearer


def no_sounder(config: Config) -> Iterator[Finding]:
    """When every network is gone, noise in the house is all there is."""
    seen = sight(config)
    for each in plans_of(config):
        if each.wearers and not seen.sounders(called(config, each.plan, each.plan.promise)):
            text = (
                f"no sounder in the house is set off in time for {reach.whom(config, each)}: with "
                "every network gone nothing would be heard; give a carer a route to a siren "
                "(kind webhook, on an address in the house)"
            )
            yield Finding("warn", text, wearer=each.owner)


def no_way_past_the_home_provider(config: Config) -> Iterator[Finding]:
    """All ways out are the home's own internet provider's."""
    seen = sight(config)
    if not config.paths or any(_past(seen, name) for name in _ways(config)):
        return
    text = (
        "no way out is known not to be the home's own internet provider's: if it fails, relayd "
        "cannot call; add a dongle, or a modem's SIM, of another company, and name its network"
    )
    yield Finding("warn", text)


def _ways(config: Config) -> list[str | None]:
    modems = [each.network for each in config.channels.values() if _has_sim(each.config)]
    return [*(path.network for path in config.paths.values()), *modems]


def _has_sim(config: object) -> bool:
    return getattr(config, "modem", None) is not None


def _past(seen: Sight, name: str | None) -> bool:
    network = seen.table.network(name)
    homes = [line.network for line in seen.home_lines]
    if network.fixed or not network.known:
        return False
    shared = {*network.cores, *network.groups}
    return not any(shared & {*home.cores, *home.groups} for home in homes)


def readings_that_stop(config: Config) -> Iterator[Finding]:
    """A wearer's own phone may be on the network that fails."""
    seen = sight(config)
    for wearer in config.household.wearers.values():
        for core in seen.table.network(wearer.network).cores:
            host, brand = seen.table.brand(core), seen.table.brand(wearer.network or "")
            why = "" if brand == host else f" ({brand} is {host})"
            text = (
                f"if {host} fails, {wearer.name}'s readings stop as well{why}: silence is the only "
                f"alarm then, after {_silence(wearer)}"
            )
            yield Finding("note", text, wearer=wearer.id, shares={"core": core})


def _silence(wearer: Wearer) -> str:
    said = []
    if wearer.glucose is not None:
        said.append(length(silent_limit(wearer.glucose, None, watchful=False)))
    if wearer.seizure is not None:
        after = length(wearer.seizure.silent_after)
        said.append(f"{after} for the seizure watch" if said else after)
    return listed(said)


def unknown_networks(config: Config) -> Iterator[Finding]:
    """What relayd's table does not know, or is not sure of."""
    seen = sight(config)
    for name in seen.named():
        row = seen.table.row(name)
        if row is None or not row.core:
            like = nearest(name, (row.name for row in seen.table.rows()))
            hint = f"did you mean {like}? If not, " if like else ""
            text = (
                f"relayd does not know the network {name}: it is assumed shared with every other; "
                f'{hint}add [networks.{name}] with core = "…"'
            )
            yield Finding("warn", text)
        elif row.confidence == "low":
            cores = listed([seen.table.brand(core) for core in row.core])
            text = (
                f"relayd's table has {row.brand} on {cores}, as of {row.as_of}, unverified: ask "
                f"the provider, and correct it in [networks.{name}] if that is wrong"
            )
            yield Finding("note", text)


def unnamed_networks(config: Config) -> Iterator[Finding]:
    """Routes that do not say on which network they end."""
    seen = sight(config)
    people = config.household.carers
    bare = [r for r in seen.view.routes if r.bearer is not None and r.network.name is None]
    if bare:
        said = listed([f"{people[r.carer].name}'s {r.channel}" for r in bare])
        text = f"no network is named for {said}: assumed shared with every other; add network = …"
        yield Finding("note", text)


def cores_of_nobody(config: Config) -> Iterator[Finding]:
    """A correction that names a core of no other row may be a slip of the pen."""
    seen = sight(config)
    for name, told in config.networks.items():
        if told.core is not None and told.core != name and told.core not in seen.table:
            like = nearest(told.core, (row.name for row in seen.table.rows() if row.hosts))
            hint = f'; did you mean "{like}"?' if like else ""
            text = f"[networks.{name}] names the core {told.core}, which nobody else is on{hint}"
            yield Finding("warn", text)
