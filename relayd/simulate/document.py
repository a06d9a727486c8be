"""A story as the one JSON document that programs read."""

from typing import Any

from relayd.domain.story import AlertTold, Reached, Remedy, Story
from relayd.simulate.contingency import Table

ONE_TENTH = 1
BARE = ("path:", "network:", "service:", "carer:")  # what a row names without its kind


def document(story: Story) -> dict[str, Any]:
    """*story* as CONTRACT has it; seconds to a tenth."""
    return {
        "scenario": story.scenario,
        "seed": story.seed,
        "promise_s": story.promise_s,
        "timeline": [{"t": _s(line.t), "event": line.event, **line.fields} for line in story.lines],
        "alerts": [_alert(told) for told in story.alerts],
        "outages": [
            {
                "component": band.component,
                "outage": band.words,
                "began_s": _s(band.began_s),
                "ended_s": _s(band.ended_s),
                "assumed": band.assumed,
            }
            for band in story.outages
        ],
        "unreached": list(story.unreached),
        "unwoken": list(story.unwoken),
        "kept_promise": story.kept_promise,
        "notes": list(story.notes),
        "remedies": [_remedy(each) for each in story.remedies],
    }


def table_document(table: Table) -> dict[str, Any]:
    """The contingency table as CONTRACT has it, worst first, with what additions would buy."""
    clashes = _clashes({part for case in table.cases for part in case.outage})
    return {
        "rows": [
            {
                "outage": [part if part in clashes else _bare(part) for part in case.outage],
                "words": case.words,
                "condition": case.condition,
                "wearer": case.wearer,
                "delivered": _reached(case.delivered, with_channel=True),
                "unreachable": list(case.unreachable),
                "kept_promise": case.kept,
                "covered_by_watcher": case.covered_by_watcher,
            }
            for case in table.cases
        ],
        "kept_promise": table.kept_promise,
        "certificate": {
            "survived": table.certificate.survived,
            "of": table.certificate.of,
            "remedies": [_remedy(each) for each in table.certificate.remedies],
        },
    }


def _bare(part: str) -> str:
    """``o2-uk`` for ``network:o2-uk``; what is no path, network, service or carer says its kind."""
    return part.partition(":")[2] if part.startswith(BARE) else part


def _clashes(parts: set[str]) -> set[str]:
    """Those of *parts* that would go by the name of another without their kind."""
    owners: dict[str, set[str]] = {}
    for part in parts:
        owners.setdefault(_bare(part), set()).add(part)
    return {part for part in parts if len(owners[_bare(part)]) > 1}


def _remedy(each: Remedy) -> dict[str, Any]:
    return {"text": each.words, "keeps": each.keeps, "of": each.of}


def _alert(told: AlertTold) -> dict[str, Any]:
    return {
        "alert": told.alert,
        "wearer": told.wearer,
        "condition": told.condition,
        "priority": told.priority,
        "raised_s": _s(told.raised_s),
        "called_s": _s(told.called_s),
        "delivered": _reached(told.delivered, with_channel=True),
        "shown": _reached(told.shown),
        "true_onset_s": _s(told.true_onset_s),
        "acknowledged": _reached(told.acknowledged),
        "kept": told.kept,
    }


def _reached(reached: Reached | None, *, with_channel: bool = False) -> dict[str, Any] | None:
    if reached is None:
        return None
    channel = {"channel": reached.channel} if with_channel else {}
    return {"carer": reached.carer, **channel, "after_s": _s(reached.after_s)}


def _s(seconds: float | None) -> float | None:
    return round(seconds, ONE_TENTH) if seconds is not None else None
