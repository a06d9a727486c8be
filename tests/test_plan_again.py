"""What no path carried is tried again soon, while nobody is known to be reached."""

from collections.abc import Callable

import pytest
from houses import CALL, NOON, PUSH, SIREN, TEXT, Drive, home, minutes, seconds

from relayd.domain.alert import Alert, Code, Priority
from relayd.domain.belief import Belief
from relayd.domain.delivery import Attempt, Dissemination, Failure, Reason
from relayd.domain.household import Carer, Plan, Route, Step
from relayd.domain.plan import Call, Try, Wait, next_move

SENT, FAILED = Dissemination.SENT, Dissemination.UNDELIVERABLE
DELIVERED = Dissemination.DELIVERED
AGAIN = Reason.PATH_WAS_DOWN
LADDER = (PUSH, TEXT, CALL)
ALERT = Alert("mia-1", "mia", Code.URGENT_LOW, Priority.HIGH, NOON, NOON, NOON)


def begun(route: int, at_s: float, lap: int, reason: Reason, number: int) -> Attempt:
    return Attempt(
        f"mia-1/{number}", "mia-1", "mia", "ana", route, "x", number, 1, lap,
        NOON + seconds(at_s), Priority.HIGH, reason,
    )  # fmt: skip


def lost(attempt: Attempt, failure: Failure = Failure.PATH_DOWN) -> Attempt:
    return attempt._replace(status=FAILED, failure=failure)


def call(*attempts: Attempt, routes: tuple[Route, ...] = LADDER, **more: object) -> Call:
    made = Call(ALERT, Plan((Step(("ana",)),)), Carer("ana", "Ana", routes), NOON, attempts)
    return made._replace(**more)  # type: ignore[arg-type]  # named by each test


def climbed() -> list[Attempt]:
    """The push met no path at noon; text and call were sent 0 and 20 s later."""
    tries = [(0, 0.0), (1, 0.0), (2, 20.0)]
    first = [begun(r, t, 1, Reason.FIRST_CALL, n) for n, (r, t) in enumerate(tries, 1)]
    return [lost(first[0]), *(each._replace(status=SENT) for each in first[1:])]


def test_it_is_tried_again_after_twenty_seconds_beside_what_was_merely_sent() -> None:
    """Nobody waits out the pause between climbs because a text may have arrived."""
    made = call(*climbed())
    assert next_move(made, Belief(), NOON + seconds(20)) == Try(0, 1, AGAIN)
    early = call(*climbed()[:2])
    assert next_move(early, Belief(), NOON + seconds(5)) == Wait(
        NOON + seconds(20), Reason.UNCONFIRMED
    ), "the next route's own turn comes first"


def test_again_and_again_each_time_twice_as_late() -> None:
    assert [t for t, move in played(call()) if move.reason is AGAIN and t < 139] == [20, 60]
    slow = Plan((Step(("ana",)),), lap_pause=minutes(10))
    again = [t for t, move in played(call(plan=slow)) if move.reason is AGAIN and t < 600]
    assert again == [20, 60, 140, 300]


def played(
    made: Call, until_s: int = 1500, works: Callable[[int, int], bool] = lambda _n, _t: False
) -> list[tuple[int, Try]]:
    """What the plan begins, second by second: the push meets no path unless it *works*."""
    found: list[tuple[int, Try]] = []
    tried: list[Attempt] = []
    for t in range(until_s):
        for _ in range(20):
            move = next_move(made._replace(tried=tuple(tried)), Belief(), NOON + seconds(t))
            if not isinstance(move, Try):
                break
            found.append((t, move))
            attempt = begun(move.route, t, move.lap, move.reason, len(found))
            push = made.carer.routes[move.route] == PUSH and not works(len(found), t)
            tried = [each for each in tried if each.lap == move.lap]
            tried.append(lost(attempt) if push else attempt._replace(status=SENT))
        else:
            raise AssertionError("the plan never waits")
    return found


@pytest.mark.parametrize("pause_s", [12, 25, 60, 120, 600])
@pytest.mark.parametrize(
    "works", [lambda _n, _t: False, lambda _n, t: t > 50, lambda _n, t: t % 97 < 30]
)
@pytest.mark.parametrize("routes", [LADDER, (TEXT, PUSH), (PUSH, SIREN, TEXT)])
def test_never_fewer_tries_and_never_faster_than_ten_seconds(
    pause_s: int, works: Callable[[int, int], bool], routes: tuple[Route, ...]
) -> None:
    """The climbs come when they came without it; what is added is added between them."""
    plan = Plan((Step(("ana",)),), lap_pause=seconds(pause_s))
    made = call(routes=routes, plan=plan)
    without = played(made._replace(reached=True), works=works)
    with_it = played(made, works=works)
    assert [each for each in with_it if each[1].reason is not AGAIN] == without
    again = {(t, move.route) for t, move in with_it if move.reason is AGAIN}
    for t, route in again:
        others = [
            u for u, move in with_it if move.route == route and (u, move.reason) != (t, AGAIN)
        ]
        assert all(abs(u - t) >= 10 for u in others), (t, others)


@pytest.mark.parametrize(
    "made",
    [
        call(*climbed(), reached=True),
        call(*climbed(), once=True),
        call(*climbed(), alert=ALERT._replace(priority=Priority.MEDIUM)),
        call(lost(climbed()[0], Failure.REFUSED), *climbed()[1:]),
        call(lost(climbed()[0], Failure.UNREACHABLE), *climbed()[1:]),
        call(*climbed(), routes=(SIREN, TEXT, CALL)),
        call(climbed()[0], *(lost(each) for each in climbed()[1:])),
    ],
    ids=["reached", "reminder", "medium", "refused", "phone off", "sounder", "nothing got out"],
)
def test_everything_else_waits_as_it_did(made: Call) -> None:
    for t in range(200):
        move = next_move(made, Belief(), NOON + seconds(t))
        assert move.reason is not AGAIN


def test_a_little_thing_is_not_hurried() -> None:
    little = ALERT._replace(priority=Priority.LOW, condition=Code.HIGH)
    move = next_move(call(climbed()[0], alert=little), Belief(), NOON + seconds(30))
    assert move.reason is not AGAIN


def test_a_seizure_calls_again_what_had_no_path() -> None:
    made = call(*climbed(), alert=ALERT._replace(condition=Code.SEIZURE_ALARM))
    assert next_move(made, Belief(), NOON + seconds(25)) == Try(0, 1, AGAIN)


def test_once_anybody_is_proven_to_be_reached_the_hurry_ends() -> None:
    """Tom has a text in hand: Ana's push waits for the next climb."""
    both = (Step(("ana", "tom")),)
    drive = Drive(home(ana=(PUSH, TEXT), tom=(TEXT,), steps=both), watch_well=False)
    drive.glucose(45)
    drive.report("mia-1/1", FAILED, Failure.PATH_DOWN)
    for _, send in list(drive.sends)[1:]:
        drive.report(send.attempt.id, SENT)
    drive.until(0.5)
    assert [s.attempt.reason for _, s in drive.sends].count(AGAIN) == 1
    tom = next(s.attempt for _, s in drive.sends if s.attempt.carer == "tom")
    drive.report(drive.last("ana").id, FAILED, Failure.PATH_DOWN)
    drive.report(tom.id, DELIVERED)
    drive.until(1.9)
    assert [s.attempt.reason for _, s in drive.sends].count(AGAIN) == 1
