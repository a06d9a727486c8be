"""The one decision all delivery hangs on: what to do next, about one alert, for one carer."""

from datetime import datetime, timedelta

from relayd.domain.alert import Priority
from relayd.domain.belief import Belief
from relayd.domain.call import Call, Move, Rest, Try, Wait, promise_of
from relayd.domain.delivery import UNPROVEN, Attempt, Dissemination, Failure, Reason

__all__ = ["Call", "Move", "Rest", "Try", "Wait", "next_move", "promise_of"]

MEDIUM_AGAIN_AFTER = timedelta(minutes=15)
LOW_AGAIN_AFTER = timedelta(minutes=15)
LAP_PAUSE_AT_MOST = timedelta(minutes=10)
RETRY_FIRST_AFTER = timedelta(seconds=2)
PATH_AGAIN_AFTER = timedelta(seconds=20)  # then twice as long, and so on
SAME_ROUTE_AFTER = timedelta(seconds=10)  # no route is hurried more than that for a lost path
NO_TIME = timedelta(0)


def next_move(call: Call, belief: Belief, now: datetime) -> Move:
    """Decide what to do next about one alert for one carer."""
    alert = call.alert
    if not (alert.calling or call.once):
        return Rest(Reason.NOT_CALLING)
    if call.carer.id in alert.refused_by:
        return Rest(Reason.REFUSED)
    if now < call.due_at:
        return Wait(call.due_at, Reason.NOT_YET_THEIR_STEP)
    if call.duty_at is not None:
        return Wait(call.duty_at, Reason.OFF_DUTY)
    if alert.priority is Priority.LOW:
        return _tell_once(call, belief, now)
    if not call.tried:
        return _climb(call, belief, 1, Reason.AT_ONCE if call.at_once else Reason.FIRST_CALL)
    first = [attempt for attempt in call.tried if attempt.reason is not Reason.PATH_WAS_DOWN]
    again = len(first) < len(call.tried)
    move = _go_on(call._replace(tried=first) if first and again else call, belief, now)
    return _or_again(call, move, now)


def _go_on(call: Call, belief: Belief, now: datetime) -> Move:
    lap = call.tried[-1].lap
    passed_over = _passed_over(call, belief)
    if passed_over is not None:
        return Try(passed_over, lap, Reason.OWN_TURN)
    last = _waited_for(call, belief)
    if last is None:
        return _climb(call, belief, lap, Reason.SUSPECTED)
    patience, reason = _patience(call, last)
    if now < last.begun_at + patience:
        return Wait(last.begun_at + patience, reason)
    begun = {attempt.route for attempt in call.tried}
    if len(begun) < len(call.carer.routes):
        return _climb(call, belief, lap, reason)
    if call.once:
        return Rest(Reason.UNANSWERED)
    again_at = _next_lap_at(call)
    if now < again_at:
        return Wait(again_at, Reason.RESTS_BETWEEN_CLIMBS)
    return _climb(call, belief, lap + 1, Reason.NEXT_LAP)


def _or_again(call: Call, move: Move, now: datetime) -> Move:
    """Rather than wait, try again what no path carried, while nobody is known to be reached.

    The lap is climbed as if that try had not been; where nothing got out, the laps hurry enough.
    """
    if not isinstance(move, Wait):
        return move
    if call.alert.priority is not Priority.HIGH or call.reached or call.once:
        return move
    if not any(attempt.failure is Failure.PATH_DOWN for attempt in call.tried):
        return move
    if all(attempt.status is Dissemination.UNDELIVERABLE for attempt in call.tried):
        return move
    last = {attempt.route: attempt for attempt in call.tried}
    due = [
        (_again_at(call, attempt), route)
        for route, attempt in last.items()
        if attempt.failure is Failure.PATH_DOWN and not call.carer.routes[route].sounder
    ]
    again_at, route = min(due, default=(move.until, -1))
    if route < 0 or again_at + SAME_ROUTE_AFTER > move.until:
        return move
    if now < again_at:
        return Wait(again_at, Reason.PATH_WAS_DOWN)
    return Try(route, call.tried[-1].lap, Reason.PATH_WAS_DOWN)


def _again_at(call: Call, last: Attempt) -> datetime:
    """When a route that no path carried is tried again: further and further apart."""
    before = sum(attempt.route == last.route for attempt in call.tried) - 1
    return last.begun_at + PATH_AGAIN_AFTER * (1 << min(before, 12))


