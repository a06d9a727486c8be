"""What it all came to, in sentences that the terminal and the page share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relayd.domain.alert import Priority
from relayd.domain.delivery import Dissemination
from relayd.domain.story import AlertTold, Remedy, Story
from relayd.report.channels import called, tried
from relayd.report.facts import Heard, heard, since_s, tracks
from relayd.report.plain import counted, harmless, listed, name, span
from relayd.report.times import at_day

SOON, MUCH_SOONER = 60.0, 10.0
LONG_UNANSWERED = 300.0
SHOWN_IN_FULL = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One carer in the table of one alert. *well*: told, by proof or by their answer."""

    who: str
    by: str
    after: str
    then: str
    well: bool


def headline(story: Story) -> str:
    """Whether the promise was kept, as one sentence."""
    high = [alert for alert in story.alerts if alert.kept is not None]
    within = span(story.promise_s)
    urgent = any(alert.priority == Priority.HIGH.word for alert in story.alerts)
    if story.kept_promise is None and urgent:
        return f"It ended before the promise could be judged (promised: {within})."
    if story.kept_promise is None:
        return "No alert here was of high priority: there was no promise to keep."
    if story.kept_promise and not high:
        return "The promise is kept."
    if story.kept_promise:
        count = {1: "the alert", 2: "both alerts"}.get(len(high), f"all {len(high):,} alerts")
        return (
            f"The promise is kept: {count} of high priority reached somebody in time "
            f"(promised: {within})."
        )
    lost = [alert for alert in high if alert.kept is False]
    if not lost:
        return "The promise is broken."
    if len(high) == 1:
        count = "the alert of high priority"
    else:
        count = f"{len(lost):,} of {len(high):,} alerts of high priority"
    return f"The promise is broken: {count} reached nobody in time (promised: {within})."


def remarks(story: Story) -> Iterator[str]:
    """What must be said beside the verdict, so that nobody takes it for more than it is."""
    yield from map(harmless, story.remarks)
    if not story.kept_promise:
        return
    told = [alert for alert in story.alerts if alert.kept and alert.delivered is not None]
    late = [alert for alert in told if _unanswered_s(alert) >= LONG_UNANSWERED]
    never = [alert for alert in late if alert.acknowledged is None]
    if never:
        which = _of_them(len(never), len(told))
        yield f"Nobody answered{which}: delivered is not awake."
    elif late:
        which = _of_them(len(late), len(told))
        longest = span(max(map(_unanswered_s, late)))
        yield f"Nobody answered{which} for {longest}: delivered is not awake."


def _unanswered_s(alert: AlertTold) -> float:
    return alert.acknowledged.after_s if alert.acknowledged is not None else float("inf")


def _of_them(these: int, of: int) -> str:
    return "" if these == of else f" {these:,} of the {of:,}"


def unreached(story: Story) -> str:
    """Who could not be reached at all, and whom nothing woke; empty if nobody."""
    said = []
    if story.unreached:
        said.append(f"Not reached at all: {listed(name(story, each) for each in story.unreached)}.")
    if story.unwoken:
        who = listed(name(story, each) for each in story.unwoken)
        said.append(
            f"Told, and not woken: {who}. Nothing that is sent there makes a noise at night."
        )
    return " ".join(said)


def lifted(story: Story) -> str:
    """Why the drill ended early, as one sentence; empty if it did not."""
    if story.lifted_by is None:
        return ""
    alert = harmless(story.lifted_by)
    return f"A real alert ({alert}) ended the drill at once: what follows is as far as it got."


def split(story: Story) -> tuple[Sequence[AlertTold], Sequence[AlertTold]]:
    """The alerts to tell in full, and those that a line is enough for.

    In full: what is not low, broken promises first if there are many; each part in order of time.
    """
    grave = [alert for alert in story.alerts if alert.priority != Priority.LOW.word]
    chosen = sorted(grave, key=lambda alert: (alert.kept is not False, alert.kept is None))
    full = {alert.alert for alert in chosen[:SHOWN_IN_FULL]}
    return (
        [alert for alert in story.alerts if alert.alert in full],
        [alert for alert in story.alerts if alert.alert not in full],
    )


def outcome(story: Story, alert: AlertTold) -> str:
    """What one alert came to, in a sentence or two."""
    told, has = alert.delivered, alert.acknowledged
    if told is None:
        return "Nobody was told, as far as relayd can know."
    by = f" by {called(story, told.channel)}" if told.channel else ", and answered,"
    words = f"{name(story, told.carer)} was told{by} after {span(told.after_s)}"
    if has is None:
        return f"{words}; nobody answered."
    if has.carer == told.carer:
        return f"{words} and answered after {span(has.after_s)}."
    return f"{words}; {name(story, has.carer)} answered after {span(has.after_s)}."


