"""What the web needs of the rest of relayd: the running relay, and a few settings."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from relayd.domain.engine import Engine
from relayd.domain.event import Answered, Event
from relayd.domain.secret import Secret
from relayd.store import Store


class Clock(Protocol):
    """Steady time; see :class:`relayd.clock.Clock`."""

    def now(self) -> datetime: ...  # noqa: D102


class Answers(Protocol):
    """Reads the signed tokens of links."""

    def by_token(self, token: str, by: str, *, accepted: bool) -> Answered | None: ...  # noqa: D102


class Modem(Protocol):
    """How one of the Pi's own SIMs stands; see :class:`relayd.modems.Modem`."""

    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def since(self) -> datetime | None: ...  # noqa: D102
    @property
    def evidence(self) -> str: ...  # noqa: D102
    @property
    def network(self) -> str | None: ...  # noqa: D102
    @property
    def operator(self) -> str: ...  # noqa: D102
    @property
    def elsewhere(self) -> bool: ...  # noqa: D102
    @property
    def signal(self) -> int | None: ...  # noqa: D102


class Pulse(Protocol):
    """Knows whether the engine keeps up."""

    def progressing(self) -> bool: ...  # noqa: D102


class Answerable(Protocol):
    """What has alerts that can be answered: the running relay, or a drill."""

    @property
    def engine(self) -> Engine: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def answers(self) -> Answers: ...  # noqa: D102

    def take(self, event: Event, done: Callable[[], None] | None = None) -> None:
        """Hand *event* to the engine; *done* is called once its consequences are on disk."""
        ...


class Relay(Answerable, Protocol):
    """The running relay. Read it as you like; change it by :meth:`take` alone."""

    @property
    def store(self) -> Store: ...  # noqa: D102
    @property
    def pulse(self) -> Pulse: ...  # noqa: D102
    @property
    def modems(self) -> Iterable[Modem]: ...  # noqa: D102


class WebSettings(Protocol):
    """``[web]`` of the household file."""

    @property
    def host(self) -> str: ...  # noqa: D102
    @property
    def port(self) -> int: ...  # noqa: D102
    @property
    def public_url(self) -> str | None: ...  # noqa: D102
    @property
    def token(self) -> Secret | None: ...  # noqa: D102
    @property
    def metrics(self) -> bool: ...  # noqa: D102


class Settings(Protocol):
    """What of the household file the web must know. *paths* is used for its names."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def web(self) -> WebSettings: ...  # noqa: D102
    @property
    def paths(self) -> Collection[str]: ...  # noqa: D102
    @property
    def watcher(self) -> object | None: ...  # noqa: D102


class Times:
    """The relay's time, and how the home's own clock shows it."""

    def __init__(self, relay: Answerable) -> None:
        self._relay = relay

    def now(self) -> datetime:
        """The engine's own steady time."""
        return self._relay.clock.now()

    def people(self, moment: datetime) -> datetime:
        """A moment of the engine's time in people's."""
        return moment + self._relay.engine.offset

    def clock(self, people: datetime) -> str:
        """A moment of people's time as ``03:10``, with the day where it was another."""
        zone = self._relay.engine.household.zone
        local = people.astimezone(zone)
        today = self.people(self.now()).astimezone(zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        near = abs(today - local.date()) < timedelta(days=7)
        return f"{local:%a %H:%M}" if near else f"{local.day} {local:%b}"

    def steady_clock(self, moment: datetime) -> str:
        """:meth:`clock` for a moment of the engine's time."""
        return self.clock(self.people(moment))

    def ago(self, moment: datetime) -> str:
        """How long *moment* (engine's time) is past, in one or two words."""
        return self._past(self.now() - moment)

    def ago_people(self, people: datetime) -> str:
        """:meth:`ago` for a moment of people's time."""
        return self._past(self.people(self.now()) - people)

    def _past(self, past: timedelta) -> str:
        return "just now" if past < JUST_NOW else f"{lasted(past)} ago"


JUST_NOW = timedelta(seconds=10)
MINUTE, HOUR, DAY = 60, 3600, 86400


def lasted(span: timedelta) -> str:
    """A duration as people say it: ``40 s``, ``12 min``, ``3 h``, ``5 days``."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < 2 * HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR} h"
    return f"{seconds // DAY} days"
