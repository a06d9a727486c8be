"""A key pressed in a call comes in as Twilio posts it, and the caller hears what it did."""

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from houses import CALL, home
from webs import Relay, Site

from relayd.domain.alert import Presence
from relayd.domain.delivery import Dissemination
from relayd.domain.household import Step


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a page; Ana and Tom are both being rung about Mia."""
    relay = Relay(tmp_path, home(ana=(CALL,), tom=(CALL,), steps=(Step(("ana", "tom")),)))
    relay.read(45)
    async with Site(relay) as site:
        yield site


async def press(site: Site, link: str, key: str | None) -> ET.Element:
    """Post *key* as Twilio does, and read what it is told to say; None: nothing was pressed."""
    form = {"CallSid": "CA0", "AccountSid": "AC0", "From": "+447700900000"}
    form |= {"Digits": key} if key is not None else {"CallStatus": "completed"}
    async with site.client.post(f"{link}?by=voice", data=form) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/xml", "anything else is an 'application error'"
        return ET.fromstring(await answer.text())


async def test_one_is_i_have_it(site: Site) -> None:
    said = "".join((await press(site, site.relay.link(), "1")).itertext())
    assert said == "Thank you. You have it."
    assert site.relay.alert().acknowledged_by == "ana"
    assert site.relay.attempt().status is Dissemination.ACCEPTED


async def test_two_is_i_cannot(site: Site) -> None:
    said = "".join((await press(site, site.relay.link(), "2")).itertext())
    assert "others are called" in said
    assert site.relay.alert().refused_by == ("ana",)


@pytest.mark.parametrize("key", ["0", "9", "*", "#", "", "11", None])
async def test_another_key_is_asked_again_and_changes_nothing(site: Site, key: str | None) -> None:
    """A thumb in the night presses anything, and who hangs up has said nothing."""
    said = await press(site, site.relay.link(), key)
    gather = said.find("Gather")
    assert gather is not None
    assert gather.get("action") is None, "it comes back to the same address"
    assert site.relay.alert().presence is Presence.ON
    assert site.relay.alert().refused_by == ()


async def test_a_forged_link_is_no_answer(site: Site) -> None:
    said = "".join((await press(site, "/a/mia-1~1.forged", "1")).itertext())
    assert "over" in said
    assert site.relay.alert().presence is Presence.ON
