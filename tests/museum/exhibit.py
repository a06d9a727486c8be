"""What an exhibit is."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One fault: *before* becomes *after* in *file* (from relayd/ on).

    *bug* says in one sentence whose it was. The swarm finds it by *seed*, the first from 0 on that
    does; *tests* are table tests that find it where the swarm's world has no such thing.
    """

    name: str
    bug: str
    file: str
    before: str
    after: str
    seed: int | None = None
    tests: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file as it stands in the repository."""
        return ROOT / "relayd" / self.file

    @property
    def applies(self) -> bool:
        """Whether the text to change is there, exactly once."""
        return self.path.read_text().count(self.before) == 1

    def applied(self) -> str:
        """The file with the fault in it."""
        return self.path.read_text().replace(self.before, self.after)
