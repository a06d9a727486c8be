"""How it ends, live: on request at once and with a word, by force with its last will."""

import asyncio
from pathlib import Path

import pytest
from live import ANA_TOPIC, living
from live_relay import until

pytestmark = pytest.mark.live

ENDS_WITHIN_S = 2.0
PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}, {{ channel = "text", to = "+447700900123" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
confirm_within = "1 s"
"""


async def test_it_ends_in_two_seconds_in_the_middle_of_an_alert(tmp_path: Path) -> None:
    """Streams are open and reports are awaited: an update of the Pi must not wait for them."""
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await until(lambda: house.outsider.last("relayd/status") == b"online")
        await house.outsider.glucose(2.6)
        await until(lambda: house.push.streams and house.text.texts, what=house.relay.text)
        began_s = asyncio.get_running_loop().time()
        assert await house.relay.stop() == 0, house.relay.text()
        assert asyncio.get_running_loop().time() - began_s < ENDS_WITHIN_S
        await until(lambda: house.outsider.last("relayd/status") == b"offline")
        assert "Traceback" not in house.relay.text()


async def test_a_killed_relay_leaves_its_last_will(tmp_path: Path) -> None:
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await until(lambda: house.outsider.last("relayd/status") == b"online")
        await house.relay.kill()
        await until(lambda: house.outsider.last("relayd/status") == b"offline")
