"""The command ``relayd``: arguments in, exit status out. 0 well, 1 bad news, 2 wrong usage."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from relayd import __version__
from relayd.networks import Correction

WELL, BAD_NEWS, WRONG = 0, 1, 2
ABOUT = (
    "Takes the readings of health wearables, and calls carers until a person answers. "
    "Exit status: 0 well, 1 bad news, 2 wrong usage or an invalid file."
)
DEFAULT_FILE = "/etc/relayd/relayd.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_NEWS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relayd", description=ABOUT)
    parser.add_argument("--version", action="version", version=f"relayd {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    run = _command(commands, "run", _run, "run the daemon")
    run.add_argument("--log-level", choices=("debug", "info", "warning"), default="info")

    check = _command(
        commands, "check", _check, "find every fault of the file, and what it cannot do"
    )
    check.add_argument("--without-secrets", action="store_true", help="do not read secret files")
    check.add_argument("--json", action="store_true", help="one JSON document on stdout")

    networks = _command(commands, "networks", _networks, "show which brand rides on which network")
    networks.add_argument("text", nargs="?", default="", metavar="TEXT", help="part of a name")
    networks.add_argument("--json", action="store_true", help="one JSON document on stdout")

    status = _command(commands, "status", _status, "ask the running daemon how things stand")
    status.add_argument("--json", action="store_true", help="one JSON document on stdout")

    acknowledge = _command(commands, "acknowledge", _acknowledge, "answer an alert for a carer")
    acknowledge.add_argument("alert", metavar="ALERT", help="its name, such as mia-1")
    acknowledge.add_argument("--carer", required=True, metavar="NAME", help="who has it")

    pause = _command(commands, "pause", _pause, "plan a silence: a sensor change, a swim")
    pause.add_argument("wearer", metavar="WEARER", help="whose readings are not expected")
    pause.add_argument("--silence", action="store_true", required=True, help="what is paused")
    pause.add_argument(
        "--for", dest="lasts", type=_duration, required=True, metavar="TIME", help='"2 h" at most 3'
    )
    pause.add_argument("--carer", default="", metavar="NAME", help="who plans it")

    simulate = _command(commands, "simulate", _simulate, "rehearse an outage, or hold a drill")
    _add_simulate_options(simulate)

    test = _command(commands, "test", _test, "send one TEST message by every route of a carer")
    test.add_argument("carer", metavar="CARER", help="whose routes are tried")
    test.add_argument("--route", type=int, metavar="N", help="this one only; the first is 0")
    test.add_argument("--for", dest="lasts", type=_duration, metavar="TIME", help="wait so long")
    test.add_argument("--json", action="store_true", help="one JSON document on stdout")

    init = _command(commands, "init", _init, "ask, and write a household file that works")
    init.add_argument("--force", action="store_true", help="write over a file without asking")

    demo = commands.add_parser("demo", help="see the main job with nothing to set up")
    demo.set_defaults(command=_demo)
    demo.add_argument("--once", action="store_true", help="end when the story has ended")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=run)
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=Path(os.environ.get("RELAYD_CONFIG", DEFAULT_FILE)),
        help=f"the household file (default: RELAYD_CONFIG, else {DEFAULT_FILE})",
    )
    return parser


# Each command imports what it needs itself: the daemon never loads what only a terminal shows.


def _run(options: argparse.Namespace) -> int:
    from relayd.live import run  # noqa: PLC0415

    return run(options.config, options.log_level)


def _check(options: argparse.Namespace) -> int:
    from relayd.terminal import check  # noqa: PLC0415

    return check(options.config, with_secrets=not options.without_secrets, as_json=options.json)


def _networks(options: argparse.Namespace) -> int:
    from relayd.terminal_networks import networks  # noqa: PLC0415

    return networks(options.text, corrections_of(options.config), as_json=options.json)


def corrections_of(file: Path) -> "Mapping[str, Correction]":
    """What the household file knows better than the table, where there is a sound file."""
    from relayd.config import ConfigFaults, load  # noqa: PLC0415

    try:
        return load(file, with_secrets=False).networks
    except ConfigFaults:
        return {}


def _status(options: argparse.Namespace) -> int:
    from relayd.remote import status  # noqa: PLC0415

    return status(options.config, as_json=options.json)


def _acknowledge(options: argparse.Namespace) -> int:
    from relayd.remote import acknowledge  # noqa: PLC0415

    return acknowledge(options.config, options.alert, options.carer)


def _pause(options: argparse.Namespace) -> int:
    from relayd.remote import pause  # noqa: PLC0415

    return pause(options.config, options.wearer, options.lasts, options.carer)


def _add_simulate_options(parser: argparse.ArgumentParser) -> None:
    from relayd.terminal_options import add_drill_options, add_rehearsal_options  # noqa: PLC0415

    add_rehearsal_options(parser)
    add_drill_options(parser, _duration)


def _simulate(options: argparse.Namespace) -> int:
    from relayd.terminal_options import clash  # noqa: PLC0415

    wrong = clash(options)
    if wrong:
        sys.stderr.write(f"relayd: {wrong}\n")
        return WRONG
    if options.live:
        from relayd.terminal_drill import run_drill  # noqa: PLC0415

        return run_drill(options)
    from relayd.terminal_simulate import run_rehearsal  # noqa: PLC0415

    return run_rehearsal(options)


def _test(options: argparse.Namespace) -> int:
    from relayd.terminal_drill import run_test  # noqa: PLC0415

    return run_test(options)


def _init(options: argparse.Namespace) -> int:
    from relayd.init import run  # noqa: PLC0415

    return run(options.config, force=options.force)


def _duration(text: str) -> timedelta:
    from relayd.config.fault import Wrong  # noqa: PLC0415
    from relayd.config.values import duration  # noqa: PLC0415

    try:
        return duration(text)
    except Wrong as wrong:
        raise argparse.ArgumentTypeError(f"{wrong.what}. {wrong.remedy}") from None


def _demo(options: argparse.Namespace) -> int:
    from relayd.demo import run  # noqa: PLC0415

    return run(once=options.once)
