"""Signed links: looking does nothing, a press answers one alert as one carer, and forging fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from houses import PUSH, TEXT, home
from webs import BEARER, Relay, Site, words

from relayd.domain.alert import Presence
from relayd.domain.delivery import Dissemination
from relayd.domain.event import Answered
from relayd.domain.household import Step
from relayd.domain.reading import WatchState


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page; Ana and Tom are both being called about Mia."""
    relay = Relay(tmp_path, home(steps=(Step(("ana", "tom")),)))
    relay.read(45)
    async with Site(relay) as site:
        yield site


async def look(site: Site, link: str, status: int = 200) -> str:
    async with site.client.get(link) as answer:
        assert answer.status == status
        return words(await answer.text())


async def press(site: Site, link: str, answer: str = "have", shown: str = "") -> str:
    data = {"answer": answer, "shown": shown}
    async with site.client.post(link, data=data) as reply:
        assert reply.status == 200
        return words(await reply.text())


async def test_a_link_says_who_what_and_since_when_before_it_does_anything(site: Site) -> None:
    page = await look(site, site.relay.link())
    for said in ("Mia: Urgent low", "since", "Ana", "I have it", "I cannot", "does nothing"):
        assert said in page
    assert "Nobody has it yet" in page


async def test_previews_and_scanners_acknowledge_nothing(site: Site) -> None:
    link = site.relay.link()
    for _ in range(20):
        await look(site, link)
        async with site.client.head(link) as answer:
            assert answer.status == 200
    assert site.relay.alert().presence is Presence.ON
    assert site.relay.attempt().status is Dissemination.SENDING


async def test_a_press_is_an_answer_and_proves_the_message_came(site: Site) -> None:
    assert "You have it" in await press(site, site.relay.link())
    assert site.relay.alert().acknowledged_by == "ana"
    assert site.relay.attempt("ana").status is Dissemination.SENDING  # told who has it
    assert site.relay.engine.attempts("mia-1")[0].status is Dissemination.ACCEPTED


async def test_a_press_needs_no_script_no_sign_in_and_no_form(site: Site) -> None:
    """A notification's button posts nothing but the link."""
    async with site.client.post(site.relay.link()) as answer:
        assert answer.status == 200
    assert site.relay.alert().acknowledged_by == "ana"


async def test_a_link_works_once(site: Site) -> None:
    link = site.relay.link()
    told = await asyncio.gather(*(press(site, link) for _ in range(50)))
    assert all("You have it" in page for page in told)
    assert await site.relay.happened("alert.acknowledged") == 1
    assert "You have it" in await look(site, link)


async def test_the_other_carer_is_told_who_has_it(site: Site) -> None:
    tom = site.relay.link("tom")
    await press(site, site.relay.link("ana"))
    assert "Ana already has it" in await look(site, tom)
    assert "Ana already has it" in await press(site, tom)
    assert site.relay.alert().acknowledged_by == "ana"


async def test_i_cannot_sends_it_on(site: Site) -> None:
    link = site.relay.link("ana")
    assert "You said that you cannot" in await press(site, link, "cannot")
    assert site.relay.alert().refused_by == ("ana",)
    assert "You have it" in await press(site, link, "have")


async def test_whoever_has_it_can_hand_it_back_once(site: Site) -> None:
    link = site.relay.link("ana")
    await press(site, link)
    await press(site, link, "cannot")
    again = site.relay.alert()
    assert (again.presence, again.acknowledged_by) == (Presence.ON, None)
    await press(site, link, "cannot")
    assert site.relay.alert().call == again.call


async def test_pressing_i_cannot_again_calls_nobody_again(site: Site) -> None:
    """All have refused and calling began anew: the old page, sent again, is no new refusal."""
    links = [site.relay.link("ana"), site.relay.link("tom")]
    for link in links:
        await press(site, link, "cannot")
    call = site.relay.alert().call
    for link in links * 3:
        await press(site, link, "cannot")
    assert site.relay.alert().call == call


async def test_an_alert_that_is_over_says_so(site: Site) -> None:
    link = site.relay.link()
    site.relay.read(120, ago=-0.5)
    site.relay.later(5)
    site.relay.read(120)
    site.relay.later(5)
    site.relay.read(120)
    assert not site.relay.alert().open
    assert "This alert is over" in await press(site, link)
    page = await look(site, link)
    assert "This alert is over" in page
    assert "I have it" not in page


async def test_the_link_of_an_old_alert_answers_no_new_one(site: Site) -> None:
    old = site.relay.link()
    for _ in range(3):
        site.relay.later(5)
        site.relay.read(120)
    site.relay.later(5)
    site.relay.read(45)
    assert site.relay.alert("mia-2").calling
    await press(site, old)
    assert site.relay.alert("mia-2").acknowledged_by is None


