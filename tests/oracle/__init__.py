"""The oracle: judges a finished run from outside, by the world's truth and by visible effects.

It shares no rule with the engine: of `relayd.domain` it knows only the types that events and rows
are made of. Every invariant is one function from a run to its violations. L8, the watcher outside
the house, is no part of the world: relayd's own silence is what that watcher hears, and
`tests/test_live*.py` hold it.
"""

from collections.abc import Callable, Iterator

from oracle.alive import heal, l1, l1b, l2, l3, l4, l5
from oracle.answers import s5, s6, s7
from oracle.run import Run, Violation
from oracle.safe import s1, s2, s3, s4, s8, s9, s10
from oracle.selfsame import l6, l7
from oracle.world import w1, w2, w3, w4

Invariant = Callable[[Run], Iterator[Violation]]
INVARIANTS: tuple[Invariant, ...] = (
    *(s1, s2, s3, s4, s5, s6, s7, s8, s9, s10),
    *(l1, l1b, l2, l3, l4, l5, l6, l7, heal),
    *(w1, w2, w3, w4),
)

__all__ = ["INVARIANTS", "Invariant", "Run", "Violation", "judge"]


def judge(run: Run) -> list[Violation]:
    """Every violation of every invariant, in the order of SAFETY."""
    return [violation for invariant in INVARIANTS for violation in invariant(run)]
