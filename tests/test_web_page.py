"""The page that people see: right, in plain words, harmless, and useful without script."""

from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from houses import PUSH, TEXT, home
from webs import BEARER, Relay, Settings, Site, words

from relayd.domain.alert import Code
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.event import Answered, PayloadRejected, TechnicalReported
from relayd.domain.household import Carer, Step, Wearer
from relayd.domain.reading import Trend, Unit, WatchState

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page, with nothing read yet."""
    async with Site(Relay(tmp_path)) as site:
        yield site


class Structure(HTMLParser):
    """Finds elements that are never closed, and what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Match an end with its beginning."""
        assert self.open.pop() == tag


def structure(page: str) -> Structure:
    parser = Structure()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


async def test_a_quiet_house_reads_at_a_glance(site: Site) -> None:
    site.relay.read(117, ago=2.5, trend=Trend.STEADY)
    site.relay.watch(WatchState.OK)
    page = words(await site.get("/"))
    for said in ("All quiet.", "Mia 117 mg/dL steady, 2 min ago", "Leo All well"):
        assert said in page


async def test_the_page_never_says_all_quiet_when_it_cannot_know(site: Site) -> None:
    assert "No current reading of Mia and Leo." in words(await site.get("/"))
    site.relay.read(117)
    site.relay.watch(WatchState.OK)
    site.relay.take(TechnicalReported(Code.BROKER_LOST, present=True))
    page = words(await site.get("/"))
    assert "no connection to the readings" in page
    assert "All quiet" not in page


async def test_an_old_reading_is_told_as_old(site: Site) -> None:
    site.relay.read(117)
    site.relay.later(12)
    page = words(await site.get("/"))
    assert "No reading since" in page
    assert "It was 117 mg/dL at" in page
    assert "12 min ago" in page


async def test_an_alert_shows_who_was_called_and_what_is_known_of_it(site: Site) -> None:
    site.relay.read(45)
    site.relay.report("mia-1/1", Dissemination.UNDELIVERABLE, Failure.UNREACHABLE)
    page = words(await site.get("/"))
    assert "Mia: Urgent low. Nobody has it yet." in page
    assert "Ana by push: the phone is off or out of reach" in page
    assert "Ana has it Tom has it" in page


async def test_one_press_on_the_page_answers_and_the_page_says_who(site: Site) -> None:
    site.relay.read(45)
    data = {"have": "tom", "call": "1"}
    async with site.client.post("/alerts/mia-1/answer", data=data, headers=BEARER) as answer:
        assert answer.history[0].status == 303
        page = words(await answer.text())
    assert "Tom has it since" in page
    assert "and will be asked again at" in page
    assert site.relay.alert().acknowledged_by == "tom"


async def test_whoever_answered_from_this_browser_comes_first_next_time(site: Site) -> None:
    site.relay.read(45)
    data = {"cannot": "tom", "call": "1"}
    async with site.client.post("/alerts/mia-1/answer", data=data, headers=BEARER) as answer:
        assert "Tom has it Ana has it" in words(await answer.text())


async def test_a_refusal_of_a_call_that_is_past_is_not_booked_twice(site: Site) -> None:
    site.relay.read(45)
    for name in ("ana", "tom", "ana", "tom"):
        data = {"cannot": name, "call": "1"}
        async with site.client.post("/alerts/mia-1/answer", data=data, headers=BEARER) as answer:
            assert answer.status == 200
    assert site.relay.alert().call == 2
    assert site.relay.alert().refused_by == ()


@pytest.mark.parametrize("data", [{}, {"have": "ana", "cannot": "ana"}, {"have": "nobody"}])
async def test_a_form_that_says_nothing_is_refused(site: Site, data: dict[str, str]) -> None:
    site.relay.read(45)
    async with site.client.post("/alerts/mia-1/answer", data=data, headers=BEARER) as answer:
        assert answer.status == 400
    assert site.relay.alert().acknowledged_by is None


async def test_no_name_can_put_anything_into_the_page(tmp_path: Path) -> None:
    house = home(steps=(Step(("ana", "tom")),))
    mia = replace(house.wearers["mia"], name=EVIL, help=EVIL)
    ana = Carer("ana", EVIL, (replace(PUSH, channel=EVIL), TEXT))
    house = replace(
        house, wearers={**house.wearers, "mia": mia}, carers={**house.carers, "ana": ana}
    )
    relay = Relay(tmp_path, house)
    relay.read(45)
    relay.take(PayloadRejected(EVIL, EVIL))
    relay.take(TechnicalReported(Code.CHANNEL_REFUSED, present=True, about=EVIL, detail=EVIL))
    async with Site(relay, Settings(name=EVIL, paths=(EVIL,))) as site:
        pages = [await site.get("/"), await site.get("/now"), await site.get(relay.link())]
        relay.take(Answered("mia-1", "ana", accepted=True, by=EVIL))
        pages += [await site.get("/"), await site.get(relay.link("tom"))]
    for page in pages:
        tags = structure(page).tags
        assert not any(tag == "img" for tag, _ in tags)
        assert all(attrs.get("src") == "/page.js" for tag, attrs in tags if tag == "script")
        assert not any(key.startswith("on") for _, attrs in tags for key in attrs)
        assert "&lt;script&gt;" in page


async def test_nothing_is_loaded_from_elsewhere_and_no_style_is_inline(site: Site) -> None:
    site.relay.read(45, ago=6)
    site.relay.read(44)
    for tag, attrs in structure(await site.get("/")).tags:
        assert "style" not in attrs, tag
        for key in ("src", "href", "action"):
            value = attrs.get(key) or "/"
            assert value.startswith(("/", "data:")), value
            assert not value.startswith("//"), value


async def test_the_script_gets_the_same_words_as_the_page(site: Site) -> None:
    site.relay.read(45)
    part = await site.get("/now")
    assert part.startswith("<div")
    assert 'data-title="(1) Mia: Urgent low"' in part
    assert words(part) in words(await site.get("/"))


async def test_what_happened_is_told_in_sentences(site: Site) -> None:
    site.relay.read(45)
    site.relay.report("mia-1/1", Dissemination.SENT)
    site.relay.take(Answered("mia-1", "ana", accepted=True))
    await site.relay.happened("alert.acknowledged")
    page = words(await site.get("/"))
    for said in ("relayd started", "Mia: urgent low", "Ana is called by push", "push to Ana: sent"):
        assert said in page
    assert "Ana has it (Mia)" in page


async def test_a_house_that_nobody_watches_is_told(tmp_path: Path) -> None:
    async with Site(Relay(tmp_path)) as site:
        assert "Nobody outside watches relayd" in words(await site.get("/"))


async def test_a_watched_house_is_not_told(tmp_path: Path) -> None:
    async with Site(Relay(tmp_path), Settings(watcher=object())) as site:
        assert "Nobody outside watches relayd" not in words(await site.get("/"))


async def test_values_are_shown_in_the_familys_own_unit(tmp_path: Path) -> None:
    house = home(unit=Unit.MMOL_L)
    assert isinstance(house.wearers["mia"], Wearer)
    relay = Relay(tmp_path, house)
    relay.read(52.3)
    async with Site(relay) as site:
        assert "2.9 mmol/L" in words(await site.get("/"))
