"""Drills: real messages marked TEST on real routes, with what one names held dead for the drill."""

from relayd.drill.drills import Drills, Refused
from relayd.drill.held import Held
from relayd.drill.outage import UnknownOutageError, held_by

__all__ = ["Drills", "Held", "Refused", "UnknownOutageError", "held_by"]
