"""The one decision: what is done next, about one alert, for one carer."""

from dataclasses import replace

import pytest
from houses import CALL, NOON, PUSH, SIREN, TEXT, minutes, seconds

from relayd.domain.alert import Alert, Code, Presence, Priority
from relayd.domain.belief import Belief
from relayd.domain.delivery import Attempt, Dissemination, Reason
from relayd.domain.household import Carer, Plan, Route, Step
from relayd.domain.plan import Call, Move, Rest, Try, Wait, next_move, promise_of

SENDING, SENT, DELIVERED = Dissemination.SENDING, Dissemination.SENT, Dissemination.DELIVERED
FAILED = Dissemination.UNDELIVERABLE
PLAN = Plan((Step(("ana",)),))
LATER = NOON + minutes(9)
LADDER = (PUSH, TEXT, CALL)


def alert(priority: Priority = Priority.HIGH, code: Code = Code.URGENT_LOW) -> Alert:
    return Alert("mia-1", "mia", code, priority, NOON, NOON, NOON)


def tried(*statuses: Dissemination, lap: int = 1, every: float = 20) -> tuple[Attempt, ...]:
    """The first routes of a lap, begun *every* so many seconds from noon on."""
    return tuple(
        Attempt(f"mia-1/{n + 1}", "mia-1", "mia", "ana", n, "x", n + 1, 1, lap,
                NOON + seconds(every * n), Priority.HIGH, Reason.FIRST_CALL, status=status)
        for n, status in enumerate(statuses)
    )  # fmt: skip


def call(
    *attempts: Attempt, of: Alert | None = None, routes: tuple[Route, ...] = LADDER, **more: object
) -> Call:
    carer = Carer("ana", "Ana", routes)
    made = Call(of or alert(), PLAN, carer, NOON, attempts)
    return made._replace(**more)  # type: ignore[arg-type]  # named by each test


def after(made: Call, passed_s: float = 0, belief: Belief | None = None) -> Move:
    return next_move(made, belief or Belief(), NOON + seconds(passed_s))


def waits_s(move: Move) -> float:
    assert isinstance(move, Wait), move
    return (move.until - NOON).total_seconds()


@pytest.mark.parametrize(
    ("made", "move"),
    [
        (call(of=alert()._replace(presence=Presence.ACKNOWLEDGED)), Rest(Reason.NOT_CALLING)),
        (call(of=alert()._replace(presence=Presence.OFF)), Rest(Reason.NOT_CALLING)),
        (call(of=alert()._replace(refused_by=("ana",))), Rest(Reason.REFUSED)),
        (call(due_at=LATER), Wait(LATER, Reason.NOT_YET_THEIR_STEP)),
        (call(duty_at=LATER), Wait(LATER, Reason.OFF_DUTY)),
        (call(), Try(0, 1, Reason.FIRST_CALL)),
        (call(of=alert()._replace(presence=Presence.LATCHED)), Try(0, 1, Reason.FIRST_CALL)),
        (call(of=alert(Priority.MEDIUM, Code.LOW)), Try(0, 1, Reason.FIRST_CALL)),
    ],
)
def test_whether_to_begin_at_all(made: Call, move: Move) -> None:
    assert after(made) == move


@pytest.mark.parametrize(
    ("last", "patience_s", "reason"),
    [
        (SENDING, 20, Reason.UNCONFIRMED),  # a third of half the promise
        (SENT, 20, Reason.UNCONFIRMED),
        (DELIVERED, 20, Reason.NOT_AWAKE),
        (FAILED, 0, Reason.UNDELIVERABLE),
    ],
)
def test_the_first_climb_of_a_high_alert_is_paced_by_the_promise(
    last: Dissemination, patience_s: float, reason: Reason
) -> None:
    """Accepted by a gateway, even delivered to a phone on silent, is nobody awake."""
    made = call(*tried(last))
    if patience_s:
        assert waits_s(after(made, patience_s - 0.1)) == patience_s
    assert after(made, patience_s) == Try(1, 1, reason)


