"""An ntfy channel against its double."""

from datetime import timedelta

from doubles.ntfy import NtfyDouble
from doubles.speaking import PATIENT
from relayd.channels.ntfy import Config, Ntfy
from relayd.domain.secret import Secret

ANA, TOM = "relayd-ana-k3f9x", "relayd-tom-p0q2m"
BOTH = (ANA, TOM)


def push(double: NtfyDouble, token: str | None = None, **more: timedelta) -> Ntfy:
    config = Config(double.url, None if token is None else Secret(token))
    return Ntfy("push", config, BOTH, PATIENT, **more)
