"""Drills on the running daemon, over real sockets: real messages marked TEST, and nothing else."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from drills import ON_EE_AND_O2, PAGED, Command, asked, known_path, port_of, said
from live import ANA, ANA_TOPIC, TOM, House, living
from live_relay import until

pytestmark = pytest.mark.live

DRILL = ("simulate", "--live")
EE_DEAD = (*DRILL, "--outage", "EE")


def begun(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The routes that were tried, in their order."""
    lines = [line for line in document["timeline"] if line["event"] == "attempt.begun"]
    return [(line["carer"], line["channel"]) for line in lines]


async def start(house: House) -> None:
    known_path(house)
    await house.start()


def texts(house: House, number: str = ANA) -> list[str]:
    """What was sent to a number."""
    return [text.body for text in house.text.sent(number)]


async def test_with_the_pushs_network_dead_a_drill_goes_on_to_the_text(tmp_path: Path) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        house.text.fate("delivered")
        async with Command(house, *EE_DEAD, "--json") as command:
            await until(lambda: texts(house), what=house.relay.text)
            house.text.reply(ANA, "1")
            told = await command.said()
        assert told.status == 0, told.out + told.err
        document = told.json
        assert begun(document)[:2] == [("ana", "push"), ("ana", "text")]
        assert house.push.pushed(ANA_TOPIC) == [], "what is held dead reaches nobody"
        assert all(text.startswith("TEST") for text in texts(house))
        assert texts(house, TOM) == []
        (alert,) = document["alerts"]
        assert alert["delivered"]["channel"] == "text"
        assert alert["acknowledged"]["carer"] == "ana"
        assert document["kept_promise"] is True
        assert document["lifted_by"] is None
        assert all({"t", "at", "event"} <= line.keys() for line in document["timeline"])
        assert document["timeline"][0]["outage"] == "network:ee-uk"
        kept = await house.kept()
        assert (kept.alerts, kept.attempts) == ((), ()), "real data is not touched"
        assert house.outsider.alerts() == []


async def test_over_a_dead_path_a_send_fails_at_once_and_the_report_says_so(
    tmp_path: Path,
) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        page = tmp_path / "drill.html"
        told = await said(house, *DRILL, "--outage", "home", "--for", "4 s", "--html", str(page))
        assert told.status == 1
        assert "The path home held dead" in told.out
        assert "fails: " in told.out
        assert "Nobody was told, as far as relayd can know" in told.out
        assert "Not reached at all: Ana" in told.out
        assert "The drill beside its rehearsal" in told.out
        assert "the same routes in the same order" in told.out
        assert "A drill: real messages, marked TEST" in page.read_text()
        assert "Beside the rehearsal" in page.read_text()
        assert house.push.pushed(ANA_TOPIC) == []
        assert texts(house) == []
        assert not house.relay.said("path.lost"), "the real path is not doubted for it"


async def test_a_real_alert_lifts_a_drill_at_once(tmp_path: Path) -> None:
    """What was held dead works again for the real one, and nothing more is sent for the drill."""
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        async with Command(house, *EE_DEAD, "--json") as command:
            await until(lambda: texts(house), what=house.relay.text)
            await house.outsider.glucose(2.5)
            told = await command.said()
        assert told.status == 1
        assert told.json["lifted_by"] == "mia-1"
        await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)
        real = house.push.pushed(ANA_TOPIC)[0].document
        assert "TEST" not in real["message"]
        assert "Mia" in real["message"]
        await until(lambda: len(texts(house)) >= 2, what=house.relay.text)
        assert [text.startswith("TEST") for text in texts(house)] == [True, False]


async def test_an_answer_meant_for_a_lifted_drill_does_not_silence_the_real_alert(
    tmp_path: Path,
) -> None:
    """A bare "1" may be the answer to the TEST of a minute ago: the real text asks for a name."""
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        async with Command(house, *EE_DEAD) as command:
            await until(lambda: texts(house), what=house.relay.text)
            await house.outsider.glucose(2.5)
            await command.said()
        await until(lambda: len(texts(house)) >= 2, what=house.relay.text)
        assert "1 mia1" in texts(house)[-1]
        house.text.reply(ANA, "1")
        house.text.reply(ANA, "2 mia1")
        await house.relay.until_said("attempt.rejected", carer="ana")
        await until(lambda: texts(house, TOM), what=house.relay.text)
        assert not house.relay.said("alert.acknowledged")
        assert house.outsider.alert()["presence"] == "on"