@pytest.mark.parametrize(("last", "patience_s"), [(SENDING, 30), (SENT, 30), (DELIVERED, 180)])
@pytest.mark.parametrize(
    ("priority", "lap"), [(Priority.MEDIUM, 1), (Priority.MEDIUM, 2), (Priority.HIGH, 2)]
)
def test_any_other_climb_takes_the_time_that_the_plan_gives(
    last: Dissemination, patience_s: float, priority: Priority, lap: int
) -> None:
    """30 s to confirm, and once it is delivered three minutes to answer."""
    made = call(*tried(last, lap=lap), of=alert(priority))
    assert waits_s(after(made, patience_s - 0.1)) == patience_s
    assert isinstance(after(made, patience_s), Try)


def test_a_route_may_have_a_patience_of_its_own() -> None:
    quick = replace(PUSH, confirm_within=seconds(5))
    slow = replace(PUSH, confirm_within=seconds(90))
    for route, of, patience_s in (
        (quick, alert(), 5),
        (slow, alert(), 20),  # never more than the promise allows
        (slow, alert(Priority.MEDIUM), 90),
    ):
        made = call(*tried(SENT), of=of, routes=(route, TEXT, CALL))
        assert waits_s(after(made)) == patience_s


def test_a_route_that_wakes_and_was_delivered_is_given_time_to_be_answered() -> None:
    """A person is on the phone: do not ring the next bell over it."""
    made = call(*tried(DELIVERED), routes=(CALL, PUSH))
    assert waits_s(after(made)) == 180


@pytest.mark.parametrize("status", [SENDING, SENT, DELIVERED])
def test_a_sounder_never_delays_the_next_route(status: Dissemination) -> None:
    made = call(*tried(status), routes=(SIREN, PUSH, TEXT))
    assert after(made) == Try(1, 1, Reason.SOUNDER)
    assert made.pace == seconds(30), "nor does it take a share of the promise"


@pytest.mark.parametrize(
    ("code", "at_once"),
    [
        (Code.SEIZURE_ALARM, True),
        (Code.SEIZURE_FALL, True),
        (Code.SEIZURE_MANUAL, True),
        (Code.URGENT_LOW, False),
        (Code.SILENT, False),
    ],
)
def test_a_seizure_calls_every_route_at_once(code: Code, at_once: bool) -> None:  # noqa: FBT001
    made = call(of=alert(code=code))
    assert made.at_once is at_once
    second = after(made._replace(tried=tried(SENDING)))
    assert isinstance(second, Try) is at_once


def test_a_medium_seizure_fault_is_no_seizure() -> None:
    assert not call(of=alert(Priority.MEDIUM, Code.SEIZURE_FAULT)).at_once


def test_one_condition_may_be_named_as_at_once() -> None:
    plan = replace(PLAN, at_once=frozenset({"glucose.urgent_low"}))
    assert call()._replace(plan=plan).at_once
    assert not call(of=alert(code=Code.SILENT))._replace(plan=plan).at_once


@pytest.mark.parametrize(
    ("code", "promise_s"),
    [(Code.URGENT_LOW, 120), (Code.SILENT, 120), (Code.SEIZURE_ALARM, 60), (Code.SEIZURE_FALL, 60)],
)
def test_the_promise(code: Code, promise_s: float) -> None:
    assert promise_of(PLAN, alert(code=code)) == seconds(promise_s)


@pytest.mark.parametrize(
    ("lap", "pause_min"), [(1, 2), (2, 4), (3, 8), (4, 10), (5, 10), (40, 10), (5000, 10)]
)
def test_laps_grow_further_apart_up_to_ten_minutes(lap: int, pause_min: float) -> None:
    made = call(*tried(SENT, SENT, SENT, lap=lap, every=30))
    due_s = 60 + pause_min * 60
    assert waits_s(after(made, due_s - 1)) == due_s
    assert after(made, due_s) == Try(0, lap + 1, Reason.NEXT_LAP)


def test_a_longer_pause_that_a_family_set_stands() -> None:
    made = call(*tried(SENT, SENT, SENT, lap=9))._replace(plan=replace(PLAN, lap_pause=minutes(12)))
    assert waits_s(after(made, 200)) == 40 + 12 * 60


