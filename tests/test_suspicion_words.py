"""A network that seems to be down is said: to carers, of a silence, on the page, in the story."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from houses import CALL, NOON, PUSH, TEXT, Drive, home, minutes
from test_words import HELP, NAME, OF_WEARERS, alert
from webs import Relay, Site, words

from relayd.channels.gsm7 import septets, to_gsm7
from relayd.domain.alert import Alert, Cause, Code, Evidence, Presence, Priority
from relayd.domain.delivery import Attempt, Dissemination, Failure, Purpose, Reason
from relayd.domain.household import Household, Step
from relayd.domain.reading import Bound, Trend, Unit
from relayd.domain.words import Telling, words_of
from relayd.web.speech import Storyteller

O2_TEXT = replace(TEXT, core="o2-uk", network="tesco-mobile-uk")
EE_CALL = replace(CALL, core="ee-uk", network="ee-uk")
ROUTES = (O2_TEXT, EE_CALL, PUSH)
SMS, VOICE, NTFY = range(3)
BRANDS = {
    "o2-uk": "O2",
    "tesco-mobile-uk": "Tesco Mobile",
    "ee-uk": "EE",
    "giffgaff-uk": "giffgaff",
}
DOWN = {"o2-uk": NOON}


def house(name: str = "Mia", said: str = "", unit: Unit = Unit.MMOL_L) -> Household:
    made = home(ana=ROUTES, tom=ROUTES, steps=(Step(("ana", "tom")),), unit=unit)
    mia = replace(made.wearers["mia"], name=name, help=said, network="giffgaff-uk", core="o2-uk")
    return replace(made, wearers={**made.wearers, "mia": mia}, brands=BRANDS)


def say(
    about: Alert,
    route: int = SMS,
    purpose: Purpose = Purpose.CALL,
    *,
    of: Household | None = None,
    suspected: dict[str, object] | None = None,
    code: str = "",
) -> str:
    attempt = Attempt(
        "mia-1/1", "mia-1", about.wearer, "ana", route, ROUTES[route].channel, 1, 1, 1, NOON,
        about.priority, Reason.FIRST_CALL, purpose,
    )  # fmt: skip
    cores = DOWN if suspected is None else suspected
    now = NOON + minutes(17)
    telling = Telling(of or house(), about, attempt, now, timedelta(0), code, suspected=cores)
    return words_of(telling).text


GOLDEN = {
    (Code.URGENT_LOW, SMS): "Mia URGENT LOW 2.8 mmol/L falling slowly, since 12:00. O2 (Tesco "
    "Mobile, giffgaff) seems to be down. Reply 1 = I have it, 2 = I cannot",
    (Code.URGENT_LOW, VOICE): "Mia URGENT LOW 2.8 mmol/L falling slowly, since 12:00. O2 (Tesco "
    "Mobile, giffgaff) seems to be down.",
    (Code.SILENT, NTFY): "Mia NO READINGS, last 2.8 mmol/L, since 12:00, 17 min. O2 (Tesco Mobile, "
    "giffgaff), Mia's phone network, seems to be down.",
    (Code.SEIZURE_ALARM, NTFY): "Mia SEIZURE ALARM, since 12:00. O2 (Tesco Mobile, giffgaff) seems "
    "to be down.",
}


@pytest.mark.parametrize(("code", "route"), list(GOLDEN))
def test_a_call_says_which_network_seems_to_be_down(code: Code, route: int) -> None:
    assert say(alert(code), route) == GOLDEN[code, route]


def test_where_the_brand_is_the_network_itself_it_is_said_once() -> None:
    assert "EE seems to be down." in say(alert(Code.LOW), NTFY, suspected={"ee-uk": NOON})


def test_two_networks_are_said_in_one_sentence() -> None:
    said = say(alert(Code.LOW), NTFY, suspected={"o2-uk": NOON, "ee-uk": NOON})
    assert "O2 (Tesco Mobile, giffgaff) and EE seem to be down." in said


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("code", OF_WEARERS)
def test_nothing_is_said_of_networks_that_are_well(code: Code, purpose: Purpose) -> None:
    about = alert(code, acknowledged_by="ana", quiet_until=NOON + minutes(40), ended_at=NOON)
    for route in (SMS, VOICE, NTFY):
        assert "down" not in say(about, route, purpose, suspected={})


def test_a_silence_on_another_network_is_not_explained_by_it() -> None:
    """EE is down, and Mia's phone is on O2: that is no reason to be calm."""
    said = say(alert(Code.SILENT), NTFY, suspected={"ee-uk": NOON})
    assert "EE seems to be down." in said
    assert "Mia's phone network" not in said