async def test_a_link_about_one_wearer_leaves_the_other_alone(site: Site) -> None:
    site.relay.watch(WatchState.ALARM)
    await press(site, site.relay.link())
    assert site.relay.alert("leo-1").acknowledged_by is None


async def test_a_link_for_a_low_answers_no_urgent_low_it_never_showed(tmp_path: Path) -> None:
    relay = Relay(tmp_path, home(steps=(Step(("ana", "tom")),)))
    relay.read(65)
    link = relay.link()
    relay.later(5)
    relay.read(45)
    async with Site(relay) as site:
        assert "It has become worse since that message" in await press(site, link)
        assert relay.alert().acknowledged_by is None
        page = await look(site, link)
        assert "Urgent low" in page
        shown = f"{relay.alert().call}.high"
        assert "You have it" in await press(site, link, shown=shown)
    assert relay.alert().acknowledged_by == "ana"


async def test_a_latched_seizure_ends_with_the_press(site: Site) -> None:
    site.relay.watch(WatchState.ALARM)
    site.relay.watch(WatchState.OK)
    link = site.relay.link("tom", "leo-1")
    assert "this alert ends" in await look(site, link)
    assert "This alert is over" in await press(site, link)


async def test_a_carer_who_does_not_answer_the_reminder_can_be_relieved(site: Site) -> None:
    tom = site.relay.link("tom")
    site.relay.take(Answered("mia-1", "ana", accepted=True))
    case = site.relay.engine.desk.case_of("mia-1")
    assert case is not None
    case.alert = case.alert.reminding(site.relay.clock.now())
    assert "Ana had it, and does not answer" in await look(site, tom)
    assert "You have it" in await press(site, tom)
    assert site.relay.alert().acknowledged_by == "tom"


# Forging ------------------------------------------------------------------------------------


async def test_one_flipped_bit_opens_nothing(site: Site) -> None:
    token = site.relay.link().removeprefix("/a/")
    for place in range(len(token)):
        for bit in (1, 2, 4):
            forged = token[:place] + chr(ord(token[place]) ^ bit) + token[place + 1 :]
            if forged != token and forged.isalnum():
                async with site.client.post(f"/a/{forged}") as answer:
                    assert answer.status == 404
    assert site.relay.alert().acknowledged_by is None


async def test_anas_signature_opens_nothing_of_toms(site: Site) -> None:
    name = site.relay.attempt("tom").id.replace("/", "~")
    signature = site.relay.link("ana").rpartition(".")[2]
    async with site.client.post(f"/a/{name}.{signature}") as answer:
        assert answer.status == 404
    assert site.relay.alert().acknowledged_by is None


@pytest.mark.parametrize(
    "token",
    ["x", "mia-1~1", "mia-1~1.", ".AAAA", "%00", "%ff%fe", "%ed%a0%80", "ü.ü", "a" * 4000],
)
async def test_nonsense_is_a_page_with_a_plain_sentence(site: Site, token: str) -> None:
    page = await look(site, f"/a/{token}", status=404)
    assert "This link does not work" in page
    async with site.client.post(f"/a/{token}") as answer:
        assert answer.status == 404


async def test_a_link_leaks_to_nobody(site: Site) -> None:
    for link in (site.relay.link(), "/a/forged"):
        async with site.client.get(link) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
            text = await answer.text()
            assert "//" not in text.replace("http://www.w3.org/2000/svg", "")
            assert "<script" not in text


async def test_a_browser_that_hides_where_it_comes_from_may_press(site: Site) -> None:
    """A page without referrer sends ``Origin: null`` with its own form."""
    async with site.client.post(site.relay.link(), headers={"Origin": "null"}) as answer:
        assert answer.status == 200
    assert site.relay.alert().acknowledged_by == "ana"


async def test_a_link_shows_no_value_its_message_might_not(tmp_path: Path) -> None:
    quiet = replace(PUSH, details=False)
    relay = Relay(tmp_path, home(ana=(quiet,), tom=(TEXT,), steps=(Step(("ana", "tom")),)))
    relay.read(47)
    async with Site(relay) as site:
        assert "47 mg/dL" not in await look(site, relay.link("ana"))
        assert "47 mg/dL" in await look(site, relay.link("tom"))


async def test_an_unknown_word_is_no_answer(site: Site) -> None:
    data = {"answer": "maybe"}
    async with site.client.post(site.relay.link(), data=data, headers=BEARER) as answer:
        assert answer.status == 400
    assert site.relay.alert().acknowledged_by is None
