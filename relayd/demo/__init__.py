"""``relayd demo``: the main job with nothing to set up.

The real daemon, real MQTT messages and real HTTP on 127.0.0.1; only the sensor, the phones and the
services that carry the words are modelled.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from relayd import log

WELL, BAD_NEWS = 0, 1
NO_BROKER = "relayd demo: its MQTT broker is not installed. Run: pip install 'relayd[demo]'"


def run(*, once: bool) -> int:
    """Play the night and return the exit status; 0 if it came out as it should.

    With *once*, or where nobody looks at a terminal, it ends with the story. Otherwise the pages
    stay up until Ctrl-C.
    """
    try:
        from relayd.demo.night import play  # noqa: PLC0415 - the broker is an extra
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("relayd"):
            raise
        print(NO_BROKER, file=sys.stderr)  # noqa: T201 - it is a command
        return BAD_NEWS
    once = once or not sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="relayd-demo-") as name:
        folder = Path(name)
        with (folder / "relayd.log").open("w") as lines:  # the broker is a chatterbox
            log.setup("warning", lines)
            return asyncio.run(play(folder, once=once))