def began(story: Story, alert: AlertTold) -> str:
    """When the alert began to count: ``08:40:10, high priority; first raised at 08:26:10``."""
    words = f"{at_day(story, since_s(alert), seconds=True)}, {harmless(alert.priority)} priority"
    if since_s(alert) - alert.raised_s < 1:
        return words
    return f"{words}; first raised at {at_day(story, alert.raised_s, seconds=True)}"


def asides(story: Story, alert: AlertTold) -> Iterator[str]:
    """What relayd could not know: when it really began, and which phone showed it before."""
    if alert.true_onset_s is not None and _first_seen(story, alert) - alert.true_onset_s >= SOON:
        yield (
            f"It really began at {at_day(story, alert.true_onset_s)}, "
            f"{span(alert.raised_s - alert.true_onset_s)} before relayd could know of it."
        )
    shown, told = alert.shown, alert.delivered
    if shown is not None and (told is None or told.after_s - shown.after_s >= MUCH_SOONER):
        yield (
            f"The phone of {name(story, shown.carer)} showed it first, after "
            f"{span(shown.after_s)}; relayd could not know that yet."
        )


def _first_seen(story: Story, alert: AlertTold) -> float:
    """When relayd first knew of what began then: an alert that was raised before may tell of it."""
    same = (alert.wearer, alert.true_onset_s)
    return min(a.raised_s for a in story.alerts if (a.wearer, a.true_onset_s) == same)


def rows(story: Story, alert: AlertTold) -> list[Row]:
    """Who was told of *alert*, by what, after how long, and who was not: the first one first."""
    found = sorted(
        heard(story, alert),
        key=lambda each: (each.after_s is None, each.after_s or 0.0),
    )
    return [_row(story, alert, each) for each in found]


def _row(story: Story, alert: AlertTold, each: Heard) -> Row:
    who = name(story, each.carer)
    if each.after_s is None:
        return Row(who, "no proof", "", _without_proof(story, alert, each), well=False)
    if each.answered_s is not None:
        then = f"answered after {span(each.answered_s)}"
    elif each.refused:
        then = "answered “I cannot”"
    else:
        then = "answered before, not since" if each.earlier else "did not answer"
    by = called(story, each.channel) if each.channel else "an answer"
    return Row(who, by, span(each.after_s), then, well=True)


def _without_proof(story: Story, alert: AlertTold, each: Heard) -> str:
    rang = _rang(story, alert, each.carer)
    bad = [c for c, status in each.tried if status is Dissemination.UNDELIVERABLE]
    failed = [channel for channel in bad if channel not in rang]
    ignored = [channel for channel in bad if channel in rang]
    silent = [c for c, status in each.tried if status is not Dissemination.UNDELIVERABLE]
    parts = []
    if silent:
        parts.append(f"nothing came back from {tried(story, silent)}")
    if ignored:
        parts.append(f"{tried(story, ignored)} rang, and nobody answered")
    if failed:
        parts.append(f"{tried(story, failed)} failed")
    return "; ".join(parts)


def _rang(story: Story, alert: AlertTold, carer: str) -> frozenset[str]:
    """The channels by which this carer's phone rang, as far as anybody knows."""
    mine = (t for t in tracks(story) if (t.alert, t.carer) == (alert.alert, carer))
    return frozenset(t.channel for t in mine if t.attempt in (story.rang or ()))


def remedies(story: Story) -> list[str]:
    """What could be changed, and what it would buy, the best first as it was handed in."""
    return [f"{harmless(each.words)}: {kept(each)}" for each in story.remedies]


def kept(remedy: Remedy) -> str:
    """``keeps 9 of 9 lost onsets``; of a single case, only that it helps."""
    if remedy.of == 1:
        return "tried, and it helps"
    of = counted(remedy.of, remedy.cases) if remedy.cases else f"{remedy.of:,}"
    return f"keeps {remedy.keeps:,} of {of}"


def others(alerts: Sequence[AlertTold]) -> str:
    """How many alerts are not told in full."""
    kept = sum(alert.kept is True for alert in alerts)
    lost = sum(alert.kept is False for alert in alerts)
    if alerts and all(alert.priority == Priority.LOW.word for alert in alerts):
        return f"{counted(len(alerts), 'more alert')}, of low priority"
    judged = f" ({kept:,} kept the promise, {lost:,} broke it)" if kept or lost else ""
    return f"{counted(len(alerts), 'more alert')}{judged}"
