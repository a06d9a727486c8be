"""The options of ``relayd simulate``; read at every start, so nothing heavy is loaded."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path


def add_rehearsal_options(parser: argparse.ArgumentParser) -> None:
    """Add what a rehearsal in imagined time needs to *parser*."""
    add = parser.add_argument
    add("scenarios", nargs="*", metavar="SCENARIO", help="a name, or a TOML file")
    add("--list", action="store_true", help="name the scenarios")
    add("--seed", type=int, default=0, metavar="N", help="draw other lots")
    add("--at", metavar="TIME", help='when the trouble begins: minutes, HH:MM, or "worst"')
    add(
        "--by-chance",
        action="store_true",
        help="let lots fall; otherwise whatever may be lost by chance counts as lost",
    )
    add("--every-outage", action="store_true", help="try all that can fail")
    add("--pairs", action="store_true", help="and every two of them at once")
    add("--html", type=Path, metavar="FILE", help="write one page to send")
    add("--json", action="store_true", help="one JSON document on stdout")


def add_drill_options(
    parser: argparse.ArgumentParser, duration: Callable[[str], timedelta]
) -> None:
    """Add what ``--live`` needs to *parser*; *duration* reads ``"5 min"``."""
    live = parser.add_argument_group("a drill on the running relayd")
    live.add_argument(
        "--live", action="store_true", help="send real messages, marked TEST, on real routes"
    )
    live.add_argument(
        "--outage",
        action="append",
        default=[],
        metavar="NAME",
        help="hold this path, channel, network or carer dead for the drill; may be repeated",
    )
    live.add_argument("--wearer", metavar="NAME", help="whose plan is tried (default: the first)")
    live.add_argument(
        "--for", dest="lasts", type=duration, metavar="TIME", help="end it then at the latest"
    )


def clash(options: argparse.Namespace) -> str:
    """Why *options* of ``relayd simulate`` cannot all be meant, in a sentence; empty: they can."""
    named = ", ".join(options.scenarios)
    rehearsed = _given(options, at="--at", by_chance="--by-chance", seed="--seed")
    every = _given(options, every_outage="--every-outage", pairs="--pairs")
    if options.live:
        others = [*_given(options, list="--list"), *every, *rehearsed]
        if named:
            return (
                f"a drill takes --outage NAME, not a scenario ({named}): real messages would be "
                "sent. Nothing was sent. Leave out --live to rehearse it"
            )
        if others:
            return f"{_joined(others)} belong{_s(others)} to a rehearsal, not to a drill (--live)"
    if options.pairs and not options.every_outage:
        return "--pairs belongs to --every-outage: add it"
    if options.every_outage and named:
        return f"--every-outage tries all that can fail, and takes no scenario ({named})"
    told = [*rehearsed, *_given(options, html="--html")]
    if options.every_outage and told:
        return f"{_joined(told)} belong{_s(told)} to a scenario, not to --every-outage"
    return ""


def _given(options: argparse.Namespace, **words: str) -> list[str]:
    return [word for name, word in words.items() if getattr(options, name)]


def _joined(words: list[str]) -> str:
    return " and ".join(words)


def _s(words: list[str]) -> str:
    return "s" if len(words) == 1 else ""
