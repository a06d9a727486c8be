"""Exhibits of watching: silence, stamps, clocks, and what ends an alert."""

from museum.exhibit import Exhibit

WATCHING = (
    Exhibit(
        "silence-clears",
        "Nightscout: 45 mg/dL is urgent; the same reading eleven minutes old is ALL CLEAR.",
        "domain/condition.py",
        "    if mark is None:\n        return Finding(Family.LOW, UNCHANGED)\n"
        "    found = memory.level()",
        "    if mark is None:\n        return Finding(Family.LOW, UNCHANGED)\n"
        "    if standing is not None and now - mark.stamp > timedelta(minutes=11):\n"
        "        return Finding(Family.LOW, Gone())\n    found = memory.level()",
        seed=5,
    ),
    Exhibit(
        "low-is-no-number",
        "Nightscout: 52, 45, then the sensor's LOW (39) is ALL CLEAR; Loop #1740 ignored it too.",
        "domain/observe.py",
        "        if place is Place.REPEAT:\n            return False\n        stamp",
        "        if place is Place.REPEAT or reading.bound is Bound.LOW:\n"
        "            return False\n        stamp",
        seed=0,
    ),
    Exhibit(
        "one-good-reading-clears",
        "Followers clear at the first value in range: a compression low's bounce ends the alarm.",
        "domain/glucose.py",
        "for mark in (self.marks[-1], self.marks[-2]):",
        "for mark in (self.marks[-1],):",
        seed=0,
    ),
    Exhibit(
        "old-is-current",
        "A reconnect's backlog was read as now: pages for the past, and a clear by an old value.",
        "domain/glucose.py",
        "CURRENT_FOR = timedelta(minutes=10)",
        "CURRENT_FOR = timedelta(hours=10)",
        seed=5,
    ),
    Exhibit(
        "retained-is-current",
        "MQTT keeps the last message for ever: yesterday's 180 greeted every restart as fresh.",
        "domain/glucose.py",
        "            if retained:\n                return Place.LATE\n            same",
        "            same",
        tests=("tests/test_condition.py", "tests/test_golden_more.py"),
    ),
    Exhibit(
        "future-stamps-feed-silence",
        "xDrip's kind of fault: a reading stamped tomorrow hides missed readings until tomorrow.",
        "domain/glucose.py",
        "            return Place.LATE if retained else Place.IMPOSSIBLE",
        "            return Place.LATE if retained else self._seen(at, reading.mg_dl)",
        seed=16,
    ),
    Exhibit(
        "repeats-feed-silence",
        "A bridge that repeats its last value every minute kept a dead sensor looking alive.",
        "domain/observe.py",
        "        if place is Place.REPEAT:\n            return False\n        stamp",
        "        if place is Place.REPEAT:\n            memory.arrived_at = now\n"
        "            return False\n        stamp",
        seed=10,
    ),
    Exhibit(
        "noise-feeds-silence",
        "LoopFollow: an error document counted as a sign of life, and silence was never seen.",
        "domain/observe.py",
        "        if place is Place.LATE:\n            if low",
        "        if place is Place.LATE:\n            memory.arrived_at = now\n            if low",
        seed=5,
    ),
    Exhibit(
        "no-silence-alarm",
        "Dexcom Follow, November 2019: down for two days, and no alarm for having no data.",
        "domain/condition.py",
        "if asked else None, watchful=watchful)\n",
        "if asked else None, watchful=watchful) + timedelta(hours=48)\n",
        seed=5,
    ),
    Exhibit(
        "silence-off-after-boot",
        "A missed-data alarm that holds back for a quarter of an hour after each boot.",
        "domain/ward.py",
        "START_GRACE = timedelta(seconds=60)",
        "START_GRACE = timedelta(minutes=15)",
        seed=190,
    ),
    Exhibit(
        "silence-counts-from-boot",
        "A watchdog whose memory is the process: every restart is a sign of life.",
        "domain/restore.py",
        "            memory.arrived_at = kept.arrived_at\n",
        "            memory.arrived_at = now\n",
        seed=11,
    ),
    Exhibit(
        "timers-stop-with-the-broker",
        "mqttwarn: the threads that watch for silence are stopped when the broker goes.",
        "domain/engine.py",
        "                self._after(self.technical.report(event, draft), draft)\n",
        "                self._after(self.technical.report(event, draft), draft)\n"
        '                if event.present and event.condition.value == "relay.broker_lost":\n'
        "                    for ward in self.wards.values():\n"
        "                        ward.grace_until = now + timedelta(days=1)\n",
        seed=0,
    ),
    Exhibit(
        "wall-clock-timers",
        "A Pi has no clock: timers counted on the wall's jump with it, by hours or years.",
        "domain/observe.py",
        "            memory.arrived_at = now\n",
        "            memory.arrived_at = now + self.offset\n",
        seed=176,
    ),
    Exhibit(
        "a-clock-step-raises",
        "Time leaps at the first answer of the network, and everything looks silent at once.",
        "domain/engine.py",
        "        if moved:\n            self._after",
        "        if moved:\n            for ward in self.wards.values():\n"
        "                if ward.glucose is not None and ward.glucose.arrived_at is not None:\n"
        "                    ward.glucose.arrived_at -= event.offset\n            self._after",
        seed=16,
    ),
    Exhibit(
        "silence-after-a-low-is-medium",
        "LoopFollow wants a fresh reading before it alarms: a low that goes quiet is forgotten.",
        "domain/condition.py",
        "    high = after_low or now >= high_at",
        "    high = now >= high_at",
        seed=5,
    ),
    Exhibit(
        "faults-beep-at-the-wearer",
        "OpenSeizureDetector: a watch that does not watch beeps at the wearer; no carer is told.",
        "domain/seizure.py",
        "FAULT_AFTER = timedelta(seconds=60)",
        "FAULT_AFTER = timedelta(days=60)",
        seed=0,
    ),
    Exhibit(
        "ok-ends-a-seizure",
        "OpenSeizureDetector #146: the latch was lost, and the alarm ended with the convulsion.",
        "domain/alert.py",
        "        if self.presence is Presence.ON and self.condition.latching:",
        "        if self.presence is Presence.ACKNOWLEDGED and self.condition.latching:",
        seed=22,
    ),
    Exhibit(
        "true-at-boot-never-fires",
        "Home Assistant #28290, #59812: a condition that is true at start is never seen to change.",
        "domain/engine.py",
        "                draft.send(case.attempts[attempt.id], case.alert)\n"
        "        for ward in self.wards.values():\n            self.look_at(ward, draft)\n",
        "                draft.send(case.attempts[attempt.id], case.alert)\n",
        seed=3,
    ),
)
