"""What people meet when relayd cannot start: one clear sentence, what to do, and a status."""

import asyncio
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from files import SOUND, spoiled
from live import living
from live_relay import ROOT, WITHIN_S, Relay

pytestmark = pytest.mark.live

WRONG, BAD_NEWS = 2, 1
LISTEN = 'listen = "127.0.0.1:8480"'


@dataclass(frozen=True)
class Said:
    """What a run came to."""

    status: int
    out: str
    err: str


async def run(file: Path) -> Said:
    """Run the daemon on *file* until it gives up."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relayd", "run", "--config", str(file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(WITHIN_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


FAULTS = {
    "a misspelt key": (('name = "Mia"', 'nmae = "Mia"'), "wearers.mia.nmae", '"name"'),
    "a limit in the other unit": (
        ("[wearers.mia.glucose]", "[wearers.mia.glucose]\nlow = 70"),
        "wearers.mia.glucose.low",
        "3.9",
    ),
    "a carer without a route": (
        ('{ channel = "text", to = "+447700900456", wakes = true }', ""),
        "carers.tom.routes",
        "route",
    ),
    "a secret that is not there": (
        ('auth_token = "sesame"', 'auth_token_file = "twilio-token"'),
        "channels.text.auth_token_file",
        "twilio-token",
    ),
    "a broken line": (("[mqtt]", "[mqtt"), "line ", "bracket"),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_a_fault_of_the_file_is_said_once_with_its_place_and_remedy(
    case: str, tmp_path: Path
) -> None:
    change, where, remedy = FAULTS[case]
    file = tmp_path / "relayd.toml"
    file.write_text(spoiled(change))
    said = await run(file)
    assert said.status == WRONG, said
    assert "Traceback" not in said.err
    assert said.out == ""
    head, *faults = said.err.splitlines()
    assert str(file) in head
    assert len(faults) == 1, said.err
    assert where in faults[0]
    assert remedy in faults[0]
    assert not (tmp_path / "state").exists(), "nothing is begun that cannot be finished"


async def test_a_missing_file_is_named_with_two_ways_out(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.toml"
    said = await run(file)
    assert said.status == WRONG
    assert "Traceback" not in said.err
    assert str(file) in said.err
    assert "--config" in said.err
    assert "relayd init" in said.err


async def test_a_port_in_use_is_said_with_the_key_to_change(tmp_path: Path) -> None:
    """Most often it is relayd itself, started twice."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        file = tmp_path / "relayd.toml"
        home = ('name = "home"', f'name = "home"\nstate = "{tmp_path}/state"')
        file.write_text(spoiled((LISTEN, f'listen = "127.0.0.1:{port}"'), home, text=SOUND))
        said = await run(file)
    assert said.status == BAD_NEWS, said
    assert "Traceback" not in said.err
    (sentence,) = said.err.splitlines()
    assert f"127.0.0.1:{port}" in sentence
    assert "listen" in sentence
    assert str(file) in sentence


async def test_a_second_daemon_in_the_same_folder_is_turned_away(tmp_path: Path) -> None:
    """Two daemons would call everybody twice, and fight over the database."""
    async with living(tmp_path, '[carers.ana]\nroutes = [{ channel = "pager" }]') as house:
        with house.relay.file.open("a") as file:
            file.write('[plan]\nsteps = [{ tell = ["ana"] }]\n')
        await house.start()
        second = Relay(tmp_path / "second.toml")
        other_port = house.relay.file.read_text().replace("listen = ", "# listen = ")
        second.file.write_text(other_port)
        said = await run(second.file)
        assert said.status == BAD_NEWS, said
        assert "Traceback" not in said.err
        (sentence,) = said.err.splitlines()
        assert str(tmp_path / "state") in sentence
        assert "another relayd" in sentence
        assert house.relay.status is None, "the first goes on"
