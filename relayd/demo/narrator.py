"""The daemon's own timeline in plain words: one line for what is worth a line."""

from collections.abc import Callable, Mapping
from datetime import datetime

from relayd.demo.phones import ACCEPT, Note, Phone
from relayd.demo.screen import Mark, Screen
from relayd.domain.alert import Code
from relayd.domain.delivery import Attempt, Failure, Reason
from relayd.domain.event import Happened
from relayd.domain.household import Household
from relayd.domain.names import NAMES

Fields = Mapping[str, str | None]


class Narrator:
    """Tells what happens. *attempt_of* looks an attempt up by its id."""

    def __init__(
        self,
        screen: Screen,
        household: Household,
        attempt_of: Callable[[str], Attempt | None],
        now: Callable[[], datetime],
    ) -> None:
        self._screen = screen
        self._household = household
        self._attempt_of = attempt_of
        self._now = now
        self._tellers: Mapping[str, Callable[[Fields], tuple[Mark, str] | None]] = {
            "alert.raised": self._raised,
            "alert.worsened": self._changed,
            "alert.eased": self._changed,
            "alert.escalated": self._escalated,
            "alert.acknowledged": self._acknowledged,
            "alert.cleared": self._cleared,
            "path.lost": self._path,
            "path.restored": self._path_back,
            "attempt.begun": self._begun,
            "attempt.sent": self._sent,
            "attempt.delivered": self._delivered,
            "attempt.undeliverable": self._undeliverable,
        }

    def tell(self, happened: Happened) -> None:
        """Say one line of the timeline, if people care for it."""
        teller = self._tellers.get(happened.event)
        told = teller(happened.fields) if teller is not None else None
        if told is not None:
            self._screen.line(happened.at, *told)

    def shown(self, phone: Phone, note: Note) -> None:
        """Say what arrived on a phone."""
        self._screen.line(note.at, Mark.PHONE, f'{phone.name}\'s phone: "{note.body}"')

    def pressed(self, phone: Phone, button: str) -> None:
        """Say what a carer answered."""
        means = "I have it" if button == ACCEPT else "I cannot"
        self._screen.line(self._now(), Mark.ANSWER, f'{phone.name} answers "{button}": {means}.')

    # Alerts -----------------------------------------------------------------

    def _raised(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.ALARM, f"{self._what(fields)}. Alert {fields['alert']} is raised."

    def _changed(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.NOTE, f"Alert {fields['alert']} is now {self._what(fields)}."

    def _what(self, fields: Fields) -> str:
        wearer = self._household.wearers.get(fields["wearer"] or "")
        name = f"{wearer.name} " if wearer is not None else "relayd: "
        return f"{name}{NAMES[Code(fields['condition'] or '')]}, {fields['priority']} priority"

    def _escalated(self, fields: Fields) -> tuple[Mark, str]:
        if fields.get("step") is None:
            return Mark.ALARM, f"Everybody is called again: {fields.get('reason')}."
        step = self._household.plan.steps[int(fields["step"] or 1) - 1]
        names = " and ".join(self._name(carer) for carer in step.tell)
        return Mark.ALARM, f"Nobody has it yet, so the plan's next step: {names} as well."

    def _acknowledged(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.ANSWER, f"{self._name(fields['carer'])} has it. The calling stops."

    def _cleared(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.OVER, f"It is over: two readings well inside. Alert {fields['alert']} is off."

    def _path(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.OUTAGE, f"The way out over {fields['path']} is taken to be down."

    def _path_back(self, fields: Fields) -> tuple[Mark, str]:
        return Mark.NOTE, f"The way out over {fields['path']} works again."

    # Attempts ---------------------------------------------------------------

    def _begun(self, fields: Fields) -> tuple[Mark, str] | None:
        attempt = self._call(fields)
        if attempt is None:
            return None
        why = "" if attempt.reason is Reason.FIRST_CALL else f": {attempt.reason.value}"
        return Mark.SEND, f"{self._name(attempt.carer)} is called by {attempt.channel}{why}."

    def _sent(self, fields: Fields) -> tuple[Mark, str] | None:
        attempt = self._call(fields)
        if attempt is None:
            return None
        name = self._name(attempt.carer)
        return Mark.NOTE, f"The {attempt.channel} to {name} is with its gateway: no proof yet."

    def _delivered(self, fields: Fields) -> tuple[Mark, str] | None:
        attempt = self._call(fields)
        if attempt is None:
            return None
        name = self._name(attempt.carer)
        return Mark.ARRIVED, f"The {attempt.channel} to {name} is on the phone: proven."

    def _undeliverable(self, fields: Fields) -> tuple[Mark, str] | None:
        attempt = self._call(fields)
        if attempt is None:
            return None
        why = fields.get("words") or fields.get("failure")
        if attempt.failure is Failure.PATH_DOWN:
            why = f"no answer came back, {why}"
        return (
            Mark.FAILED,
            f"The {attempt.channel} to {self._name(attempt.carer)} failed: {why}.",
        )

    def _call(self, fields: Fields) -> Attempt | None:
        """The attempt that *fields* speak of; quiet lines are told by the phones themselves."""
        attempt = self._attempt_of(fields["attempt"] or "")
        return None if attempt is None or attempt.purpose.quiet else attempt

    def _name(self, carer: str | None) -> str:
        found = self._household.carers.get(carer or "")
        return found.name if found is not None else "Somebody"
