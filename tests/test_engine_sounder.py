"""A sounder in the house: told once of what happens, though it stands on two carers' ladders."""

from datetime import timedelta

import pytest
from houses import PUSH, SIREN, Drive, home, minutes

from relayd.domain.delivery import Purpose
from relayd.domain.household import Step
from relayd.domain.words import Telling, words_of


def called() -> Drive:
    """Both carers were called, and the siren sounds for each."""
    ladder = (PUSH, SIREN)
    house = home(ana=ladder, tom=ladder, steps=(Step(("ana", "tom")),))
    drive = Drive(house)
    drive.glucose(45)
    return drive.until(1)


def posts(drive: Drive, purpose: Purpose) -> list[str]:
    """What the siren was told for *purpose*, each time it was."""
    return [
        words_of(Telling(drive.household, send.alert, send.attempt, drive.now, timedelta(0))).text
        for _, send in drive.sends
        if send.attempt.channel == "siren" and send.attempt.purpose is purpose
    ]


@pytest.mark.parametrize("carer", ["ana", "tom"])
def test_it_hears_once_who_has_it_and_is_never_thanked(carer: str) -> None:
    drive = called()
    drive.answer(carer, "mia-1")
    assert posts(drive, Purpose.HANDED_OVER) == [f"Mia URGENT LOW: {carer.title()} has it."]
    drive.answer("tom" if carer == "ana" else "ana", "mia-1")
    assert len(posts(drive, Purpose.HANDED_OVER)) == 1, "it is in the same hands"


def test_it_hears_of_every_hand_over() -> None:
    drive = called()
    drive.answer("ana", "mia-1")
    drive.answer("ana", "mia-1", accepted=False)
    drive.until(3)
    drive.answer("tom", "mia-1")
    assert posts(drive, Purpose.HANDED_OVER) == [
        "Mia URGENT LOW: Ana has it.",
        "Mia URGENT LOW: Tom has it.",
    ]


def test_it_hears_once_that_it_is_over() -> None:
    drive = called()
    drive.answer("ana", "mia-1")
    for at in (6, 11, 16):
        drive.until(at)
        drive.glucose(120)
    drive.now += minutes(1)
    assert len(posts(drive, Purpose.CLEARED)) == 1
