"""The far side of a path, run alone in a network namespace: name server, web server, receiver.

``python far_side.py ADDRESS FOLDER``: every name is at ADDRESS. What it hears stands in FOLDER:
``names`` (bytes asked), ``probes`` and ``alerts``, one line each. While FOLDER has a file
``portal``, a captive portal answers everything.
"""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ADDRESS, FOLDER = sys.argv[1], Path(sys.argv[2])
PORTAL = b"<!doctype html><title>Welcome</title>Please accept our terms."


def note(kind: str, text: str) -> None:
    with (FOLDER / kind).open("a") as file:
        file.write(f"{text}\n")


class Handler(BaseHTTPRequestHandler):
    """Answers probes with 204, and receivers' requests with an echo of their id."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        note("probes", self.headers["Host"])
        self._answer({})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not (FOLDER / "portal").exists():
            note("alerts", self.headers["webhook-id"])
        self._answer({"webhook-id": self.headers["webhook-id"]})

    def _answer(self, headers: dict[str, str]) -> None:
        portal = (FOLDER / "portal").exists()
        self.send_response(200 if portal else 204)
        for name, value in headers.items():
            if not portal:
                self.send_header(name, value)
        if portal:
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PORTAL)))
        self.end_headers()
        if portal:
            self.wfile.write(PORTAL)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Nothing: what matters is noted."""


def answer_names(sock: socket.socket) -> None:
    """Give every name the one IPv4 address, and no other."""
    while True:
        query, client = sock.recvfrom(512)
        note("names", str(len(query)))
        end = query.index(b"\0", 12) + 5
        wants_v4 = query[end - 4 : end - 2] == b"\0\1"
        head = query[:2] + b"\x85\x80\0\1" + (b"\0\1" if wants_v4 else b"\0\0") + bytes(4)
        record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(ADDRESS)
        sock.sendto(head + query[12:end] + (record if wants_v4 else b""), client)


if __name__ == "__main__":
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((ADDRESS, 53))
    server = ThreadingHTTPServer((ADDRESS, 80), Handler)
    threading.Thread(target=answer_names, args=(names,), daemon=True).start()
    note("ready", "")
    server.serve_forever()
