"""The household file as fate sees it: each route's chain, from the Pi's own ways out to a phone."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from relayd.channels import Traits, module_of
from relayd.channels.hosts import is_private
from relayd.config.settings import ChannelSettings, Config
from relayd.domain.chain import Line, Recipient, Service, fate_of
from relayd.domain.fate import Bearer, Fate, RouteFate, View
from relayd.domain.household import Carer, Route
from relayd.networks import NetworkTable


def table_of(config: Config) -> NetworkTable:
    """The networks that ship with relayd, with what this family knows better."""
    return NetworkTable(config.networks)


def view_of(config: Config, table: NetworkTable | None = None) -> View:
    """Every route, path and wearer of the file, with all that each hangs on."""
    table = table or table_of(config)
    lines = lines_of(config, table)
    services = {
        channel.name: _service(channel, config, lines, table)
        for channel in config.channels.values()
    }
    home = tuple(dict.fromkeys(line for line in lines.values() if line.home))
    routes = [
        _route(carer, index, services[route.channel], home, table)
        for carer in config.household.carers.values()
        for index, route in enumerate(carer.routes)
    ]
    wearers = {
        wearer.id: Fate(((table.network(wearer.network).components(Bearer.DATA),),))
        for wearer in config.household.wearers.values()
        if wearer.network is not None
    }
    return View(tuple(routes), {w: Fate(((line.way,),)) for w, line in lines.items()}, wearers)


def lines_of(config: Config, table: NetworkTable) -> dict[str, Line]:
    """The paths as lines; two paths of one interface are one line."""
    names = {path.interface: path.name for path in config.paths.values()}
    return {
        path.name: Line(names[path.interface], network, home=network.fixed)
        for path in config.paths.values()
        for network in (table.network(path.network),)
    }


def _service(
    channel: ChannelSettings, config: Config, lines: Mapping[str, Line], table: NetworkTable
) -> Service:
    modem: str | None = getattr(channel.config, "modem", None)
    bearer = _bearer(channel)
    host = f"modem {modem}" if modem is not None else host_of(channel)
    return Service(
        channel=channel.name,
        host=host,
        bearer=bearer,
        lines=tuple(dict.fromkeys(lines[path] for path in channel.paths)),
        account=_account(channel, config),
        sim=table.network(channel.network) if modem is not None else None,
        local=bearer is None and is_private(host.partition(":")[0]),
    )


def host_of(channel: ChannelSettings) -> str:
    """Who runs it: the host it talks to, or its kind where the host is not the family's to say."""
    for word in ("server", "api", "url"):
        parts = urlsplit(getattr(channel.config, word, None) or "")
        if parts.hostname:
            return parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    return f"{channel.kind} {channel.name}"


def _bearer(channel: ChannelSettings) -> Bearer | None:
    """How it reaches the carer; a channel that needs no address ends at its own host."""
    if channel.kind.endswith("-sms"):
        return Bearer.SMS
    if channel.kind.endswith("-voice"):
        return Bearer.VOICE
    traits = module_of(channel.kind).traits(channel.config)
    assert isinstance(traits, Traits), "a channel's traits are Traits"
    return Bearer.DATA if traits.needs_to else None


def _account(channel: ChannelSettings, config: Config) -> str | None:
    """The first channel of the account that *channel* uses; None where it needs none."""
    sid = getattr(channel.config, "account_sid", None)
    same = (
        each.name
        for each in config.channels.values()
        if sid is not None and getattr(each.config, "account_sid", None) == sid
    )
    return next(same, None)


def _route(
    carer: Carer, index: int, service: Service, home: tuple[Line, ...], table: NetworkTable
) -> RouteFate:
    route: Route = carer.routes[index]
    network = table.network(route.network)
    fate = fate_of(service, Recipient(carer.id, network, home, carer.at_home))
    return RouteFate(carer.id, index, route.channel, service.bearer, route.sounder, fate, network)
