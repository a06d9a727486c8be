"""``relayd init``: asks about the home, and writes a household file that ``check`` accepts."""

import secrets
import sys
from pathlib import Path

from relayd.config import ConfigFaults, parse
from relayd.init.asking import Asker, EndedError
from relayd.init.home import ask_home
from relayd.init.writing import secret_files, text_of

__all__ = ["run"]

WELL, BAD_NEWS, WRONG = 0, 1, 2
TOKEN_BYTES = 24


def run(file: Path, *, force: bool = False) -> int:
    """Ask, and write *file*; an existing one only with leave. Returns the exit status."""
    asker = Asker(sys.stdin, sys.stdout)
    try:
        if file.exists() and not force:
            asker.say(f"{file} is there already.")
            if not asker.yes("Write a new one over it?", default=False):
                asker.say("Nothing was changed.")
                return BAD_NEWS
        home = ask_home(asker)
    except EndedError:
        sys.stderr.write("\nrelayd: the answers ended too early. Nothing was written.\n")
        return WRONG
    text = text_of(home)
    try:
        parse(text, file=file, with_secrets=False)
    except ConfigFaults as faults:
        sys.stderr.write(
            f"relayd: these answers make no household. Nothing was written.\n{faults}\n"
        )
        return BAD_NEWS
    try:
        _write(file, text)
        made = _make_token(file.parent / "web-token")
    except OSError as error:
        why = error.strerror or "it failed"
        sys.stderr.write(f"relayd: {file} cannot be written: {why}. Try again with sudo.\n")
        return BAD_NEWS
    asker.say("")
    asker.say(f"Written: {file}")
    if made:
        asker.say(
            f"Made: {file.parent / 'web-token'}, a token for the page, readable by you alone."
        )
    for name, what in secret_files(home):
        asker.say(f"To make: {file.parent / name}, one line: {what}.")
    for carer in home.carers:
        asker.say(f"{carer.name} subscribes to {carer.topic} in the ntfy app.")
    then = "Once they are made" if any(secret_files(home)) else "Then"
    asker.say(f"{then}: relayd check --config {file}")
    return WELL


def _write(file: Path, text: str) -> None:
    """Write it whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o644)  # the service has a user of its own; no secret is in it
    fresh.replace(file)


def _make_token(file: Path) -> bool:
    """Make the page's token, where there is none."""
    if file.exists():
        return False
    file.touch(mode=0o600)
    file.write_text(f"{secrets.token_urlsafe(TOKEN_BYTES)}\n")
    return True
