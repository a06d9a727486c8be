"""What conditions, priorities and purposes are called towards people and programs."""

from relayd.domain.alert import Code, Priority
from relayd.domain.delivery import Purpose

NAMES = {
    Code.URGENT_LOW: "URGENT LOW",
    Code.URGENT_LOW_SOON: "URGENT LOW SOON",
    Code.LOW: "LOW",
    Code.FALLING_FAST: "FALLING FAST",
    Code.HIGH: "high",
    Code.VERY_HIGH: "VERY HIGH",
    Code.SILENT: "NO READINGS",
    Code.SEIZURE_ALARM: "SEIZURE ALARM",
    Code.SEIZURE_FALL: "FALL",
    Code.SEIZURE_MANUAL: "CALLS FOR HELP",
    Code.SEIZURE_FAULT: "WATCH NOT WORKING",
    Code.SEIZURE_SILENT: "WATCH SILENT",
    Code.BATTERY_LOW: "battery low",
    Code.PATH_LOST: "a way out of the house is down",
    Code.CARER_UNREACHABLE: "a carer cannot be reached",
    Code.BROKER_LOST: "no connection to the readings (MQTT broker)",
    Code.BAD_PAYLOAD: "a source sends what cannot be read",
    Code.CLOCK: "a clock is wrong",
    Code.STORAGE: "cannot write to its disk; it goes on in memory",
    Code.MISHAP: "a fault in relayd itself; it passed over one event and goes on",
    Code.CHANNEL_REFUSED: "a message service refuses us",
    Code.ANSWERS_LOST: "carers' answers cannot be read",
}

TAGS = {
    Priority.HIGH: "rotating_light",
    Priority.MEDIUM: "warning",
    Priority.LOW: "information_source",
}

TYPES = {
    Purpose.CALL: "alert.raised",
    Purpose.REMINDER: "alert.reminded",
    Purpose.CLEARED: "alert.cleared",
    Purpose.HANDED_OVER: "alert.handed_over",
    Purpose.MISSED: "alert.cleared",
    Purpose.PAUSED: "alert.handed_over",
}

PURPOSE = {
    Purpose.CALL: "",
    Purpose.REMINDER: "reminder",
    Purpose.CLEARED: "told it is over",
    Purpose.HANDED_OVER: "told who has it",
    Purpose.MISSED: "told what was missed",
    Purpose.PAUSED: "told of the planned silence",
}
"""What an attempt was for, beside it on the page and in `status`; nothing beside a call."""
