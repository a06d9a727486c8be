"""``relayd status`` and ``relayd acknowledge``: what they say to people and programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from remotes import run, written
from webs import TOKEN, Relay, Settings, Site

from relayd import remote
from relayd.domain.alert import Code
from relayd.domain.belief import PathState
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.event import AttemptReported, PathReported, PayloadRejected, TechnicalReported
from relayd.domain.reading import WatchState


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page for the commands to talk to."""
    (tmp_path / "state").mkdir()
    relay = Relay(tmp_path / "state")
    relay.read(45)
    relay.watch(WatchState.OK)
    async with Site(relay) as site:
        yield site


@pytest.fixture
def file(site: Site, tmp_path: Path) -> Path:
    """Write the household file of the running relay; its other secrets cannot be read."""
    return written(tmp_path, site.web.port)


async def test_status_shows_how_things_stand(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.relay.report("mia-1/1", Dissemination.SENT)
    site.relay.take(PayloadRejected("mia/\x1b[31mdata", "why"))
    site.relay.take(TechnicalReported(Code.BROKER_LOST, present=True))
    site.relay.take(PathReported("dongle", PathState.DOWN, "no carrier"))
    code, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert code == 1, "without its broker it hears nothing: that is bad news"
    for words in (
        "Mia 45 mg/dL",
        "Leo watch: ok",
        "mia-1 URGENT LOW, high",
        "nobody has it yet",
        "Ana push sent",
        "never",
        "no connection to the MQTT broker",
        "The path dongle is down: no carrier",
        "Nobody watches relayd",
    ):
        assert words in said
    assert "\x1b" not in said


async def test_status_says_when_there_is_nothing_to_say(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.relay.later(15)
    await site.client.post(
        "/api/alerts/mia-1/acknowledge",
        json={"carer": "ana"},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    code, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert "Mia no reading since" in said
    assert "Leo no reading since" in said
    assert "Ana has it" in said
    assert code == 1  # the engine was not woken for a quarter of an hour


async def test_status_as_json_is_the_state_and_nothing_else(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = await run(lambda: remote.status(file, as_json=True), capsys)
    assert code == 0
    document = json.loads(said)
    assert document["alerts"][0]["alert"] == "mia-1"
    assert document["nobody_watches_relayd"] is True


async def test_acknowledge_answers_in_one_line(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = await run(lambda: remote.acknowledge(file, "mia-1", "ana"), capsys)
    assert (code, said) == (0, "mia-1: Ana has it.")
    assert site.relay.alert().acknowledged_by == "ana"
    code, said = await run(lambda: remote.acknowledge(file, "mia-1", "tom"), capsys)
    assert (code, said) == (1, "mia-1: Ana already has it.")


async def test_acknowledging_a_latched_alert_says_that_it_is_over(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.relay.watch(WatchState.ALARM)
    site.relay.watch(WatchState.OK)
    code, said = await run(lambda: remote.acknowledge(file, "leo-1", "tom"), capsys)
    assert (code, said) == (0, "leo-1: Tom has it, and it is over.")
    code, said = await run(lambda: remote.acknowledge(file, "leo-1", "tom"), capsys)
    assert code == 1
    assert "leo-1 is over" in said


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("mia-7", "ana"), "Open now: mia-1"),
        (("mia-1", "nobody"), "ana (Ana), tom (Tom)"),
        (("../state", "ana"), "Open now: mia-1"),
        (("mia-1?x=/", "ana"), "Open now: mia-1"),
    ],
)
async def test_a_refusal_is_passed_on_in_the_relays_own_words(
    site: Site, file: Path, asked: tuple[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = await run(lambda: remote.acknowledge(file, *asked), capsys)
    assert code == 1
    assert says in said
    assert site.relay.alert().acknowledged_by is None


async def test_a_relay_that_listens_everywhere_is_found_at_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Site(Relay(tmp_path), Settings(host="0.0.0.0")) as site:
        file = written(tmp_path, site.web.port, listen="0.0.0.0")
        code, _ = await run(lambda: remote.status(file, as_json=False), capsys)
    assert code == 0


async def test_a_proxy_in_the_environment_is_not_asked(
    site: Site,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    code, _ = await run(lambda: remote.status(file, as_json=True), capsys)
    assert code == 0


async def test_status_shows_what_is_wrong_with_relayd_itself_and_no_empty_line(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = TechnicalReported(Code.ANSWERS_LOST, present=True, about="text", detail="by text: cut")
    site.relay.take(fault)
    await asyncio.to_thread(lambda: remote.status(file, as_json=False))
    lines = capsys.readouterr().out.splitlines()
    (place,) = (n for n, line in enumerate(lines) if line.startswith("relay-1"))
    assert "carers' answers cannot be read, low" in lines[place]
    assert lines[place].rstrip().endswith("told once, by day")
    assert lines[place + 1].strip() == "by text: cut"
    assert all(line == line.rstrip() for line in lines if not line.strip())


async def test_a_service_that_answers_as_no_service_does_is_not_called_a_dead_path(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Something answered: who looks for a broken dongle looks in the wrong place."""
    failed, words = Failure.PATH_DOWN, "it does not answer as Twilio does"
    status = Dissemination.UNDELIVERABLE
    site.relay.take(AttemptReported("mia-1/1", status, failed, path="dongle", words=words))
    _, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert "Ana push over dongle no proper answer from the service" in said
    await site.settled()
    page = await site.get("/")
    assert f"failed: no proper answer came from the service ({words})" in page


async def test_quiet_lines_are_told_from_calls(
    site: Site, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(lambda: remote.acknowledge(file, "mia-1", "tom"), capsys)
    _, said = await run(lambda: remote.status(file, as_json=False), capsys)
    assert "Tom has it" in said
    assert "Ana push, told who has it sending" in said
