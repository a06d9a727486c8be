"""What hangs holds up nothing else: L6, over real sockets."""

import asyncio
from pathlib import Path

import pytest
from doubles.behaviours import hang
from live import ANA_TOPIC, MIA, TOM, living
from live_relay import until

pytestmark = pytest.mark.live

DELAYED_AT_MOST_S = 2.0  # one second is promised; the other is for a busy machine
CROWD = 1000
PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}]
[carers.tom]
name = "Tom"
routes = [{{ channel = "text", to = "{TOM}" }}]
[plan]
steps = [{{ tell = ["ana", "tom"] }}]
"""


async def test_a_service_that_hangs_does_not_delay_another_carer(tmp_path: Path) -> None:
    async with living(tmp_path, PEOPLE) as house:
        house.push.always(hang())
        house.push.always(hang(), on="subscribe")
        await house.start()
        began_s = asyncio.get_running_loop().time()
        await house.outsider.glucose(2.6)
        await until(lambda: house.text.sent(TOM), what=house.relay.text)
        assert asyncio.get_running_loop().time() - began_s < DELAYED_AT_MOST_S
        await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)


async def test_a_thousand_little_things_do_not_delay_a_low(tmp_path: Path) -> None:
    """Every watch's battery is flat at once, and the push service hangs: the low goes first."""
    names = [f"w{number}" for number in range(CROWD)]
    crowd = "".join(f"[wearers.{name}]\n[wearers.{name}.glucose]\n" for name in names)
    async with living(tmp_path, PEOPLE, MIA + crowd) as house:
        house.push.always(hang())
        await house.start()
        flat = {f"relayd/{name}/device": {"battery_percent": 5} for name in names}
        await house.outsider.send_all(flat)
        await until(
            lambda: len(house.relay.said("alert.raised", condition="device.battery_low")) == CROWD,
            what=house.relay.text,
        )
        began_s = asyncio.get_running_loop().time()
        await house.outsider.glucose(2.6)

        def pushed() -> bool:
            messages = house.push.pushed(ANA_TOPIC)
            return any("URGENT LOW" in message.document["message"] for message in messages)

        await until(lambda: house.text.sent(TOM) and pushed(), what=house.relay.text)
        assert asyncio.get_running_loop().time() - began_s < DELAYED_AT_MOST_S
