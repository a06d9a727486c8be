"""What carers are told, at three in the morning, on a lock screen, in one SMS."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from houses import CALL, NOON, PUSH, TEXT, Drive, home, minutes

from relayd.domain.alert import Alert, Cause, Code, Evidence, Presence, Priority
from relayd.domain.condition import PRIORITY_OF
from relayd.domain.delivery import Attempt, Purpose, Reason
from relayd.domain.household import Household, Wearer
from relayd.domain.names import NAMES
from relayd.domain.reading import Bound, Trend, Unit
from relayd.domain.words import Telling, Words, words_of

ROUTES = (TEXT, PUSH, CALL, replace(TEXT, details=False), replace(PUSH, details=False))
SMS, NTFY, VOICE, SMS_LEAST, NTFY_LEAST = range(5)
HELP = "School office 01632 960111, ask for Joan"
NAME = "Bartholomewa"
LONDON = ZoneInfo("Europe/London")
LATER = NOON + minutes(25)
OF_WEARERS = [code for code in Code if not code.technical and code is not Code.SEIZURE_WARNING]
GLUCOSE = [code for code in OF_WEARERS if code.value.startswith("glucose.")]


def house(unit: Unit = Unit.MMOL_L, name: str = NAME, said: str = HELP) -> Household:
    made = home(ana=ROUTES, unit=unit)
    wearer = Wearer("mia", name, unit, help=said)
    return replace(made, wearers={"mia": wearer}, zone=LONDON)


def alert(code: Code, **more: object) -> Alert:
    priority = PRIORITY_OF.get(code, Priority.LOW)
    evidence = Evidence(50.5 if code in GLUCOSE else None, Bound.WITHIN, Trend.FALLING_SLOWLY, NOON)
    wearer = None if code.technical else "mia"
    made = Alert("mia-1", wearer, code, priority, NOON, NOON, NOON, evidence)
    return made._replace(**more)  # type: ignore[arg-type]  # named by each test


def say(
    about: Alert,
    route: int = SMS,
    purpose: Purpose = Purpose.CALL,
    *,
    now: datetime = LATER,
    of: Household | None = None,
    code: str = "",
) -> Words:
    attempt = Attempt(
        "mia-1/1", "mia-1", about.wearer, "ana", route, ROUTES[route].channel, 1, 1, 1, now,
        about.priority, Reason.FIRST_CALL, purpose,
    )  # fmt: skip
    return words_of(Telling(of or house(), about, attempt, now, timedelta(0), code=code))


@pytest.mark.parametrize("code", OF_WEARERS)
@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("route", range(5))
def test_every_call_says_who_and_what_and_since_when(code: Code, unit: Unit, route: int) -> None:
    words = say(alert(code), route, of=house(unit))
    assert words.text.startswith(f"{NAME} {NAMES[code]}")
    assert words.title.startswith(f"{NAME} {NAMES[code]}")
    assert "since 12:00" in words.text
    assert "STILL" not in words.text


@pytest.mark.parametrize("code", GLUCOSE)
@pytest.mark.parametrize(("unit", "value"), [(Unit.MMOL_L, "2.8 mmol/L"), (Unit.MG_DL, "51 mg/dL")])
def test_the_value_is_told_in_the_familys_unit(code: Code, unit: Unit, value: str) -> None:
    text = say(alert(code), of=house(unit)).text
    assert value in text
    assert ("last " in text) is (code is Code.SILENT), "an old value is called old"
    says_where = code in (Code.SILENT, Code.URGENT_LOW_SOON, Code.FALLING_FAST)
    assert ("falling slowly" in text) is not says_where


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("code", GLUCOSE)
@pytest.mark.parametrize("route", [SMS_LEAST, NTFY_LEAST])
@pytest.mark.parametrize("unit", list(Unit))
def test_least_details_never_show_a_value(
    purpose: Purpose, code: Code, route: int, unit: Unit
) -> None:
    """The phone lies on a desk at work: who and what is enough."""
    about = alert(
        code, worst_mg_dl=45.0, worst_at=NOON, missed=(NOON, NOON, 45.0), ended_at=NOON,
        acknowledged_by="ana", quiet_until=NOON + minutes(40),
    )  # fmt: skip
    words = say(about, route, purpose, of=house(unit, name="Mia", said=""))
    for value in ("2.8", "2.5", "51", "45", "50.5", "mmol", "mg/dL", "falling slowly"):
        assert value not in words.text + words.title
    if purpose is not Purpose.MISSED:
        assert "Mia" in words.text


def test_off_the_scale_is_told_in_the_sensors_own_word() -> None:
    off = alert(Code.URGENT_LOW, evidence=Evidence(39, Bound.LOW, None, NOON))
    text = say(off, of=house(name="Mia")).text
    assert text.startswith("Mia URGENT LOW LOW, since 12:00.")
    assert "39" not in text
    assert "2.2" not in text


@pytest.mark.parametrize("code", OF_WEARERS)
@pytest.mark.parametrize("route", range(5))
def test_a_reminder_says_still_and_for_how_long(code: Code, route: int) -> None:
    words = say(alert(code), route, Purpose.REMINDER)
    assert words.text.startswith(f"{NAME} STILL {NAMES[code]}")
    assert "since 12:00, 25 min." in words.text


@pytest.mark.parametrize("code", [Code.SILENT, Code.SEIZURE_SILENT])
def test_a_silence_says_how_long_it_has_lasted(code: Code) -> None:
    assert "since 12:00, 25 min." in say(alert(code)).text


@pytest.mark.parametrize("code", OF_WEARERS)
def test_the_way_to_help_is_said_in_every_high_and_silence_text(code: Code) -> None:
    for priority in Priority:
        said = HELP in say(alert(code, priority=priority)).text
        assert said is (priority is Priority.HIGH or code is Code.SILENT)


ANSWER = "Reply 1 = I have it, 2 = I cannot"


@pytest.mark.parametrize("purpose", [Purpose.CALL, Purpose.REMINDER])
@pytest.mark.parametrize("code", OF_WEARERS)
def test_only_an_sms_ends_with_how_to_answer(purpose: Purpose, code: Code) -> None:
    """A push has buttons, and a call its keys; an SMS has nothing but words."""
    about = alert(code)
    for route in range(5):
        text = say(about, route, purpose).text
        asks = about.priority > Priority.LOW and route in (SMS, SMS_LEAST)
        assert text.endswith(ANSWER) is asks
        assert ("Reply" in text) is asks


def test_the_modems_sms_is_an_sms_too() -> None:
    routes = (replace(TEXT, channel="sim", kind="modem-sms"), *ROUTES[1:])
    base = house()
    of = replace(base, carers={"ana": replace(base.carers["ana"], routes=routes)})
    assert say(alert(Code.LOW), of=of).text.endswith(ANSWER)


def test_where_several_alerts_are_open_the_answer_names_one() -> None:
    text = say(alert(Code.URGENT_LOW), code="mia1").text
    assert text.endswith("Reply 1 mia1 = I have it, 2 mia1 = I cannot")


@pytest.mark.parametrize(
    ("cause", "opening"),
    [
        (Cause.EVERYBODY_REFUSED, "Nobody could come. "),
        (Cause.REMINDER_UNANSWERED, "No answer now. "),
        (Cause.HANDED_BACK, "Nobody has it now. "),
        (Cause.RAISED, ""),
    ],
)
def test_a_second_call_says_why_it_comes(cause: Cause, opening: str) -> None:
    text = say(alert(Code.URGENT_LOW, cause=cause)).text
    assert text.startswith(f"{opening}{NAME} URGENT LOW")


def test_what_is_over_but_latched_says_both() -> None:
    text = say(alert(Code.SEIZURE_ALARM, presence=Presence.LATCHED), of=house(name="Leo")).text
    assert text.startswith("Leo SEIZURE ALARM (over, please look), since 12:00.")


def test_times_are_those_of_the_clock_on_the_wall_with_the_day_where_it_is_not_plain() -> None:
    summer = datetime.fromisoformat("2026-07-01T22:30+00:00")  # 23:30 in London
    about = alert(Code.LOW, raised_at=summer, present_since=summer)
    assert "since 23:30." in say(about, now=summer + minutes(29)).text
    assert "since 23:30." in say(about, now=summer + minutes(11 * 60)).text, "last night is plain"
    assert "since Wed 23:30." in say(about, now=summer + minutes(13 * 60)).text


@pytest.mark.parametrize("code", [code for code in Code if code.technical])
def test_relayd_names_itself_and_what_it_is_about(code: Code) -> None:
    words = say(alert(code, evidence=Evidence(detail="dongle: no answer")))
    assert words.title.startswith("relayd")
    assert words.text.startswith("relayd home: ")
    assert "Reply" not in words.text
    if code is not Code.CARER_UNREACHABLE:
        assert "(dongle: no answer)" in words.text


def test_every_condition_has_a_name() -> None:
    assert set(NAMES) >= set(Code) - {Code.SEIZURE_WARNING}


def test_the_words_of_a_real_alert_come_from_what_was_read() -> None:
    """From the reading to the text in one go."""
    drive = Drive(home())
    drive.glucose(50, trend=Trend.FALLING)
    send = drive.sends[0][1]
    text = words_of(
        Telling(drive.household, send.alert, send.attempt, drive.now, timedelta(0))
    ).text
    assert text == "Mia URGENT LOW 50 mg/dL falling, since 12:00."
