"""``GET /api/state`` and the figures: what is known, what is not, and never more than that."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from webs import Relay, Settings, Site

from relayd.domain.alert import Code
from relayd.domain.belief import PathState
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.event import PathReported, PayloadRejected, TechnicalReported
from relayd.domain.reading import Bound, Trend, WatchState

WITHIN_S = 30.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page, with nothing read yet."""
    async with Site(Relay(tmp_path)) as site:
        yield site


async def state(site: Site) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await site.get("/api/state"))
    return document


# State ------------------------------------------------------------------------------


async def test_the_state_shows_a_current_reading(site: Site) -> None:
    site.relay.read(117, ago=3, trend=Trend.FALLING)
    mia = (await state(site))["wearers"][0]
    assert (mia["wearer"], mia["name"], mia["conditions"]) == ("mia", "Mia", [])
    assert mia["reading"]["value"] == 117
    assert mia["reading"]["unit"] == "mg/dL"
    assert mia["reading"]["trend"] == "falling"
    assert 180 <= mia["reading"]["age_s"] < 240
    assert mia["reading"]["at"].endswith("Z")


async def test_a_reading_older_than_ten_minutes_never_shows_as_current(site: Site) -> None:
    site.relay.read(117)
    site.relay.later(10.1)
    mia = (await state(site))["wearers"][0]
    assert mia["reading"] is None
    assert mia["last_reading_at"] is not None


async def test_off_the_scale_is_said_in_the_sensors_own_word(site: Site) -> None:
    site.relay.read(39, bound=Bound.LOW)
    assert (await state(site))["wearers"][0]["reading"]["value"] == "LOW"


async def test_the_watchs_warning_is_shown_though_nobody_is_called(site: Site) -> None:
    site.relay.watch(WatchState.WARNING)
    leo = (await state(site))["wearers"][1]
    assert leo["conditions"] == ["seizure.warning"]
    site.relay.later(3)
    leo = (await state(site))["wearers"][1]
    assert leo["conditions"] == []
    assert leo["watch"]["state"] is None


async def test_an_alert_is_shown_as_retained_with_its_attempts(site: Site) -> None:
    site.relay.read(45)
    site.relay.report("mia-1/1", Dissemination.SENT)
    alert = (await state(site))["alerts"][0]
    assert alert["alert"] == "mia-1"
    assert alert["wearer"] == "mia"
    assert (alert["condition"], alert["priority"]) == ("glucose.urgent_low", "high")
    assert (alert["presence"], alert["acknowledged_by"]) == ("on", None)
    first = alert["attempts"][0]
    assert (first["attempt"], first["carer"], first["channel"]) == ("mia-1/1", "ana", "push")
    assert (first["status"], first["reason"]) == ("sent", "first call")


async def test_relayds_own_alert_has_no_wearer(site: Site) -> None:
    site.relay.take(TechnicalReported(Code.CHANNEL_REFUSED, present=True, about="text"))
    alert = (await state(site))["alerts"][0]
    assert (alert["wearer"], alert["condition"]) == (None, "relay.channel_refused")


async def test_paths_are_unproven_until_a_probe_says_more(site: Site) -> None:
    site.relay.take(PathReported("dongle", PathState.DOWN, "no carrier"))
    paths = {path["path"]: path for path in (await state(site))["paths"]}
    assert paths["broadband"]["state"] == "unproven"
    assert (paths["dongle"]["state"], paths["dongle"]["evidence"]) == ("down", "no carrier")
    assert paths["dongle"]["since"] is not None


async def test_what_is_wrong_with_relayd_is_counted_and_said(site: Site) -> None:
    site.relay.take(PayloadRejected("mia/data", "not JSON"))
    site.relay.take(TechnicalReported(Code.BROKER_LOST, present=True))
    document = await state(site)
    assert document["rejected"] == {"mia/data": 1}
    assert document["broker"] == "down"
    assert document["nobody_watches_relayd"] is True
    assert document["healthy"] is True


async def test_a_watcher_is_known(tmp_path: Path) -> None:
    async with Site(Relay(tmp_path), Settings(watcher="https://hc.example")) as site:
        assert (await state(site))["nobody_watches_relayd"] is False


async def proof(site: Site, route: int = 0) -> tuple[str, bool]:
    routes = [r for r in (await state(site))["routes"] if r["carer"] == "ana"]
    assert routes[route]["route"] == route
    return routes[route]["state"], routes[route]["proven_at"] is not None


@pytest.mark.parametrize(
    ("status", "failure", "expected"),
    [
        (Dissemination.SENT, None, ("unproven", False)),
        (Dissemination.DELIVERED, None, ("proven", True)),
        (Dissemination.ACCEPTED, None, ("proven", True)),
        (Dissemination.UNDELIVERABLE, Failure.UNREACHABLE, ("unproven", False)),
        (Dissemination.UNDELIVERABLE, Failure.REFUSED, ("refused", False)),
        (Dissemination.UNDELIVERABLE, Failure.CREDENTIALS, ("refused", False)),
    ],
)
async def test_only_proof_proves_a_route(
    site: Site, status: Dissemination, failure: Failure | None, expected: tuple[str, bool]
) -> None:
    site.relay.read(45)
    site.relay.report("mia-1/1", status, failure)
    await site.settled()
    assert await proof(site) == expected
    assert await proof(site, 1) == ("unproven", False)


async def test_what_was_proven_before_a_restart_is_known_after_it(tmp_path: Path) -> None:
    async with Site(Relay(tmp_path)) as site:
        site.relay.read(45)
        site.relay.report("mia-1/1", Dissemination.DELIVERED)
    async with Site(Relay(tmp_path)) as again:
        assert await proof(again) == ("proven", True)


# Health and figures ----------------------------------------------------------------------


async def test_health_is_the_engines_not_the_processs(site: Site) -> None:
    assert await site.get("/healthz") == "ok\n"
    site.relay.later(60)
    async with site.client.get("/healthz") as answer:
        assert answer.status == 503
        assert "behind" in await answer.text()


async def test_metrics_tell_figures_and_no_health_value(site: Site) -> None:
    site.relay.read(47)
    site.relay.report("mia-1/1", Dissemination.SENT)
    site.relay.take(PayloadRejected('a "quoted"\ntopic', "why"))
    await site.settled()
    lines = (await site.get("/metrics")).splitlines()
    assert 'relayd_open_alerts{priority="high"} 1' in lines
    assert 'relayd_attempts_total{channel="push",status="sent"} 1' in lines
    assert 'relayd_rejected_payloads_total{source="a \\"quoted\\"\\ntopic"} 1' in lines
    assert "relayd_broker_up 1" in lines
    assert any(line.startswith('relayd_last_reading_age_seconds{wearer="mia"}') for line in lines)
    assert not any(line.endswith(" 47") for line in lines)
