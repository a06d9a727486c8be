"""An alert: one alarm condition that carers must hear about, and where its life stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from relayd.domain.reading import Bound, Trend


class Priority(IntEnum):
    """How soon harm may come if nobody answers (IEC 60601-1-8)."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """``low``, ``medium`` or ``high``, as every document and page says it."""
        return self.name.lower()


class Presence(StrEnum):
    """Where the alert stands between its alarm condition and the carers."""

    ON = "on"  # The condition is present and no carer has accepted it.
    LATCHED = "latched"  # The condition has gone, but a carer must still hear of it.
    ACKNOWLEDGED = "acknowledged"  # A carer has accepted it; the condition is still present.
    OFF = "off"  # Nothing more to do.


class Code(StrEnum):
    """Every alarm condition, physiological first, then technical."""

    URGENT_LOW = "glucose.urgent_low"
    URGENT_LOW_SOON = "glucose.urgent_low_soon"
    LOW = "glucose.low"
    FALLING_FAST = "glucose.falling_fast"
    HIGH = "glucose.high"
    VERY_HIGH = "glucose.very_high"
    SILENT = "glucose.silent"
    SEIZURE_ALARM = "seizure.alarm"
    SEIZURE_FALL = "seizure.fall"
    SEIZURE_MANUAL = "seizure.manual"
    SEIZURE_WARNING = "seizure.warning"
    SEIZURE_FAULT = "seizure.fault"
    SEIZURE_SILENT = "seizure.silent"
    BATTERY_LOW = "device.battery_low"
    PATH_LOST = "relay.path_lost"
    CARER_UNREACHABLE = "relay.carer_unreachable"
    BROKER_LOST = "relay.broker_lost"
    BAD_PAYLOAD = "relay.bad_payload"
    CLOCK = "relay.clock"
    STORAGE = "relay.storage"
    CHANNEL_REFUSED = "relay.channel_refused"
    ANSWERS_LOST = "relay.answers_lost"
    MISHAP = "relay.mishap"

    @property
    def technical(self) -> bool:
        """Whether it is a fault of the relay itself rather than a state of the wearer."""
        return self.startswith("relay.")

    @property
    def latching(self) -> bool:
        """Whether only a person ends the calling, even once the condition has gone."""
        return self in LATCHING


class Cause(StrEnum):
    """Why carers are being called now; it opens what they are told."""

    RAISED = "raised"
    WORSENED = "worsened"
    FURTHER_FALL = "further fall"
    REMINDER_UNANSWERED = "reminder unanswered"
    EVERYBODY_REFUSED = "everybody refused"
    HANDED_BACK = "handed back"


LATCHING = frozenset({Code.SEIZURE_ALARM, Code.SEIZURE_FALL, Code.SEIZURE_MANUAL})
LOW_SIDE = frozenset({Code.URGENT_LOW, Code.URGENT_LOW_SOON, Code.LOW, Code.FALLING_FAST})
HIGH_SIDE = frozenset({Code.HIGH, Code.VERY_HIGH})
GRAVE = LATCHING | LOW_SIDE  # at high priority none of these is left alone for long
SILENCE = frozenset({Code.SILENT, Code.SEIZURE_SILENT})


class Evidence(NamedTuple):
    """What the wearable said last, as far as the alert's condition rests on it."""

    mg_dl: float | None = None
    bound: Bound = Bound.WITHIN
    trend: Trend | None = None
    reading_at: datetime | None = None  # The source's time, as people's clocks show it.
    detail: str = ""  # What a technical alert is about: a path, a topic, a channel.

    def __repr__(self) -> str:  # health values stay out of logs
        return f"Evidence(reading_at={self.reading_at}, detail={self.detail!r})"


NO_EVIDENCE = Evidence()


