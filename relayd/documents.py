"""What others see of an alert: the retained topic, the API, and the webhook's body."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from relayd.domain.alert import Alert
from relayd.domain.delivery import Attempt
from relayd.domain.household import Household
from relayd.domain.reading import Bound, Unit


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC, with milliseconds."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"


def alert_document(alert: Alert, offset: timedelta) -> dict[str, Any]:
    """One alert as it stands in the retained topic; *offset* leads to people's time."""
    return {
        "alert": alert.id,
        "condition": alert.condition.value,
        "priority": alert.priority.word,
        "presence": alert.presence.value,
        "raised_at": stamp(alert.raised_at + offset),
        "acknowledged_by": alert.acknowledged_by or None,  # nobody: a silence that was planned
    }


def alerts_document(alerts: Iterable[Alert], offset: timedelta) -> dict[str, Any]:
    """The retained topic's payload."""
    return {"alerts": [alert_document(alert, offset) for alert in alerts]}


def attempt_document(attempt: Attempt, offset: timedelta) -> dict[str, Any]:
    """One attempt as the API shows it."""
    return {
        "attempt": attempt.id,
        "carer": attempt.carer,
        "channel": attempt.channel,
        "path": attempt.path,
        "purpose": attempt.purpose.value,
        "status": attempt.status.value,
        "failure": attempt.failure.value if attempt.failure is not None else None,
        "reason": attempt.reason.value,
        "begun_at": stamp(attempt.begun_at + offset),
        "status_at": stamp(attempt.status_at + offset) if attempt.status_at is not None else None,
    }


def value_of(mg_dl: float | None, bound: Bound, unit: Unit) -> float | str | None:
    """A value as this family sees it: a number, or the sensor's own word off its scale."""
    if mg_dl is None:
        return None
    return unit.shown(mg_dl) if bound is Bound.WITHIN else bound.value


def webhook_document(
    alert: Alert,
    text: str,
    household: Household,
    offset: timedelta,
    *,
    details: bool,
    answer_url: str | None,
) -> dict[str, Any]:
    """The ``data`` of a webhook's body. Without *details* it carries no value."""
    wearer = household.wearers.get(alert.wearer or "")
    evidence = alert.evidence
    shown = details and wearer is not None
    reading_at = evidence.reading_at
    return {
        "alert": alert.id,
        "wearer": alert.wearer,
        "name": wearer.name if wearer is not None else None,
        "condition": alert.condition.value,
        "priority": alert.priority.word,
        "presence": alert.presence.value,
        "value": value_of(evidence.mg_dl, evidence.bound, wearer.unit)
        if shown and wearer is not None
        else None,
        "unit": wearer.unit.value if wearer is not None else None,
        "trend": evidence.trend.value if shown and evidence.trend is not None else None,
        "reading_at": stamp(reading_at + offset) if reading_at is not None else None,
        "raised_at": stamp(alert.raised_at + offset),
        "text": text,
        "acknowledge_url": answer_url,
    }
