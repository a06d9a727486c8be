"""The Pi's own SIM is on a network too, and what fails may be at its end."""

from dataclasses import replace

from houses import TEXT, Drive, home
from test_engine_networks import LOST, UNREACHABLE, two_carers

from relayd.domain.delivery import Dissemination
from relayd.domain.event import SimServed
from relayd.domain.household import Route, Step

SIM = replace(TEXT, channel="sim", kind="modem-sms", sender_core="three-uk")


def sim_to(core: str) -> Route:
    return replace(SIM, core=core, network=core)


def test_what_fails_from_one_sim_to_every_network_is_the_sims_own() -> None:
    """Two phones on two networks, one SIM in the Pi: the networks of the phones are innocent."""
    drive = Drive(
        home(ana=(sim_to("o2-uk"),), tom=(sim_to("ee-uk"),), steps=(Step(("ana", "tom")),))
    )
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, LOST, UNREACHABLE)
    assert set(drive.engine.desk.belief.suspected) == {"three-uk"}
    drive.report(drive.last("ana").id, Dissemination.DELIVERED)
    assert not drive.engine.desk.belief.suspected, "what was delivered proves both ends"


def test_what_serves_the_sim_beats_what_the_file_says_of_it() -> None:
    """Sold as Three, roaming on O2: when O2 fails, so does every text from it."""
    drive = Drive(
        home(ana=(sim_to("vodafone-uk"),), tom=(sim_to("ee-uk"),), steps=(Step(("ana", "tom")),))
    )
    drive.tell(SimServed("sim", "o2-uk"))
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, LOST, UNREACHABLE)
    assert set(drive.engine.desk.belief.suspected) == {"o2-uk"}
    drive.tell(SimServed("sim", None))
    assert drive.engine.desk.belief.why_suspected(sim_to("vodafone-uk")) is None


def test_what_fails_from_one_sim_to_one_network_is_that_networks() -> None:
    drive = two_carers(sim_to("o2-uk"))
    drive.glucose(50)
    for attempt in ("mia-1/1", "mia-1/2"):
        drive.report(attempt, LOST, UNREACHABLE)
    assert set(drive.engine.desk.belief.suspected) == {"o2-uk"}
