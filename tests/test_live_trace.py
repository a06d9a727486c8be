"""A night as it was, live: readings in their order, the newest of them now."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from live import ANA, ANA_TOPIC, House, living
from live_relay import until

pytestmark = pytest.mark.live

NIGHT = ("2023-12-04T21:37", "2023-12-04T22:18")
LIKE_IT = (97, 92, 86, 83, 77, 83, 86, 83, 52)
PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}, {{ channel = "text", to = "{ANA}" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
"""


async def live_through(house: House, values: Sequence[float]) -> None:
    """Send *values* in mg/dL as if a minute apart, the last of them now."""
    await house.start()
    now = datetime.now(UTC)
    stamps = [now - timedelta(minutes=ago) for ago in reversed(range(len(values)))]
    for value, at in zip(values, stamps, strict=True):
        document = {"value": value, "unit": "mg/dL", "at": at.isoformat()}
        await house.outsider.send("relayd/mia/glucose", document)
    await until(lambda: house.push.pushed(ANA_TOPIC), what=house.relay.text)

    (raised,) = house.relay.said("alert.raised")
    assert (raised["condition"], raised["priority"]) == ("glucose.urgent_low", "high")
    (message,) = house.push.pushed(ANA_TOPIC)
    assert message.document["priority"] == 5
    assert message.document["message"].startswith("Mia URGENT LOW 2.9 mmol/L")
    await until(lambda: house.outsider.alert().get("condition") == "glucose.urgent_low")
    assert await house.relay.stop() == 0
    kept = await house.kept()
    assert [reading.stamp for reading in kept.readings] == stamps
    assert all(reading.acceptable for reading in kept.readings)


async def test_a_recorded_evening_calls_at_its_low_and_not_before(
    data: Path, tmp_path: Path
) -> None:
    """The last reading before that sensor fell silent for two hours: 52, and the only warning."""
    with (data / "cgm" / "brist1d_p02.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if NIGHT[0] <= row["timestamp"] < NIGHT[1]]
    values = [float(row["glucose_mgdl"]) for row in rows]
    assert (len(values), values[-1]) == (9, 52.2)
    async with living(tmp_path, PEOPLE) as house:
        await live_through(house, values)


async def test_an_evening_like_it_calls_at_its_low_and_not_before(tmp_path: Path) -> None:
    async with living(tmp_path, PEOPLE) as house:
        await live_through(house, LIKE_IT)
