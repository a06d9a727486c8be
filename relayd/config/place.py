"""Where relayd stands: the broker, the page, the Pi's paths, the watcher, the sources."""

from collections.abc import Mapping
from pathlib import Path

from relayd.config.addresses import http_url
from relayd.config.fault import Faults, Wrong, choose, join
from relayd.config.secrets import UNREAD
from relayd.config.settings import (
    MqttSettings,
    NetworkSettings,
    PathSettings,
    Probe,
    SourceSettings,
    WatcherSettings,
    WebSettings,
)
from relayd.config.shape import specs
from relayd.config.tables import (
    FileTable,
    MqttTable,
    NetworkTable,
    PathTable,
    SourceTable,
    WatcherTable,
    WearerTable,
    WebTable,
)


def mqtt(table: MqttTable, base: Path, faults: Faults, *, look: bool) -> MqttSettings:
    """The broker's settings; *look* is whether the certificate's file must be there."""
    if table.password is not None and table.username is None and not faults.at("mqtt.username"):
        remedy = "Add username: a broker takes no password without one"
        faults.add("mqtt.username", "a password is given, but no username", remedy)
    ca_file = base / table.ca_file if table.ca_file is not None else None
    if ca_file is not None and not table.broker.tls and not faults.at("mqtt.broker"):
        remedy = "Write mqtts:// in broker, or take ca_file out"
        faults.add(
            "mqtt.ca_file", "a certificate is given, but the broker is reached without TLS", remedy
        )
    elif look and ca_file is not None and not ca_file.is_file():
        faults.add(
            "mqtt.ca_file", f"there is no file {ca_file}", "Put the authority's PEM file there"
        )
    return MqttSettings(
        host=table.broker.host,
        port=table.broker.port,
        tls=table.broker.tls,
        username=table.username,
        password=table.password,
        root=table.root,
        client_id=table.client_id,
        ca_file=ca_file,
        keepalive=table.keepalive,
    )


def web(table: WebTable) -> WebSettings:
    """The page's settings."""
    return WebSettings(
        host=table.listen.host,
        port=table.listen.port,
        public_url=table.public_url,
        token=table.token,
        metrics=table.metrics,
    )


def paths(tables: Mapping[str, PathTable | None]) -> dict[str, PathSettings]:
    """Each path that could be read."""
    return {word: _path(word, table) for word, table in tables.items() if table is not None}


def _path(word: str, table: PathTable) -> PathSettings:
    probe = tuple(
        Probe(each.url, each.status, each.body) for each in table.probe if each is not None
    )
    servers = tuple(server for server in table.nameservers if server is not None)
    return PathSettings(word, table.interface, table.network, servers, probe)


def watcher(table: WatcherTable | None, faults: Faults) -> WatcherSettings | None:
    """The watcher outside the house; None where there is none."""
    if table is None or table.heartbeat is None:
        return None
    if table.heartbeat is not UNREAD:
        try:
            http_url(table.heartbeat.reveal())
        except Wrong as wrong:
            faults.add("watcher.heartbeat", wrong.what, wrong.remedy)
    return WatcherSettings(table.heartbeat, table.every)


def networks(
    tables: Mapping[str, NetworkTable | None], faults: Faults
) -> dict[str, NetworkSettings]:
    """What the family knows of networks."""
    read = {}
    for word, table in tables.items():
        if table is None:
            continue
        read[word] = NetworkSettings(table.core, table.ran, table.group)
        where = join("networks", word)
        if table == NetworkTable() and not any(
            faults.at(join(where, k)) for k in specs(NetworkTable)
        ):
            faults.add(where, "it says nothing", f'Add core, like: core = "{word}"')
    return read


def sources(file: FileTable, root: str, faults: Faults) -> tuple[SourceSettings, ...]:
    """Each source whose wearer wears what its format speaks of."""
    read = []
    for place, table in enumerate(file.sources):
        where = f"sources[{place}]"
        if table is None:
            continue
        _check_topic(table, root, where, faults)
        _check_wearer(table, file.wearers, where, faults)
        read.append(SourceSettings(table.topic, table.wearer, table.format))
    return tuple(read)


def _check_topic(table: SourceTable, root: str, where: str, faults: Faults) -> None:
    own = (f"{root}/alert", f"{root}/status", f"{root}/{table.wearer}/alert")
    if table.topic and any(covers(table.topic, topic) for topic in own):
        what = f"relayd's own messages under {root}/ would come back to it as readings"
        remedy = f"Narrow the topic; {root}/{table.wearer}/glucose needs no [[sources]] at all"
        faults.add(f"{where}.topic", what, remedy)


def _check_wearer(
    table: SourceTable, wearers: Mapping[str, WearerTable | None], where: str, faults: Faults
) -> None:
    if not table.wearer:
        return
    if table.wearer not in wearers and not faults.at("wearers"):
        remedy = choose(table.wearer, wearers, "Add a [wearers.NAME]")
        faults.add(f"{where}.wearer", f'there is no wearer "{table.wearer}"', remedy)
    wearer = wearers.get(table.wearer)
    if wearer is None or table.format in {"", "relayd"}:  # relayd's own format carries both
        return
    worn = "seizure" if table.format == "osd" else "glucose"
    if getattr(wearer, worn) is None and not faults.at(join("wearers", f"{table.wearer}.{worn}")):
        what = f"{table.format} speaks of {worn}, which {table.wearer} has no limits for"
        faults.add(f"{where}.format", what, f"Add [wearers.{table.wearer}.{worn}]")


def covers(pattern: str, topic: str) -> bool:
    """Whether a topic filter takes *topic* in."""
    levels = topic.split("/")
    for place, level in enumerate(pattern.split("/")):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(pattern.split("/")) == len(levels)
