"""The carers' phones: a model, for the demo only. What arrives on them, and what they answer."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

_ASKS = re.compile(r"Reply (1[^=]*) = I have it, (2[^=]*) = I cannot")
ACCEPT, REFUSE = "1", "2"


@dataclass(slots=True)
class Note:
    """One message on a screen. *replies* is what the buttons send back; empty where none is asked.

    *arrived_s* is in the loop's time, *at* in people's. *answered* is the button pressed.
    """

    id: str
    by: str
    body: str
    at: datetime
    arrived_s: float
    replies: Mapping[str, str] = field(default_factory=dict)
    answered: str = ""


@dataclass(slots=True)
class Phone:
    """One carer's phone: its screen, oldest note first."""

    carer: str
    name: str
    number: str
    notes: list[Note] = field(default_factory=list)

    @property
    def asking(self) -> Note | None:
        """The newest note, if it waits for an answer."""
        note = self.notes[-1] if self.notes else None
        return note if note is not None and note.replies and not note.answered else None


class Phones:
    """Every phone of the household. *mobile_data* False: no push gets through.

    *hear* is told of each note as it is shown, *press* of each button as it is pressed. Who carries
    answers sets *send* for its own kind of message: it is called with the phone and the words.
    """

    def __init__(self, phones: list[Phone], now: Callable[[], datetime]) -> None:
        self.mobile_data = True
        self.hear: Callable[[Phone, Note], None] = _deaf
        self.press: Callable[[Phone, str], None] = _deaf
        self.send: dict[str, Callable[[Phone, str], None]] = {}
        self._now = now
        self._phones = {phone.carer: phone for phone in phones}
        self._shown = 0

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def of(self, carer: str) -> Phone | None:
        """The phone of *carer*."""
        return self._phones.get(carer)

    def show(self, phone: Phone, by: str, body: str, replies: Mapping[str, str]) -> None:
        """A message arrives: *by* is ``push`` or ``text``."""
        self._shown += 1
        arrived_s = asyncio.get_running_loop().time()
        note = Note(f"note-{self._shown}", by, body, self._now(), arrived_s, replies)
        phone.notes.append(note)
        self.hear(phone, note)

    def answer(self, phone: Phone, note: Note, button: str) -> bool:
        """Press a button of *note*; False where there is none, or it was pressed before."""
        if note.answered or button not in note.replies:
            return False
        note.answered = button
        self.press(phone, button)
        self.send[note.by](phone, note.replies[button])
        return True


def replies_asked(text: str) -> dict[str, str]:
    """What *text* asks to be answered with, by button; nothing where it asks for nothing."""
    asked = _ASKS.search(text)
    return {ACCEPT: asked[1], REFUSE: asked[2]} if asked is not None else {}


def _deaf(phone: Phone, what: object) -> None:
    del phone, what
