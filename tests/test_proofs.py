"""The book of proofs: 35 days by a clock that is turned, and a route that is its address."""

from dataclasses import replace
from datetime import timedelta

from houses import CALL, NOON, PUSH, SIREN, TEXT, Drive, home

from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.household import Household
from relayd.proofs import OVERDUE_AFTER, RouteBook

DAY = timedelta(days=1)


class Kept:
    """Keeps small things in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.writes = 0

    def meta(self, key: str) -> str | None:
        return self.rows.get(key)

    def set_meta(self, key: str, value: str, within: timedelta) -> None:
        assert within < timedelta(seconds=1)
        self.writes += 1
        self.rows[key] = value


def household(*routes: object) -> Household:
    return home(ana=routes or (PUSH, SIREN, TEXT), tom=(CALL,))  # type: ignore[arg-type]


def test_a_route_is_late_35_days_after_it_was_first_seen() -> None:
    book = RouteBook(household(), Kept())
    book.see(NOON)
    assert book.overdue(NOON + OVERDUE_AFTER - DAY) == []
    late = book.overdue(NOON + OVERDUE_AFTER)
    assert late == [("ana", 0), ("ana", 2), ("tom", 0)], "a siren has nothing to prove"


def test_a_proof_of_any_alert_or_drill_begins_the_days_anew() -> None:
    book = RouteBook(household(), Kept())
    book.see(NOON)
    book.proved("ana", TEXT, NOON + 20 * DAY)
    assert ("ana", 2) not in book.overdue(NOON + 54 * DAY)
    assert ("ana", 2) in book.overdue(NOON + 55 * DAY)
    assert book.unproven_for("ana", TEXT, NOON + 60 * DAY) == 40 * DAY


def test_only_delivery_and_answers_prove() -> None:
    drive = Drive(household())
    drive.glucose(40)
    attempt = drive.last("ana")._replace(route=2, channel="text")
    book = RouteBook(drive.household, Kept())
    for status in (Dissemination.SENDING, Dissemination.SENT, Dissemination.UNDELIVERABLE):
        book.note(attempt._replace(status=status, failure=Failure.UNREACHABLE), NOON)
        assert book.proven_at("ana", TEXT) is None
    for days, status in enumerate(
        (Dissemination.DELIVERED, Dissemination.REJECTED, Dissemination.ACCEPTED)
    ):
        book.note(attempt._replace(status=status), NOON + days * DAY)
        assert book.proven_at("ana", TEXT) == NOON + days * DAY


def test_what_is_kept_survives_and_what_left_the_file_is_forgotten() -> None:
    kept = Kept()
    book = RouteBook(household(), kept)
    book.see(NOON)
    book.proved("ana", TEXT, NOON + DAY)
    again = RouteBook(household(), kept)
    again.see(NOON + 2 * DAY)
    assert again.proven_at("ana", TEXT) == NOON + DAY
    assert TEXT.to not in kept.rows["routes"], "no number stands in it"
    smaller = RouteBook(household(PUSH), kept)
    smaller.see(NOON + 3 * DAY)
    assert smaller.proven_at("ana", TEXT) is None


def test_a_new_number_must_be_proved_anew() -> None:
    kept = Kept()
    RouteBook(household(), kept).proved("ana", TEXT, NOON)
    other = replace(TEXT, to="+447700900999")
    book = RouteBook(household(PUSH, other), kept)
    book.see(NOON + 40 * DAY)
    assert book.proven_at("ana", other) is None
    assert book.overdue(NOON + 41 * DAY) == []


def test_a_spoilt_book_is_begun_anew() -> None:
    kept = Kept()
    kept.rows["routes"] = "{nonsense"
    book = RouteBook(household(), kept)
    book.see(NOON)
    assert book.overdue(NOON + OVERDUE_AFTER) != []


def test_proofs_that_come_thick_are_written_once_a_minute() -> None:
    """A thousand alerts that are delivered in one second are no thousand writes."""
    kept = Kept()
    book = RouteBook(household(), kept)
    for second in range(50):
        book.proved("ana", TEXT, NOON + timedelta(seconds=second))
    assert kept.writes == 1
