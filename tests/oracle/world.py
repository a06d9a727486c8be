"""Whether the world itself can be believed: a world that lies would make every engine look good."""

from collections.abc import Iterator

from oracle.run import Run, Violation
from relayd.domain.alert import Alert
from relayd.domain.delivery import Dissemination
from relayd.domain.event import Answered, AttemptReported
from relayd.simulate.trace import (
    Aired,
    BrokerAcked,
    BrokerBrought,
    CarerSaid,
    Fed,
    RelayDied,
    Shown,
    Written,
)

PROOF = frozenset({Dissemination.DELIVERED, Dissemination.ACCEPTED, Dissemination.REJECTED})
ONE_ALERT = {
    "glucose.urgent_low": "low",
    "glucose.urgent_low_soon": "low",
    "glucose.low": "low",
    "glucose.falling_fast": "low",
    "glucose.high": "high",
    "glucose.very_high": "high",
}
"""All low-side conditions of a wearer are one alert, and so are those of the high side."""


def w1(run: Run) -> Iterator[Violation]:
    """What is shown was sent, what is sent was asked for, and no dead route carries anything."""
    asked: set[str] = set()
    aired: dict[tuple[str, str, int], Aired] = {}
    for entry in run.digest.entries:
        if isinstance(entry, Fed):
            for send in entry.sends:
                asked.add(send.attempt.id)
        elif isinstance(entry, Aired):
            if entry.attempt not in asked:
                yield Violation("W1", entry.t, f"nobody asked for {entry.attempt}")
            # By route, too: where storage was lost numbers begin again.
            aired.setdefault((entry.attempt, entry.carer, entry.route), entry)
        elif isinstance(entry, Shown):
            first = aired.get((entry.attempt, entry.carer, entry.route))
            if first is None:
                yield Violation("W1", entry.t, f"{entry.attempt} was shown and never sent so")
            elif run.dead(entry.carer, entry.route, first.t, entry.t):
                yield Violation("W1", entry.t, f"{entry.attempt} came through a dead route")


def w2(run: Run) -> Iterator[Violation]:
    """Proof is of something shown, and who answers has seen what they answer."""
    shown: set[str] = set()
    told: set[tuple[str, str]] = set()
    for entry in run.digest.entries:
        if isinstance(entry, Fed):
            event = entry.event
            if isinstance(event, AttemptReported):
                if event.status in PROOF and event.attempt not in shown:
                    yield Violation("W2", entry.t, f"proof of {event.attempt}, which nobody saw")
            elif isinstance(event, Answered) and event.attempt and event.attempt not in shown:
                yield Violation("W2", entry.t, f"an answer to {event.attempt}, never shown")
        elif isinstance(entry, Shown):
            shown.add(entry.attempt)
            told.add((entry.alert, entry.carer))
        elif isinstance(entry, CarerSaid) and (entry.alert, entry.carer) not in told:
            yield Violation("W2", entry.t, f"{entry.carer} answered {entry.alert} unseen")


def w3(run: Run) -> Iterator[Violation]:
    """Time goes on, a dead process does nothing, and what was written is there when it is back.

    A row that was lost shows as an alert of which there are suddenly two, or as one that never
    comes up again (S3, S6), or as a number that is given twice (S4).
    """
    t, running = 0.0, True
    for entry in run.digest.entries:
        if entry.t < t:
            yield Violation("W3", entry.t, f"it was {t:.1f} s already")
        t = entry.t
        if isinstance(entry, RelayDied):
            running = entry.back
        elif not running and isinstance(entry, Fed | Written | BrokerAcked | Aired):
            yield Violation("W3", t, f"{type(entry).__name__} by a process that is dead")
    yield from _twins(run)


def _twins(run: Run) -> Iterator[Violation]:
    standing: dict[tuple[str, str], tuple[str, float]] = {}
    rows = sorted(
        (
            (since, name, alert, life.until)
            for name, life in run.digest.lives.items()
            for since, alert, _ in life.stood
            if alert.wearer is not None
        ),
        key=lambda row: row[0],
    )
    for since, name, alert, until in rows:
        key = alert.wearer or "", _family(alert)
        other, lasts = standing.get(key, (name, until))
        if other != name and since < lasts:
            yield Violation("W3", since, f"{name} was raised while {other} stands")
        if alert.open:
            standing[key] = name, until
        elif other == name:
            standing.pop(key, None)


def _family(alert: Alert) -> str:
    return ONE_ALERT.get(alert.condition.value, alert.condition.value)


def w4(run: Run) -> Iterator[Violation]:
    """What the broker brought and was not told to forget, it brings again after a stop."""
    if run.forgetful:
        return
    waiting: dict[int, float] = {}
    owed: dict[int, float] = {}
    for entry in run.digest.entries:
        if isinstance(entry, BrokerBrought):
            waiting[entry.number] = entry.t
            owed.pop(entry.number, None)
        elif isinstance(entry, BrokerAcked):
            if waiting.pop(entry.number, None) is None:
                yield Violation("W4", entry.t, f"message {entry.number} was not waited for")
        elif isinstance(entry, RelayDied) and not entry.back:
            owed.update(waiting)
            waiting.clear()
    for number, t in owed.items():
        if t < run.ended - BROUGHT_AGAIN_S:
            yield Violation("W4", t, f"message {number} was lost between broker and relay")


BROUGHT_AGAIN_S = 4 * 3600.0
"""An outage of the broker, and a queue behind it, may last so long."""