def _patience(call: Call, last: Attempt) -> tuple[timedelta, Reason]:
    """How long *last* is given before the next route begins, and what to say then."""
    route = call.carer.routes[last.route]
    if last.status is Dissemination.UNDELIVERABLE:
        return NO_TIME, Reason.UNDELIVERABLE
    if call.at_once:
        return NO_TIME, Reason.AT_ONCE
    if route.sounder:
        return NO_TIME, Reason.SOUNDER
    first_climb = call.alert.priority is Priority.HIGH and last.lap == 1
    if last.status in UNPROVEN:
        confirm_within = route.confirm_within or call.plan.confirm_within
        return (min(confirm_within, call.pace) if first_climb else confirm_within), (
            Reason.UNCONFIRMED
        )
    if first_climb and not route.wakes:
        return min(call.plan.answer_within, call.pace), Reason.NOT_AWAKE
    return call.plan.answer_within, Reason.UNANSWERED


def _next_lap_at(call: Call) -> datetime:
    """When the ladder is climbed again: further and further apart, soon where nothing got out."""
    first, last = call.tried[0], call.tried[-1]
    pause = call.plan.lap_pause
    doubled = 1 << min(first.lap - 1, 12)
    if all(attempt.status is Dissemination.UNDELIVERABLE for attempt in call.tried):
        return last.begun_at + min(RETRY_FIRST_AFTER * doubled, pause)
    if call.alert.priority is Priority.MEDIUM:
        return first.begun_at + MEDIUM_AGAIN_AFTER
    return last.begun_at + min(pause * doubled, max(pause, LAP_PAUSE_AT_MOST))


def _climb(call: Call, belief: Belief, lap: int, reason: Reason) -> Try:
    """Begin the best route of *lap* not yet begun: a dead one last, but never not at all."""
    begun = {attempt.route for attempt in call.tried if attempt.lap == lap}
    left = [number for number in range(len(call.carer.routes)) if number not in begun]
    if len(left) == 1:
        return Try(left[0], lap, reason)

    def rank(number: int) -> tuple[bool, bool, int]:
        route = call.carer.routes[number]
        return belief.why_lost(route) is not None, belief.why_suspected(route) is not None, number

    return Try(min(left, key=rank), lap, reason)


# Suspicion costs no time: another network comes first, and the suspected one is still begun no
# later than if nobody had suspected it. Being wrong about a network must not delay a call.


def _passed_over(call: Call, belief: Belief) -> int | None:
    """The route whose turn had come when another was begun because its network is suspected."""
    if not belief.suspected:
        return None
    routes = call.carer.routes
    begun = {attempt.route for attempt in call.tried}
    furthest = max(_turn(call, belief, number) for number in begun)
    for number, route in enumerate(routes):
        turn_came = number not in begun and _turn(call, belief, number) < furthest
        if turn_came and belief.why_suspected(route) is not None:
            return number
    return None


def _waited_for(call: Call, belief: Belief) -> Attempt | None:
    """The attempt that is given time; None where none is: only suspected ones stand before it."""
    if not belief.suspected:
        return call.tried[-1]
    routes = call.carer.routes
    begun = {attempt.route for attempt in call.tried}
    better = any(
        number not in begun and not belief.dead(route) for number, route in enumerate(routes)
    )
    for attempt in reversed(call.tried):
        hopeless = attempt.status in UNPROVEN and belief.why_suspected(routes[attempt.route])
        if not hopeless:
            return attempt
    return None if better else call.tried[-1]


def _turn(call: Call, belief: Belief, number: int) -> tuple[bool, int]:
    """The place of a route where no network is suspected."""
    return belief.why_lost(call.carer.routes[number]) is not None, number


def _tell_once(call: Call, belief: Belief, now: datetime) -> Move:
    """One quiet line, once, by day, on a route that wakes nobody; again later if none got out."""
    fit = [number for number, route in enumerate(call.carer.routes) if route.quiet]
    if not fit:
        return Rest(Reason.NO_ROUTE)
    if any(attempt.status is not Dissemination.UNDELIVERABLE for attempt in call.tried):
        return Rest(Reason.TOLD)
    if call.held_until is not None:
        return Wait(call.held_until, Reason.HELD_AT_NIGHT)
    lap = call.tried[-1].lap if call.tried else 1
    begun = {attempt.route for attempt in call.tried if attempt.lap == lap}
    left = [number for number in fit if number not in begun]
    if not left:
        again_at = call.tried[-1].begun_at + LOW_AGAIN_AFTER
        if now < again_at:
            return Wait(again_at, Reason.UNDELIVERABLE)
        lap, left = lap + 1, fit
    alive = (number for number in left if not belief.dead(call.carer.routes[number]))
    reason = Reason.UNDELIVERABLE if call.tried else Reason.FIRST_CALL
    return Try(next(alive, left[0]), lap, reason)
