"""What a message meets on its way at one moment: out of the house, and in at the carer's end."""

import math
from dataclasses import dataclass
from enum import Enum

from relayd.simulate.fault import CERTAIN, DRAWN, Fault, Kind
from relayd.simulate.home import Names, Road, WayOut
from relayd.simulate.latency import NO_ANSWER, NO_LINK, NO_NAME, STRANGER
from relayd.simulate.setting import Setting

KILLS = CERTAIN | DRAWN
PARTIAL_LOOKED_AT = 30.0


class Met(Enum):
    """What a path comes to."""

    WORLD = "the world"
    NO_LINK = "no link"
    HOLE = "a black hole"
    NO_NAMES = "no names"
    STRANGER = "a stranger"


COSTS = {
    Met.NO_LINK: NO_LINK,
    Met.HOLE: NO_ANSWER,
    Met.NO_NAMES: NO_NAME,
    Met.STRANGER: STRANGER,
}


@dataclass(slots=True)
class Ways:
    """Asks the faults."""

    setting: Setting

    def out(self, parts: Names, t: float, message: str, *, local: bool = False) -> Met:
        """What a message that leaves over *parts* meets at *t*; *local*: it stays in the house."""
        setting = self.setting
        found = Met.WORLD
        for fault in setting.of(parts):
            if fault.kind is Kind.DELAY:
                continue
            link = fault.component.startswith("path:") and fault.kind in (Kind.DOWN, Kind.FLAP)
            if local and not link:
                continue
            if setting.dead((fault,), t, message, "house") is None:
                continue
            if link:
                return Met.NO_LINK
            if fault.kind is Kind.DNS_DEAD:
                found = Met.NO_NAMES
            elif fault.kind is Kind.CAPTIVE_PORTAL:
                found = Met.STRANGER
            else:
                found = Met.HOLE
        return found

    def delay(self, parts: Names, t: float) -> float:
        """How many seconds more it takes over *parts*."""
        return sum(f.by for f in self.setting.of(parts) if f.kind is Kind.DELAY and f.stands(t))

    def proven(self, way: WayOut, t: float) -> bool:
        """Whether a path leads into the world at *t*."""
        return self.out(way.parts, t, f"probe/{way.name}/{t:.1f}") is Met.WORLD

    def any_out(self, t: float) -> bool:
        """Whether any path of the house leads into the world."""
        setting = self.setting
        if not setting.faults:
            return True
        paths = setting.home.paths.values()
        return not paths or any(self.proven(way, t) for way in paths)

    def in_house(self, phone: Names, t: float, message: str) -> bool:
        """Whether a phone in the house has data: over the house's own line, or by itself."""
        if self.alive(phone, t, message, message):
            return bool(phone) or self._wifi(t)
        return self._wifi(t)

    def _wifi(self, t: float) -> bool:
        return any(way.home and self.proven(way, t) for way in self.setting.home.paths.values())

    def alive(self, parts: Names, t: float, message: str, phone: str) -> bool:
        """Whether nothing in *parts* takes *message*."""
        return self._killer(parts, t, message, phone) is None

    def _killer(self, parts: Names, t: float, message: str, phone: str) -> Fault | None:
        faults = self.setting.of(parts)
        if not faults:
            return None
        return self.setting.dead((f for f in faults if f.kind in KILLS), t, message, phone)

    def blocked(self, road: Road, t: float, message: str) -> list[Fault]:
        """What keeps *message* from a carer's end at *t*; empty where it arrives."""
        for leg in road.ends:
            killers: list[Fault] = []
            for way in leg:
                killer = self._killer(way, t, message, road.phone)
                if killer is None:
                    break
                killers.append(killer)
            else:
                return killers
        return []

    def opens(self, road: Road, t: float, until: float, message: str) -> float | None:
        """When a waiting message can first arrive, from *t* to *until*; None: never."""
        while t <= until:
            killers = self.blocked(road, t, message)
            if not killers:
                return t
            if all(killer.kind is Kind.LOSS for killer in killers):
                return None
            t = min(_looked_at_again(killer, t) for killer in killers)
        return None


def _looked_at_again(fault: Fault, t: float) -> float:
    if fault.kind is Kind.LOSS:
        return math.inf
    if fault.kind is Kind.PARTIAL:
        return min(t + PARTIAL_LOOKED_AT, fault.next_edge(t))
    return fault.next_edge(t)
