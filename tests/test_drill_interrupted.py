"""Ctrl-C, pressed in the moment between the command and the first word of the drill."""

import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web
from brokers import free_port
from live_relay import ROOT, WITHIN_S
from remotes import written


async def test_ctrl_c_before_the_first_word_ends_the_drill_too(tmp_path: Path) -> None:
    """The daemon has begun to call people, and its answer is still on the way."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def begin(_: web.Request) -> web.Response:
        begun.set()
        await ended.wait()
        raise web.HTTPServiceUnavailable

    async def end(_: web.Request) -> web.Response:
        ended.set()
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.post("/api/drill", begin), web.post("/api/drill/end", end)])
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    file = written(tmp_path, port)
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relayd", "simulate", "--live", "--config", str(file)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            await begun.wait()
            command.send_signal(signal.SIGINT)
            out, err = await command.communicate()
    finally:
        if command.returncode is None:
            command.kill()
            await command.wait()
        await runner.cleanup()
    assert ended.is_set()
    assert command.returncode == 130
    assert b"Traceback" not in err + out
