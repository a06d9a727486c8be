"""Which faults fit which components: a disk refuses nobody, a carer leads to no sign-in page."""

from collections.abc import Mapping

from relayd.simulate.fault import Kind

SOURCES, SERVICES = ("source:", "wearer:"), ("service:", "channel:", "account:")
ONLY: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys((Kind.DNS_DEAD, Kind.CAPTIVE_PORTAL), ("path:",)),
    **dict.fromkeys((Kind.LOSES, Kind.REFUSES_US, Kind.RATE_LIMITED), SERVICES),
    **dict.fromkeys((Kind.ABSENT, Kind.ASLEEP, Kind.REFUSES, Kind.LATE), ("carer:",)),
    **dict.fromkeys((Kind.SILENT, Kind.REPEATS, Kind.FUTURE), SOURCES),
    **dict.fromkeys((Kind.GARBAGE, Kind.BACKFILL), SOURCES),
    **dict.fromkeys((Kind.STEP, Kind.UNSYNCHRONISED), ("clock",)),
    Kind.CRASH: ("pi",),
    Kind.AMNESIA: ("broker",),
    Kind.FULL: ("disk",),
}
"""What only such a component can do; every other kind fits all."""


def misfit(kind: Kind, component: str) -> tuple[str, str] | None:
    """What is wrong with *component* failing by *kind*, and the remedy; None where it can."""
    of = ONLY.get(kind, ("",))
    if component.startswith(of):
        return None
    names = " or ".join(each.rstrip(":") for each in of)
    return f'{component} cannot fail by "{kind.value}"', f"That is for: {names}"
