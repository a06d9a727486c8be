"""Two tables at a terminal: every outage there could be, and a drill beside its rehearsal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from relayd.domain.contingency import Case, Certificate
from relayd.domain.story import Story
from relayd.report.comparing import SAME, Pair, compared, findings
from relayd.report.plain import condition, counted, harmless, listed, span
from relayd.report.screen import DIM, HEAD, KEPT, LOST, Screen
from relayd.report.verdict import kept

SHOWN = 30


def contingency(
    rows: Iterable[Case],
    certificate: Certificate,
    names: Mapping[str, str],
    *,
    colour: bool,
    width: int,
) -> str:
    """The table of *rows*, worst first, and the certificate. *names*: ids as people say them."""
    screen = Screen(colour=colour, width=width)
    alike: dict[tuple[object, ...], list[Case]] = {}
    for case in sorted(rows, key=_badness):
        alike.setdefault(_alike(case), []).append(case)
    ranked = list(alike.values())
    kinds = {(case.wearer, case.condition) for cases in ranked for case in cases}
    lost = sum(not _well(cases[0]) for cases in ranked)
    # All that is lost is shown; of the rest what is hardest, so that the page stays readable.
    shown, rest = ranked[: max(SHOWN, lost)], ranked[max(SHOWN, lost) :]
    screen.say("If this fails, and then that happens", "bold underline")
    if certificate.counted:
        screen.say(harmless(certificate.counted), DIM)
    screen.gap()
    if shown:
        head = ("", "fails", "alert", "told", "after", "not reached")
        screen.grid([_row(cases, names, len(kinds)) for cases in shown], head=head)
    if rest:
        count = counted(sum(map(len, rest)), "more case")
        screen.say(f"and {count}, all of them survived", DIM)
    screen.gap()
    covered = sum(case.covered_by_watcher for cases in ranked for case in cases)
    _certify(screen, certificate, covered)
    return screen.text()


def _well(case: Case) -> bool:
    return case.kept is not False or case.covered_by_watcher


def _badness(case: Case) -> tuple[bool, bool, bool, float, int, str, tuple[str, ...]]:
    """Lost before covered before kept; then whoever was told latest."""
    late = -case.delivered.after_s if case.delivered is not None else float("-inf")
    return (
        _well(case),
        not case.covered_by_watcher,
        case.kept is None,
        late,
        -len(case.unreachable),
        harmless(case.words),
        (*case.outage, case.condition),
    )


def _alike(case: Case) -> tuple[object, ...]:
    """Cases that differ in nothing but the alert stand in one row."""
    told = (case.delivered.carer, case.delivered.channel) if case.delivered else None
    return harmless(case.words), told, case.unreachable, case.kept, case.covered_by_watcher


def _row(cases: Sequence[Case], names: Mapping[str, str], kinds: int) -> tuple[Text, ...]:
    case = cases[0]  # who was told latest
    if case.covered_by_watcher:
        mark, style = "○", "yellow"
    elif case.kept is None:
        mark, style = "·", DIM
    else:
        mark, style = ("✔", KEPT) if case.kept else ("✘", LOST)
    return (
        Text(mark, style),
        Text(harmless(case.words)),
        Text("any" if len(cases) == kinds > 1 else _alerts(cases, names), DIM),
        Text(_told(case, names), "" if case.delivered else style),
        Text(span(case.delivered.after_s) if case.delivered else ""),
        Text(listed(_named(each, names) for each in case.unreachable), DIM),
    )


def _alerts(cases: Sequence[Case], names: Mapping[str, str]) -> str:
    mine: dict[str | None, list[str]] = {}
    for case in cases:
        mine.setdefault(case.wearer, []).append(condition(case.condition))
    return "; ".join(
        f"{_named(who, names)}: {listed(dict.fromkeys(what))}" if who else listed(what)
        for who, what in mine.items()
    )


def _told(case: Case, names: Mapping[str, str]) -> str:
    if case.delivered is not None:
        by = f" by {_named(case.delivered.channel, names)}" if case.delivered.channel else ""
        return f"{_named(case.delivered.carer, names)}{by}"
    return "the outside watcher" if case.covered_by_watcher else "nobody"


def _named(who: str, names: Mapping[str, str]) -> str:
    return harmless(names.get(who, who))


def _certify(screen: Screen, certificate: Certificate, covered: int) -> None:
    of, survived = certificate.of, certificate.survived
    if survived == of:
        screen.say(f"✔ This household survives all of it: {survived:,} of {of:,}.", KEPT)
    else:
        text = f"✘ This household survives {survived:,} of {of:,}; what it does not survive:"
        screen.say(text, LOST)
        _not_survived(screen, certificate.lost)
    if covered:
        said = f"In {counted(covered, 'case')} only the watcher outside the house tells the carers."
        screen.say(f"  {said}", DIM)
    for note in certificate.notes:
        screen.say(harmless(note), "yellow", indent=2)
    if certificate.remedies:
        screen.head("What one addition would buy")
        if certificate.tried:
            screen.say(harmless(certificate.tried), DIM, indent=2)
        screen.grid(
            [(Text(kept(each), HEAD), Text(harmless(each.words))) for each in certificate.remedies],
            indent=2,
        )


def _not_survived(screen: Screen, lost: Sequence[Case]) -> None:
    """What is lost, the worst first; a pair only where neither of the two is lost alone."""
    alone: dict[str, set[object]] = {}
    for case in lost:
        if len(case.outage) == 1:
            alone.setdefault(case.outage[0], set()).add((case.wearer, case.condition))
    more = [case for case in lost if not _implied(case, alone)]
    words = list(dict.fromkeys(harmless(case.words) for case in sorted(more, key=_weight)))
    for each in words[:SHOWN]:
        screen.grid([(Text("·", DIM), Text(each))], indent=2)
    if words[SHOWN:]:
        screen.say(f"and {len(words) - SHOWN:,} more, none of them worse", DIM, indent=2)
    implied = {case.outage for case in lost} - {case.outage for case in more}
    if implied:
        pairs = counted(len(implied), "pair")
        screen.say(f"and {pairs} of which one alone is too much", DIM, indent=2)


def _implied(case: Case, alone: Mapping[str, set[object]]) -> bool:
    """Whether a part of a pair loses the same alert by itself."""
    alert = (case.wearer, case.condition)
    return len(case.outage) > 1 and any(alert in alone.get(part, ()) for part in case.outage)


def _weight(case: Case) -> tuple[bool, int, int, float]:
    """Nobody told before somebody late; one failure before two; then whom nothing can reach."""
    late = -case.delivered.after_s if case.delivered is not None else float("-inf")
    return case.delivered is not None, len(case.outage), -len(case.unreachable), late


def compare(real: Story, rehearsed: Story, *, colour: bool = False, width: int = 80) -> str:
    """What really happened, next to what the rehearsal predicted."""
    screen = Screen(colour=colour, width=width)
    both = compared(real, rehearsed)
    screen.say("The drill beside its rehearsal", "bold underline")
    for each in both:
        screen.head(each.title)
        if each.pairs:
            head = ("  who", "by", "foreseen", "was", "proof foreseen", "proof")
            screen.grid(_compared(each.pairs), head=head)
    screen.gap()
    for well, sentence in findings(both):
        screen.say(f"{'✔' if well else '✘'} {sentence}", KEPT if well else LOST)
    if real.kept_promise is not rehearsed.kept_promise:
        said = {True: "kept", False: "broken", None: "not put to the test"}
        screen.say(
            f"✘ The promise: foreseen as {said[rehearsed.kept_promise]}, "
            f"in the drill {said[real.kept_promise]}.",
            LOST,
        )
    return screen.text()


def _compared(pairs: Sequence[Pair]) -> list[tuple[Text, ...]]:
    rows = []
    for pair in pairs:
        well = pair.verdict == SAME
        mark = Text("✔ " if well else "✘ ", "green" if well else "red")
        times = (pair.foreseen_s, pair.begun_s, pair.foreseen_proof_s, pair.proof_s)
        cells = [after(seconds) for seconds in times]
        if not well:
            cells[1 if pair.begun_s is None else 0] = pair.verdict
        style = "" if well else "red"
        rows.append((mark + Text(pair.who), Text(pair.channel), *(Text(c, style) for c in cells)))
    return rows


def after(seconds: float | None) -> str:
    """How long after the alert; a dash for never."""
    if seconds is None:
        return "-"
    return "at once" if seconds < 1 else span(seconds)
