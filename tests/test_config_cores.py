"""The file's networks reach the engine: both ends of a route count."""

from files import MANUAL

from relayd.config import load


def test_routes_and_wearers_know_their_core() -> None:
    """Without it no network could ever be suspected, and no silence explained."""
    config = load(MANUAL.parent / "households" / "recommended.toml", with_secrets=False)
    home = config.household
    assert home.wearers["mia"].core == "o2-uk"
    by_channel = {route.channel: route for route in home.carers["ana"].routes}
    assert (by_channel["sim"].core, by_channel["sim"].sender_core) == ("o2-uk", "three-uk")
    assert by_channel["sim"].paths == (), "a SIM of the Pi's own is lost with no path"
    assert by_channel["siren"].core is None
    assert by_channel["siren"].paths == ("wifi",)
    assert by_channel["push"].paths == ("broadband", "dongle", "wifi")
    assert {route.core for route in home.carers["jo"].routes} == {"ee-uk", None}
