"""Faults of parts that have left the file: nobody would ever report them gone."""

from collections.abc import Iterable, Iterator

from relayd.config import Config
from relayd.domain.alert import Alert, Code
from relayd.domain.event import TechnicalReported


def departed(config: Config, alerts: Iterable[Alert]) -> Iterator[TechnicalReported]:
    """That each of *alerts* about a path, channel, route, carer or wearer no longer there is over.

    To take a part out of the file is a person's act, and mends what was wrong with it.
    """
    home = config.household
    channels = {*config.channels, *(f"modem {name}" for name in config.channels)}
    routes = {f"{r.channel} to {carer.id}" for carer in home.carers.values() for r in carer.routes}
    there = {
        Code.PATH_LOST: {*config.paths, *channels},
        Code.CHANNEL_REFUSED: channels | routes,
        Code.ANSWERS_LOST: channels,
        Code.CARER_UNREACHABLE: set(home.carers),
        Code.CLOCK: {"", *home.wearers},
    }
    for alert in alerts:
        if alert.about not in there.get(alert.condition, {alert.about}):
            yield TechnicalReported(alert.condition, present=False, about=alert.about)
