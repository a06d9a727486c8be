"""What a rehearsal or a drill came to: what happened when, and who was told by what.

A rehearsal and a drill tell the same story in the same words, so that they can be laid side by
side. Moments are seconds since the story's beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story's timeline: *t* in seconds, *event* and *fields* as CONTRACT has them."""

    t: float
    event: str
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody was reached, by *channel* where by one.

    *after_s* counts from when carers had to be called: when the alert was raised, or became high.
    """

    carer: str
    after_s: float
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class AlertTold:
    """One alert and who heard of it.

    *delivered* is what relayd can know: proof, or failing that an answer. *shown* is what the
    imagined phone showed first, whether relayd knows of it or not; None in a drill.
    *first* is the first telling of it at any priority, counted from when it was raised.
    *true_onset_s* is when the wearer's value really crossed the limit, None where nobody knows.
    *kept* judges the promise; None for an alert that never was of high priority.
    """

    alert: str
    wearer: str | None
    condition: str
    priority: str
    raised_s: float
    delivered: Reached | None = None
    shown: Reached | None = None
    acknowledged: Reached | None = None
    true_onset_s: float | None = None
    kept: bool | None = None
    called_s: float | None = None  # Since when the promise counts: raised, or become high.
    first: Reached | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """One fault, from when to when: the shaded band of the picture.

    *component* is what it hits ("network:o2-uk:data"), *words* say it to a family ("mobile data on
    O2"). *ended_s* may lie behind the story's end, and is None where nothing ends it. *assumed*:
    its rate or time is an assumption and not a published figure.
    """

    component: str
    words: str
    began_s: float
    ended_s: float | None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change to the file and what it would buy: *keeps* of *of* cases that are lost today.

    *cases* says what is counted ("lost onset"), as one of it.
    """

    words: str
    keeps: int
    of: int
    cases: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What truly begins for a wearer, seen or not: ``an urgent low begins for Mia``, and when."""

    t: float
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """The whole of it.

    *unreached* are carers of the plan whom nothing reached while something called for them.
    *notes* are sentences a family must read beside the table (a true onset that lay earlier, who
    watches when the Pi is dead); *remarks* belong beside the verdict. *lifted_by* is the real alert
    that ended a drill. *unwoken* are carers who were told by what makes no noise, where nobody
    answered. *names* are what people call carers, wearers and networks, by their ids;
    *kinds* what each channel is, as the file says it ("pushover"), *sounders* those that sound in
    a place and reach nobody. *rang* are the calls at which the phone rang, None where nobody knows.
    """

    scenario: str
    about: str
    began_at: datetime
    lasts_s: float
    promise_s: float
    lines: tuple[Line, ...]
    alerts: tuple[AlertTold, ...]
    outages: tuple[Band, ...] = ()
    unreached: tuple[str, ...] = ()
    unwoken: tuple[str, ...] = ()
    kept_promise: bool | None = None
    seed: int | None = None
    notes: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    lifted_by: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    sounders: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    rang: frozenset[str] | None = None
    trouble: Trouble | None = None