class Alert(NamedTuple):
    """One alarm condition from the moment it is raised until it is off.

    *call* counts how often calling began anew and *cause* says why; *called_at* is when the
    present call began: ladders and the promise count from it. *present_since* is since when the
    wearer has been low, or silent. *risen*: it became high because time passed. *covered* is the
    highest priority that an answer stands for, at *covered_mg_dl*; the quiet that an answer buys
    ends at *quiet_until*; *reminded* counts reminders, the present one begun at *reminded_at*.
    *refused_by* names carers who cannot, in this call; steps up to *pulled_forward* are called
    early because all before them refused. *about* tells apart alerts of one technical condition.
    *after_low*: a silence that began with a low. *worst_mg_dl* is the worst value seen, at
    *worst_at*; *missed* is a low that came to light only with the end of a silence: its first and
    last moment, and its lowest value. *planned*: a silence that was planned and is not yet past its
    end. Moments are the engine's own steady time.
    """

    id: str
    wearer: str | None
    condition: Code
    priority: Priority
    raised_at: datetime
    called_at: datetime
    present_since: datetime
    evidence: Evidence = NO_EVIDENCE
    presence: Presence = Presence.ON
    call: int = 1
    cause: Cause = Cause.RAISED
    risen: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    covered: Priority | None = None
    covered_mg_dl: float | None = None
    quiet_until: datetime | None = None
    reminded: int = 0
    reminded_at: datetime | None = None
    refused_by: tuple[str, ...] = ()
    pulled_forward: int = 0
    about: str = ""
    after_low: bool = False
    ended_at: datetime | None = None
    worst_mg_dl: float | None = None
    worst_at: datetime | None = None
    missed: tuple[datetime, datetime, float] | None = None
    planned: bool = False

    def __repr__(self) -> str:  # health values stay out of logs
        return f"Alert({self.id}, {self.condition}, {self.priority.word}, {self.presence})"

    @property
    def calling(self) -> bool:
        """Whether carers are still to be called."""
        return self.presence in (Presence.ON, Presence.LATCHED)

    @property
    def open(self) -> bool:
        """Whether it is not yet off."""
        return self.presence is not Presence.OFF

    def cleared(self, now: datetime) -> "Alert":
        """The alert once its condition is no longer present."""
        if self.presence is Presence.LATCHED:
            return self
        if self.presence is Presence.ON and self.condition.latching:
            return self._replace(presence=Presence.LATCHED)
        return self._replace(presence=Presence.OFF, ended_at=now)

    def seen(self, evidence: Evidence) -> "Alert":
        """The alert with what was read last, and the worst so far kept."""
        mg_dl, worst = evidence.mg_dl, self.worst_mg_dl
        if mg_dl is None or (worst is not None and not self._worse(mg_dl, worst)):
            return self._replace(evidence=evidence)
        return self._replace(evidence=evidence, worst_mg_dl=mg_dl, worst_at=evidence.reading_at)

    def _worse(self, mg_dl: float, worst: float) -> bool:
        return mg_dl > worst if self.condition in HIGH_SIDE else mg_dl < worst

    def accepted(self, answer: "Acceptance", now: datetime, quiet: timedelta) -> "Alert":
        """The alert once a carer has it: quiet for *quiet*; a latched one is over."""
        over = self.presence is Presence.LATCHED
        return self._replace(
            presence=Presence.OFF if over else Presence.ACKNOWLEDGED,
            ended_at=now if over else None,
            acknowledged_by=answer.carer,
            acknowledged_at=now,
            covered=answer.priority,
            covered_mg_dl=answer.mg_dl,
            quiet_until=now + quiet,
            reminded_at=None,
            refused_by=(),
            pulled_forward=0,
        )

    def reminding(self, now: datetime) -> "Alert":
        """The alert while the carer who has it is asked whether it is still in hand."""
        return self._replace(
            reminded=self.reminded + 1,
            reminded_at=now,
            quiet_until=None,
            call=self.call + 1,
            planned=False,
        )

    def called_again(
        self, cause: Cause, now: datetime, refused_by: tuple[str, ...] = ()
    ) -> "Alert":
        """The alert once everybody but *refused_by* is called anew, from the first step."""
        presence = Presence.LATCHED if self.presence is Presence.LATCHED else Presence.ON
        return self._replace(
            presence=presence,
            call=self.call + 1,
            cause=cause,
            called_at=now,
            acknowledged_by=None,
            acknowledged_at=None,
            covered=None,
            covered_mg_dl=None,
            quiet_until=None,
            reminded=0,
            reminded_at=None,
            refused_by=refused_by,
            pulled_forward=0,
            planned=False,
        )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A carer has it: up to the priority that was shown to them, at the value that was shown."""

    carer: str
    priority: Priority
    mg_dl: float | None = field(default=None, repr=False)