async def test_no_drill_begins_beside_a_real_alert_or_another_drill(tmp_path: Path) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        status, begun_one = await asked(house, "/api/drill", {"for_s": 60})
        assert (status, begun_one["state"]) == (200, "running")
        status, _ = await asked(house, f"/api/drill?since={'0' * 12}{'1' * 5000}")
        assert status == 400
        status, refused = await asked(house, "/api/test", {"carer": "ana"})
        assert status == 409
        assert "running already" in refused["error"]
        status, ended = await asked(house, "/api/drill/end", {})
        assert ended["state"] == "ended"
        await house.outsider.glucose(2.5)
        await until(house.outsider.alert)
        told = await said(house, *DRILL)
        assert told.status == 1
        assert "mia-1 is open" in told.err


async def test_a_restart_in_the_middle_forgets_the_drill(tmp_path: Path) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        async with Command(house, *EE_DEAD) as command:
            await until(lambda: texts(house), what=house.relay.text)
            await house.relay.kill()
            told = await command.said()
        assert told.status == 1
        assert "Traceback" not in told.err
        await house.start()
        status, document = await asked(house, "/api/drill")
        assert (status, document["drill"]) == (200, None)
        _, again = await asked(house, "/api/drill", {"for_s": 1})
        assert again["drill"] == "drill-2", "a button of the first answers nothing of the second"


async def test_ctrl_c_ends_a_drill_on_the_daemon_and_until_then_people_see_it(
    tmp_path: Path,
) -> None:
    """Whoever has seen enough must not leave the household with a drill that goes on."""
    async with living(tmp_path, ON_EE_AND_O2) as house:
        await start(house)
        async with Command(house, *EE_DEAD) as command:
            await until(lambda: texts(house), what=house.relay.text)
            status = await said(house, "status")
            assert "A drill is running, drill-1" in status.out
            url = f"http://127.0.0.1:{port_of(house)}/"
            headers = {"Authorization": "Bearer sesame"}
            async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as page:
                assert "A drill is running, drill-1" in await page.text()
            command.interrupt()
            told = await command.said()
        assert told.status == 130
        assert "Traceback" not in told.err
        await house.relay.until_said("drill.ended", state="ended")
        _, document = await asked(house, "/api/state")
        assert document["drill"] is None


async def test_a_button_answers_the_drill_it_came_with(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        async with Command(house, *DRILL, "--outage", "pager", "--json") as command:
            await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)
            (message,) = house.push.pushed(ANA_TOPIC)
            assert message.document["title"].startswith("TEST")
            assert await house.push.press(message, 0) == 200
            told = await command.said()
        assert told.status == 0, told.out + told.err
        assert told.json["alerts"][0]["acknowledged"]["carer"] == "ana"
        assert house.pager.once == []
        assert house.relay.said("drill.ended", state="ended")


async def test_a_link_shows_first_and_answers_when_pressed(tmp_path: Path) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        text = house.relay.file.read_text()
        url = f"http://127.0.0.1:{port_of(house)}"
        house.relay.file.write_text(text.replace("[web]", f'[web]\npublic_url = "{url}"'))
        await start(house)
        await asked(house, "/api/drill", {"for_s": 60})
        await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)
        link = house.push.pushed(ANA_TOPIC)[0].document["click"]
        async with aiohttp.ClientSession() as session:
            async with session.get(link) as page:
                assert "TEST" in await page.text()
            _, document = await asked(house, "/api/drill")
            assert document["routes"][0]["status"] == "sent"
            async with session.post(link, data={"answer": "have"}) as page:
                assert "You have it" in await page.text()
        _, document = await asked(house, "/api/drill")
        assert document["routes"][0]["status"] == "accepted"
        await house.relay.until_said("drill.ended", state="ended")


async def test_what_nobody_rides_on_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    async with living(tmp_path, ON_EE_AND_O2) as house:
        for name, words in (
            ("psuh", 'Did you mean "push"?'),
            ("vodafone-uk", "nothing in this household rides on Vodafone"),
            ("push:data", "only a network has data"),
        ):
            told = await said(house, *DRILL, "--outage", name)
            assert told.status == 2, told
            assert words in told.err


async def test_a_drill_is_answered_at_the_terminal_by_its_name(tmp_path: Path) -> None:
    """For a carer who has heard the siren, or cannot find the message."""
    async with living(tmp_path, PAGED) as house:
        await start(house)
        await asked(house, "/api/drill", {"for_s": 60})
        told = await said(house, "acknowledge", "drill-1", "--carer", "ana")
        assert told.status == 0, told
        assert "drill-1: Ana has it" in told.out
        await house.relay.until_said("drill.ended", state="ended")
        told = await said(house, "acknowledge", "drill-9", "--carer", "ana")
        assert told.status == 1


async def test_without_the_token_nobody_begins_a_drill(tmp_path: Path) -> None:
    async with living(tmp_path, PAGED) as house:
        await start(house)
        for path, body in (("/api/drill", {}), ("/api/test", {"carer": "ana"})):
            status, _ = await asked(house, path, body, token="guess")
            assert status == 401
        assert house.pager.documents == []
