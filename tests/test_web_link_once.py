"""A signed link works once for an alert: what it showed then is no answer to what came since."""

from pathlib import Path

from houses import home
from test_web_links import look, press
from webs import Relay, Site

from relayd.domain.household import Step


async def test_a_used_link_answers_no_further_fall_it_never_showed(tmp_path: Path) -> None:
    """She had it at 50; it fell to 38, all are called: her old link must not say she has it."""
    relay = Relay(tmp_path, home(steps=(Step(("ana", "tom")),)))
    relay.read(50)
    link = relay.link()
    async with Site(relay) as site:
        assert "You have it" in await press(site, link)
        relay.later(5)
        relay.read(38)
        assert relay.alert().calling
        taken = len(relay.taken)
        assert "It has become worse since that message" in await press(site, link)
        assert len(relay.taken) == taken, "nobody is told that she has it"
        assert relay.alert().calling
        assert "Urgent low" in await look(site, link)
        shown = f"{relay.alert().call}.high"
        assert "You have it" in await press(site, link, shown=shown)
    assert relay.alert().acknowledged_by == "ana"


async def test_what_a_page_has_shown_may_still_be_refused_by_an_old_link(tmp_path: Path) -> None:
    relay = Relay(tmp_path, home(steps=(Step(("ana", "tom")),)))
    relay.read(50)
    link = relay.link()
    async with Site(relay) as site:
        await press(site, link)
        relay.later(5)
        relay.read(38)
        assert "You said that you cannot" in await press(site, link, answer="cannot")
    assert relay.alert().refused_by == ("ana",)
