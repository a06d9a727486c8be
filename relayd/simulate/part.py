"""Who plays the network that failed in a scenario: itself, or what would hurt this home most."""

from relayd.config.fault import Faults, choose
from relayd.domain.fate import UNKNOWN, Component, Level, failing, hits, survivors
from relayd.networks import Row
from relayd.simulate.home import Home, name_of
from relayd.simulate.script import Script


def part_of(script: Script, home: Home, notes: list[str], faults: Faults) -> str | None:
    """The component of this home that plays the script's network: itself, or what hurts most."""
    if script.network is None:
        return None
    row = _row(script.network, home)
    if row is None:
        what = f'there is no network "{script.network}"'
        known = [each.name for each in home.table.rows()]
        faults.add("network", what, choose(script.network, known, "See `relayd networks`"))
        return None
    company = script.shares == "company"
    level = Level.GROUP if company else Level.CORE
    present = [p for p in home.view.components() if p.level is level and p.name != UNKNOWN]
    own = {row.group} if company else set(row.core)
    for part in present:
        if part.name in own:
            return name_of(part)
    candidates = [part for part in present if company or _mobile(part, home)]
    if not candidates:
        notes.append(f"Nothing in this home rides on {row.brand}, or on anything like it.")
        return None
    worst = max(candidates, key=lambda part: (_hurts(part, home), part.name))
    notes.append(
        f"Nothing in this home rides on {row.brand}. "
        f"{_called(worst, home)} plays its part: its loss takes most here."
    )
    return name_of(worst)


def _row(word: str, home: Home) -> Row | None:
    row = home.table.row(word)
    if row is not None:
        return row
    like = (r for r in home.table.rows() if r.brand.lower() == word.lower())
    return next(like, None)


def _mobile(part: Component, home: Home) -> bool:
    networks = [route.network for route in home.view.routes]
    networks += [home.table.network(path.network) for path in home.paths.values()]
    return any(part.name in each.cores and not each.fixed for each in networks)


def _hurts(part: Component, home: Home) -> tuple[int, int, int]:
    """How many carers are out of reach, how many paths and routes are gone, when *part* fails."""
    failed = failing(part)
    lost = hits(home.view, failed)
    carers = len(home.household.carers) - len(survivors(home.view, failed))
    return carers, len(lost.paths), len([r for r in lost.routes if not r.sounder])


def _called(part: Component, home: Home) -> str:
    if part.level is Level.CORE:
        return home.table.brand(part.name)
    brands = [
        home.table.brand(name)
        for name in dict.fromkeys(
            [route.network.name for route in home.view.routes]
            + [path.network for path in home.paths.values()]
        )
        if name is not None and part.name in home.table.network(name).groups
    ]
    return f"The company behind {' and '.join(brands)}" if brands else part.name
