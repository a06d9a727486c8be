"""The options of ``relayd simulate --live``; read at every start, so nothing heavy is loaded."""

import argparse
from collections.abc import Callable
from datetime import timedelta


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
