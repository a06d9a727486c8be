"""A household file for the commands that talk to a running relayd, and a way to run them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from files import SOUND, spoiled
from webs import TOKEN


def written(folder: Path, port: int, token: str = TOKEN, listen: str = "127.0.0.1") -> Path:
    (folder / "web-token").write_text(f"{token}\n")
    file = folder / "relayd.toml"
    text = spoiled(
        ('listen = "127.0.0.1:8480"', f'listen = "{listen}:{port}"'),
        ('token = "sesame"', 'token_file = "web-token"'),
        ('auth_token = "sesame"', 'auth_token_file = "only-root-can-read-this"'),
        text=SOUND,
    )
    file.write_text(text)
    return file


async def run(command: Callable[[], int], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run *command* as a terminal would; its exit status, and all that it wrote."""
    code = await asyncio.to_thread(command)
    written = capsys.readouterr()
    return code, " ".join((written.out + written.err).split())
