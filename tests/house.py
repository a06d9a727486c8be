"""The house rules: what they are, and how a file is held against them."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LONGEST_FILE, LONGEST_FUNCTION = 250, 50

QUIET = frozenset(
    {"bisect", "collections", "collections.abc", "dataclasses", "datetime", "enum", "heapq"}
    | {"itertools", "math", "typing"}
)
"""The half of the standard library that does nothing: all the ground floor may lean on."""

LOUD = frozenset({"asyncio", "logging", "os", "random", "socket", "sqlite3", "structlog"})
"""What pure code above the ground floor has no business with."""

_RIM = frozenset({"domain", "clock", "log", "sd_notify"})
_ALL = _RIM | {"wearables", "channels", "config", "networks", "store", "mqtt", "intake"}
_ALL |= {"paths", "web", "answers", "compose", "outbox", "listening", "publisher", "backlog"}
_ALL |= {"pulse", "watcher", "probing", "tokens", "documents", "proofs", "drill", "waker"}
_ALL |= {"modems", "departed", "tasks"}
FLOORS: Mapping[str, frozenset[str]] = {
    "domain": frozenset(),
    "wearables": frozenset({"domain"}),
    "channels": frozenset({"domain"}),
    "networks": frozenset({"domain"}),
    "config": frozenset({"domain", "wearables", "channels", "networks"}),
    "clock": frozenset({"domain"}),
    "log": frozenset({"domain"}),
    "sd_notify": frozenset({"domain"}),
    "store": _RIM,
    "paths": _RIM,
    "intake": _RIM | {"wearables"},
    "mqtt": _RIM | {"wearables", "intake"},
    "tokens": frozenset(),
    "documents": frozenset({"domain"}),
    "answers": frozenset({"domain", "channels", "tokens"}),
    "compose": frozenset({"domain", "channels", "tokens", "documents"}),
    "outbox": _RIM | {"channels"},
    "listening": _RIM | {"channels", "paths", "answers", "outbox"},
    "proofs": frozenset({"domain"}),
    "drill": _RIM
    | {"config", "channels", "networks", "paths", "answers", "compose", "documents"}
    | {"outbox", "proofs", "tokens", "waker"},
    "publisher": _RIM | {"documents", "mqtt"},
    "backlog": frozenset(),
    "waker": frozenset({"clock"}),
    "pulse": _RIM | {"clock", "sd_notify"},
    "watcher": _RIM | {"paths"},
    "probing": _RIM | {"channels", "networks", "paths"},
    "tasks": frozenset({"domain", "log"}),
    "departed": frozenset({"domain", "config"}),
    "modems": _RIM | {"channels", "networks", "outbox"},
    "web": _RIM | {"store", "documents", "drill", "proofs"},
    "daemon": _ALL,
    "live": _ALL | {"daemon", "web"},
    "terminal": _ALL | {"check", "remote", "report", "simulate"},
    "overview": frozenset({"domain"}),
    "remote": frozenset({"config", "domain", "overview"}),
    "simulate": _ALL,
    "report": frozenset({"domain", "config"}),
    "check": _ALL | {"simulate"},
    "demo": _ALL | {"daemon", "simulate"},
    "init": frozenset({"domain", "config", "channels", "networks"}),
    "cli": _ALL | {"daemon", "live", "terminal", "remote", "simulate", "check", "demo", "init"},
    "__main__": frozenset({"cli"}),
}
"""Each room and the rooms it may import beside itself. Arrows point down only."""

BANNED: Mapping[str, tuple[frozenset[str], str]] = {
    "time": (frozenset({"clock"}), "take `now` as an argument, or ask relayd.clock"),
    "datetime.datetime.now": (
        frozenset({"clock"}),
        "take `now` as an argument, or ask relayd.clock",
    ),
    "datetime.datetime.utcnow": (frozenset({"clock"}), "take `now`, an aware moment"),
    "datetime.datetime.today": (frozenset({"clock"}), "take `now`, an aware moment"),
    "datetime.date.today": (frozenset({"clock"}), "take `now` and ask for its date"),
    "random": (frozenset({"simulate", "mqtt"}), "derive it from an id; only rehearsals draw lots"),
    "uuid": (frozenset(), "ids are derived (`mia-3/2`), never drawn"),
    "logging": (frozenset({"log", "channels"}), "from relayd.log import get_logger"),
    "structlog": (frozenset({"log"}), "from relayd.log import get_logger"),
    "print": (frozenset({"cli", "demo"}), "the log for the journal; only commands print"),
    "hasattr": (frozenset(), "say it in the type: a Protocol, or an attribute that may be None"),
}
"""What only some rooms may touch, and what to do instead. (Channels hush their libraries.)"""


@dataclass(frozen=True)
class Source:
    """One Python file: where it lies in the repository, and what it says."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text)

    @property
    def room(self) -> str | None:
        """The room of relayd it belongs to: ``mqtt_socket.py`` is a corner of ``mqtt``."""
        if self.path.parts[0] != "relayd" or self.path.name == self.path.parts[1] == "__init__.py":
            return None
        name = self.path.parts[1].removesuffix(".py")
        return name if name in FLOORS else name.partition("_")[0]

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Every imported thing: the name it goes by here, and its full name."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update({a.asname or a.name: a.name for a in node.names})
            if isinstance(node, ast.ImportFrom):
                found.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
        return found

    @property
    def modules(self) -> Iterator[str]:
        """Every module that is imported, by its full name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}: write imports in full, from relayd.…"
                yield node.module or ""
                if node.module == "relayd":
                    yield from (f"relayd.{alias.name}" for alias in node.names)

    def called(self, node: ast.expr) -> str:
        """Give the full name of the thing that *node* names."""
        dotted = ast.unparse(node)
        first, dot, rest = dotted.partition(".")
        return self.imports.get(first, first) + dot + rest


def files_fit_in_a_head(source: Source) -> Iterator[str]:
    length = len(source.text.splitlines())
    if length > LONGEST_FILE:
        yield f"has {length} lines, {LONGEST_FILE} at most: split it where it does two things"


def functions_fit_on_a_screen(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{node.name} has {length} lines, {LONGEST_FUNCTION} at most: name its parts"


def modules_say_what_they_are(source: Source) -> Iterator[str]:
    if ast.get_docstring(source.tree) is None:
        yield "begin it with a docstring: one sentence that says what it is for"


def arrows_point_down(source: Source) -> Iterator[str]:
    if source.room is None:
        return
    if source.room not in FLOORS:
        yield f"the room {source.room} has no floor: give it a row in FLOORS, tests/house.py"
        return
    for module in source.modules:
        package, _, rest = module.partition(".")
        if package == "relayd" and rest and not rest.startswith("__"):
            other = Source(Path("relayd", rest.split(".")[0] + ".py"), "").room
            if other not in FLOORS[source.room] | {source.room}:
                yield f"imports {module}: hand it in from above, or move what both need to domain"


def the_ground_floor_is_quiet(source: Source) -> Iterator[str]:
    for module in source.modules:
        outside = not module.startswith("relayd")
        if source.room == "domain" and outside and module not in QUIET:
            yield f"imports {module}: what does something belongs above, and is handed in"
        if source.room == "wearables" and module.split(".")[0] in LOUD:
            yield f"imports {module}: decoding is pure, bytes in and readings out"


def the_ground_floor_knows_its_types(source: Source) -> Iterator[str]:
    if source.room == "domain" and "typing.Any" in source.imports.values():
        yield "says Any: name the type, or `object` where it truly may be anything"


def nobody_touches_what_is_banned(source: Source) -> Iterator[str]:
    if source.room is None:
        return
    calls = (node.func for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    touched = {source.called(call) for call in calls} | {m.split(".")[0] for m in source.modules}
    for name in sorted(touched & set(BANNED)):
        allowed, instead = BANNED[name]
        if source.room not in allowed:
            yield f"uses {name}: {instead}"


def log_events_are_noun_and_participle(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not node.args or source.room is None:
            continue
        if re.fullmatch(
            r"_?log\.(debug|info|warning|error|exception|critical)", ast.unparse(node.func)
        ):
            event = ast.unparse(node.args[0])
            if isinstance(node.args[0], ast.JoinedStr) or (
                isinstance(node.args[0], ast.Constant)
                and not re.fullmatch(r"'[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*'", event)
            ):
                yield f"logs {event}: say `noun.participle`, and the rest as key=value"


Rule = Callable[[Source], Iterator[str]]
RULES: tuple[Rule, ...] = (
    files_fit_in_a_head,
    functions_fit_on_a_screen,
    modules_say_what_they_are,
    arrows_point_down,
    the_ground_floor_is_quiet,
    the_ground_floor_knows_its_types,
    nobody_touches_what_is_banned,
    log_events_are_noun_and_participle,
)
