"""Channels made ready for sending: each with the paths it may use and its lanes."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from relayd.channels import Channel, module_of
from relayd.domain.alert import Priority
from relayd.domain.event import Send
from relayd.domain.household import Household

AT_ONCE_BY_PRIORITY = {Priority.HIGH: 100, Priority.MEDIUM: 32, Priority.LOW: 8}
"""How many sends of each priority a channel has under way: little things crowd out nothing."""


@dataclass(slots=True)
class Lane:
    """The sends of one priority: those that wait their turn, and how many are under way."""

    most: int
    waiting: deque[Send] = field(default_factory=deque)
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class Wire:
    """A channel with its lanes, and the paths it may use, best first.

    None named: all. One that is None: it has a way of its own, and is tried once.
    """

    channel: Channel
    paths: tuple[str | None, ...]
    lanes: Mapping[Priority, Lane]


class Settings(Protocol):
    """A configured channel, as the file gives it."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def config(self) -> object: ...  # noqa: D102
    @property
    def paths(self) -> tuple[str, ...]: ...  # noqa: D102


def open_wires(settings: Mapping[str, Settings], household: Household) -> dict[str, Wire]:
    """Make every channel; what each needs is imported now, not in an emergency."""
    wires: dict[str, Wire] = {}
    routes = [route for carer in household.carers.values() for route in carer.routes]
    for name, channel in settings.items():
        addresses = tuple(r.to for r in routes if r.channel == name and r.to)
        module = module_of(channel.kind)
        opened = module.open_channel(name, channel.config, addresses)
        own_way = module.traits(channel.config).own_way
        lanes = {priority: Lane(n) for priority, n in AT_ONCE_BY_PRIORITY.items()}
        wires[name] = Wire(opened, (None,) if own_way else channel.paths, lanes)
    return wires
