"""What carers are told: who, what, how much, since when, and how to answer. Pure, and short.

A text fits one GSM-7 SMS of 160 characters wherever the family's own words allow it, and a
frightened person understands it at a glance.
"""

from datetime import timedelta

from relayd.domain.alert import SILENCE, Alert, Cause, Code, Presence, Priority
from relayd.domain.delivery import Purpose
from relayd.domain.household import Wearer
from relayd.domain.names import NAMES
from relayd.domain.suspicion import cores_of, explains, longest_beside, seems_down
from relayd.domain.telling import Telling, Words, value_text

__all__ = ["Telling", "Words", "value_text", "words_of"]

SAYS_WHERE = frozenset({Code.URGENT_LOW_SOON, Code.FALLING_FAST})
"""Conditions whose very name says where the value is heading."""


def words_of(telling: Telling) -> Words:
    """Title and text for one attempt."""
    alert, purpose = telling.alert, telling.attempt.purpose
    if purpose is Purpose.HANDED_OVER:
        return _handed_over(telling)
    if purpose is Purpose.CLEARED:
        return _cleared(telling)
    if purpose is Purpose.MISSED:
        return _caught_up(telling)
    if purpose is Purpose.PAUSED:
        return _paused(telling)
    if alert.wearer is None:
        return _technical(telling)
    return _called(telling)


def _technical(telling: Telling) -> Words:
    alert = telling.alert
    about = f" ({alert.evidence.detail})" if alert.evidence.detail else ""
    what = NAMES[alert.condition]
    if alert.condition is Code.CARER_UNREACHABLE:
        carer = telling.household.carers.get(alert.about)
        what, about = f"{carer.name if carer is not None else alert.about} cannot be reached", ""
        cores = cores_of(carer, telling.suspected) if carer is not None else []
        about = next((f". {said[:-1]}" for said in seems_down(telling.household, cores)), "")
    return Words(f"relayd: {what}", f"relayd {telling.household.name}: {what}{about}.")


def _called(telling: Telling) -> Words:
    alert, wearer = telling.alert, telling.wearer
    assert wearer is not None
    what = NAMES[alert.condition]
    still = telling.attempt.purpose is Purpose.REMINDER
    if alert.presence is Presence.LATCHED:
        what = f"{what} (over, please look)"
    title = f"{wearer.name} {'STILL ' if still else ''}{what}"
    parts = [_opening(alert, telling), f"{title}{_value(telling)}, {_since(telling)}."]
    place = len(parts)
    if wearer.help and (alert.priority is Priority.HIGH or alert.condition is Code.SILENT):
        parts.append(f"{wearer.help}.")
    if alert.priority > Priority.LOW and telling.route.kind.endswith("-sms"):
        code = f" {telling.code}" if telling.code else ""
        parts.append(f"Reply 1{code} = I have it, 2{code} = I cannot")
    parts.insert(place, _whose_fault(telling, " ".join(part for part in parts if part)))
    return Words(title, " ".join(part for part in parts if part))


def _whose_fault(telling: Telling, text: str) -> str:
    """Which network seems to be down: as much as leaves the rest of one SMS unharmed."""
    wearer = telling.wearer
    assert wearer is not None
    home, suspected = telling.household, telling.suspected
    silent = telling.alert.condition in SILENCE
    choices = list(explains(home, wearer, suspected)) if silent else []
    choices = choices or list(seems_down(home, suspected))
    if not telling.route.kind.endswith("-sms"):
        return next(iter(choices), "")
    return longest_beside(text, choices)


def _opening(alert: Alert, telling: Telling) -> str:
    if telling.attempt.purpose is Purpose.REMINDER:
        return ""
    if alert.cause is Cause.EVERYBODY_REFUSED:
        return "Nobody could come."
    if alert.cause is Cause.REMINDER_UNANSWERED:
        return "No answer now."
    if alert.cause is Cause.HANDED_BACK:
        return "Nobody has it now."
    return ""


