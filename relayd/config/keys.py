"""How a table of the file declares its keys, and what is carried along while it is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from relayd.config.fault import Faults
from relayd.config.secrets import Secrets


class Broken:
    """What stands where a value could not be read."""


BROKEN: Final = Broken()


@dataclass(frozen=True, slots=True)
class Walk:
    """What is carried along while the file is read."""

    faults: Faults
    secrets: Secrets


Reader = Callable[[object, str, Walk], Any]
Parse = Callable[[Any], Any]


def key(
    default: Any = None,
    *,
    read: Parse | None = None,
    each: Parse | None = None,
    names: Parse | None = None,
    short: str | None = None,
    required: bool = False,
) -> Any:
    """Declare a key of a table: its default, and what its type alone does not say.

    *read* reads the whole value, *each* every item of a list, *names* the names of the tables
    below; text in place of a table stands for its key *short*. A *required* key that is missing
    is a fault; the field keeps its default meanwhile.
    """
    said = {"read": read, "each": each, "names": names, "short": short}
    metadata = {**said, "required": required}
    if default is dict:
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)
