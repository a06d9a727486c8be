"""What a crash takes back: turns that never reached the disk, and what the broker still holds."""

from collections.abc import Sequence

from relayd.domain.event import KeptReading, Row
from relayd.simulate.trace import BrokerAcked, BrokerBrought, Entry, Fed, RelayDied, Written

WAITS_AT_MOST_S = 120.0  # for company on the way to the disk


def taken_back(entries: Sequence[Entry]) -> set[int]:
    """Every turn that a crash took back, by the identity of its entry.

    A turn without rows (the same again) is lost with the message that the broker still holds;
    words of a watch that only memory held, while the disk was full, are lost with the process.
    """
    lost: set[int] = set()
    unwritten: dict[int, Fed] = {}
    memory: dict[int, Fed] = {}
    held: dict[int, Fed] = {}
    number: int | None = None
    acked = float("inf")
    for entry in entries:
        kind = type(entry)
        if kind is Fed:
            assert isinstance(entry, Fed)
            for row in entry.rows:
                unwritten[id(row)] = entry
            if number is not None and not entry.rows:
                held[number] = entry
            number = None
        elif isinstance(entry, Written):
            for row in entry.rows:
                fed = unwritten.pop(id(row), None)
                if entry.durable:
                    memory.pop(id(row), None)
                elif fed is not None and all(_watch_word(each) for each in fed.rows):
                    memory[id(row)] = fed
        elif isinstance(entry, BrokerBrought):
            number = entry.number
        elif isinstance(entry, BrokerAcked):
            held.pop(entry.number, None)
            acked = entry.t
        elif isinstance(entry, RelayDied) and not entry.back:
            waited = min(entry.t, acked) - WAITS_AT_MOST_S  # one that is away takes no word
            again = (fed for fed in held.values() if fed.t > waited)
            lost.update(id(fed) for fed in (*unwritten.values(), *memory.values(), *again))
            unwritten.clear()
            memory.clear()
            held.clear()
    return lost


def _watch_word(row: Row) -> bool:
    return isinstance(row, KeptReading) and row.state is not None
