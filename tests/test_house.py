"""The house rules are kept by a test, so that nobody has to remember them."""

from pathlib import Path

import pytest
from house import (
    RULES,
    Rule,
    Source,
    arrows_point_down,
    files_fit_in_a_head,
    functions_fit_on_a_screen,
    log_events_are_noun_and_participle,
    modules_say_what_they_are,
    nobody_touches_what_is_banned,
    the_ground_floor_is_quiet,
    the_ground_floor_knows_its_types,
)

ROOT = Path(__file__).parent.parent
SOURCES = [
    Source(path.relative_to(ROOT), path.read_text())
    for folder in ("relayd", "tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_is_in_order(rule: Rule) -> None:
    faults = [f"{source.path}: {fault}" for source in SOURCES for fault in rule(source)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (files_fit_in_a_head, "tests/test_a.py", "x = 1\n" * 251),
        (functions_fit_on_a_screen, "relayd/daemon.py", "def f():\n" + "    x = 1\n" * 50),
        (modules_say_what_they_are, "relayd/daemon.py", "x = 1"),
        (arrows_point_down, "relayd/domain/plan.py", "from relayd.clock import Clock"),
        (arrows_point_down, "relayd/domain/plan.py", "from relayd import clock"),
        (arrows_point_down, "relayd/daemon.py", "import relayd.simulate.world"),
        (arrows_point_down, "relayd/simulate/world.py", "from relayd.daemon import Daemon"),
        (arrows_point_down, "relayd/channels/ntfy.py", "from relayd.wearables import FORMATS"),
        (arrows_point_down, "relayd/config/load.py", "from relayd.mqtt_socket import connect"),
        (arrows_point_down, "relayd/daemon.py", "def f():\n    from relayd.cli import main"),
        (arrows_point_down, "relayd/annex.py", "x = 1"),
        (the_ground_floor_is_quiet, "relayd/domain/plan.py", "import asyncio"),
        (the_ground_floor_is_quiet, "relayd/domain/plan.py", "from os import path"),
        (the_ground_floor_is_quiet, "relayd/wearables/osd.py", "import structlog"),
        (the_ground_floor_knows_its_types, "relayd/domain/plan.py", "from typing import Any"),
        (nobody_touches_what_is_banned, "relayd/daemon.py", "import time"),
        (nobody_touches_what_is_banned, "relayd/web/page.py", "from time import monotonic"),
        (
            nobody_touches_what_is_banned,
            "relayd/web/page.py",
            "from datetime import UTC, datetime as d\nd.now(UTC)",
        ),
        (nobody_touches_what_is_banned, "relayd/daemon.py", "import random"),
        (nobody_touches_what_is_banned, "relayd/daemon.py", "print('hello')"),
        (nobody_touches_what_is_banned, "relayd/mqtt_socket.py", "import structlog"),
        (log_events_are_noun_and_participle, "relayd/daemon.py", "_log.info('Path lost!')"),
        (log_events_are_noun_and_participle, "relayd/daemon.py", "_log.info(f'{path}.lost')"),
    ],
)
def test_each_rule_finds_its_sinner(rule: Rule, path: str, text: str) -> None:
    """A rule that finds nothing keeps nothing in order."""
    assert list(rule(Source(Path(path), text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("relayd/clock.py", '"""."""\nimport time\ntime.monotonic()'),
        ("relayd/mqtt_socket.py", '"""."""\nimport random\nfrom relayd.wearables import osd'),
        ("relayd/daemon.py", '"""."""\nfrom datetime import time\n_log.info("path.lost")'),
        ("relayd/cli.py", '"""."""\nfrom relayd.daemon import run\nprint(run)'),
        ("tests/test_a.py", '"""."""\nimport time\nfrom relayd.cli import main\nprint(main)'),
    ],
)
def test_no_rule_accuses_the_innocent(path: str, text: str) -> None:
    assert [fault for rule in RULES for fault in rule(Source(Path(path), text))] == []