def _value(telling: Telling) -> str:
    """The value and where it is heading, for who may see it."""
    alert, wearer = telling.alert, telling.wearer
    assert wearer is not None
    mg_dl = alert.evidence.mg_dl
    if not telling.details:
        return ""
    if mg_dl is None:
        return f" ({alert.evidence.detail})" if alert.evidence.detail else ""
    value = value_text(wearer.unit, mg_dl, alert.evidence.bound)
    if alert.condition is Code.SILENT:
        return f", last {value}"
    trend = ""
    if alert.evidence.trend is not None and alert.condition not in SAYS_WHERE:
        trend = f" {alert.evidence.trend.value}"
    return f" {value}{trend}"


def _since(telling: Telling) -> str:
    alert = telling.alert
    began = min(alert.present_since, alert.raised_at)
    since = f"since {telling.clock(began)}"
    if telling.attempt.purpose is Purpose.REMINDER or alert.condition in SILENCE:
        lasted = (telling.now - began) // timedelta(minutes=1)
        return f"{since}, {lasted} min"
    return since


def _subject(telling: Telling) -> str:
    wearer = telling.wearer
    name = wearer.name if wearer is not None else f"relayd {telling.household.name}:"
    return f"{name} {NAMES[telling.alert.condition]}"


def _handed_over(telling: Telling) -> Words:
    alert = telling.alert
    has_it = alert.acknowledged_by or ""
    carer = telling.household.carers.get(has_it)
    name = carer.name if carer is not None else has_it
    title = _subject(telling)
    if has_it == telling.attempt.carer and not telling.route.sounder:
        until = alert.quiet_until
        asked = (
            f" You will be asked again at {telling.clock(until)}." if until and alert.open else ""
        )
        return Words(title, f"{title}: you have it. Thank you.{asked}")
    return Words(title, f"{title}: {name} has it.")


def _cleared(telling: Telling) -> Words:
    alert, wearer = telling.alert, telling.wearer
    title = f"{_subject(telling)} is over"
    if alert.planned and wearer is not None:
        title = f"{wearer.name}: the planned silence is over"
    if wearer is None:
        return Words(title, _well_again(telling))
    if not telling.details or alert.evidence.mg_dl is None:
        return Words(title, f"{title}, since {telling.clock(alert.ended_at or telling.now)}.")
    now = value_text(wearer.unit, alert.evidence.mg_dl, alert.evidence.bound)
    if alert.condition is Code.SILENT:
        back = f"{wearer.name}: readings are back, now {now}.{_missed(telling, wearer)}"
        return Words(title, f"{back}{' The planned silence is over.' if alert.planned else ''}")
    was = ""
    if alert.worst_mg_dl is not None and alert.worst_at is not None:
        worst = wearer.unit.text(alert.worst_mg_dl)
        was = f" was {worst} at {telling.clock(alert.worst_at)},"
    return Words(title, f"{title}:{was} now {now}.")


def _well_again(telling: Telling) -> str:
    carer = telling.household.carers.get(telling.alert.about)
    if telling.alert.condition is Code.CARER_UNREACHABLE and carer is not None:
        return f"relayd {telling.household.name}: {carer.name} can be reached again."
    return f"{_subject(telling)}: is well again."


def _caught_up(telling: Telling) -> Words:
    alert = telling.alert
    until = telling.clock(alert.ended_at or telling.now)
    span = f"{telling.clock(alert.raised_at)} to {until}"
    text = f"While you could not be reached, {span}: {alert.evidence.detail}."
    return Words("While you could not be reached", text)


def _paused(telling: Telling) -> Words:
    wearer, until = telling.wearer, telling.alert.quiet_until
    assert wearer is not None
    assert until is not None
    title = f"{wearer.name}: no readings expected"
    by = telling.household.carers.get(telling.alert.acknowledged_by or "")
    said = f" ({by.name})" if by is not None else ""
    return Words(title, f"{title} until {telling.clock(until)}, planned{said}. Lows still call.")


def _missed(telling: Telling, wearer: Wearer) -> str:
    missed = telling.alert.missed
    if missed is None:
        return ""
    first, last, lowest = missed
    span = (
        telling.clock(first) if first == last else f"{telling.clock(first)}-{telling.clock(last)}"
    )
    return f" Meanwhile low at {span}, lowest {wearer.unit.text(lowest)}."
