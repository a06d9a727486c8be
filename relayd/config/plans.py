"""Plans: who is called in which order; and whether there is somebody at every hour."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from relayd.config.fault import Faults, choose, join
from relayd.config.hours import gaps, in_words
from relayd.config.tables import CarerTable, FileTable, PlanTable, StepTable
from relayd.domain.household import Plan, Step

Carers = Mapping[str, CarerTable | None]


def plans(file: FileTable, faults: Faults) -> tuple[Plan, dict[str, Plan]]:
    """The plan for everyone (and relayd's own alerts), and the wearers' own."""
    general = _read(file.plan, None, "plan", file, faults) if file.plan is not None else None
    own: dict[str, Plan] = {}
    for word, table in file.plans.items():
        where = join("plans", word)
        if word not in file.wearers and not faults.at("wearers"):
            remedy = choose(word, file.wearers, "Add a [wearers.NAME]")
            faults.add(where, f'there is no wearer "{word}"', remedy)
        elif table is not None:
            own[word] = _read(table, file.plan, where, file, faults) or _everybody(file, own)
    if file.plan is None and not (faults.at("plan") or faults.at("plans")):
        _check_all_planned(file, faults)
    return general or _everybody(file, own), own


def _check_all_planned(file: FileTable, faults: Faults) -> None:
    without = [word for word in file.wearers if word not in file.plans]
    if without or not file.plans:
        whom = f"{without[0]} has no plan" if without else "there is no plan"
        remedy = 'Add [plan] with steps = [{ tell = ["…"] }]'
        faults.add("plan", f"{whom}: nobody would be called", remedy)


def _everybody(file: FileTable, own: Mapping[str, Plan]) -> Plan:
    """All whom any plan names, in one step: for relayd's own alerts where no plan is general."""
    named = dict.fromkeys(carer for plan in own.values() for carer in plan.carers)
    return Plan((Step(tuple(named or file.carers)),))


def _read(
    table: PlanTable, base: PlanTable | None, where: str, file: FileTable, faults: Faults
) -> Plan | None:
    """One plan; None, with the faults kept, where it has no steps to stand on."""
    if table.steps is not None:
        steps = _steps(table.steps, where, file.carers, faults)
    elif base is not None and base.steps is not None:
        steps = _steps(base.steps, "plan", file.carers, Faults())
    else:
        steps = []
        if not faults.at(f"{where}.steps"):
            _say_no_steps(where, faults)
    if not steps:
        return None
    if table.steps is not None:
        _check_order(table.steps, where, faults)
        _check_rota(steps, where, file.carers, faults)
    return replace(Plan(tuple(steps)), **{**_patience(base), **_patience(table)})


def _patience(table: PlanTable | None) -> dict[str, Any]:
    """What *table* sets beside its steps, as the plan's own fields."""
    if table is None:
        return {}
    given = {item.name: getattr(table, item.name) for item in fields(table)}
    found = {word: value for word, value in given.items() if value is not None and word != "steps"}
    if "at_once" in found:
        found["at_once"] = frozenset(word for word in found["at_once"] if word is not None)
    return found


def _say_no_steps(where: str, faults: Faults) -> None:
    remedy = 'Write steps = [{ tell = ["…"] }]'
    faults.add(f"{where}.steps", "the plan has no steps: nobody would be called", remedy)


def _steps(
    tables: tuple[StepTable | None, ...], where: str, carers: Carers, faults: Faults
) -> list[Step]:
    if not tables:
        _say_no_steps(where, faults)
    read = []
    for place, table in enumerate(tables):
        if table is not None:
            tell = _tell(table, f"{where}.steps[{place}].tell", carers, faults)
            read.append(Step(tell, table.after or timedelta(0)))
    return read


def _tell(step: StepTable, where: str, carers: Carers, faults: Faults) -> tuple[str, ...]:
    if not step.tell and not faults.at(where):
        faults.add(where, "this step calls nobody", "Name a carer, or take the step out")
    for place, carer in enumerate(step.tell):
        if carer is not None and carer not in carers and not faults.at("carers"):
            remedy = choose(carer, carers, f"Add [carers.{carer}]")
            faults.add(f"{where}[{place}]", f'there is no carer "{carer}"', remedy)
    return tuple(
        dict.fromkeys(carer for carer in step.tell if carer is not None and carer in carers)
    )


def _check_order(steps: tuple[StepTable | None, ...], where: str, faults: Faults) -> None:
    reached = timedelta(0)
    for place, step in enumerate(steps):
        at = f"{where}.steps[{place}].after"
        if step is None or faults.at(at):
            continue
        after = step.after or timedelta(0)
        if after < reached:
            what = "this step comes before the one above it"
            faults.add(at, what, "Put the steps in the order of after, the earliest first")
        reached = max(reached, after)


def _check_rota(steps: list[Step], where: str, carers: Carers, faults: Faults) -> None:
    """At every minute of the week somebody must be on duty."""
    told = {word: carers[word] for step in steps for word in step.tell}
    if not told or any(carer is None for carer in told.values()):
        return
    if any(faults.at(join("carers", f"{word}.when")) for word in told):
        return
    rotas = [carer.when for carer in told.values() if carer is not None]
    spans = gaps(rotas)
    if spans:
        shown = "; ".join(f"{in_words(start)} to {in_words(end)}" for start, end in spans[:3])
        more = f", and {len(spans) - 3} times more" if len(spans) > 3 else ""  # noqa: PLR2004
        remedy = "Widen somebody's when, or add a carer who has none"
        faults.add(f"{where}.steps", f"nobody may be called from {shown}{more}", remedy)
