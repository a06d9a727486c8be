"""The commands that talk to the running relayd: ``status`` and ``acknowledge``."""

import http.client
import os
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from relayd.config import Config, ConfigFaults, load
from relayd.config.fault import Wrong
from relayd.config.secrets import Secrets
from relayd.domain.secret import Secret

WELL, BAD_NEWS, WRONG = 0, 1, 2
WITHIN_S = 10.0
ANSWERED_WITHIN_S = 30.0  # the answer must first be on disk
ANSWER_AT_MOST = 8 * 1024 * 1024
CREDENTIALS = Path("/run/credentials/relayd.service")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read here, not listened on
STRANGER = "relayd does not take the token of this file."


class UnreachableError(Exception):
    """The running relayd gave no answer that can be used; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the running relayd answered."""

    status: int
    content: dict[str, Any]

    @property
    def well(self) -> bool:
        """Whether it did as it was asked."""
        return self.status == 200  # noqa: PLR2004 - that is what 200 means

    @property
    def sentence(self) -> str:
        """Why it did not."""
        if self.status == 401:  # noqa: PLR2004 - that is what 401 means
            return f"{STRANGER} Restart it if the token has changed."
        return str(self.content.get("error", f"relayd answered {self.status}"))


class Remote:
    """The relayd that runs by *config*, as a program on the same machine reaches it."""

    def __init__(self, config: Config, token: Secret | None) -> None:
        host = EVERYWHERE.get(config.web.host, config.web.host)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{config.web.port}"
        self._token = token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> Told:
        """GET *path*, or POST *body* to it. Raises UnreachableError."""
        request = urllib.request.Request(f"{self.url}{path}")  # noqa: S310 - always http
        if self._token is not None:
            request.add_header("Authorization", f"Bearer {self._token.reveal()}")
        if body is not None:
            request.data = msgspec.json.encode(body)
            request.add_header("Content-Type", "application/json")
        within = WITHIN_S if body is None else ANSWERED_WITHIN_S
        try:
            with self._opener.open(request, timeout=within) as response:
                return Told(response.status, self._read(response.read(ANSWER_AT_MOST)))
        except urllib.error.HTTPError as error:
            with error:
                return Told(error.code, self._read(error.read(ANSWER_AT_MOST)))
        except OSError as error:
            raise UnreachableError(self._why(error)) from error
        except (http.client.HTTPException, ValueError) as error:  # not HTTP; or no header
            raise UnreachableError(f"{self.url} gave no answer that can be read.") from error

    def _read(self, data: bytes) -> dict[str, Any]:
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            said = f"{self.url} is answered by another program than relayd. Look at [web] listen."
            raise UnreachableError(said) from error

    def _why(self, error: OSError) -> str:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ConnectionRefusedError):
            return (
                f"nobody answers at {self.url}: relayd is not running. Start it with "
                "`systemctl start relayd`, or with `relayd run`."
            )
        if isinstance(reason, TimeoutError):
            return f"relayd does not answer at {self.url}. Its log says why: journalctl -u relayd"
        why = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
        return f"relayd cannot be reached at {self.url}: {why}. Look at [web] listen."


def status(file: Path, *, as_json: bool) -> int:
    """Print how things stand: 0 while relayd keeps up and hears its broker, else 1; 2: the file."""
    asked = _ask(file, "/api/state")
    if isinstance(asked, int):
        return asked
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(asked.content)).decode() + "\n")
    else:
        from relayd.overview import show  # noqa: PLC0415 - only a terminal needs it

        show(asked.content)
    well = asked.content.get("healthy") is True and asked.content.get("broker") == "up"
    return WELL if well else BAD_NEWS


def acknowledge(file: Path, alert: str, carer: str) -> int:
    """Answer *alert* for *carer*, and print what came of it in one line."""
    path = f"/api/alerts/{quote(alert, safe='')}/acknowledge"
    asked = _ask(file, path, {"carer": carer})
    if isinstance(asked, int):
        return asked
    holder, presence = asked.content.get("acknowledged_by"), asked.content.get("presence")
    if holder is None and presence == "acknowledged":
        sys.stdout.write(f"{alert} is a planned silence: nothing is asked.\n")
        return BAD_NEWS
    if holder not in (carer, None):
        sys.stdout.write(f"{alert}: {_name(file, holder)} already has it.\n")
        return BAD_NEWS
    over = ", and it is over" if presence == "off" else ""
    sys.stdout.write(f"{alert}: {_name(file, carer)} has it{over}.\n")
    return WELL


def _name(file: Path, carer: str) -> str:
    """A carer's name, as the file has it."""
    known = load(file, with_secrets=False).household.carers.get(carer)
    return known.name if known is not None else carer


def pause(file: Path, wearer: str, lasts: timedelta, carer: str = "") -> int:
    """Plan a silence of *wearer*, and print until when in one line."""
    path = f"/api/wearers/{quote(wearer, safe='')}/pause"
    asked = _ask(file, path, {"for_s": lasts.total_seconds(), "carer": carer})
    if isinstance(asked, int):
        return asked
    until = datetime.fromisoformat(str(asked.content["until"])).astimezone()
    said = f"{wearer}: no readings are expected until {until:%H:%M}; every carer is told."
    sys.stdout.write(f"{said} Lows and seizures still call.\n")
    return WELL


def _ask(file: Path, path: str, body: Mapping[str, object] | None = None) -> Told | int:
    """What the running relayd says; an exit status where it said nothing good."""
    try:
        config = load(file, with_secrets=False)
    except ConfigFaults as faults:
        sys.stderr.write(f"{faults}\n")
        return WRONG
    try:
        told = Remote(config, web_token(config)).ask(path, body)
    except UnreachableError as error:
        return refuse(str(error))
    return told if told.well else refuse(told.sentence)


def refuse(sentence: str) -> int:
    """Say why it cannot be done; the exit status for that."""
    sys.stderr.write(f"relayd: {sentence}\n")
    return BAD_NEWS


def web_token(config: Config) -> Secret | None:
    """The page's token; no other secret of the file is read. Raises UnreachableError."""
    table = tomllib.loads(config.file.read_bytes().decode("utf-8-sig")).get("web", {})
    name = table.get("token_file")
    if name is None:
        return config.web.token
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    folder = Path(given) if given is not None else CREDENTIALS
    try:
        return Secrets(config.file.parent, folder, read=True).from_file(name, "web.token_file")
    except Wrong as wrong:
        said = f"The page's token is needed: {wrong.what}. Try again as root, with sudo."
        raise UnreachableError(said) from wrong
    except OSError as error:
        said = f"The page's token cannot be read: {error.strerror}. Try again as root, with sudo."
        raise UnreachableError(said) from error
