"""Stories written by hand, for tests of how they are told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from relayd.domain.story import AlertTold, Band, Line, Reached, Remedy, Story

LONDON = ZoneInfo("Europe/London")
NAMES = {"ana": "Ana (mum)", "tom": "Tom (dad)", "gran": "Gran", "mia": "Mia", "leo": "Leo"}
O2_DATA = Band("network:o2-uk:data", "mobile data on O2", 0.0, 79200.0)
O2_TEXTS = Band("network:o2-uk:sms", "one text in five on O2", 0.0, None, assumed=True)


@dataclass
class Tale:
    """Lines of one alert, written one after another."""

    alert: str = "mia-1"
    wearer: str | None = "mia"
    condition: str = "glucose.urgent_low"
    priority: str = "high"
    lines: list[Line] = field(default_factory=list)
    number: int = 0

    def line(self, t: float, event: str, **fields: str | None) -> None:
        """Any line at all."""
        self.lines.append(Line(t, event, fields))

    def alerted(self, t: float, word: str, **more: str) -> None:
        """A line about the alert itself."""
        about = {"wearer": self.wearer, "condition": self.condition, "priority": self.priority}
        self.line(t, f"alert.{word}", alert=self.alert, **about, **more)

    def begun(
        self, t: float, carer: str, channel: str, reason: str = "first call", **more: str
    ) -> str:
        """An attempt; its id is given back."""
        self.number += 1
        attempt = f"{self.alert}/{self.number}"
        named = {"alert": self.alert, "attempt": attempt, "carer": carer, "channel": channel}
        self.line(t, "attempt.begun", **named, path=None, reason=reason, **more)
        return attempt

    def got(self, t: float, attempt: str, status: str, **more: str) -> None:
        """How far an attempt got."""
        self.line(t, f"attempt.{status}", attempt=attempt, **more)


def story(tale: Tale, **more: object) -> Story:
    """A story of one tale, with whatever else is handed in."""
    given: dict[str, object] = {
        "scenario": "o2-2018",
        "about": "Mobile data on O2 dies at half past five.",
        "began_at": datetime(2018, 12, 6, 5, 30, tzinfo=UTC).astimezone(LONDON),
        "lasts_s": 111600.0,
        "promise_s": 120.0,
        "lines": tuple(sorted(tale.lines, key=lambda line: line.t)),
        "alerts": (),
        "names": NAMES,
    }
    return Story(**{**given, **more})  # type: ignore[arg-type]  # as handed in


def kept(**more: object) -> Story:
    """Tom is reached by text after 34 s and has it; Ana by nothing."""
    tale = Tale()
    tale.line(0.0, "outage.began", outage=O2_DATA.component)
    tale.alerted(10.0, "raised")
    ana = tale.begun(10.0, "ana", "push")
    tom = tale.begun(10.0, "tom", "push")
    tale.got(10.6, ana, "sent")
    tale.got(10.7, tom, "sent")
    second = tale.begun(40.0, "ana", "text", "the last try is unconfirmed")
    text = tale.begun(40.0, "tom", "text", "the last try is unconfirmed")
    tale.got(41.0, second, "sent")
    tale.got(41.2, text, "sent")
    tale.got(44.0, text, "delivered")
    tale.got(52.0, second, "undeliverable", failure="unreachable")
    tale.got(84.0, text, "accepted", carer="tom")
    tale.line(84.0, "alert.acknowledged", alert="mia-1", carer="tom", by="text")
    told = tale.begun(84.0, "ana", "push", "told once")
    tale.line(84.0, "alert.handed_over", alert="mia-1", carer="tom")
    tale.got(85.0, told, "sent")
    tale.alerted(1284.0, "cleared")
    alert = AlertTold(
        alert="mia-1",
        wearer="mia",
        condition="glucose.urgent_low",
        priority="high",
        raised_s=10.0,
        delivered=Reached("tom", 34.0, "text"),
        shown=Reached("ana", 4.0),
        acknowledged=Reached("tom", 74.0),
        true_onset_s=-590.0,
        kept=True,
    )
    return story(
        tale,
        **{
            "alerts": (alert,),
            "outages": (O2_DATA, O2_TEXTS),
            "kept_promise": True,
            "seed": 7,
            "notes": ("The watcher outside the house tells Ana when the Pi is dead.",),
            **more,
        },
    )


def broken(laps: int = 14, **more: object) -> Story:
    """Ana has one SIM: all is tried, *laps* times more every ten minutes; nothing arrives."""
    tale = Tale()
    tale.line(0.0, "outage.began", outage=O2_DATA.component)
    tale.alerted(10.0, "raised")
    t = 10.0
    for lap in range(laps + 1):
        reason = "every route has been tried; again from the first" if lap else "first call"
        push = tale.begun(t, "ana", "push", reason)
        tale.got(t + 1.0, push, "sent")
        text = tale.begun(t + 30.0, "ana", "text", "the last try is unconfirmed")
        tale.got(t + 31.0 + lap % 3, text, "undeliverable", failure="unreachable")
        t += 600.0
    tale.line(79200.0, "outage.ended", outage=O2_DATA.component)
    alert = AlertTold("mia-1", "mia", "glucose.urgent_low", "high", 10.0, kept=False)
    return story(
        tale,
        **{
            "alerts": (alert,),
            "outages": (O2_DATA,),
            "unreached": ("ana",),
            "kept_promise": False,
            "remedies": (
                Remedy("give gran a landline route", 14, 17),
                Remedy("give ana a second SIM on EE", 9, 17),
            ),
            **more,
        },
    )
