"""How long an answer buys quiet."""

from datetime import timedelta

from relayd.domain.alert import GRAVE, SILENCE, Alert, Priority
from relayd.domain.household import Plan

QUIET_AT_MOST = timedelta(minutes=15)  # urgent low, seizure, silence after a low
SILENCE_SPACING = (1, 2, 4)  # reminders of an acknowledged silence: 15, 30, 60 minutes


def quiet_for(plan: Plan, alert: Alert) -> timedelta:
    """How long an answer to *alert* buys: a quarter of an hour for what cannot be left alone."""
    if alert.priority is Priority.HIGH and (alert.after_low or alert.condition in GRAVE):
        return min(plan.remind_every, QUIET_AT_MOST)
    if alert.condition in SILENCE:
        spacing = SILENCE_SPACING[min(alert.reminded, len(SILENCE_SPACING) - 1)]
        return plan.remind_every * spacing
    return plan.remind_every
