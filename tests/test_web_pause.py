"""A planned silence over the API and from the command line."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from remotes import run, written
from webs import BEARER, Relay, Site

from relayd.cli import main
from relayd.domain.alert import Presence


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
        ("bob", {"for_s": 60}, 409, "no wearer"),
        ("mia", {"for_s": 60, "carer": "bob"}, 400, "carers are"),
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
    words = ["pause", "mia", "--silence", "--for", "1 h", "--config", str(file)]
    code, said = await run(lambda: main(words), capsys)
    assert code == 0
    assert "no readings are expected until" in said
    assert "still call" in said


def test_a_time_that_cannot_be_read_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pause", "mia", "--silence", "--for", "soon"])
    assert ended.value.code == 2
    assert '"soon" is no duration' in capsys.readouterr().err
