"""A rehearsal or a drill as one page that can be sent to the other parent: nothing is loaded."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from relayd.domain.story import AlertTold, Story
from relayd.report import picture, verdict
from relayd.report.comparing import SAME, Compared, compared, findings
from relayd.report.folding import told
from relayd.report.markup import Html, el, join
from relayd.report.plain import about, harmless, sentence, span
from relayd.report.shapes import legend
from relayd.report.tables import after
from relayd.report.times import moment, outage_lines, trouble, when
from relayd.report.trimming import everything
from relayd.report.words import Told

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
LINES_AT_MOST = 3000
VERDICTS = {True: ("well", "✔ "), False: ("bad", "✘ "), None: ("", "")}


def render(story: Story, rehearsed: Story | None = None) -> str:
    """*story* as a page. With *rehearsed* it is a drill, and laid beside its rehearsal."""
    drill = rehearsed is not None or story.lifted_by is not None
    body = el(
        "main",
        _verdict(story),
        _whole(story),
        *_alerts(story),
        _beside(compared(story, rehearsed)) if rehearsed is not None else "",
        _notes(story),
        _timeline(story),
    )
    title = f"{harmless(story.scenario)}: a {'drill' if drill else 'rehearsal'}"
    whole = join(_header(story, drill=drill), body, _footer(drill=drill))
    return f"<!doctype html>\n{_frame(title, whole)}\n"


def _frame(title: str, body: Html) -> Html:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", http_equiv="Content-Security-Policy", content=policy),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="color-scheme", content="light dark"),
            el("meta", name="referrer", content="no-referrer"),
            el("title", title),
            el("link", rel="icon", href="data:,"),
            el("style", Html(STYLE)),
        ),
        el("body", body),
        lang="en",
    )


def _header(story: Story, *, drill: bool) -> Html:
    kind = "A drill: real messages, marked TEST" if drill else "A rehearsal: nobody was called"
    return el(
        "header",
        el("p", kind, class_="kind"),
        el("h1", story.scenario),
        el("p", sentence(story.about)) if story.about else "",
        el("p", when(story), class_="soft"),
        el("p", trouble(story), class_="soft") if story.trouble is not None else "",
    )


def _footer(*, drill: bool) -> Html:
    how = "relayd called the carers of this household for a test, and wrote down what came back."
    if not drill:
        how = "relayd played this through on the household's own file, in imagined time."
    return el("footer", el("p", how))


def _verdict(story: Story) -> Html:
    class_, sign = VERDICTS[story.kept_promise]
    remedies = verdict.remedies(story)
    return el(
        "div",
        el("p", f"{sign}{verdict.headline(story)}"),
        *(el("p", remark) for remark in verdict.remarks(story)),
        el("p", verdict.lifted(story)) if story.lifted_by is not None else "",
        el("p", verdict.unreached(story)) if verdict.unreached(story) else "",
        el("p", el("b", "The cheapest change: "), remedies[0]) if remedies else "",
        el("ul", *(el("li", f"Or: {remedy}") for remedy in remedies[1:])) if remedies[1:] else "",
        class_=f"verdict {class_}".strip(),
    )


def _whole(story: Story) -> Html:
    lines = list(outage_lines(story))
    fails = [el("li", el("span", f"{times}: ", class_="soft"), what) for times, what in lines]
    return el(
        "section",
        el("h2", "The whole of it"),
        el(
            "figure",
            picture.overview(story, picture.WIDE),
            picture.overview(story, picture.NARROW),
        ),
        legend(),
        el("details", el("summary", "What fails, and when"), el("ul", *fails)) if fails else "",
    )


# Alerts -------------------------------------------------------------------------


def _alerts(story: Story) -> Iterator[Html]:
    full, rest = verdict.split(story)
    for alert in full:
        yield _alert(story, alert)
    if rest:
        yield el("section", el("p", f"Besides: {verdict.others(rest)}."))


def _alert(story: Story, alert: AlertTold) -> Html:
    _, sign = VERDICTS[alert.kept]
    return el(
        "section",
        el("h2", f"{sign}{about(story, alert)}"),
        el("p", f"{verdict.began(story, alert)}. {verdict.outcome(story, alert)}"),
        *(el("p", aside, class_="soft") for aside in verdict.asides(story, alert)),
        _close(story, alert),
        _who(story, alert),
    )


def _close(story: Story, alert: AlertTold) -> Html:
    rows = verdict.rows(story, alert)
    if not rows:
        return Html()
    lasts = span(picture.close_s(story, alert))
    return el(
        "figure",
        el("h3", f"The first {lasts}"),
        picture.close(story, alert, picture.WIDE),
        picture.close(story, alert, picture.NARROW),
    )


def _who(story: Story, alert: AlertTold) -> Html:
    rows = [
        _row(
            [
                ("", row.who),
                ("by" if row.well else "", row.by),
                ("after", row.after),
                ("", row.then),
            ],
            well=row.well,
        )
        for row in verdict.rows(story, alert)
    ]
    return _table(("who", "by", "after", "and then"), rows) if rows else Html()


def _row(cells: Sequence[tuple[str, str]], *, well: bool) -> Html:
    """A row of a table; a phone shows each cell's heading before it and leaves out empty ones."""
    shown = (
        el("td", text, data_head=head or None, class_=None if text else "empty")
        for head, text in cells
    )
    return el("tr", *shown, class_="well" if well else "bad")


