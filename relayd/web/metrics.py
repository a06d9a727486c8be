"""``GET /metrics``: figures for Prometheus, and never a health value."""

from collections import Counter
from collections.abc import Iterable, Iterator

import relayd
from relayd.domain.alert import Code, Priority
from relayd.domain.event import Happened
from relayd.web.relay import Relay
from relayd.web.state import States

TYPE = "text/plain; version=0.0.4; charset=utf-8"
BEGUN = "sending"
Sample = tuple[dict[str, str], float]


class Metrics:
    """Counts what happens since relayd started, and looks at the rest when asked."""

    def __init__(self, relay: Relay, states: States) -> None:
        self._relay = relay
        self._states = states
        self._started_at = relay.clock.now()
        self._attempts: Counter[tuple[str, str]] = Counter()

    def happened(self, _seq: int, line: Happened) -> None:
        """A line of the timeline."""
        noun, _, what = line.event.partition(".")
        attempt = self._relay.engine.attempt(line.fields.get("attempt") or "")
        if noun == "attempt" and attempt is not None:
            self._attempts[attempt.channel, BEGUN if what == "begun" else what] += 1

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        states, engine = self._states, self._relay.engine
        now = states.times.now()
        up = (now - self._started_at).total_seconds()
        yield from _metric("relayd_build_info", "gauge", "Always 1; the label is the version.",
                           [({"version": relayd.__version__}, 1)])  # fmt: skip
        yield from _metric("relayd_uptime_seconds", "gauge", "Since relayd started.", [({}, up)])
        yield from _metric("relayd_healthy", "gauge", "1 while the engine keeps up.",
                           [({}, self._relay.pulse.progressing())])  # fmt: skip
        yield from _metric("relayd_broker_up", "gauge", "1 while the MQTT broker answers.",
                           [({}, not states.faulty(Code.BROKER_LOST))])  # fmt: skip
        yield from _metric("relayd_storage_ok", "gauge", "1 while the disk can be written.",
                           [({}, not states.faulty(Code.STORAGE))])  # fmt: skip
        yield from _metric("relayd_open_alerts", "gauge", "Alerts that are not off.",
                           self._alerts())  # fmt: skip
        yield from _metric("relayd_attempts_total", "counter", "Attempts that got so far.",
                           [({"channel": c, "status": s}, n)
                            for (c, s), n in sorted(self._attempts.items())])  # fmt: skip
        yield from _metric("relayd_rejected_payloads_total", "counter", "Messages nobody can read.",
                           [({"source": s}, n) for s, n in engine.rejected.items()])  # fmt: skip
        yield from _metric("relayd_last_reading_age_seconds", "gauge",
                           "Since the last acceptable reading arrived.", self._ages())  # fmt: skip

    def _alerts(self) -> Iterator[Sample]:
        counts = Counter(alert.priority for alert in self._states.alerts())
        for priority in Priority:
            yield {"priority": priority.word}, counts[priority]

    def _ages(self) -> Iterator[Sample]:
        now = self._states.times.now()
        for ward in self._states.wards():
            memory = ward.glucose or ward.watch
            if memory is None or memory.arrived_at is None or ward.wearer is None:
                continue
            age = (now - memory.arrived_at).total_seconds()
            yield {"wearer": ward.wearer.id}, age


def _metric(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {float(value):.15g}" if inside else f"{name} {float(value):.15g}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
