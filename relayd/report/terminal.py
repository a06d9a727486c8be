"""A rehearsal or a drill, as a report at a terminal."""

from rich.text import Text

from relayd.domain.story import AlertTold, Story
from relayd.report import verdict
from relayd.report.folding import told
from relayd.report.plain import about, harmless, sentence
from relayd.report.screen import DIM, KEPT, LOST, Screen, ascii_only, progress
from relayd.report.times import moment, outage_lines, trouble, when
from relayd.report.words import Mark, Told

__all__ = ["ascii_only", "progress", "render"]

MARKS = {True: ("✔", KEPT), False: ("✘", LOST), None: ("·", DIM)}
STYLES = {
    Mark.OUTAGE: "yellow",
    Mark.MENDED: "yellow",
    Mark.ALARM: "bold red",
    Mark.TRY: "",
    Mark.SENT: DIM,
    Mark.AGAIN: "",
    Mark.FAILED: "red",
    Mark.ARRIVED: "green",
    Mark.ANSWER: KEPT,
    Mark.OVER: KEPT,
    Mark.NOTE: DIM,
}
TOLD_AT_FIRST, TOLD_AT_LAST = 90, 20
BANDS = 12


def render(story: Story, *, colour: bool, width: int) -> str:
    """*story* as a text of lines of at most *width* columns."""
    screen = Screen(colour=colour, width=width)
    _header(screen, story)
    _outages(screen, story)
    _timeline(screen, story)
    _who_was_told(screen, story)
    _ending(screen, story)
    return screen.text()


def _header(screen: Screen, story: Story) -> None:
    screen.say(harmless(story.scenario), "bold underline")
    if story.about:
        screen.say(sentence(story.about))
    screen.say(when(story), DIM)
    if story.trouble is not None:
        screen.say(trouble(story), DIM)
    if story.lifted_by is not None:
        screen.gap()
        screen.say(f"▲ {verdict.lifted(story)}", LOST)


def _outages(screen: Screen, story: Story) -> None:
    lines = list(outage_lines(story))
    if not lines:
        return
    screen.head("What fails")
    shown = lines[:BANDS]
    screen.grid([(Text(times, DIM), Text(words)) for times, words in shown], indent=2)
    if len(lines) > len(shown):
        screen.say(f"and {len(lines) - len(shown)} more", DIM, indent=2)


def _timeline(screen: Screen, story: Story) -> None:
    lines = told(story)
    if not lines:
        return
    screen.head("What happens")
    left = len(lines) - TOLD_AT_FIRST - TOLD_AT_LAST
    if left > 1:
        _lines(screen, story, lines[:TOLD_AT_FIRST])
        screen.say(f"… {left:,} more lines; --json and --html have them all …", DIM, indent=2)
        lines = lines[-TOLD_AT_LAST:]
    _lines(screen, story, lines)


def _lines(screen: Screen, story: Story, lines: list[Told]) -> None:
    rows: list[tuple[Text, Text, Text]] = []
    day, before = story.began_at.date(), ""
    for line in lines:
        at = moment(story, line.t)
        if at.date() != day:
            if rows:
                screen.grid(rows, indent=2)
            screen.say(f"{at:%A} {at.day} {at:%B}", "bold dim", indent=2)
            rows, day, before = [], at.date(), ""
        stamp, style = f"{at:%H:%M:%S}", STYLES[line.mark]
        shown = "" if stamp == before else stamp
        rows.append((Text(shown, DIM), Text(line.mark.value, style), Text(line.words, style)))
        before = stamp
    if rows:
        screen.grid(rows, indent=2)


def _who_was_told(screen: Screen, story: Story) -> None:
    full, rest = verdict.split(story)
    if not story.alerts:
        return
    screen.head("Who was told")
    for alert in full:
        _alert(screen, story, alert)
    if rest and full:
        screen.say(f"And {verdict.others(rest)}.", DIM, indent=2)
    elif rest:
        screen.say(f"Nothing but {verdict.others(rest)}.", DIM, indent=2)


def _alert(screen: Screen, story: Story, alert: AlertTold) -> None:
    mark, style = MARKS[alert.kept]
    title = f"{about(story, alert)}, {verdict.began(story, alert)}"
    screen.say(Text.assemble((f"{mark} ", style), (title, "bold")), indent=2)
    rows = [
        (
            Text("✔ " if row.well else "✘ ", "green" if row.well else "red") + Text(row.who),
            Text(row.by, "" if row.well else "red"),
            Text(row.after),
            Text(row.then, "" if row.well else DIM),
        )
        for row in verdict.rows(story, alert)
    ]
    if rows:
        screen.grid(rows, indent=4, head=("  who", "by", "after", "and then"))
    if alert.delivered is None or not any(row.well for row in verdict.rows(story, alert)):
        screen.say(verdict.outcome(story, alert), indent=4)
    for aside in verdict.asides(story, alert):
        screen.say(aside, DIM, indent=4)
    screen.gap()


def _ending(screen: Screen, story: Story) -> None:
    for note in story.notes:
        screen.grid([(Text("·", DIM), Text(harmless(note)))], indent=2)
    screen.gap()
    mark, style = MARKS[story.kept_promise]
    screen.say(f"{mark} {verdict.headline(story)}", style)
    for remark in verdict.remarks(story):
        screen.say(remark, "yellow", indent=2)
    if verdict.unreached(story):
        screen.say(verdict.unreached(story), "red", indent=2)
    for place, remedy in enumerate(verdict.remedies(story)):
        lead = "Or" if place else "The cheapest change"
        screen.say(Text.assemble((f"{lead}: ", "bold"), remedy), indent=2)
