"""The static half of ``relayd check``: what a sound file still keeps from being a good one.

Nothing is contacted and nothing is changed. A rule is a function from the file to findings; the
tuple ``RULES`` is the one list of them.
"""

import socket
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from relayd.check import fate, minimum, reach, settings
from relayd.check.finding import Finding, Level
from relayd.check.words import plan_in_words
from relayd.config import Config, Fault

__all__ = ["RULES", "Finding", "Level", "as_json", "findings", "kept_promise", "plan_in_words"]

Rule = Callable[[Config], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    reach.nobody_watches_relayd,
    reach.too_few_carers,
    reach.nobody_in_time,
    reach.everything_hangs_on_one,
    fate.nobody_left,
    fate.nobody_on_duty_in_time,
    fate.masts_of_all,
    fate.routes_of_one_fate,
    fate.both_ends,
    minimum.no_sounder,
    minimum.no_way_past_the_home_provider,
    minimum.readings_that_stop,
    minimum.unknown_networks,
    minimum.unnamed_networks,
    minimum.cores_of_nobody,
    reach.carers_without_proof,
    reach.carers_who_sleep,
    reach.carers_never_called,
    reach.routes_given_twice,
    settings.ways_out,
    settings.silence_limits,
    settings.number_sources,
    settings.unwise_durations,
    settings.shown_secrets,
    settings.plain_addresses,
    settings.keys_that_cannot_come_back,
    settings.what_is_not_installed,
    settings.open_page,
    settings.hours_without_a_zone,
    settings.paths_of_one_interface,
)
LEVELS: tuple[Level, ...] = ("bad", "warn", "note")


def findings(config: Config, interfaces: Collection[str] | None = None) -> list[Finding]:
    """All that is unwise in *config*, the worst first.

    *interfaces* are those this machine has; by default it is asked for them.
    """
    present = interfaces if interfaces is not None else _interfaces()
    found = [finding for rule in RULES for finding in rule(config)]
    found.extend(_absent(config, present))
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def kept_promise(config: Config) -> bool:
    """Whether no finding stands between this file and its promise."""
    return _kept(findings(config, ()))


def as_json(outcome: Config | Sequence[Fault]) -> dict[str, Any]:
    """Give the document of ``check --json`` for a sound file, or for the faults of another."""
    if not isinstance(outcome, Config):
        faults = [{"where": f.where, "what": f.what, "remedy": f.remedy} for f in outcome]
        return {"faults": faults, "findings": [], "plan": [], "kept_promise": False}
    found = findings(outcome)
    return {
        "faults": [],
        "findings": [_as_json(finding) for finding in found],
        "plan": plan_in_words(outcome),
        "kept_promise": _kept(found),
    }


def _kept(found: Iterable[Finding]) -> bool:
    return not any(finding.level == "bad" for finding in found)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "level": finding.level,
        "carer": finding.carer,
        "wearer": finding.wearer,
        "text": finding.text,
        "shares": dict(finding.shares) if finding.shares is not None else None,
    }


def _interfaces() -> frozenset[str]:
    return frozenset(name for _, name in socket.if_nameindex())


def _absent(config: Config, present: Collection[str]) -> Iterator[Finding]:
    for path in config.paths.values():
        if path.interface not in present:
            text = f"this machine has no interface {path.interface} now (path {path.name})"
            yield Finding("note", text)
