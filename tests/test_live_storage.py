"""A card that is full, a file that is spoilt, live: relayd must go on calling, and say so."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live import ANA_TOPIC, House, living
from live_relay import until

pytestmark = pytest.mark.live

PEOPLE = f"""
[carers.ana]
name = "Ana"
routes = [{{ channel = "push", to = "{ANA_TOPIC}" }}, {{ channel = "pager" }}]
[plan]
steps = [{{ tell = ["ana"] }}]
confirm_within = "3 s"
"""
DISK = "cannot write to its disk"


def pushed(house: House, part: str) -> list[str]:
    """What Ana's phone was sent with *part* in it."""
    texts = [message.document["message"] for message in house.push.pushed(ANA_TOPIC)]
    return [text for text in texts if part in text]


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of two megabytes in memory."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount the small disk that this test fills: run it as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room at all in *folder*."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 1024):
            pass
    assert shutil.disk_usage(folder).free == 0
    return filler


async def test_a_disk_that_fills_up_in_an_alert_stops_no_call_and_is_told(tmp_path: Path) -> None:
    """L7: a full card must not make it deaf or dumb; with room again, the disk has it all."""
    with small_disk(tmp_path / "state") as disk:
        async with living(tmp_path, PEOPLE) as house:
            await house.start()
            await house.outsider.glucose(2.6, minutes_ago=6)
            await until(lambda: pushed(house, "URGENT LOW"), what=house.relay.text)
            filler = fill(disk)
            await until(lambda: house.pager.ids, what=house.relay.text)
            await until(lambda: pushed(house, DISK), what=house.relay.text)
            called = next(m for m in house.push.pushed(ANA_TOPIC) if m.actions)
            await house.push.press(called, 0)
            await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
            await house.outsider.glucose(7.0, minutes_ago=4)

            filler.unlink()
            await until(lambda: house.relay.said("storage.restored"), what=house.relay.text)
            await until(lambda: pushed(house, "is well again"), what=house.relay.text)
            await house.relay.kill()
            kept = await house.kept()
            (alert,) = [alert for alert in kept.alerts if alert.wearer == "mia"]
            assert alert.acknowledged_by == "ana", "what was answered meanwhile is on disk now"
            assert len(kept.readings) == 2


def all_of_it(database: Path) -> None:
    """Nothing of the file is left."""
    database.write_bytes(os.urandom(database.stat().st_size))


def its_middle(database: Path) -> None:
    """A worn card gives back noise for a stretch of it."""
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(size // 4)
        file.write(os.urandom(size // 2))


@pytest.mark.parametrize("spoil", [all_of_it, its_middle])
async def test_a_spoilt_database_is_put_aside_and_told_and_alerts_work(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    """After a power cut nobody is there to mend a file; old buttons must touch nothing new."""
    async with living(tmp_path, PEOPLE) as house:
        await house.start()
        await house.outsider.glucose(2.6, minutes_ago=8)
        await until(lambda: pushed(house, "URGENT LOW"), what=house.relay.text)
        old = house.push.pushed(ANA_TOPIC)[0]
        assert await house.relay.stop() == 0
        await asyncio.to_thread(spoil, tmp_path / "state" / "relayd.db")

        await house.start()
        await until(lambda: pushed(house, DISK), what=house.relay.text)
        assert list((tmp_path / "state").glob("relayd.db.*")), "the old file is kept to look at"
        before = len(pushed(house, "URGENT LOW"))
        await house.outsider.glucose(2.5, minutes_ago=3)
        await until(lambda: len(pushed(house, "URGENT LOW")) > before, what=house.relay.text)
        await house.push.press(old, 0)
        new = house.push.pushed(ANA_TOPIC)[-1]
        await until(lambda: house.outsider.alert().get("presence") == "on")
        raised = [told["alert"] for told in house.relay.said("alert.raised", wearer="mia")]
        assert len(set(raised)) == len(raised) == 2, raised
        await house.push.press(new, 0)
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
        assert house.outsider.alert()["alert"] == raised[1]
        assert not house.relay.said("alert.cleared"), "nor is it called well again at once"


async def test_it_starts_and_calls_without_any_disk(tmp_path: Path) -> None:
    """A card that died over night: in the morning relayd still calls, from memory, and says so."""
    async with living(tmp_path, PEOPLE) as house:
        (tmp_path / "state" / "relayd.db").mkdir(parents=True)
        await house.start()
        await until(lambda: pushed(house, DISK), what=house.relay.text)
        await house.outsider.glucose(2.6, minutes_ago=5)
        await until(lambda: pushed(house, "URGENT LOW"), what=house.relay.text)
        called = next(m for m in house.push.pushed(ANA_TOPIC) if m.actions)
        await house.push.press(called, 0)
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")
        assert await house.relay.stop() == 0
