"""Exhibits of answering: who may, what it covers, how long it lasts."""

from museum.exhibit import Exhibit

ANSWERING = (
    Exhibit(
        "get-acknowledges",
        "Google Fi opens both links of a text, Outlook those of a mail: robots answered alarms.",
        "web/server.py",
        '                web.get("/a/{token}", links.show),',
        '                web.get("/a/{token}", links.press),',
        tests=("tests/test_web_links.py",),
    ),
    Exhibit(
        "an-answer-hits-the-next-alert",
        "Nightscout's receipts are by group: an answer to the last alarm silences the next one.",
        "domain/booking.py",
        "        if not case.alert.open:\n            return touched\n",
        "        if not case.alert.open:\n"
        "            later = [*wards[case.alert.wearer].cases.values()]\n"
        "            if not later:\n                return touched\n"
        "            case, attempt = later[0], None\n",
        seed=171,
    ),
    Exhibit(
        "an-answer-covers-what-was-not-shown",
        "`OK` to a warning silenced the alarm that it had become meanwhile.",
        "domain/booking.py",
        "        if shown < alert.priority:\n            return\n",
        "",
        seed=37,
    ),
    Exhibit(
        "one-answer-for-all",
        "Nightscout's clear cancels every stored receipt, whatever it belongs to.",
        "domain/booking.py",
        "        told = case.called()\n",
        "        told = case.called()\n"
        "        for other in list(ward.cases.values()):\n"
        "            if other is not case and other.alert.calling:\n"
        "                quiet = quiet_for(other.plan, other.alert)\n"
        "                both = Acceptance(event.carer, other.alert.priority)\n"
        "                other.put(other.alert.accepted(both, draft.now, quiet), draft)\n",
        seed=5,
    ),
    Exhibit(
        "anybody-may-answer",
        "Shared inboxes: a reply from a number that is no carer's acknowledged the alarm.",
        "domain/booking.py",
        "        if case is None or event.carer not in case.plan.carers:",
        "        if case is None:",
        tests=("tests/test_engine_answers.py",),
    ),
    Exhibit(
        "quiet-without-an-end",
        "Home Assistant's alert: acknowledged is off for good, however long it is still there.",
        "domain/alert.py",
        "            quiet_until=now + quiet,",
        "            quiet_until=now + quiet * 400,",
        seed=0,
    ),
    Exhibit(
        "a-reminder-nobody-answers",
        "Reminders that are sent once and then forgotten, with nobody there.",
        "domain/pursuit.py",
        "    over_at = reminded_at + case.plan.answer_within",
        "    over_at = reminded_at + case.plan.answer_within * 400",
        seed=5,
    ),
    Exhibit(
        "a-further-fall-is-old-news",
        "Snoozed at 2.9 and asleep at 2.2: a follower's snooze covers whatever comes.",
        "domain/change.py",
        "        if fell_further(alert):\n            return Cause.FURTHER_FALL\n",
        "",
        seed=1,
    ),
    Exhibit(
        "answers-forgotten-at-restart",
        "Nightscout keeps receipts in memory, Home Assistant #94857 loses them: all ring again.",
        "domain/restore.py",
        "            desk.adopt(known, Case(alert, desk.household))",
        "            desk.adopt(known, Case(alert if alert.calling else alert.called_again("
        "alert.cause, now), desk.household))",
        tests=("tests/test_engine_restart.py",),
    ),
    Exhibit(
        "muting-the-watch-mutes-the-carers",
        "OpenSeizureDetector: muting the beep for ten minutes also stopped texts and calls.",
        "domain/seizure.py",
        "NOT_WATCHING = frozenset({WatchState.FAULT, WatchState.MUTED, WatchState.NET_FAULT})",
        "NOT_WATCHING = frozenset({WatchState.FAULT, WatchState.NET_FAULT})",
        seed=2,
    ),
    Exhibit(
        "lesser-evidence-overwrites",
        "Callbacks out of order: `sent` after `delivered` turned proof back into hope.",
        "domain/booking.py",
        "        if event.status.rank <= attempt.status.rank:\n            return ()\n",
        "",
        tests=("tests/test_engine_reports.py",),
    ),
    Exhibit(
        "limits-in-the-other-unit",
        "xDrip+ added 54 mg/dL to a limit in mmol/L and then converted the sum.",
        "domain/limits.py",
        "step = 1.0 if unit is Unit.MG_DL else MG_DL_PER_MMOL_L / 10",
        "step = 1.0 if unit is Unit.MG_DL else MG_DL_PER_MMOL_L / 20",
        tests=("tests/test_glucose.py", "tests/test_condition.py"),
    ),
)
