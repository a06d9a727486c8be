"""An alert's life as a table of pure moves."""

import pytest
from houses import NOON, minutes

from relayd.domain.alert import (
    LATCHING,
    Acceptance,
    Alert,
    Cause,
    Code,
    Evidence,
    Presence,
    Priority,
)
from relayd.domain.delivery import Dissemination, Purpose
from relayd.domain.reading import Bound

ON, LATCHED = Presence.ON, Presence.LATCHED
ACKNOWLEDGED, OFF = Presence.ACKNOWLEDGED, Presence.OFF
ANA = Acceptance("ana", Priority.HIGH, 50.0)


def alert(presence: Presence = ON, code: Code = Code.URGENT_LOW) -> Alert:
    return Alert("mia-1", "mia", code, Priority.HIGH, NOON, NOON, NOON, presence=presence)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        (Code.URGENT_LOW, ON, OFF),
        (Code.URGENT_LOW, ACKNOWLEDGED, OFF),
        (Code.SILENT, ON, OFF),
        (Code.SEIZURE_FAULT, ON, OFF),
        (Code.SEIZURE_SILENT, ON, OFF),
        (Code.SEIZURE_ALARM, ON, LATCHED),
        (Code.SEIZURE_FALL, ON, LATCHED),
        (Code.SEIZURE_MANUAL, ON, LATCHED),
        (Code.SEIZURE_ALARM, LATCHED, LATCHED),
        (Code.SEIZURE_ALARM, ACKNOWLEDGED, OFF),
    ],
)
def test_when_the_condition_has_gone(code: Code, before: Presence, after: Presence) -> None:
    cleared = alert(before, code).cleared(NOON + minutes(1))
    assert cleared.presence is after
    assert (cleared.ended_at is not None) is (after is OFF)


@pytest.mark.parametrize(
    ("before", "after"), [(ON, ACKNOWLEDGED), (LATCHED, OFF), (ACKNOWLEDGED, ACKNOWLEDGED)]
)
def test_when_a_carer_has_it(before: Presence, after: Presence) -> None:
    stood = alert(before, Code.SEIZURE_ALARM)._replace(refused_by=("tom",), pulled_forward=2)
    taken = stood.accepted(ANA, NOON, minutes(15))
    assert taken.presence is after
    assert taken.acknowledged_by == "ana"
    assert taken.quiet_until == NOON + minutes(15), "every quiet has an end"
    assert (taken.covered, taken.covered_mg_dl) == (Priority.HIGH, 50.0)
    assert (taken.refused_by, taken.pulled_forward) == ((), 0)
    assert taken.ended_at == (NOON if after is OFF else None)


@pytest.mark.parametrize(("before", "after"), [(ON, ON), (LATCHED, LATCHED), (ACKNOWLEDGED, ON)])
def test_when_everybody_is_called_again(before: Presence, after: Presence) -> None:
    stood = alert(before).accepted(ANA, NOON, minutes(15))._replace(presence=before, reminded=3)
    again = stood.called_again(Cause.REMINDER_UNANSWERED, NOON + minutes(20))
    assert again.presence is after
    assert again.call == stood.call + 1
    assert again.called_at == NOON + minutes(20)
    assert (again.acknowledged_by, again.covered, again.covered_mg_dl) == (None, None, None)
    assert (again.quiet_until, again.reminded, again.reminded_at) == (None, 0, None)
    assert again.raised_at == NOON, "and it is still the same alert"


def test_a_reminder_is_a_climb_of_its_own_and_counts() -> None:
    reminded = alert().accepted(ANA, NOON, minutes(15)).reminding(NOON + minutes(15))
    assert reminded.presence is ACKNOWLEDGED
    assert (reminded.reminded, reminded.call) == (1, 2)
    assert reminded.reminded_at == NOON + minutes(15)
    assert reminded.quiet_until is None


@pytest.mark.parametrize(
    ("presence", "calling", "is_open"),
    [(ON, True, True), (LATCHED, True, True), (ACKNOWLEDGED, False, True), (OFF, False, False)],
)
def test_which_presence_calls(*, presence: Presence, calling: bool, is_open: bool) -> None:
    assert alert(presence).calling is calling
    assert alert(presence).open is is_open


def test_only_a_person_ends_a_seizure_a_fall_or_a_call_for_help() -> None:
    assert {Code.SEIZURE_ALARM, Code.SEIZURE_FALL, Code.SEIZURE_MANUAL} == LATCHING
    assert [code for code in Code if code.latching] == sorted(LATCHING, key=list(Code).index)


@pytest.mark.parametrize("code", list(Code))
def test_what_is_technical_is_named_so(code: Code) -> None:
    assert code.technical is code.value.startswith("relay.")


@pytest.mark.parametrize(
    ("code", "values", "worst"),
    [
        (Code.URGENT_LOW, (52, 45, 48), 45),
        (Code.LOW, (60, 65), 60),
        (Code.HIGH, (260, 310, 280), 310),
        (Code.VERY_HIGH, (310, 305), 310),
    ],
)
def test_the_worst_value_is_kept(code: Code, values: tuple[float, ...], worst: float) -> None:
    seen = alert(code=code)
    for number, value in enumerate(values):
        seen = seen.seen(Evidence(value, Bound.WITHIN, None, NOON + minutes(number)))
    assert seen.worst_mg_dl == worst
    assert seen.worst_at == NOON + minutes(values.index(worst))
    assert seen.evidence.mg_dl == values[-1]
    assert seen.seen(Evidence(detail="nothing")).worst_mg_dl == worst


def test_priorities_have_the_words_of_the_contract() -> None:
    assert [p.word for p in sorted(Priority)] == ["low", "medium", "high"]


def test_evidence_of_delivery_only_grows() -> None:
    """A "sent" that comes after the receipt is old news."""
    order = [Dissemination.SENDING, Dissemination.SENT, Dissemination.UNDELIVERABLE,
             Dissemination.DELIVERED, Dissemination.ACCEPTED]  # fmt: skip
    ranks = [status.rank for status in order]
    assert ranks == sorted(set(ranks))
    assert Dissemination.REJECTED.rank == Dissemination.ACCEPTED.rank


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_calls_and_reminders_ask_for_an_answer(purpose: Purpose) -> None:
    assert purpose.quiet is (purpose not in (Purpose.CALL, Purpose.REMINDER))
