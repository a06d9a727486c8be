"""One carer being called about one alert, and what can be decided about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from relayd.domain.alert import Alert, Priority
from relayd.domain.delivery import Attempt, Reason
from relayd.domain.household import Carer, Plan

ALL_BEGUN_WITHIN = 2  # every route of a step is begun within the promise divided by this


class Try(NamedTuple):
    """Begin an attempt on this route of the ladder."""

    route: int
    lap: int
    reason: Reason


class Wait(NamedTuple):
    """Nothing yet; ask again then."""

    until: datetime
    reason: Reason


class Rest(NamedTuple):
    """Nothing, until something happens."""

    reason: Reason


Move = Try | Wait | Rest


class Call(NamedTuple):
    """One carer being called about one alert.

    *due_at* is when this carer's step begins; *duty_at* when they may next be called, *held_until*
    when a low-priority line may go (both None: now). *tried* are the attempts of the present lap,
    in the order in which they were begun. *once*: a reminder, one climb and no more. *reached*:
    somebody is proven to have been reached for this call, whoever it was.
    """

    alert: Alert
    plan: Plan
    carer: Carer
    due_at: datetime
    tried: Sequence[Attempt]
    duty_at: datetime | None = None
    held_until: datetime | None = None
    once: bool = False
    reached: bool = False

    @property
    def at_once(self) -> bool:
        """Whether every route is called at the same moment."""
        code, named = self.alert.condition, self.plan.at_once
        return self.alert.priority is Priority.HIGH and (
            code in named or code.partition(".")[0] in named
        )

    @property
    def promise(self) -> timedelta:
        """How soon this alert must have reached somebody."""
        return promise_of(self.plan, self.alert)

    @property
    def pace(self) -> timedelta:
        """How long the first climb gives each route, so that all are begun in half the promise."""
        persons = sum(not route.sounder for route in self.carer.routes)
        return self.promise / ALL_BEGUN_WITHIN / max(persons, 1)


def promise_of(plan: Plan, alert: Alert) -> timedelta:
    """How soon *alert* must be delivered to somebody or answered, while it is high."""
    seizure = alert.condition.startswith("seizure.")
    return plan.promise_seizure if seizure else plan.promise
