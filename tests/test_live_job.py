"""The main job, live: a low over MQTT until somebody has it, over real sockets."""

from pathlib import Path

import pytest
from doubles.behaviours import refuse
from live import ANA, TOM, House, living
from live_relay import until

pytestmark = pytest.mark.live

PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [
  {{ channel = "push", to = "relayd-ana-k3f9x" }},
  {{ channel = "text", to = "{ANA}" }},
]
[carers.tom]
name = "Tom"
routes = [{{ channel = "text", to = "{TOM}" }}]
[plan]
steps = [{{ tell = ["ana", "tom"] }}]
"""


def texts(house: House, number: str) -> list[str]:
    """What was sent to *number*, in order."""
    return [text.body for text in house.text.sent(number)]


async def test_a_low_is_carried_past_a_dead_service_to_somebody_who_has_it(tmp_path: Path) -> None:
    """The one thing relayd is for, from the reading to the quiet line."""
    async with living(tmp_path, PEOPLE) as house:
        house.push.always(refuse(503))
        house.text.fate("delivered")
        house.text.fate("delivered")
        await house.start()
        await house.outsider.glucose(2.6, minutes_ago=5)

        await until(lambda: texts(house, ANA), what=house.relay.text)
        assert "URGENT LOW 2.6 mmol/L" in texts(house, ANA)[0]
        (tried,) = house.relay.said("attempt.begun", carer="ana", channel="push")
        assert house.relay.said("attempt.undeliverable", attempt=tried["attempt"], failure="busy")
        (called,) = house.relay.said("attempt.begun", carer="ana", channel="text")
        await house.relay.until_said("attempt.delivered", attempt=called["attempt"])
        assert house.outsider.alert()["presence"] == "on", "delivered is not answered"

        house.text.reply(ANA, "1")
        await until(lambda: house.outsider.alert().get("presence") == "acknowledged")
        assert house.outsider.alert()["acknowledged_by"] == "ana"
        await until(lambda: len(texts(house, TOM)) == 2 and len(texts(house, ANA)) == 2)
        assert texts(house, TOM)[1] == "Mia URGENT LOW: Ana has it."

        await house.outsider.glucose(6.5, minutes_ago=3)
        await house.outsider.glucose(6.6, minutes_ago=1)
        await until(lambda: house.outsider.last("relayd/mia/alert") == b'{"alerts":[]}')
        await until(lambda: len(texts(house, TOM)) == 3 and len(texts(house, ANA)) == 3)
        assert "was 2.6" in texts(house, ANA)[2]
        assert "now 6.6" in texts(house, ANA)[2]
        assert await house.relay.stop() == 0
        assert not house.relay.said("answer.refused")
