"""What a text is made of, and what it becomes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.household import Household, Route, Wearer
from relayd.domain.reading import Bound, Unit

DAY_PLAIN_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Words:
    """A message: a title for a notification, and the whole as one text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What a text is made of.

    *offset* leads from the engine's time to people's; *code* tells alerts apart in an answer where
    several are open (empty: no need). *suspected* are the core networks held to be down now.
    """

    household: Household
    alert: Alert
    attempt: Attempt
    now: datetime
    offset: timedelta
    code: str = ""
    suspected: Collection[str] = ()

    @property
    def route(self) -> Route:
        """The route this is told over."""
        return self.household.carers[self.attempt.carer].routes[self.attempt.route]

    @property
    def details(self) -> bool:
        """Whether the value may be told over this route."""
        return self.route.details

    @property
    def wearer(self) -> Wearer | None:
        """Whom it is about; None for the relay itself."""
        return self.household.wearers.get(self.alert.wearer or "")

    def clock(self, moment: datetime) -> str:
        """A moment as the home's clock shows it: ``03:10``, with its day if that is not plain."""
        local = self._local(moment)
        today = local.date() == self._local(self.now).date()
        plain = today or abs(self.now - moment) < DAY_PLAIN_FOR
        return f"{local:%H:%M}" if plain else f"{local:%a %H:%M}"

    def _local(self, moment: datetime) -> datetime:
        zone: tzinfo = self.household.zone
        return (moment + self.offset).astimezone(zone)


def value_text(unit: Unit, mg_dl: float, bound: Bound) -> str:
    """A value with its unit, or the sensor's own word where it is off the scale."""
    return bound.value if bound is not Bound.WITHIN else f"{unit.text(mg_dl)} {unit.value}"
