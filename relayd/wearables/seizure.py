"""A seizure watch's state as sources write it, weighed: a reading, or malformed."""

from relayd.domain.reading import Malformed, SeizureReading, WatchState
from relayd.wearables.stamp import Stamp

_FILLERS = str.maketrans("", "", " _-")
_LONGEST = 64
_STATES = {state.value.translate(_FILLERS): state for state in WatchState} | {
    "mute": WatchState.MUTED
}


def state_named(name: str) -> WatchState | None:
    """Find the state that *name* means, whatever its case and its separators."""
    return _STATES.get(name[:_LONGEST].strip().casefold().translate(_FILLERS))


def watched(wearer: str, state: WatchState, at: Stamp) -> SeizureReading | Malformed:
    """Make a reading of *state*.

    With a time that cannot be read, OK is malformed: it could be of yesterday. Every other state
    stands without its time, for it may raise an alarm.
    """
    if isinstance(at, Malformed):
        return at if state is WatchState.OK else SeizureReading(wearer, state, None)
    return SeizureReading(wearer, state, at)
