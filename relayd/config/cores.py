"""Where each route begins and ends: the paths it may take, and the core networks at both ends."""

from collections.abc import Mapping
from dataclasses import replace

from relayd.config.settings import ChannelSettings
from relayd.domain.household import Carer, Household, Route, Wearer
from relayd.networks import Correction, NetworkTable


def with_cores(
    household: Household,
    channels: Mapping[str, ChannelSettings],
    corrections: Mapping[str, Correction],
) -> Household:
    """*household* with every route's paths and cores filled in, as far as they are known."""
    named = _Cores(corrections)

    def route(each: Route) -> Route:
        channel = channels[each.channel]
        return replace(
            each,
            paths=channel.paths,
            core=named.core(each.network),
            sender_core=named.core(channel.network),
        )

    def carer(each: Carer) -> Carer:
        return replace(each, routes=tuple(route(one) for one in each.routes))

    def wearer(each: Wearer) -> Wearer:
        return replace(each, core=named.core(each.network)) if each.network is not None else each

    return replace(
        household,
        wearers={name: wearer(each) for name, each in household.wearers.items()},
        carers={name: carer(each) for name, each in household.carers.items()},
        brands=named.brands,
    )


class _Cores:
    """Looks cores up; the table is read only where some network is named."""

    def __init__(self, corrections: Mapping[str, Correction]) -> None:
        self._corrections = corrections
        self._table: NetworkTable | None = None
        self.brands: dict[str, str] = {}

    def core(self, network: str | None) -> str | None:
        """The one core *network* rides on; None where it is not known, or is one of several."""
        if network is None:
            return None
        if self._table is None:
            self._table = NetworkTable(self._corrections)
        cores = sorted(self._table.network(network).cores)
        for name in (network, *cores):
            self.brands[name] = self._table.brand(name)
        return cores[0] if len(cores) == 1 else None
