"""Buttons, live: what a carer presses on the phone reaches exactly the alert it was shown for."""

from pathlib import Path

import aiohttp
import pytest
from doubles.ntfy import Pushed
from live import ANA_TOPIC, TOM_TOPIC, House, living
from live_relay import until

from relayd.tokens import Signer

pytestmark = pytest.mark.live

PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}]
[carers.tom]
name = "Tom"
routes = [{{ channel = "push", to = "{TOM_TOPIC}" }}]
[plan]
steps = [{{ tell = ["ana", "tom"] }}]
"""
HAVE_IT, CANNOT = 0, 1


async def call(house: House, topic: str, number: int = 1) -> Pushed:
    """The *number*th message with buttons that the phone on *topic* got."""

    def calls() -> list[Pushed]:
        return [message for message in house.push.pushed(topic) if message.actions]

    await until(lambda: len(calls()) >= number, what=house.relay.text)
    return calls()[number - 1]


async def post(house: House, topic: str, body: str) -> None:
    """Write to the second topic, as anybody can who knows its name."""
    url = f"{house.push.url}/{topic}-answer"
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as response:
        assert response.status == 200


async def test_a_button_press_has_it_and_the_other_carer_is_told(tmp_path: Path) -> None:
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await house.outsider.glucose(2.6)
        shown = await call(house, ANA_TOPIC)
        assert await house.push.press(shown, HAVE_IT) == 200
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
        await until(lambda: len(house.push.pushed(TOM_TOPIC)) == 2)
        told = house.push.pushed(TOM_TOPIC)[1]
        assert told.document["message"] == "Mia URGENT LOW: Ana has it."
        assert not told.actions, "there is nothing left to answer"


async def test_a_forged_token_silences_nothing(tmp_path: Path) -> None:
    """The second topic is open to anybody: knowing its name must not be enough."""
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await house.outsider.glucose(2.6)
        shown, toms = await call(house, ANA_TOPIC), await call(house, TOM_TOPIC)
        genuine = shown.actions[HAVE_IT]["body"].removeprefix("1 ")
        name, _, signature = genuine.rpartition(".")
        attempt = name.replace("~", "/")
        stranger = Signer(b"a secret that is not this house's").token(attempt)
        for forged in (
            stranger,
            f"mia-2~1.{signature}",
            f"{name}.{signature[:-1]}",
            f"{name}.",
            name,
            attempt,
            "mia-1",
        ):
            await post(house, ANA_TOPIC, f"1 {forged}")
        await post(house, ANA_TOPIC, "1" * 4000)
        await house.push.press(toms, CANNOT)  # whatever came before it has been read by then
        await house.relay.until_said("attempt.rejected", carer="tom")
        await until(lambda: house.outsider.alert().get("presence") == "on")
        assert not house.relay.said("alert.acknowledged")

        await house.push.press(shown, HAVE_IT)
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")


async def test_a_button_of_an_alert_that_is_over_does_not_touch_the_next_one(
    tmp_path: Path,
) -> None:
    """Old notifications stay on phones: pressing one at night must not silence what is new."""
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await house.outsider.glucose(2.6, minutes_ago=9)
        old = await call(house, ANA_TOPIC)
        await house.outsider.glucose(6.5, minutes_ago=7)
        await house.outsider.glucose(6.6, minutes_ago=5)
        await until(lambda: house.relay.said("alert.cleared", alert="mia-1"))
        await house.outsider.glucose(2.7, minutes_ago=2)
        new, toms = await call(house, ANA_TOPIC, 2), await call(house, TOM_TOPIC, 2)

        await house.push.press(old, HAVE_IT)
        await house.push.press(toms, CANNOT)
        await house.relay.until_said("attempt.rejected", carer="tom")
        await until(lambda: house.outsider.alert().get("alert") == "mia-2")
        assert house.outsider.alert()["presence"] == "on"
        assert not house.relay.said("alert.acknowledged")

        await house.relay.kill()
        await house.start()
        await house.push.press(old, HAVE_IT)
        await house.push.press(new, HAVE_IT)
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
        acknowledged = house.relay.said("alert.acknowledged")
        assert [told["alert"] for told in acknowledged] == ["mia-2"], acknowledged
