"""relayd as a subject of a harness that compares relays: copy this file into its ``drivers/``.

The harness hands over where broker, sink and folder are; RELAYD names the program to start.
"""

import os
import socket
from pathlib import Path

from relaybench.driver import Command, Driver, register

HOUSE = """\
[home]
name = "bench"
timezone = "UTC"
state = "{folder}/state"
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
[web]
listen = "127.0.0.1:{web_port}"
[channels.hook]
kind = "webhook"
url = "{sink}"
[carers.ana]
name = "Ana"
routes = [{{ channel = "hook" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""
WEARER = '[wearers.{0}]\nname = "{0}"\nunit = "mg/dL"\n[wearers.{0}.glucose]\n'


@register
class Relayd(Driver):  # type: ignore[misc]  # the harness has no types
    """``relayd run`` with one carer on one webhook, and as many wearers as are asked for."""

    name = "relayd"
    about = "relayd run"

    def prepare(self) -> None:
        """Write the household."""
        folder: Path = self.ctx.workdir
        with socket.create_server(("127.0.0.1", 0)) as free:
            web_port = free.getsockname()[1]
        house = HOUSE.format(
            folder=folder, port=self.ctx.broker_port, web_port=web_port, sink=self.ctx.sink_url
        )
        wearers = "".join(WEARER.format(wearer) for wearer in self.ctx.wearers)
        (folder / "relayd.toml").write_text(house + wearers)

    def topic(self, wearer: str) -> str:
        """Relayd's own topic for *wearer*."""
        return f"relayd/{wearer}/glucose"

    def payload(self, wearer: str, mgdl: int, ts: float, seq: int) -> bytes:
        """A reading as relayd's own topic has it."""
        del wearer, seq
        return b'{"value": %d, "unit": "mg/dL", "at": %.6f, "trend": "steady"}' % (mgdl, ts)

    def commands(self) -> list[Command]:
        """What to start."""
        program = os.environ.get("RELAYD", "relayd")
        file = str(self.ctx.workdir / "relayd.toml")
        return [Command([program, "run", "--config", file, "--log-level", "warning"])]
