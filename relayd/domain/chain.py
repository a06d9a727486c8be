"""The chain from the Pi to a carer: out by a line or a SIM, through a service, in by a network."""

from collections.abc import Iterable
from dataclasses import dataclass

from relayd.domain.fate import Bearer, Component, Components, Fate, Level, Network


@dataclass(frozen=True, slots=True)
class Line:
    """One of the Pi's paths: its *name* (one for all paths of one interface), and its network.

    *home*: the house's own broadband, which also carries the house's Wi-Fi.
    """

    name: str
    network: Network
    home: bool = False

    @property
    def way(self) -> Components:
        """What data that leave by it hang on."""
        return self.network.components(Bearer.DATA) | {Component(Level.PATH, self.name)}


@dataclass(frozen=True, slots=True)
class Service:
    """One channel as fate sees it.

    *host* is who carries the words; *account* one name for all channels that share credentials.
    *lines* are the ways it may leave by. *bearer* is how it reaches the carer, None where it ends
    at the host itself. *sim* is the Pi's own SIM, which needs no line. *local*: a
    receiver in the house, for which nobody outside is needed.
    """

    channel: str
    host: str
    bearer: Bearer | None
    lines: tuple[Line, ...] = ()
    account: str | None = None
    sim: Network | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a route ends: whose phone, on which network, and the *home* lines its Wi-Fi may use."""

    carer: str
    network: Network
    home: tuple[Line, ...] = ()
    at_home: bool = False


def fate_of(service: Service, recipient: Recipient) -> Fate:
    """What a route over *service* to *recipient* hangs on, leg by leg from the Pi outwards."""
    legs = [_way_out(service), (_service(service),)]
    if service.bearer is not None:
        legs.extend(_way_in(recipient, service.bearer))
    return Fate(tuple(legs))


def _way_out(service: Service) -> tuple[Components, ...]:
    if service.sim is not None:
        return (service.sim.components(Bearer.SMS),)
    if service.local:
        return tuple(frozenset({Component(Level.PATH, line.name)}) for line in service.lines) or (
            frozenset[Component](),
        )
    return tuple(line.way for line in service.lines) or (Network(None).components(Bearer.DATA),)


def _service(service: Service) -> Components:
    parts = {
        Component(Level.CHANNEL, service.channel),
        Component(Level.SERVICE, service.host),
    }
    if service.account is not None:
        parts.add(Component(Level.ACCOUNT, service.account))
    return frozenset(parts)


def _way_in(recipient: Recipient, bearer: Bearer) -> Iterable[tuple[Components, ...]]:
    person = {Component(Level.CARER, recipient.carer)}
    own = recipient.network.components(bearer)
    if recipient.network.fixed:
        yield (frozenset(person),)
        yield _wire(recipient, own)
        return
    yield (frozenset(person | {Component(Level.HANDSET, recipient.carer)}),)
    wifi = recipient.home if recipient.at_home and bearer is Bearer.DATA else ()
    yield (own, *(line.way for line in wifi))


def _wire(recipient: Recipient, own: Components) -> tuple[Components, ...]:
    """A landline; one in the house of the provider of its broadband rides on that very line."""
    cores = set(recipient.network.cores)
    same = [line for line in recipient.home if cores & set(line.network.cores)]
    if not (recipient.at_home and same):
        return (own,)
    return tuple(own | {Component(Level.PATH, line.name)} for line in same)
