"""Who is watched over, and by whom: wearers with their limits, carers with their routes."""

from collections.abc import Mapping

from relayd.channels import Traits, module_of
from relayd.config.fault import Faults, choose, join
from relayd.config.limits import glucose
from relayd.config.settings import ChannelSettings
from relayd.config.tables import CarerTable, RouteTable, SeizureTable, WearerTable
from relayd.domain.household import Carer, Route, SeizureLimits, Wearer
from relayd.domain.reading import Unit


def wearers(tables: Mapping[str, WearerTable | None], faults: Faults) -> dict[str, Wearer]:
    """Each wearer that could be read."""
    if not tables and not faults.at("wearers"):
        remedy = "Add [wearers.NAME], and under it [wearers.NAME.glucose] or [wearers.NAME.seizure]"
        faults.add("wearers", "nobody is watched over", remedy)
    return {
        word: _wearer(word, table, faults) for word, table in tables.items() if table is not None
    }


def _wearer(word: str, table: WearerTable, faults: Faults) -> Wearer:
    where = join("wearers", word)
    limits = None
    unit = Unit(table.unit)
    if table.glucose is not None:
        judged = not faults.at(f"{where}.unit")
        limits = glucose(table.glucose, unit, f"{where}.glucose", faults if judged else Faults())
    elif table.seizure is None and not _either_failed(where, faults):
        remedy = f"Add [{where}.glucose] or [{where}.seizure]; it may be empty"
        faults.add(where, "nothing is said of what this wearer wears", remedy)
    return Wearer(
        id=word,
        name=table.name or word,
        unit=unit,
        glucose=limits,
        seizure=_seizure(table.seizure),
        network=table.network,
        help=table.help or "",
    )


def _either_failed(where: str, faults: Faults) -> bool:
    return faults.at(f"{where}.glucose") or faults.at(f"{where}.seizure")


def _seizure(table: SeizureTable | None) -> SeizureLimits | None:
    if table is None:
        return None
    return SeizureLimits(table.silent_after) if table.silent_after is not None else SeizureLimits()


def carers(
    tables: Mapping[str, CarerTable | None],
    named: Mapping[str, object],
    channels: Mapping[str, ChannelSettings],
    faults: Faults,
) -> dict[str, Carer]:
    """Each carer that could be read. *named* are all channels of the file, sound or not."""
    if not tables and not faults.at("carers"):
        faults.add("carers", "there is nobody to call", "Add [carers.NAME] with routes")
    return {
        word: _carer(word, table, named, channels, faults)
        for word, table in tables.items()
        if table is not None
    }


def _carer(
    word: str,
    table: CarerTable,
    named: Mapping[str, object],
    channels: Mapping[str, ChannelSettings],
    faults: Faults,
) -> Carer:
    where = f"{join('carers', word)}.routes"
    if not table.routes and not faults.at(where):
        remedy = 'Add routes = [{ channel = "…", to = "…" }]'
        faults.add(where, "this carer cannot be reached: no route is given", remedy)
    routes = []
    for place, each in enumerate(table.routes):
        if each is not None:
            route = _route(each, f"{where}[{place}]", named, channels, faults)
            routes.extend([route] if route is not None else [])
    return Carer(word, table.name or word, tuple(routes), table.when, table.at_home)


def _route(
    table: RouteTable,
    where: str,
    named: Mapping[str, object],
    channels: Mapping[str, ChannelSettings],
    faults: Faults,
) -> Route | None:
    if table.channel and table.channel not in named and not faults.at("channels"):
        remedy = choose(table.channel, named, f"Add [channels.{table.channel}]")
        faults.add(f"{where}.channel", f'there is no channel "{table.channel}"', remedy)
    channel = channels.get(table.channel)
    if channel is None:
        return None
    traits = module_of(channel.kind).traits(channel.config)
    assert isinstance(traits, Traits), "a channel's traits are Traits"
    _check_to(table, channel, traits, where, faults)
    return Route(
        channel=channel.name,
        kind=channel.kind,
        to=table.to,
        network=table.network,
        wakes=traits.wakes if table.wakes is None else table.wakes,
        proves=traits.proves,
        sounder=traits.sounder,
        quiet=traits.quiet,
        details=table.details == "full",
        confirm_within=table.confirm_within,
    )


def _check_to(
    table: RouteTable, channel: ChannelSettings, traits: Traits, where: str, faults: Faults
) -> None:
    place = f"{where}.to"
    if faults.at(place):
        return
    if not table.to:
        if traits.needs_to:
            what = f"{channel.name} ({channel.kind}) must be told where this carer is reached"
            faults.add(place, what, 'Add to = "…" to this route')
        return
    check = getattr(module_of(channel.kind), "check_to", None)
    said = check(table.to) if check is not None else None
    if said is not None:
        faults.add(place, f"{channel.kind} cannot reach this address", said[:1].upper() + said[1:])
