"""What is asked about a home, and in which order."""

import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from relayd.channels.phone import e164_fault
from relayd.config import addresses, values
from relayd.config.fault import Wrong
from relayd.domain.reading import Unit
from relayd.init.asking import Asker
from relayd.init.brands import Brands

COUNTRIES = {
    "London": "uk", "Belfast": "uk", "Dublin": "ie", "Berlin": "de", "Paris": "fr",
    "Madrid": "es", "Rome": "it", "Amsterdam": "nl", "Vienna": "at", "Brussels": "be",
    "Warsaw": "pl", "Lisbon": "pt", "Stockholm": "se", "New_York": "us", "Chicago": "us",
    "Denver": "us", "Los_Angeles": "us", "Toronto": "ca", "Vancouver": "ca", "Sydney": "au",
    "Melbourne": "au",
}  # fmt: skip
SHORTEST_INTERFACE = 2  # lo
ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
WORN = (
    ("glucose", "a glucose sensor"),
    ("seizure", "a seizure watch"),
    ("both", "both"),
)


@dataclass
class Person:
    """A wearer or a carer: *id* as the file names them. *network* is a name of the table."""

    id: str
    name: str
    network: str = ""
    number: str = ""
    topic: str = ""


@dataclass
class Way:
    """One way out of the house."""

    name: str
    interface: str
    network: str = ""


@dataclass
class Home:
    """All the answers."""

    name: str
    zone: str
    wearer: Person
    unit: str
    worn: str
    help: str = ""
    ways: list[Way] = field(default_factory=list)
    carers: list[Person] = field(default_factory=list)
    account: str = ""
    sender: str = ""
    siren: str = ""
    username: str = ""
    watched: bool = False


def ask_home(asker: Asker) -> Home:
    """Ask it all. Raises EndedError."""
    asker.say("A few questions. An empty line takes what stands in [brackets].")
    asker.say("")
    name = asker.needed("What is this home called?", "home", _one_line)
    zone = asker.needed("Its time zone", _zone_here(), _zone)
    country = COUNTRIES.get(zone.rpartition("/")[2], "")
    country = asker.ask("Country of the phones (uk, de, us …; empty: any)", country, str.lower)
    networks = Brands(asker, country)
    home = _ask_wearer(asker, name, zone, networks)
    _ask_ways(asker, home, networks)
    _ask_channels(asker, home)
    home.carers.extend(_ask_carers(asker, home, networks))
    home.username = asker.ask("User name at the MQTT broker (empty: none needed)", "", _one_line)
    asker.say("A watcher outside tells you when relayd itself is dead: healthchecks.io, say.")
    home.watched = asker.yes("Will you set one up?", default=True)
    return home


def _ask_wearer(asker: Asker, name: str, zone: str, networks: Brands) -> Home:
    asker.say("")
    asker.say("Who is watched over?")
    who = asker.needed("First name", "", _name)
    person = Person(_id(who, {"alert", "status", "relay"}), who)
    worn = asker.choose(f"What does {who} wear?", WORN)
    units = [(unit.value, unit.value) for unit in (Unit.MMOL_L, Unit.MG_DL)]
    unit = units[0][0] if worn == "seizure" else asker.choose("In which unit?", units)
    person.network = networks.ask(f"The network of {who}'s phone (brand; empty: none)", "mobile")
    help_ = asker.ask("Who is near and can help (a school office, a number; empty: nobody)", "",
                      _one_line)  # fmt: skip
    return Home(name, zone, person, unit, worn, help_)


def _ask_ways(asker: Asker, home: Home, networks: Brands) -> None:
    asker.say("")
    asker.say("How does the Pi reach the world? A second way that is not the home's own is best.")
    interface = asker.needed("Interface of the home's own line", "eth0", _interface)
    brand = networks.ask("Whose broadband is it? (brand; empty: unknown)", "broadband")
    home.ways.append(Way("broadband", interface, brand))
    if asker.yes("Is there a mobile dongle?", default=False):
        interface = asker.needed("Its interface", "wwan0", _interface)
        brand = networks.ask("Whose SIM is in it? (brand; empty: unknown)", "mobile")
        home.ways.append(Way("dongle", interface, brand))


def _ask_channels(asker: Asker, home: Home) -> None:
    asker.say("")
    asker.say("A push by ntfy costs nothing. Texts and calls, which wake people, need Twilio.")
    if asker.yes("Is there an account at Twilio?", default=True):
        home.account = asker.needed("Account SID (AC…)", "", _account)
        home.sender = asker.needed("The number that calls (+44…)", "", _number)
    home.siren = asker.ask("URL of a siren in the house (empty: none)", "", _url)


def _ask_carers(asker: Asker, home: Home, networks: Brands) -> Iterator[Person]:
    taken: set[str] = set()
    asker.say("")
    asker.say("Who is called? Two on different networks at least. An empty name ends the list.")
    while True:
        which = "First carer's name" if not taken else "Next carer's name (empty: no more)"
        who = asker.needed(which, "", _name) if not taken else asker.ask(which, "", _name)
        if not who:
            return
        carer = Person(_id(who, taken), who)
        taken.add(carer.id)
        if home.account:
            carer.number = asker.needed(f"{who}'s number (+44…)", "", _number)
        carer.network = networks.ask(f"{who}'s network (brand; empty: unknown)", "mobile")
        carer.topic = f"relayd-{carer.id}-{secrets.token_hex(4)}"
        yield carer


def _id(name: str, taken: Collection[str]) -> str:
    """A name as topics and ids can have it: ``Ana (mum)`` is ``ana``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    base = words[0] if words else "carer"
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (base, *numbers) if each not in taken)


def _zone_here() -> str:
    """The zone of this machine, as its own setting says."""
    link = Path("/etc/localtime")
    zone = str(link.resolve()).partition("/zoneinfo/")[2] if link.is_symlink() else ""
    return zone if "/" in zone and not zone.startswith("Etc/") else "Europe/London"


def _name(answer: str) -> str:
    if not any(letter.isalpha() for letter in answer):
        raise Wrong("a name has letters", "Write the first name")
    return _one_line(answer)


def _one_line(answer: str) -> str:
    if not answer.isprintable():
        raise Wrong("that has signs that cannot be shown", "Write plain text")
    return answer


def _zone(answer: str) -> str:
    return values.zone(answer).key


def _interface(answer: str) -> str:
    if len(answer) < SHORTEST_INTERFACE:
        raise Wrong("no interface has so short a name", "Write it as `ip link` shows it: eth0")
    return addresses.interface(answer)


def _url(answer: str) -> str:
    return addresses.http_url(answer)


def _account(answer: str) -> str:
    if not ACCOUNT.fullmatch(answer):
        raise Wrong("an account SID is AC and 32 hex digits", "Copy it from Twilio's console")
    return answer


def _number(answer: str) -> str:
    number = re.sub(r"[\s().\-/]+", "", answer)
    fault = e164_fault(number)
    if fault is not None:
        raise Wrong(fault, "Try again")
    return number
