"""Rehearsals: the same engine, everything else imagined, in virtual time."""

from relayd.simulate.cast import Scenario
from relayd.simulate.home import Home, home_of
from relayd.simulate.rehearsal import load, rehearse
from relayd.simulate.scenario import UnknownScenario, names
from relayd.simulate.world import World

__all__ = [
    "Home",
    "Scenario",
    "UnknownScenario",
    "World",
    "home_of",
    "load",
    "names",
    "rehearse",
]
