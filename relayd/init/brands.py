"""The brands that people mean when they name a network."""

from relayd.config.fault import Wrong
from relayd.init.asking import Asker
from relayd.networks import NetworkTable, Row

SHOWN_AT_MOST = 9


class Brands:
    """Finds them in the table; *country* narrows it, where it is known."""

    def __init__(self, asker: Asker, country: str) -> None:
        self._asker = asker
        self._table = NetworkTable()
        self._country = country

    def ask(self, question: str, kind: str) -> str:
        """The name of a network; empty where nobody knows. Raises EndedError."""
        found: list[Row] = []

        def check(answer: str) -> str:
            found[:] = self._rows(answer, kind)
            if not found:
                raise Wrong(
                    "relayd knows no such brand",
                    "Write less of its name, or leave it empty: it then counts as shared by all",
                )
            return answer

        answer = self._asker.ask(question, "", check)
        if not answer:
            return ""
        if len(found) == 1:
            return found[0].name if self._meant(found[0], answer) else self.ask(question, kind)
        choices = [(row.name, f"{row.brand} ({row.name})") for row in found[:SHOWN_AT_MOST]]
        return self._asker.choose("Which of these?", choices)

    def _meant(self, row: Row, said: str) -> bool:
        """Whether *row*, the only one found, is it: asked, where *said* is no word of its name."""
        rides = f"  {row.brand}: it rides on {' or '.join(row.core)}."
        if said.casefold() in (row.name, row.brand.casefold(), *row.brand.casefold().split()):
            self._asker.say(rides)
            return True
        return self._asker.yes(f"{rides} Is it that?", default=True)

    def _rows(self, text: str, kind: str) -> list[Row]:
        """A brand of that very name, else all that have it in theirs."""
        rows = [
            row
            for row in self._table.rows(text)
            if row.kind == kind and self._country in ("", row.country)
        ]
        said = text.casefold()
        exact = [row for row in rows if said in (row.brand.casefold(), row.name)]
        named = [row for row in rows if said in row.brand.casefold()]
        return exact or named or rows
