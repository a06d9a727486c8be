"""How long things take in a rehearsal, in seconds, from least to most.

Every row is an assumption from experience with such services, unless its remark names where it
stands in relayd itself. They are wide rather than right: a rehearsal is to be believed whatever is
drawn from them.
"""

Span = tuple[float, float]

TAKEN: dict[str, Span] = {
    "ntfy": (0.15, 0.8),
    "pushover": (0.2, 0.9),
    "twilio-sms": (0.3, 1.2),
    "twilio-voice": (0.4, 1.3),
    "modem-sms": (1.0, 4.0),
    "webhook": (0.02, 0.3),
}
"""Until a gateway has taken a message; a call that is taken begins to ring."""

TAKEN_OTHERWISE: Span = (0.2, 1.0)

ARRIVES: dict[str, Span] = {
    "ntfy": (0.3, 3.0),
    "pushover": (0.3, 3.0),
    "twilio-sms": (2.0, 8.0),
    "modem-sms": (2.0, 8.0),
    "twilio-voice": (2.0, 5.0),
}
"""From the gateway to the phone; for a call until it rings there."""

PROVEN: dict[str, Span] = {
    "pushover": (1.0, 6.0),  # relayd asks for a receipt every 5 s
    "twilio-sms": (1.0, 4.0),
    "modem-sms": (0.5, 3.0),
    "twilio-voice": (2.0, 5.0),  # until it is made out that a person answered
}
"""From the phone back to relayd: a delivery report, a receipt."""

PICKED_UP_AWAKE: Span = (3.0, 10.0)
PICKED_UP_ASLEEP: Span = (10.0, 20.0)
RINGS = 25.0  # relayd.channels.twilio_voice: longer, and voicemail would take the call
NOT_ON_THE_NETWORK: Span = (4.0, 10.0)  # until a call to a dead phone is given up
ENGAGED: Span = (2.0, 5.0)

ANSWERS_AWAKE: Span = (15.0, 60.0)
ANSWERS_WOKEN: Span = (30.0, 90.0)
PRESSES_A_KEY: Span = (8.0, 18.0)  # once the call has been picked up
TYPES_AN_SMS: Span = (15.0, 40.0)

HEARD_BACK: dict[str, Span] = {
    "ntfy": (0.3, 1.5),
    "pushover": (1.0, 6.0),
    "twilio-sms": (3.0, 9.0),  # replies are asked for every 3 s
    "modem-sms": (2.0, 8.0),
    "twilio-voice": (0.5, 2.0),
}
"""From a carer's hand to relayd."""

NO_ANSWER = 4.0  # relayd.channels.http: how long a connection may take to be made
NO_NAME = 2.0  # relayd.paths: two questions of a second each
NO_LINK = 0.05
STRANGER = 0.4  # somebody else answers in the service's place
SAYS_NO = 0.4
HEDGE = 3.0  # relayd.outbox: the next path begins beside one that does not answer

LINK_SEEN: Span = (0.1, 0.6)  # relayd.probing_watch: links are looked at twice a second
HOLE_SEEN_IDLE: Span = (15.0, 58.0)  # the same: in quiet hours within a minute
HOLE_SEEN_CALLING: Span = (4.5, 14.0)  # while somebody is being called, one failure is enough
PROOF_IDLE: Span = (0.5, 35.0)
PROOF_CALLING: Span = (0.5, 10.0)

UPLOAD: Span = (2.0, 12.0)  # from the sensor to the broker, through the phone and a source's cloud
BROKER = 0.02
BROKER_BACK: Span = (0.5, 5.0)
COMMIT: Span = (0.002, 0.03)
PULSE: Span = (0.0, 5.0)  # relayd.pulse
RESTARTS: Span = (3.0, 6.0)  # systemd waits 2 s; then the process loads
BOOTS: Span = (25.0, 45.0)
