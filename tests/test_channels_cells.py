"""Nine kinds of trouble with every kind of channel: each cell has its test, or its reason."""

from collections.abc import Mapping

import pytest
from named_tests import exists
from test_channels import CAN_HAPPEN

from relayd.channels import KINDS

GENERAL = "channels::whatever_the_gateway_does_is_an_outcome"
CASE_OF: Mapping[str, str] = {
    "accepted and never delivered": "accepted and lost",
    "refused": "refused",
    "slow": "slow",
    "hung": "hung",
    "429 with a long Retry-After": "busy for a day",
    "answer malformed": "malformed",
}
"""Troubles that the one contract test puts to every kind, and its name for them."""

NO_RECEIPTS = "it has no receipts: what it took is never called delivered"
MORE: Mapping[str, Mapping[str, tuple[str, ...] | str]] = {
    "accepted and never delivered": {
        "ntfy": NO_RECEIPTS,
        "webhook": ("channels_webhook::no_echo_is_no_proof",),
        "twilio-sms": ("channels_twilio_later::a_text_that_is_lost_on_the_way_stays_unproven",),
        "twilio-voice": ("channels_voice::a_call_that_never_rings_stays_unproven",),
        "pushover": ("channels_pushover::a_push_that_is_lost_stays_unproven",),
        "modem-sms": ("channels_modem_trouble::a_network_that_still_tries_leaves_the_end_open",),
    },
    "wrong credentials": {
        **dict.fromkeys(KINDS, ("channels::wrong_credentials_are_said_to_be_wrong",)),
        "modem-sms": (
            "channels_modem_trouble::a_modem_that_cannot_send_says_what_it_wants",
            "channels_modem::a_network_that_does_not_let_the_sim_in_is_said_in_the_middle_of_an_alert",
        ),
    },
    "answered twice": {
        **dict.fromkeys(
            ("ntfy", "twilio-sms", "modem-sms"),
            ("channels_crash::an_answer_that_comes_twice_is_one",),
        ),
        "pushover": ("channels_crash::a_tap_that_is_told_by_two_who_follow_it_is_one_answer",),
        "twilio-voice": (
            "channels_voice_words::a_key_is_posted_to_the_link_as_often_as_it_is_pressed",
            "web_links::a_link_works_once",
        ),
        "webhook": "it brings no answers; the link in its body is the web's",
    },
    "crash between send and result": dict.fromkeys(
        KINDS,
        (
            "channels_crash::after_a_crash_before_the_result_the_same_attempt_goes_out_again",
            "channels_crash::after_a_crash_behind_the_result_nothing_goes_out_again",
        ),
    ),
}
TROUBLES = tuple(dict.fromkeys((*CASE_OF, *MORE)))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_cell_has_its_test_or_its_reason(trouble: str, kind: str) -> None:
    """A kind that is added without one of these fails here, and not in a night."""
    if trouble in CASE_OF:
        put = [f"{kind}-{CASE_OF[trouble]}: " in str(case.id) for case in CAN_HAPPEN]
        assert any(put), f"{GENERAL} does not put {trouble!r} to {kind}"
    if trouble in MORE:
        covered = MORE[trouble][kind]
        assert covered, "an empty cell covers nothing"
        if not isinstance(covered, str):
            assert [name for name in covered if not exists(name)] == []


def test_the_table_has_the_nine_troubles() -> None:
    assert len(TROUBLES) == 9
    assert exists(GENERAL)