@pytest.mark.parametrize(
    ("lap", "pause_s"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 120), (500, 120)]
)
@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.MEDIUM])
def test_where_nothing_got_out_it_is_tried_again_soon(
    lap: int, pause_s: float, priority: Priority
) -> None:
    """The broadband is rebooting: it will be back in a moment, and nobody has heard yet."""
    made = call(*tried(FAILED, FAILED, FAILED, lap=lap, every=0), of=alert(priority))
    assert waits_s(after(made, pause_s - 0.1)) == pause_s
    assert after(made, pause_s) == Try(0, lap + 1, Reason.NEXT_LAP)


def test_one_route_that_got_out_ends_the_hurry() -> None:
    made = call(*tried(FAILED, SENT, FAILED, every=0))
    assert waits_s(after(made)) == 120


def test_a_medium_alert_is_climbed_again_after_a_quarter_of_an_hour() -> None:
    made = call(*tried(SENT, SENT, SENT), of=alert(Priority.MEDIUM, Code.LOW))
    assert waits_s(after(made, 899)) == 900
    assert after(made, 900) == Try(0, 2, Reason.NEXT_LAP)


def test_a_reminder_is_one_climb_and_no_more() -> None:
    acknowledged = alert()._replace(presence=Presence.ACKNOWLEDGED)
    made = call(*tried(SENT, SENT, SENT), of=acknowledged, once=True)
    assert after(made, 100) == Rest(Reason.UNANSWERED)
    assert after(call(of=acknowledged, once=True)) == Try(0, 1, Reason.FIRST_CALL)


def test_a_route_believed_dead_comes_last_but_it_comes() -> None:
    """Belief reorders; it never forbids (S9)."""
    belief = Belief()
    belief.refused.add("push")
    attempts: list[Attempt] = []
    order = []
    for number in range(3):
        move = after(call(*attempts), 100 + number, belief)
        assert isinstance(move, Try)
        order.append(LADDER[move.route].channel)
        attempts.append(tried(FAILED)[0]._replace(id=f"mia-1/{number}", route=move.route))
    assert order == ["text", "call", "push"]
    belief.refused.update({"text", "call"})
    assert after(call(), 0, belief) == Try(0, 1, Reason.FIRST_CALL), "all dead: still the first"


LITTLE = alert(Priority.LOW, Code.HIGH)


@pytest.mark.parametrize(
    ("made", "passed_s", "move"),
    [
        (call(of=LITTLE), 0, Try(0, 1, Reason.FIRST_CALL)),
        (call(of=LITTLE, routes=(TEXT, CALL)), 0, Rest(Reason.NO_ROUTE)),
        (call(of=LITTLE, routes=(TEXT, PUSH)), 0, Try(1, 1, Reason.FIRST_CALL)),
        (call(*tried(SENDING), of=LITTLE), 9999, Rest(Reason.TOLD)),
        (call(*tried(SENT), of=LITTLE), 9999, Rest(Reason.TOLD)),
        (call(*tried(FAILED), of=LITTLE), 0, Wait(NOON + minutes(15), Reason.UNDELIVERABLE)),
        (call(*tried(FAILED), of=LITTLE), 900, Try(0, 2, Reason.UNDELIVERABLE)),
        (call(*tried(FAILED), of=LITTLE, routes=(PUSH, SIREN)), 0, Try(1, 1, Reason.UNDELIVERABLE)),
        (call(of=LITTLE, held_until=LATER), 0, Wait(LATER, Reason.HELD_AT_NIGHT)),
    ],
)
def test_a_little_thing_is_one_push_once_by_day(made: Call, passed_s: float, move: Move) -> None:
    """No SMS, no voice: nobody is woken because a battery is low."""
    assert after(made, passed_s) == move


def test_only_little_things_wait_for_the_morning() -> None:
    for priority in (Priority.MEDIUM, Priority.HIGH):
        assert isinstance(after(call(of=alert(priority), held_until=LATER)), Try)
