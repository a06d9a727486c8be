"""Planned silence, so that a sensor change does not teach a family to switch relayd off.

A pause is a silence alert that is acknowledged before it happens: it ends with the first reading,
it has an end, and at its end carers are asked, as after any other acknowledgement.
"""

from datetime import datetime, timedelta

from relayd.domain import lines
from relayd.domain.alert import Alert, Code, Presence, Priority
from relayd.domain.case import Case
from relayd.domain.condition import LEVEL_OF_CODE, PRIORITY_OF, Family
from relayd.domain.delivery import Purpose
from relayd.domain.desk import Desk
from relayd.domain.draft import Draft
from relayd.domain.event import Paused
from relayd.domain.glucose import Level
from relayd.domain.ward import Ward

LASTS_AT_MOST = timedelta(hours=3)


def why_not(ward: Ward | None, lasts: timedelta) -> str:
    """Why no silence of *ward* can be planned now; empty where it can.

    Not after a low: then silence is the worst that can happen, and nobody can plan it.
    """
    if ward is None or ward.wearer is None:
        return "there is no wearer of that name"
    if not timedelta(0) < lasts <= LASTS_AT_MOST:
        return "a planned silence lasts three hours at most"
    low = ward.standing(Family.LOW)
    if low is not None and LEVEL_OF_CODE[low.condition] >= Level.LOW:
        return f"{ward.wearer.name} is low: nobody can plan a silence now"
    return ""


def pause(desk: Desk, ward: Ward, event: Paused, draft: Draft) -> None:
    """Begin a planned silence: told to every carer, ended by the first reading or by its end."""
    for family, code in _silences(ward):
        case = ward.cases.get(family)
        if case is None:
            case = _planned(desk, ward, code, draft)
        quiet_until = draft.now + event.lasts
        case.put(
            case.alert._replace(
                presence=Presence.ACKNOWLEDGED,
                acknowledged_by=event.by,
                acknowledged_at=draft.now,
                covered=Priority.HIGH,
                quiet_until=quiet_until,
                reminded_at=None,
                planned=True,
            ),
            draft,
        )
        case.say("alert.paused", draft, by=event.by)
        lines.announce(case, Purpose.PAUSED, desk.belief, draft)


def _silences(ward: Ward) -> list[tuple[Family, Code]]:
    kinds = ((ward.glucose, Family.SILENT, Code.SILENT),
             (ward.watch, Family.SEIZURE_SILENT, Code.SEIZURE_SILENT))  # fmt: skip
    return [(family, code) for worn, family, code in kinds if worn is not None]


def _planned(desk: Desk, ward: Ward, code: Code, draft: Draft) -> Case:
    assert ward.wearer is not None
    ward.number += 1
    alert = Alert(
        id=f"{ward.wearer.id}-{ward.number}",
        wearer=ward.wearer.id,
        condition=code,
        priority=PRIORITY_OF[code],
        raised_at=draft.now,
        called_at=draft.now,
        present_since=_last_heard(ward, code),
    )
    case = Case(alert, desk.household)
    desk.adopt(ward, case)
    return case


def _last_heard(ward: Ward, code: Code) -> datetime:
    worn = ward.glucose if code is Code.SILENT else ward.watch
    arrived_at = worn.arrived_at if worn is not None else None
    return arrived_at if arrived_at is not None else ward.started_at
