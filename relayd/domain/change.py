"""What stands, against what is found: better, worse, or calling for everybody again."""

from relayd.domain.alert import NO_EVIDENCE, Alert, Cause, Code, Presence, Priority
from relayd.domain.case import Case
from relayd.domain.condition import FAMILY_OF, LEVEL_OF_CODE, Present
from relayd.domain.draft import Draft
from relayd.domain.reading import LOW_MG_DL, Bound

FURTHER_FALL_MG_DL = 10.0


def change(case: Case, found: Present, draft: Draft) -> None:
    """The condition stands, better or worse: call again where no answer covers it."""
    stood = case.alert
    if stood.presence is Presence.ON and _says_nothing_new(stood, found):
        return
    alert = _as_found(stood, found)
    cause = _calls_again(stood, alert)
    if cause is not None:
        case.call_again(cause, draft, alert)
        case.say("alert.worsened", draft)
        return
    if stood.presence is Presence.LATCHED:
        alert = alert._replace(presence=Presence.ON)
        case.put(alert, draft)
    if stood.planned:  # that it lasts is no news
        if alert.priority is not stood.priority:
            case.put(alert, draft)
        else:
            case.alert = alert
        return
    if alert.priority > stood.priority or level_of(alert) > level_of(stood):
        case.put(alert, draft)
        case.say("alert.worsened", draft)
    elif alert.priority < stood.priority or alert.condition is not stood.condition:
        case.put(alert, draft)
        case.say("alert.eased", draft)
    elif alert.worst_mg_dl != stood.worst_mg_dl:
        case.put(alert, draft)
    else:
        case.alert = alert


def _says_nothing_new(stood: Alert, found: Present) -> bool:
    priority = Priority.HIGH if _stays_risen(stood, found) else found.priority
    return (
        found.code is stood.condition
        and priority is stood.priority
        and found.since == stood.present_since
        and found.after_low is stood.after_low
        and (found.evidence is NO_EVIDENCE or found.evidence == stood.evidence)
    )


def _stays_risen(stood: Alert, found: Present) -> bool:
    """What rose because nobody answered comes down once it is a little thing: high, not very."""
    return stood.risen and found.priority > Priority.LOW


def _as_found(stood: Alert, found: Present) -> Alert:
    risen = _stays_risen(stood, found)
    alert = stood._replace(
        condition=found.code,
        priority=Priority.HIGH if risen else found.priority,
        risen=risen,
        present_since=found.since,
        after_low=found.after_low,
    )
    return alert if found.evidence is NO_EVIDENCE else alert.seen(found.evidence)


def _calls_again(stood: Alert, alert: Alert) -> Cause | None:
    """Why everybody must be called anew, None where what stands goes on."""
    if stood.presence is Presence.ACKNOWLEDGED:
        if fell_further(alert):
            return Cause.FURTHER_FALL
        uncovered = stood.covered is not None and alert.priority > stood.covered
        return Cause.WORSENED if uncovered else None
    worse = alert.priority > stood.priority and stood.presence is Presence.ON
    return Cause.WORSENED if worse else None


def family_key(alert: Alert) -> str:
    """What an open alert is filed under: one alert for each family, or fault of the relay."""
    if alert.condition.technical:
        return f"{alert.condition.value} {alert.about}"
    return FAMILY_OF[alert.condition]


def level_of(alert: Alert) -> int:
    """How bad an alert's condition is within its family."""
    level = LEVEL_OF_CODE.get(alert.condition)
    return int(level) if level is not None else int(alert.condition is Code.VERY_HIGH)


def fell_further(alert: Alert) -> bool:
    """Whether the value is far below what the answer was given for."""
    mg_dl, covered = alert.evidence.mg_dl, alert.covered_mg_dl
    if mg_dl is None or covered is None or LEVEL_OF_CODE.get(alert.condition) is None:
        return False
    if alert.evidence.bound is Bound.LOW and covered > LOW_MG_DL:
        return True
    return covered - mg_dl >= FURTHER_FALL_MG_DL
