"""``relayd simulate --live`` and ``relayd test``: begun on the running relayd, and followed."""

import argparse
import sys
from collections.abc import Mapping
from datetime import timedelta
from threading import Event
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from relayd.config import Config, ConfigFaults, load
from relayd.domain.story import Story
from relayd.drill import UnknownOutageError, held_by
from relayd.drill.copy import for_drill
from relayd.drill.timeline import line_document
from relayd.remote import Remote, UnreachableError, refuse, web_token
from relayd.report import page, tables, terminal
from relayd.simulate.document import document
from relayd.simulate.drilled import rehearse_drill
from relayd.terminal_proofs import show_routes
from relayd.web.speech import Storyteller

WELL, BAD_NEWS, WRONG = 0, 1, 2
ASKED_EVERY_S = 0.3
WIDTH = 100
GONE = "relayd was started anew, and a drill ends with it. Nothing of it is left."
Document = Mapping[str, Any]


def run_drill(options: argparse.Namespace) -> int:
    """Hold a drill, and report it: 0 where the promise was kept, 1 where not or it was lifted."""
    try:
        config = load(options.config, with_secrets=False)
        held = held_by(config, options.outage)
        if options.html is not None:
            options.html.open("a").close()  # it must not fail once everybody was called
    except ConfigFaults as faults:
        sys.stderr.write(f"{faults}\n")
        return WRONG
    except UnknownOutageError as error:
        sys.stderr.write(f"relayd: {error}\n")
        return WRONG
    except OSError as error:
        sys.stderr.write(f"relayd: {options.html} cannot be written: {error.strerror}\n")
        return WRONG
    body = {"outages": options.outage, "wearer": options.wearer, "for_s": _seconds(options.lasts)}
    followed = _Followed(config, quiet=options.json)
    came_to = followed.see_through("/api/drill", body)
    if isinstance(came_to, int):
        return came_to
    if came_to["state"] == "broken":
        return refuse("The drill broke; relayd's log says why. Real alerts are not affected.")
    story = msgspec.convert(came_to["story"], Story)
    foreseen = rehearse_drill(config, held, options.wearer, story)
    if options.json:
        _print_json(drill_document(story, foreseen))
    else:
        _report(story, foreseen)
    if options.html is not None:
        options.html.write_text(page.render(story, foreseen), encoding="utf-8")
    return WELL if story.kept_promise and story.lifted_by is None else BAD_NEWS


def run_test(options: argparse.Namespace) -> int:
    """Try the routes of one carer: 0 where each was proved or answered, else 1; 2: no such."""
    try:
        config = load(options.config, with_secrets=False)
    except ConfigFaults as faults:
        sys.stderr.write(f"{faults}\n")
        return WRONG
    body = {"carer": options.carer, "route": options.route, "for_s": _seconds(options.lasts)}
    followed = _Followed(config, quiet=True)
    if not options.json:
        followed.console.print("One TEST message a route. Answer where you can; waiting for proof…")
    came_to = followed.see_through("/api/test", body)
    if isinstance(came_to, int):
        return came_to
    if options.json:
        proved = show_routes(came_to, None, config)
        lifted = came_to["lifted_by"]
        told = {"carer": options.carer, "routes": came_to["routes"], "lifted_by": lifted}
        _print_json({**told, "proved": proved})
    else:
        proved = show_routes(came_to, followed.console, config)
    return WELL if proved and came_to["lifted_by"] is None else BAD_NEWS


class _Followed:
    """One drill of the running relayd, from its beginning to its end."""

    def __init__(self, config: Config, *, quiet: bool) -> None:
        self._config = config
        self._quiet = quiet
        self.console = Console(highlight=False)
        self._speech = Storyteller(for_drill(config.household, None).household)

    def see_through(self, path: str, body: Mapping[str, object]) -> Document | int:
        """Begin it, tell what happens, and return its last document; or an exit status."""
        try:
            remote = Remote(self._config, web_token(self._config))
            try:
                begun = remote.ask(path, body)
                if begun.well:
                    return self._follow(remote, begun.content)
            except KeyboardInterrupt:  # even before its first word: it may have begun
                remote.ask("/api/drill/end", {})
                raise
        except UnreachableError as error:
            return refuse(str(error))
        refuse(begun.sentence)
        return WRONG if begun.status == 400 else BAD_NEWS  # noqa: PLR2004

    def _follow(self, remote: Remote, begun: Document) -> Document | int:
        for words in begun["held"] if not self._quiet else ():
            self.console.print(Text(words[:1].upper() + words[1:] + "."))
        known, document = 0, begun
        while True:
            self._tell(document["lines"])
            known = document["next"]
            if document["state"] != "running":
                return document
            Event().wait(ASKED_EVERY_S)
            told = remote.ask(f"/api/drill?since={known}")
            if not told.well:
                return refuse(told.sentence)
            document = told.content
            if document["drill"] != begun["drill"]:
                return refuse(GONE)

    def _tell(self, lines: list[Document]) -> None:
        for line in lines if not self._quiet else ():
            if not line["event"].startswith("outage."):
                fields = {k: v for k, v in line.items() if k not in ("t", "at", "event")}
                self.console.print(Text(f"{line['t']:7.1f} s  {self._told(line, fields)}"))

    def _told(self, line: Document, fields: Mapping[str, str | None]) -> str:
        return "".join(c for c in self._speech.tell(line["event"], fields) if c.isprintable())


def _report(story: Story, foreseen: Story) -> None:
    """What really happened, and then the same beside what the rehearsal foresaw."""
    colour = sys.stdout.isatty()
    width = Console().width if colour else WIDTH
    for text in (
        terminal.render(story, colour=colour, width=width),
        tables.compare(story, foreseen, colour=colour, width=width),
    ):
        sys.stdout.write(f"\n{text.rstrip()}\n")


def drill_document(story: Story, foreseen: Story) -> dict[str, Any]:
    """The contract's document of a rehearsal, for a drill: its lines have *at* too.

    *predicted* is the document of the rehearsal, *lifted_by* the real alert that ended the drill.
    """
    return {
        **document(story),
        "timeline": [line_document(line, story.began_at) for line in story.lines],
        "lifted_by": story.lifted_by,
        "predicted": document(foreseen),
    }


def _seconds(lasts: timedelta | None) -> float | None:
    return lasts.total_seconds() if lasts is not None else None


def _print_json(document: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