def test_a_carer_out_of_reach_is_explained_too() -> None:
    about = alert(Code.CARER_UNREACHABLE, about="tom")
    assert say(about, NTFY) == (
        "relayd home: Tom cannot be reached. O2 (Tesco Mobile, giffgaff) seems to be down."
    )
    assert say(about, NTFY, suspected={}) == "relayd home: Tom cannot be reached."


@pytest.mark.parametrize("code", OF_WEARERS)
@pytest.mark.parametrize("help_text", ["", HELP])
@pytest.mark.parametrize("name", ["Mia", NAME])
def test_with_it_every_text_still_fits_one_sms(code: Code, help_text: str, name: str) -> None:
    """What to do and how to answer count more than whose fault it is."""
    cores: list[dict[str, object]] = [dict(DOWN), {"o2-uk": NOON, "ee-uk": NOON}]
    for unit, cause, priority, suspected in product(Unit, Cause, Priority, cores):
        evidence = Evidence(50.5, Bound.WITHIN, Trend.FALLING_SLOWLY, NOON)
        about = alert(code, cause=cause, priority=priority, evidence=evidence)
        of = house(name, help_text, unit)
        for purpose in (Purpose.CALL, Purpose.REMINDER):
            text = say(about, SMS, purpose, of=of, suspected=suspected, code="K7")
            plain = say(about, SMS, purpose, of=of, suspected={}, code="K7")
            assert text == plain or septets(text) <= 160, text
            assert to_gsm7(text) == text
            if priority > Priority.LOW:
                assert text.endswith("Reply 1 K7 = I have it, 2 K7 = I cannot")


def test_the_short_form_is_said_where_the_long_one_does_not_fit() -> None:
    about = alert(Code.URGENT_LOW, presence=Presence.ON)
    said = say(about, of=house(said="School office 01632 960111"))
    assert "O2 seems to be down. School office" in said


def lost(drive: Drive) -> None:
    for attempt in drive.engine.attempts("mia-1"):
        if attempt.channel == "text":
            drive.report(attempt.id, Dissemination.UNDELIVERABLE, Failure.UNREACHABLE)


def test_the_timeline_says_what_a_suspicion_explains_and_only_proof_lifts_it() -> None:
    """From two texts that came back to a silence that is explained, and on to the proof."""
    drive = Drive(house())
    drive.glucose(50)
    lost(drive)
    (suspected,) = [row.fields for _, row in drive.events("network.suspected")]
    assert suspected["network"] == "o2-uk"
    assert suspected["explains_silence_of"] == "mia"
    drive.until(30)
    raised = {row.fields["condition"]: row.fields for _, row in drive.events("alert.raised")}
    assert raised["glucose.silent"]["explained_by"] == "o2-uk"
    assert "explained_by" not in raised["glucose.urgent_low"]
    assert "o2-uk" in drive.engine.desk.belief.suspected
    story = Storyteller(drive.household)
    assert story.tell("alert.raised", raised["glucose.silent"]).endswith("; O2 seems to be down")
    text = next(a for a in reversed(drive.engine.attempts("mia-1")) if a.channel == "text")
    drive.report(text.id, Dissemination.DELIVERED)
    assert [row.fields["network"] for _, row in drive.events("network.restored")] == ["o2-uk"]
    assert "o2-uk" not in drive.engine.desk.belief.suspected


async def test_the_page_explains_a_silence(tmp_path: Path) -> None:
    """Whoever opens the page to see why nothing comes finds it beside the wearer."""
    relay = Relay(tmp_path, house())
    async with Site(relay) as site:
        relay.read(100, ago=12)
        said = "O2 (Tesco Mobile, giffgaff), Mia&#x27;s phone network, seems to be down."
        page = await site.get("/")
        assert said not in words(page)
        relay.engine.desk.belief.suspected["o2-uk"] = relay.clock.now()
        assert said in words(await site.get("/"))
        relay.later(1)
        relay.read(100)
        page = words(await site.get("/"))
        assert said not in page, "she is heard: there is nothing to explain"
        assert "O2 (Tesco Mobile, giffgaff) seems to be down." in page