def _table(head: Sequence[str], rows: Sequence[Html]) -> Html:
    columns = (el("th", each, scope="col") for each in head)
    return el("table", el("thead", el("tr", *columns)), el("tbody", *rows))


# A drill beside its rehearsal -----------------------------------------------------


def _beside(both: Sequence[Compared]) -> Html:
    said = (el("li", text, class_="well" if well else "bad") for well, text in findings(both))
    return el(
        "section",
        el("h2", "Beside the rehearsal"),
        el("ul", *said, class_="findings"),
        *(part for each in both if each.pairs for part in _pairs(each)),
    )


def _pairs(each: Compared) -> Iterator[Html]:
    rows = [
        _row(
            [
                ("", f"{pair.who} by {pair.channel}"),
                ("foreseen", after(pair.foreseen_s)),
                ("was", after(pair.begun_s)),
                ("proof foreseen", after(pair.foreseen_proof_s)),
                ("proof", after(pair.proof_s)),
                ("", pair.verdict),
            ],
            well=pair.verdict == SAME,
        )
        for pair in each.pairs
    ]
    yield el("h3", each.title)
    yield _table(("who", "foreseen", "was", "proof foreseen", "proof", ""), rows)


# The timeline ---------------------------------------------------------------------


def _notes(story: Story) -> Html:
    if not story.notes:
        return Html()
    notes = (el("li", note) for note in story.notes)
    return el("section", el("h2", "To know beside this"), el("ul", *notes))


def _timeline(story: Story) -> Html:
    folded, full = told(story), everything(story)
    rest: Html = Html()
    if len(full) > len(folded):
        cut = f" (the first {LINES_AT_MOST:,})" if len(full) > LINES_AT_MOST else ""
        summary = el("summary", f"Every line, {len(full):,} of them{cut}")
        rest = el("details", summary, _lines(story, full[:LINES_AT_MOST]))
    return el("section", el("h2", "What happens"), _lines(story, folded), rest)


def _lines(story: Story, lines: Sequence[Told]) -> Html:
    items: list[Html] = []
    day = story.began_at.date()
    for line in lines:
        at = moment(story, line.t)
        if at.date() != day:
            day = at.date()
            items.append(el("li", f"{at:%A} {at.day} {at:%B}", class_="day"))
        stamp = el("time", f"{at:%H:%M:%S}", datetime=at.isoformat(timespec="milliseconds"))
        sign = el("span", line.mark.value, class_="sign", aria_hidden="true")
        items.append(el("li", stamp, sign, el("span", line.words), class_=line.mark.name))
    return el("ol", *items, class_="timeline")
