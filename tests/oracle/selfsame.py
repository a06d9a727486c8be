"""What must happen in and about relayd itself, and by when: L6 and L7."""

from collections.abc import Iterator

from oracle.run import Run, Violation
from relayd.domain.alert import Code, Priority
from relayd.domain.belief import PathState
from relayd.domain.delivery import Failure, Purpose
from relayd.domain.event import AttemptReported, Event, PathReported, TechnicalReported

BESIDE_S = 1.0
SAID_WITHIN_S = 15.0
TOLD_AFTER_S = {Code.PATH_LOST: 120.0, Code.BROKER_LOST: 30.0, Code.STORAGE: 0.0}


def l6(run: Run) -> Iterator[Violation]:
    """No message of high priority waits for another: it leaves at once."""
    for t, send in run.digest.sends:
        attempt = send.attempt
        if attempt.priority is not Priority.HIGH or attempt.purpose is not Purpose.CALL:
            continue
        by = run.deadline(t, BESIDE_S)
        if by > run.ended or not run.digest.running(t, by):
            continue
        left = any(t <= one.t <= by for one in run.digest.aired[attempt.id])
        kept = any(t <= at <= by for at, _, _ in run.digest.reports[attempt.id])
        if not left and not kept:
            yield Violation("L6", by, f"{attempt.id} did not leave")


def l7(run: Run) -> Iterator[Violation]:
    """Failures of relayd itself become alerts of their own."""
    ills: dict[tuple[Code, str], float] = {}
    for fed in run.digest.feds:
        key, ill = _ill(fed.event)
        if key is not None and ill:
            ills.setdefault(key, fed.t)
        elif key is not None and key in ills:
            yield from _untold(run, key, ills.pop(key), fed.t)
    for key, since in ills.items():
        yield from _untold(run, key, since, run.ended)
    for attempt, reports in run.digest.reports.items():
        for t, _, failure in reports:
            if failure is Failure.CREDENTIALS and not _told(run, Code.CHANNEL_REFUSED, "", t):
                yield Violation("L7", t, f"{attempt}: refused, and nobody is told")


def _ill(event: Event) -> tuple[tuple[Code, str] | None, bool]:
    if isinstance(event, TechnicalReported) and event.condition in TOLD_AFTER_S:
        return (event.condition, event.about), event.present
    if isinstance(event, PathReported) and event.state is not PathState.UNPROVEN:
        return (Code.PATH_LOST, event.path), event.state is PathState.DOWN
    return None, isinstance(event, AttemptReported)


def _untold(run: Run, key: tuple[Code, str], since: float, until: float) -> Iterator[Violation]:
    code, about = key
    by = run.deadline(since, TOLD_AFTER_S[code]) + SAID_WITHIN_S
    if by < until and run.digest.running(since, by) and not _told(run, code, about, by):
        yield Violation("L7", by, f"{code} {about} for {by - since:.0f} s, and no alert says so")


def _told(run: Run, code: Code, about: str, t: float) -> bool:
    alerts = (life.at(t) for life in run.digest.lives.values())
    return any(
        a is not None and a.open and a.condition is code and about in ("", a.about) for a in alerts
    )
