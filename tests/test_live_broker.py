"""The broker goes and comes, live: calling goes on, and carers hear that no readings arrive."""

import asyncio
from pathlib import Path

import pytest
from live import ANA_TOPIC, House, Outsider, living
from live_relay import until

pytestmark = pytest.mark.live

SAID_AFTER_S = 30.0
PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "{ANA_TOPIC}" }},
  {{ channel = "pager" }},
]
[plan]
steps = [{{ tell = ["ana"] }}]
answer_within = "2 s"
confirm_within = "5 s"
lap_pause = "2 s"
"""


def pushed(house: House) -> list[str]:
    """What Ana's phone was sent, in order."""
    return [message.document["message"] for message in house.push.pushed(ANA_TOPIC)]


async def test_a_broker_that_dies_in_an_alert_stops_no_call_and_is_told(tmp_path: Path) -> None:
    """Timers that stop with the broker are how others failed: relayd's are its own."""
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await house.outsider.glucose(2.6, minutes_ago=5)
        await until(lambda: len(pushed(house)) == 1)
        await house.broker.kill()
        gone_s = asyncio.get_running_loop().time()
        await until(lambda: len(house.pager.ids) == 1 and len(pushed(house)) > 1)

        def told() -> list[str]:
            return [text for text in pushed(house) if "no connection to the readings" in text]

        await until(told, 60, house.relay.text)
        assert asyncio.get_running_loop().time() - gone_s > SAID_AFTER_S - 1, "too soon"
        calls = len(house.pager.ids)
        await until(lambda: len(house.pager.ids) > calls, 60, house.relay.text)

        await house.broker.start()
        await until(lambda: len(told()) == 2, 60, house.relay.text)
        assert "is well again" in told()[1]
        await house.outsider.glucose(6.5, minutes_ago=3)
        await house.outsider.glucose(6.6, minutes_ago=1)
        await until(lambda: house.relay.said("alert.cleared", alert="mia-1"), 60)
        await until(lambda: house.outsider.last("relayd/status") == b"online")


async def test_it_starts_without_a_broker_and_reads_once_there_is_one(tmp_path: Path) -> None:
    """After a power cut everything starts at once, in any order."""
    async with living(tmp_path, PEOPLE) as house:
        await house.broker.kill()
        await house.relay.start()
        await house.relay.until_said("broker.reported", up="False")
        await house.broker.start()
        await house.relay.until_said("broker.reported", up="True")
        await house.outsider.glucose(2.6)
        await until(lambda: pushed(house), what=house.relay.text)
        away = [told["why"] for told in house.relay.said("broker.reported", up="False")]
        assert len(set(away)) == len(away), "the same trouble is said once"
        assert not house.relay.said("alert.raised", condition="relay.broker_lost")


async def test_a_wrong_password_is_said_once_and_tried_until_it_is_right(tmp_path: Path) -> None:
    """Whoever mends the password at the broker need not think of relayd."""
    async with living(tmp_path, PEOPLE) as house:
        await house.broker.kill()
        house.broker.users = {"relayd": "new", "mia": "phone"}
        await house.broker.start()
        house.write(PEOPLE, broker='username = "relayd"\npassword = "old"')
        await house.relay.start()
        refusals = house.broker.home / "mosquitto.log"
        await until(lambda: refusals.read_text().count("not authorised") >= 3, 60)
        said = house.relay.said("broker.reported", up="False")
        refused = [told["why"] for told in said if "relayd" in told["why"]]
        assert len(refused) == 1, said
        assert "password" in refused[0]
        assert "old" not in house.relay.text().split(), "the password itself is not said"

        house.broker.set_users({"relayd": "old", "mia": "phone"})
        await house.relay.until_said("broker.reported", up="True")
        with Outsider(house.broker.port, "mia", "phone") as phone:
            await phone.glucose(2.6)
            await until(lambda: pushed(house), what=house.relay.text)
