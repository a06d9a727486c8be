"""The outside of ``relayd simulate``: words in, a report or one JSON document out."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress

from relayd.config import ConfigFaults, load
from relayd.domain.story import Story
from relayd.report import page, tables, terminal
from relayd.report.channels import nouns
from relayd.simulate import Home, UnknownScenario, home_of, rehearse
from relayd.simulate import load as load_scenario
from relayd.simulate import names as scenarios_known
from relayd.simulate.contingency import every_outage
from relayd.simulate.document import document, table_document
from relayd.simulate.home import names_in
from relayd.simulate.moments import WORST, BadMoment, clock_of, moment_of, worst_of
from relayd.simulate.remedy import with_remedies

WELL, BAD_NEWS, WRONG = 0, 1, 2
WIDTH = 100

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a rehearsal. *at*: when the wearer's trouble begins, None: as written."""

    seed: int = 0
    at: str | None = None
    by_chance: bool = False
    as_json: bool = False
    html: Path | None = None
    by_pairs: bool = False


def run_rehearsal(options: argparse.Namespace) -> int:
    """Do what *options* ask; return the exit status."""
    if options.outage or options.wearer or options.lasts:
        return _wrong("--outage, --wearer and --for belong to a drill: add --live")
    if options.list:
        return list_scenarios(as_json=options.json)
    wish = Wish(
        seed=options.seed,
        at=options.at,
        by_chance=options.by_chance,
        as_json=options.json,
        html=options.html,
        by_pairs=options.pairs,
    )
    if options.every_outage:
        return contingency(options.config, wish)
    return simulate(options.config, options.scenarios, wish)


def list_scenarios(*, as_json: bool = False) -> int:
    """Name every scenario that comes with relayd."""
    known = scenarios_known()
    if as_json:
        _write({"scenarios": [{"scenario": name, "about": about} for name, about in known]})
        return WELL
    widest = max(len(name) for name, _ in known)
    for name, about in known:
        sys.stdout.write(f"{name:<{widest}}  {about}\n")
    return WELL


def simulate(file: Path, scenarios: Sequence[str], wish: Wish) -> int:
    """Rehearse each of *scenarios* on the household of *file*; return the exit status."""
    if not scenarios:
        return _wrong("name a scenario, or --list, or --every-outage")
    if wish.html is not None and len(scenarios) > 1:
        return _wrong("--html takes one scenario: a page tells one story")
    try:
        home = home_of(load(file, with_secrets=False))
        with _progress(shown=not wish.as_json) as step:
            stories = [_story(home, word, wish, step) for word in scenarios]
        if wish.html is not None:
            wish.html.write_text(page.render(stories[0]), encoding="utf-8")
    except (ConfigFaults, UnknownScenario, BadMoment) as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"{wish.html} cannot be written: {error.strerror}")
    if wish.as_json:
        documents = [document(story) for story in stories]
        _write(documents[0] if len(documents) == 1 else documents)
    else:
        console = Console()
        width = console.width if sys.stdout.isatty() else WIDTH
        for story in stories:
            text = terminal.render(story, colour=sys.stdout.isatty(), width=width)
            sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    bad = any(story.kept_promise is False or story.unwoken for story in stories)
    return BAD_NEWS if bad else WELL


def _story(home: Home, word: str, wish: Wish, step: Step) -> Story:
    scenario = load_scenario(word, home)
    notes: tuple[str, ...] = ()
    at = None
    if wish.at == WORST and scenario.onset is not None:
        found, tried = worst_of(home, scenario, wish.seed, step)
        at = found.at
        kept = sum(each.kept for each in tried)
        sentence = (
            f"Of {len(tried)} onsets tried, one a minute, {kept} keep the promise; "
            f"this is the worst, at {clock_of(at, scenario)}."
        )
        notes = (sentence,)
    elif wish.at is not None and wish.at != WORST:
        at = moment_of(wish.at, scenario)
    story = rehearse(home, scenario, seed=wish.seed, at=at, by_chance=wish.by_chance)
    moved = scenario.beginning(at) if at is not None else scenario
    story = with_remedies(home, moved, story)
    return replace(story, notes=(*notes, *story.notes))


def contingency(file: Path, wish: Wish) -> int:
    """Rehearse everything that can fail; return the exit status."""
    try:
        home = home_of(load(file, with_secrets=False))
    except ConfigFaults as error:
        return _wrong(str(error))
    with _progress(shown=not wish.as_json) as step:
        table = every_outage(home, by_pairs=wish.by_pairs, on_step=step)
    if wish.as_json:
        _write(table_document(table))
    else:
        on_screen = sys.stdout.isatty()
        width = Console().width if on_screen else WIDTH
        kinds = {name: channel.kind for name, channel in home.config.channels.items()}
        names = nouns(kinds) | names_in(home)
        text = tables.contingency(
            table.cases, table.certificate, names, colour=on_screen, width=width
        )
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return WELL if table.kept_promise else BAD_NEWS


@contextmanager
def _progress(*, shown: bool) -> Iterator[Step]:
    """A bar on a terminal, for what takes long; nothing anywhere else."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _done, _of: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rehearsing")
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _wrong(sentence: str) -> int:
    sys.stderr.write(f"relayd: {sentence}\n")
    return WRONG


def _write(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()
