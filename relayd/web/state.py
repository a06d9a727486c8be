"""How everything stands, as ``GET /api/state`` tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from relayd.documents import alert_document, attempt_document, stamp, value_of
from relayd.domain.alert import Alert, Code
from relayd.domain.glucose import CURRENT_FOR
from relayd.domain.mark import Mark
from relayd.domain.reading import WatchState
from relayd.domain.suspicion import explains
from relayd.domain.ward import Ward
from relayd.drill import Drills
from relayd.web.proof import Proofs
from relayd.web.relay import Relay, Settings, Times


class States:
    """Looks at the running relay; it reads, and changes nothing."""

    def __init__(
        self, relay: Relay, settings: Settings, proofs: Proofs, drills: Drills | None = None
    ) -> None:
        self.relay = relay
        self.drills = drills
        self.settings = settings
        self.proofs = proofs
        self.times = Times(relay)

    def document(self) -> dict[str, Any]:
        """The whole of it."""
        engine = self.relay.engine
        return {
            "home": self.settings.name,
            "at": stamp(self.times.people(self.times.now())),
            "seq": self.relay.store.last_seq,
            "healthy": self.relay.pulse.progressing(),
            "wearers": [self.wearer(ward) for ward in self.wards()],
            "carers": [{"carer": c.id, "name": c.name} for c in engine.household.carers.values()],
            "alerts": [self.alert(alert) for alert in self.alerts()],
            "paths": self.paths(),
            "modems": self.modems(),
            "networks": self._networks(),
            "routes": list(self._routes()),
            "broker": "down" if self.faulty(Code.BROKER_LOST) else "up",
            "storage": "lost" if self.faulty(Code.STORAGE) else "ok",
            "rejected": dict(engine.rejected),
            "nobody_watches_relayd": self.settings.watcher is None,
            "drill": self.drill(),
        }

    def drill(self) -> dict[str, Any] | None:
        """The drill that runs, and what it holds dead; None while none does."""
        drill = self.drills.current if self.drills is not None else None
        if drill is None or not drill.running:
            return None
        return {
            "drill": drill.id,
            "began_at": stamp(drill.timeline.began),
            "held": [outage.words for outage in drill.held.outages],
        }

    def wards(self) -> Iterator[Ward]:
        """Every wearer's ward, in the file's order."""
        return (ward for ward in self.relay.engine.wards.values() if ward.wearer is not None)

    def alerts(self) -> Iterator[Alert]:
        """Every open alert: the wearers' first, relayd's own last."""
        engine = self.relay.engine
        for key in (*engine.household.wearers, None):
            yield from engine.open_alerts(key)

    def faulty(self, code: Code) -> bool:
        """Whether this part of the relay itself is out of order."""
        return (code, "") in self.relay.engine.wards[None].faults

    def wearer(self, ward: Ward) -> dict[str, Any]:
        """One wearer: what was read last, as far as it is current, and what is open."""
        wearer, now = ward.wearer, self.times.now()
        assert wearer is not None
        alerts = self.relay.engine.open_alerts(wearer.id)
        codes = [alert.condition.value for alert in alerts if not alert.planned]
        if watch_warns(ward, now):
            codes.append(Code.SEIZURE_WARNING.value)
        last = newest(ward)
        return {
            "wearer": wearer.id,
            "name": wearer.name,
            "reading": self._reading(ward),
            "last_reading_at": stamp(self.times.people(last.stamp)) if last is not None else None,
            "watch": self._watch(ward),
            "battery_percent": ward.battery_percent,
            "conditions": codes,
            "explained_by": self.explanation(ward) or None,
        }

    def explanation(self, ward: Ward) -> str:
        """Which network's failure explains that nothing is heard; empty where none does."""
        engine, now, watch = self.relay.engine, self.times.now(), ward.watch
        assert ward.wearer is not None
        heard = ward.glucose is None or current(ward, now) is not None
        if heard and (watch is None or watch_is_current(ward, now)):
            return ""
        return next(explains(engine.household, ward.wearer, engine.desk.belief.suspected), "")

    def alert(self, alert: Alert) -> dict[str, Any]:
        """One alert, with what was tried for it."""
        offset = self.relay.engine.offset
        quiet = alert.quiet_until
        return {
            **alert_document(alert, offset),
            "wearer": alert.wearer,
            "about": alert.about or None,
            "detail": alert.evidence.detail or None,
            "planned": alert.planned,
            "quiet_until": stamp(quiet + offset) if quiet is not None and alert.open else None,
            "attempts": [
                attempt_document(attempt, offset)
                for attempt in self.relay.engine.attempts(alert.id)
            ],
        }

    def _reading(self, ward: Ward) -> dict[str, Any] | None:
        mark, now = current(ward, self.times.now()), self.times.now()
        if mark is None or ward.wearer is None:
            return None
        return {
            "value": value_of(mark.mg_dl, mark.bound, ward.wearer.unit),
            "unit": ward.wearer.unit.value,
            "trend": mark.trend.value if mark.trend is not None else None,
            "at": stamp(self.times.people(mark.stamp)),
            "age_s": int((now - mark.stamp).total_seconds()),
        }

    def _watch(self, ward: Ward) -> dict[str, Any] | None:
        watch = ward.watch
        if watch is None or watch.state is None or watch.arrived_at is None:
            return None
        since = watch.since or watch.arrived_at
        return {
            "state": watch.state.value if watch_is_current(ward, self.times.now()) else None,
            "since": stamp(self.times.people(since)),
            "at": stamp(self.times.people(watch.arrived_at)),
        }

    def paths(self) -> list[dict[str, str | None]]:
        """Each of the Pi's ways out, and what is known of it: nothing, until a probe says more."""
        known = self.relay.engine.desk.belief.paths
        documents: list[dict[str, str | None]] = []
        for name in self.settings.paths:
            belief = known.get(name)
            documents.append(
                {
                    "path": name,
                    "state": belief.state.value if belief is not None else "unproven",
                    "since": stamp(self.times.people(belief.since)) if belief is not None else None,
                    "evidence": belief.evidence if belief is not None else None,
                }
            )
        return documents

    def modems(self) -> list[dict[str, Any]]:
        """Each of the Pi's own SIMs, and which network serves it, whatever the file says."""
        return [
            {
                "channel": modem.channel,
                "state": modem.state,
                "since": stamp(self.times.people(modem.since)) if modem.since else None,
                "evidence": modem.evidence or None,
                "network": modem.network,
                "operator": modem.operator or None,
                "elsewhere": modem.elsewhere,
                "signal_percent": modem.signal,
            }
            for modem in self.relay.modems
        ]

    def _networks(self) -> list[dict[str, Any]]:
        """Every network that a carer's route ends on, and those that are suspected."""
        engine = self.relay.engine
        routes = [route for carer in engine.household.carers.values() for route in carer.routes]
        suspected = engine.desk.belief.suspected
        cores = dict.fromkeys([*(route.core for route in routes if route.core), *suspected])
        return [
            {
                "network": core,
                "name": engine.household.brand(core),
                "suspected": core in suspected,
                "since": stamp(self.times.people(suspected[core])) if core in suspected else None,
            }
            for core in cores
        ]

    def _routes(self) -> Iterator[dict[str, Any]]:
        now = self.times.people(self.times.now())
        for carer in self.relay.engine.household.carers.values():
            for number, route in enumerate(carer.routes):
                proven_at, state = self.proofs.of(carer, number)
                late = self.proofs.late_by(carer, number, now)
                yield {
                    "carer": carer.id,
                    "route": number,
                    "channel": route.channel,
                    "proven_at": stamp(proven_at) if proven_at else None,
                    "state": state,
                    "unproven_days": late.days if late is not None else None,
                }


def newest(ward: Ward) -> Mark | None:
    """The last glucose value, however old."""
    return ward.glucose.newest if ward.glucose is not None else None


def current(ward: Ward, now: datetime) -> Mark | None:
    """The last glucose value, unless it is too old to stand for now."""
    mark = newest(ward)
    return mark if mark is not None and now - mark.stamp <= CURRENT_FOR else None


def watch_is_current(ward: Ward, now: datetime) -> bool:
    """Whether the seizure watch has spoken within its own limit."""
    watch = ward.watch
    if watch is None or watch.arrived_at is None:
        return False
    return now - watch.arrived_at <= watch.limits.silent_after


def watch_warns(ward: Ward, now: datetime) -> bool:
    """Whether the seizure watch says that it may become an alarm."""
    return (
        watch_is_current(ward, now)
        and ward.watch is not None
        and ward.watch.state is WatchState.WARNING
    )
