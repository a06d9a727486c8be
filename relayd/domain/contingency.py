"""What every single outage, or every pair of them, would do to a household.

The rehearsals that find it out run elsewhere; these are their results.
"""

from dataclasses import dataclass

from relayd.domain.story import Reached, Remedy


@dataclass(frozen=True, slots=True)
class Case:
    """One outage, one kind of alert, and what came of it.

    *outage* names the components that fail together; *words* say it to a family ("mobile data on
    O2"). *delivered* is what relayd can know; *unreachable* are carers of the plan whom nothing
    could reach. *kept* judges the promise, None where the alert has none. *covered_by_watcher*:
    relayd itself is dead then, and only the watcher outside the house tells the carers.
    """

    outage: tuple[str, ...]
    words: str
    condition: str
    wearer: str | None
    delivered: Reached | None = None
    unreachable: tuple[str, ...] = ()
    kept: bool | None = None
    covered_by_watcher: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a household survives: *survived* of *of* cases keep the promise or are covered.

    *lost* are the others; *remedies* are single additions, and what each would buy; *tried* says of
    which lost cases. *counted* says what a case is; *notes* are sentences to know beside it.
    """

    survived: int
    of: int
    lost: tuple[Case, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    counted: str = ""
    tried: str = ""
    notes: tuple[str, ...] = ()
