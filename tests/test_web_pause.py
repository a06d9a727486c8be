"""A planned silence over the API and from the command line."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from remotes import run, written
from webs import BEARER, Relay, Site, words

from relayd.cli import main
from relayd.domain.alert import Presence
from relayd.domain.reading import WatchState


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open the page of a relay whose wearer is well."""
    relay = Relay(tmp_path)
    relay.read(110)
    async with Site(relay) as site:
        yield site


async def ask(site: Site, wearer: str, body: object) -> tuple[int, str]:
    path = f"/api/wearers/{wearer}/pause"
    async with site.client.post(path, json=body, headers=BEARER) as answer:
        return answer.status, await answer.text()


async def test_it_is_planned_and_stands_in_the_state(site: Site) -> None:
    status, _ = await ask(site, "mia", {"for_s": 3600, "carer": "ana"})
    assert status == 200
    (alert,) = site.relay.engine.open_alerts("mia")
    assert alert.presence is Presence.ACKNOWLEDGED
    assert alert.acknowledged_by == "ana"


@pytest.mark.parametrize(
    ("wearer", "body", "status", "word"),
    [
        ("mia", {"for_s": 10801}, 409, "three hours"),
        ("mia", {"for_s": 0}, 409, "three hours"),
        ("bob", {"for_s": 60}, 404, "The wearers are: mia (Mia), leo (Leo)"),
        ("mia", {"for_s": 60, "carer": "bob"}, 400, "The carers are: ana (Ana), tom (Tom)"),
        ("mia", {"for_s": "1 h"}, 400, "for_s"),
        ("mia", {"for_s": 1e300}, 400, "for_s"),
    ],
)
async def test_what_cannot_be_planned_is_refused_in_words(
    site: Site, wearer: str, body: object, status: int, word: str
) -> None:
    found, said = await ask(site, wearer, body)
    assert found == status
    assert word in said
    assert site.relay.engine.open_alerts("mia") == ()


async def test_nobody_without_the_token_plans_a_silence(site: Site) -> None:
    async with site.client.post("/api/wearers/mia/pause", json={"for_s": 60}) as answer:
        assert answer.status == 401


async def test_the_command_says_until_when(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, site.web.port)
    command = ["pause", "mia", "--silence", "--for", "1 h", "--config", str(file)]
    code, said = await run(lambda: main(command), capsys)
    assert code == 0
    assert "no readings are expected until" in said
    assert "still call" in said


def test_a_time_that_cannot_be_read_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pause", "mia", "--silence", "--for", "soon"])
    assert ended.value.code == 2
    assert '"soon" is no duration' in capsys.readouterr().err


async def test_the_page_shows_a_plan_with_its_end_and_no_alarm(site: Site) -> None:
    await ask(site, "mia", {"for_s": 3600, "carer": "ana"})
    site.relay.watch(WatchState.OK)
    page = words(await site.get("/"))
    assert "Mia: No readings expected until" in page
    assert "planned by Ana. Lows and seizures still call." in page
    assert "Planned silence since" in page
    for alarm in ("No current reading", "Every alert is in hand", "Ana has it"):
        assert alarm not in page


async def test_a_planned_silence_is_no_condition_of_the_wearer(site: Site) -> None:
    await ask(site, "mia", {"for_s": 3600})
    document = json.loads(await site.get("/api/state"))
    assert document["wearers"][0]["conditions"] == []
    assert document["alerts"][0]["planned"] is True


async def test_the_page_tells_that_a_reading_ended_it(site: Site) -> None:
    await ask(site, "mia", {"for_s": 3600})
    site.relay.later(5)
    site.relay.read(112)
    await site.settled()
    assert "Mia: the planned silence is over" in words(await site.get("/"))


@pytest.mark.parametrize(("carer", "by"), [("ana", ", by Ana"), ("", "")])
async def test_status_shows_it_as_a_pause_with_its_end(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], carer: str, by: str
) -> None:
    file = written(tmp_path, site.web.port)
    await ask(site, "mia", {"for_s": 3600, "carer": carer})
    _, said = await run(lambda: main(["status", "--config", str(file)]), capsys)
    assert "mia-1 no readings expected until" in said
    assert f"{by}. Lows and seizures still call." in said
    for alarm in ("NO READINGS", "nobody has it", "has it"):
        assert alarm not in said


async def test_nobody_can_have_what_nobody_planned_by_name(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, site.web.port)
    await ask(site, "mia", {"for_s": 3600})
    command = ["acknowledge", "mia-1", "--carer", "ana", "--config", str(file)]
    code, said = await run(lambda: main(command), capsys)
    assert (code, said) == (1, "mia-1 is a planned silence: nothing is asked.")
