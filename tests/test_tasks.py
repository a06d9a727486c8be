"""One task of the daemon that fails: what else runs goes on, unless nothing could without it."""

import asyncio

import pytest

from relayd.tasks import Tasks


async def fails() -> None:
    """Meet what nobody foresaw."""
    raise ValueError(7.2)


async def test_a_task_that_fails_ends_alone_and_is_told_without_its_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One gateway's odd answer must not end the calling over every other."""
    told: asyncio.Queue[str] = asyncio.Queue()
    tasks = Tasks(told.put_nowait)
    heard: list[str] = []

    async def goes_on() -> None:
        heard.append(await told.get())

    async with asyncio.TaskGroup() as tasks.group:
        tasks.spawn(goes_on(), "the others")
        tasks.spawn(fails(), "follow mia-1/1")
    assert told.empty()
    assert "ValueError in test_tasks" in heard[0]
    said = capsys.readouterr().out
    assert "follow mia-1/1" in said
    assert "7.2" not in said + heard[0]


async def test_a_vital_task_that_fails_ends_everything() -> None:
    """Without the broker or the pulse it would only seem to live: it is better started anew."""
    tasks = Tasks(pytest.fail)
    ended = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def lives() -> None:
        async with asyncio.TaskGroup() as tasks.group:
            tasks.spawn(waits(), "send by push")
            await asyncio.sleep(0)
            tasks.spawn(fails(), "mqtt", vital=True)

    with pytest.raises(ExceptionGroup) as caught:
        await lives()
    assert caught.group_contains(ValueError)
    assert ended.is_set()
