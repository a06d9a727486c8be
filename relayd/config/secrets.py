"""Secrets: read from files of their own, so that the household file can be shown to anybody."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from relayd.config.fault import Wrong
from relayd.domain.secret import Secret

UNREAD = Secret("")
"""Stands for a secret that was named but, on request, not read."""

LONGEST = 65536  # bytes; a file longer than this is not a token but a mistake


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file a secret was read from: which key names it, and its permission bits."""

    where: str
    path: Path
    mode: int


class Secrets:
    """Where secrets are found, and which files they were found in.

    A bare name is looked for in *credentials* (systemd's ``$CREDENTIALS_DIRECTORY``), then in
    *base*, the household file's folder; any other relative path starts at *base*.
    """

    def __init__(self, base: Path, credentials: Path | None, *, read: bool) -> None:
        self.files: list[SecretFile] = []
        self._missed: set[str] = set()
        self._base = base
        self._credentials = credentials
        self._read = read

    def from_text(self, value: object) -> Secret:
        """Take a secret written in the household file itself."""
        if not isinstance(value, str):
            raise Wrong("a secret is text", "Put it in quotes, or better in a file of its own")
        return _checked(value, "it")

    def from_file(self, value: object, where: str) -> Secret:
        """Read the secret that the key at *where* names a file for."""
        if not isinstance(value, str) or not value or "\0" in value:
            raise Wrong("the name of a file is wanted here", 'Write it in quotes: "web-token"')
        if not self._read:
            return UNREAD
        path = self._find(value)
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read(LONGEST + 1).decode()
        except (OSError, UnicodeDecodeError) as error:
            self._missed.add(value)
            raise Wrong(f"{path} cannot be read: {_why(error)}", self._remedy(value)) from error
        self.files.append(SecretFile(where, path, mode))
        return _checked(text.rstrip("\r\n"), str(path))

    def missed(self, value: object) -> bool:
        """Whether the file *value* names was asked for before and could not be read."""
        return isinstance(value, str) and value in self._missed

    def _find(self, name: str) -> Path:
        if "/" not in name and self._credentials is not None:
            credential = self._credentials / name
            if credential.exists():
                return credential
        return self._base / name

    def _remedy(self, name: str) -> str:
        remedy = "Create the file with the secret on its one line, readable by relayd's user"
        if "/" not in name:
            remedy += f"; or hand it over with systemd's LoadCredential={name}:…"
        return remedy


def _checked(text: str, place: str) -> Secret:
    if not text.strip():
        raise Wrong(f"{place} is empty", "Put the secret there, on one line")
    if len(text) > LONGEST or any(mark in text for mark in "\r\n\0"):
        raise Wrong(f"{place} holds more than one line", "Leave only the secret, on one line")
    return Secret(text)


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError):
        return (error.strerror or "it failed").lower()
    return "it is not text in UTF-8"
