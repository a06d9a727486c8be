"""A hand inside a network namespace: publishes what it is told to, and asks the page.

``publish TOPIC PAYLOAD`` or ``get PORT PATH``; it answers each line with one line.
"""

import http.client
import sys

import paho.mqtt.publish as paho


def obey(line: str) -> str:
    """Do what *line* says, and return what came of it."""
    verb, where, what = line.strip().split(" ", 2)
    if verb == "publish":
        paho.single(where, what, qos=1, hostname="127.0.0.1", port=1883)
        return "done"
    connection = http.client.HTTPConnection("127.0.0.1", int(where), timeout=10)
    connection.request("GET", what, headers={"Authorization": "Bearer sesame"})
    return connection.getresponse().read().decode().replace("\n", " ")


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{obey(line)}\n")
        sys.stdout.flush()
