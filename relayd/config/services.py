"""The channels: the keys all kinds share, and each kind's own, read by its module's ``Config``."""

from collections.abc import Mapping
from types import ModuleType

from relayd.channels import KINDS, module_of
from relayd.config.fault import Faults, Wrong, choose, join
from relayd.config.keys import Broken, Walk
from relayd.config.secrets import UNREAD
from relayd.config.settings import ChannelSettings
from relayd.config.shape import specs, together, unknown
from relayd.config.tables import ChannelTable, FileTable
from relayd.config.values import kind_of, name, one_of


def channels(file: FileTable, walk: Walk) -> dict[str, ChannelSettings]:
    """Each channel that could be read."""
    read = {word: _channel(word, raw, file.paths, walk) for word, raw in file.channels.items()}
    return {word: channel for word, channel in read.items() if channel is not None}


def _channel(
    word: str, raw: object, paths: Mapping[str, object], walk: Walk
) -> ChannelSettings | None:
    where = join("channels", word)
    try:
        name(word)
    except Wrong as wrong:
        walk.faults.add(where, wrong.what, wrong.remedy)
    module = _module(raw, where, walk)
    if module is None:
        return None
    common, config = together((ChannelTable, module.Config), raw, where, walk)
    assert isinstance(common, ChannelTable), "every key all channels share has a default"
    if isinstance(config, Broken):
        _ways(common, where, paths, walk.faults)
        return None
    own_way = module.traits(config).own_way
    ways = (_own_way if own_way else _ways)(common, where, paths, walk.faults)
    _own_faults(module, config, where, walk.faults)
    return ChannelSettings(word, common.kind, config, ways, common.network)


def _module(raw: object, where: str, walk: Walk) -> ModuleType | None:
    """The module of the channel's kind; None, with the faults kept, where that is not to be had."""
    if not isinstance(raw, dict):
        what = f"a table is wanted here, not {kind_of(raw)}"
        walk.faults.add(where, what, f"Begin a table of its own: [{where}]")
        return None
    if "kind" not in raw:
        _ask_for_kind(raw, where, walk)
        return None
    try:
        return module_of(one_of(*KINDS)(raw["kind"]))
    except Wrong as wrong:
        walk.faults.add(f"{where}.kind", wrong.what, wrong.remedy)
        return None


def _ask_for_kind(raw: Mapping[str, object], where: str, walk: Walk) -> None:
    """Without its kind a channel's keys cannot be judged, but a misspelt ``kind`` can be seen."""
    known = {word for kind in KINDS for word in specs(module_of(kind).Config)}
    words = [*specs(ChannelTable), *sorted(known)]
    meant = {unknown(word, words, where, walk) for word in raw if word not in words}
    if "kind" not in meant:
        remedy = f"Add kind, one of: {', '.join(KINDS)}"
        walk.faults.add(f"{where}.kind", "this key is missing", remedy)


def _ways(
    table: ChannelTable, where: str, known: Mapping[str, object], faults: Faults
) -> tuple[str, ...]:
    """The paths this channel may use, best first; every path where it names none."""
    if table.paths is None:
        return tuple(known)
    if not table.paths:
        faults.add(f"{where}.paths", "no path is left to send over", "Name one, or take paths out")
    for place, way in enumerate(table.paths):
        if way is not None and way not in known and not faults.at("paths"):
            remedy = choose(way, known, f"Add [paths.{way}]")
            faults.add(f"{where}.paths[{place}]", f'there is no path "{way}"', remedy)
    return tuple(dict.fromkeys(way for way in table.paths if way is not None and way in known))


def _own_way(
    table: ChannelTable, where: str, known: Mapping[str, object], faults: Faults
) -> tuple[str, ...]:
    """No path at all: a modem with a SIM is a way out itself."""
    del known
    if table.paths is not None:
        what = f"{table.kind} needs no path: its SIM is a way out of its own"
        faults.add(f"{where}.paths", what, "Take paths out")
    return ()


def _own_faults(module: ModuleType, config: object, where: str, faults: Faults) -> None:
    """What the channel's module finds wrong, but for secrets that were not read."""
    for word, what, remedy in getattr(module, "faults", _none)(config):
        if getattr(config, word, None) is not UNREAD:
            faults.add(join(where, word), what, remedy[:1].upper() + remedy[1:])


def _none(config: object) -> list[tuple[str, str, str]]:
    del config
    return []
