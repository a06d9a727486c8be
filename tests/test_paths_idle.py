"""Nobody calls, and a way out dies: it is known before a call needs it."""

import pytest
from test_paths_netns import Home, home

__all__ = ["home"]  # the fixture
pytestmark = pytest.mark.live
IDLE_S = 60.0


async def test_a_way_that_swallows_everything_is_known_within_a_minute_while_idle(
    home: Home,
) -> None:
    """Before any call needs it: on the line, and on the SIM whose bytes cost money."""
    await home.start()
    for side in home.sides:
        side.drop_both_ways()
    home.cut()
    for path in ("wifi", "dongle"):
        await home.net.until_path(path, "down", IDLE_S)
        home.measured(f"black hole while idle, {path}: known after {home.took_s():.1f} s")
    assert home.took_s() < IDLE_S
