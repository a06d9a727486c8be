"""Codes into plain words: what a parent reads at three in the morning."""

from collections.abc import Mapping
from typing import Any

from relayd.domain.alert import Code, Presence
from relayd.domain.delivery import Attempt, Dissemination, Failure
from relayd.domain.household import Household
from relayd.domain.names import NAMES
from relayd.domain.reading import WatchState

STATUS: Mapping[Dissemination, str] = {
    Dissemination.SENDING: "on its way",
    Dissemination.SENT: "sent; whether it arrived is not known",
    Dissemination.DELIVERED: "arrived",
    Dissemination.ACCEPTED: "answered “I have it”",
    Dissemination.REJECTED: "answered “I cannot”",
    Dissemination.UNDELIVERABLE: "failed",
}

FAILURE: Mapping[Failure, str] = {
    Failure.PATH_DOWN: "no proper answer came from the service",
    Failure.BUSY: "the line or the service is busy",
    Failure.REFUSED: "the service refuses this message or address",
    Failure.CREDENTIALS: "the service refuses our credentials",
    Failure.UNREACHABLE: "the phone is off or out of reach",
    Failure.EXPIRED: "it came too late",
    Failure.OVERTAKEN: "not sent: somebody had answered by then",
}

WATCH: Mapping[WatchState, str] = {
    WatchState.OK: "All well",
    WatchState.WARNING: "Warning: it may be a seizure",
    WatchState.ALARM: "Seizure alarm",
    WatchState.FALL: "Fall",
    WatchState.FAULT: "The watch is not watching",
    WatchState.MANUAL: "Calls for help",
    WatchState.MUTED: "Muted at the watch",
    WatchState.NET_FAULT: "The watch cannot be reached",
}

HAPPENED: Mapping[str, str] = {
    "alert.raised": "{subject}: {condition}{explained}",
    "alert.worsened": "{subject} is worse: {condition}",
    "alert.eased": "{subject} is better: {condition}",
    "alert.latched": "{subject}: {condition} has passed; somebody must still look",
    "alert.cleared": "{subject}: {condition} is over",
    "alert.escalated": "{subject}: more carers are called{because}",
    "alert.reminded": "{carer} is asked whether it is still in hand ({subject})",
    "alert.acknowledged": "{carer} has it ({subject})",
    "alert.paused": "{subject}: a planned silence begins",
    "pause.refused": "{subject}: no planned silence{because}",
    "alert.handed_over": "The others are told that {carer} has it",
    "attempt.begun": "{carer} is called by {channel}{because}{passed_over}",
    "attempt.sent": "{channel} to {carer}: sent",
    "attempt.delivered": "{channel} to {carer}: arrived",
    "attempt.accepted": "{carer} answered “I have it” by {channel}",
    "attempt.rejected": "{carer} answered “I cannot” by {channel}",
    "attempt.undeliverable": "{channel} to {carer}: failed{because}",
    "answer.refused": "An answer for {alert} was not taken: {carer} is not called for it",
    "payload.rejected": "A message on {source} could not be read{because}",
    "event.passed_over": "relayd met a fault of its own and passed over one event{because}",
    "path.lost": "The path {path} is down",
    "path.restored": "The path {path} is up again",
    "network.suspected": "The network {network} seems to be down",
    "network.restored": "The network {network} works again",
    "relay.started": "relayd started",
    "relay.restarted": "relayd started again",
}


def condition_words(code: Code) -> str:
    """A condition as a heading: ``Urgent low``."""
    if code is Code.SEIZURE_WARNING:
        return "Warning from the watch"
    name = NAMES[code]
    return name.capitalize() if name.isupper() else name[:1].upper() + name[1:]


def modem_words(modem: Mapping[str, Any]) -> str:
    """How one of the Pi's own SIMs stands, as ``GET /api/state`` has it."""
    if modem["state"] == "down":
        return f"The SIM of {modem['channel']} cannot send: {modem['evidence']}."
    if modem["evidence"] is None:
        return f"The SIM of {modem['channel']} was not asked yet."
    other = ", unlike the household file has it" if modem["elsewhere"] else ""
    return f"The SIM of {modem['channel']} is {modem['evidence']}{other}."


def how_far(attempt: Attempt) -> str:
    """How far *attempt* got, and why no further."""
    if attempt.failure is not None:
        return FAILURE[attempt.failure]
    return STATUS[attempt.status]


class Storyteller:
    """Tells timeline lines in words. Attempts it has seen begin it can name later."""

    def __init__(self, household: Household) -> None:
        self._household = household
        self._begun: dict[str, tuple[str, str]] = {}

    def knows(self, attempt: Attempt) -> None:
        """Take note of who *attempt* went to, and by what."""
        self._begun[attempt.id] = (attempt.carer, attempt.channel)

    def tell(self, event: str, fields: Mapping[str, str | None]) -> str:
        """One line of the timeline as a sentence."""
        carer, channel = fields.get("carer"), fields.get("channel")
        attempt = fields.get("attempt") or ""
        if event == "attempt.begun":
            self._begun[attempt] = (carer or "", channel or "")
        elif attempt in self._begun:
            carer, channel = self._begun[attempt]
        why = fields.get("reason") or fields.get("why") or _failure(fields)
        words = {
            "subject": self.subject(fields.get("wearer"), fields.get("alert")),
            "condition": _condition(fields.get("condition")),
            "carer": self.carer(carer) if carer else "somebody",
            "channel": channel or "a message",
            "because": f": {why}" if why else "",
            "alert": fields.get("alert") or "an alert",
            "network": self._household.brand(fields.get("network") or ""),
            "explained": self._explained(fields.get("explained_by")),
            "passed_over": f" ({over})" if (over := fields.get("passed_over")) else "",
            **{key: fields.get(key) or "" for key in ("source", "path")},
        }
        template = HAPPENED.get(event)
        if event == "alert.cleared" and fields.get("planned"):
            template = "{subject}: the planned silence is over"
        return event.replace(".", " ") if template is None else template.format_map(words)

    def _explained(self, core: str | None) -> str:
        return f"; {self._household.brand(core)} seems to be down" if core else ""

    def carer(self, carer: str) -> str:
        """A carer's name."""
        known = self._household.carers.get(carer)
        return known.name if known is not None else carer

    def subject(self, wearer: str | None, alert: str | None = None) -> str:
        """Whom an alert is about."""
        key = wearer or (alert or "").rpartition("-")[0]
        known = self._household.wearers.get(key)
        return known.name if known is not None else "relayd"


def _condition(code: str | None) -> str:
    if code is None:
        return ""
    words = condition_words(Code(code)) if code in set(Code) else code
    return words[:1].lower() + words[1:]


def _failure(fields: Mapping[str, str | None]) -> str:
    """Why an attempt failed, and the gateway's own words for it."""
    name, words = fields.get("failure"), fields.get("words")
    why = FAILURE[Failure(name)] if name in set(Failure) else name or ""
    return f"{why} ({words})" if why and words else why


PRESENCE: Mapping[Presence, str] = {
    Presence.ON: "Nobody has answered yet.",
    Presence.LATCHED: "It has passed by itself, but somebody must still look.",
    Presence.ACKNOWLEDGED: "",
    Presence.OFF: "It is over.",
}
